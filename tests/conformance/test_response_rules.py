"""CH-31 to CH-47: every card of every kind of answer, rule by rule."""

from copy import deepcopy

import pytest

from tests import card_rules
from tests.card_rules import (
    NAMED_RULES,
    actions_of,
    cards_of,
    suggestions_of,
    uuids_of,
)
from tests.conformance.answers import HOSTILE
from tests.wire_builders import unsigned

OTHER_INSTANCE = "0c0ffee0-0000-4000-8000-000000000001"


@pytest.mark.parametrize("rule", NAMED_RULES)
def test_every_answer_keeps_the_rule(responses, rule):
    """Which requirement it is stands in `requirements.csv`."""
    assert [
        f"{name}: {fault}"
        for name, body in responses.items()
        for fault in NAMED_RULES[rule](body)
    ] == []


def test_ch_31_an_answer_is_200_and_json_with_an_array_of_cards(answers):
    for _, reply in answers.values():
        assert reply.status == 200
        assert reply.media_type == "application/json"


def test_ch_36_the_topic_of_a_kind_of_card_never_changes(responses):
    topics = {
        card["source"]["topic"]["code"]
        for body in responses.values()
        for card in cards_of(body)
    }
    assert topics == {"rehabilitation", "braceLimit"}
    systems = {
        card["source"]["topic"]["system"]
        for body in responses.values()
        for card in cards_of(body)
    }
    assert systems == {"https://kyphoplasty-cds.org/fhir/CodeSystem/card-topic"}


def test_ch_37_cards_and_suggestions_have_uuids_of_their_own_in_every_call(
    service, answers
):
    request, first = answers["sample p1"]
    assert unsigned(service.post(request).body.decode()) == unsigned(
        first.body.decode()
    )
    again = service.post({**request, "hookInstance": OTHER_INSTANCE}).json()
    assert not set(uuids_of(first.json())) & set(uuids_of(again))


def test_ch_38_suggestions_come_with_a_selection_behaviour_that_clients_know(responses):
    assert {
        card.get("selectionBehavior")
        for body in responses.values()
        for card in cards_of(body)
    } == {None, "any"}


def test_ch_40_every_action_says_what_it_does_and_carries_a_whole_resource(responses):
    assert sum(len(actions_of(body)) for body in responses.values()) > 20


def drafts_of(request):
    entries = request["context"]["draftOrders"]["entry"]
    return {
        f"{one['resource']['resourceType']}/{one['resource'].get('id')}": one[
            "resource"
        ]
        for one in entries
    }


@pytest.mark.parametrize("name", ["sample p6", "brace after the procedure"])
def test_ch_41_an_update_is_the_draft_itself_with_a_new_end_and_all_else_kept(
    answers, name
):
    request, reply = answers[name]
    (update,) = [
        action["resource"]
        for action in actions_of(reply.json())
        if action["type"] == "update"
    ]
    draft = drafts_of(request)[f"{update['resourceType']}/{update['id']}"]
    kept = {
        key: value for key, value in update.items() if not key.startswith("occurrence")
    }
    assert kept == {
        key: value for key, value in draft.items() if not key.startswith("occurrence")
    }
    # 8 weeks from 20 November 2026
    assert update["occurrencePeriod"]["end"] == "2027-01-15"


def test_ch_41_only_drafts_of_the_signing_are_updated_or_deleted(answers):
    for request, reply in answers.values():
        for action in actions_of(reply.json()):
            if action["type"] != "create":
                changed = action["resource"]
                assert f"{changed['resourceType']}/{changed['id']}" in drafts_of(
                    request
                )


def test_ch_42_a_suggestion_is_one_action_whose_references_lead_to_the_people_of_the_request(
    answers,
):
    for request, reply in answers.values():
        context = request["context"]
        known = {
            f"Patient/{context['patientId']}",
            context["userId"],
            f"Encounter/{context.get('encounterId')}",
        }
        for action in actions_of(reply.json()):
            if action["type"] == "create":
                assert action["resource"]["subject"] == {
                    "reference": f"Patient/{context['patientId']}"
                }
                assert references_in(action["resource"]) <= known


def references_in(resource):
    return {
        value
        for path, value in card_rules.nodes(resource)
        if path.endswith("/reference")
    }


def test_ch_42_the_encounter_and_the_user_stand_in_a_suggested_order(service, answers):
    request = deepcopy(answers["sample p1"][0])
    request["context"] |= {"encounterId": "enc-1", "userId": "PractitionerRole/role-1"}
    created = [
        action["resource"] for action in actions_of({"cards": service.cards(request)})
    ]
    assert created
    assert all(one["encounter"] == {"reference": "Encounter/enc-1"} for one in created)
    assert all(
        one["requester"] == {"reference": "PractitionerRole/role-1"} for one in created
    )


def test_ch_44_the_links_of_a_card_lead_to_a_page_of_ours(service, responses):
    urls = {
        link["url"]
        for body in responses.values()
        for card in cards_of(body)
        for link in card.get("links", [])
    }
    urls |= {
        card["source"]["url"] for body in responses.values() for card in cards_of(body)
    }
    assert urls
    for url in urls:
        assert url.startswith(service.url)
        assert service.send("GET", url.removeprefix(service.url)).status == 200


def test_ch_46_nothing_is_done_without_the_clinician(responses):
    assert [name for name, body in responses.items() if "systemActions" in body] == []
    assert {
        action["type"] for body in responses.values() for action in actions_of(body)
    } <= {"create", "update"}


def test_ch_47_details_are_plain_markdown_and_texts_of_the_record_stay_out_or_escaped(
    responses,
):
    hostile = responses["hostile texts"]
    shown = "\n".join(
        f"{card['summary']}\n{card['detail']}" for card in cards_of(hostile)
    )
    for piece in ("<img", "<script", "<b>", "](javascript", "evil.example", "onerror="):
        assert piece not in shown.replace("\\<", ""), piece
    for suggestion in suggestions_of(hostile):
        assert HOSTILE[:10] not in str(suggestion)


@pytest.mark.parametrize("empty", [[], None, {}, ""], ids=str)
def test_ch_32_an_update_does_not_repeat_what_is_empty_in_its_draft(
    service, answers, empty
):
    request = deepcopy(answers["brace after the procedure"][0])
    request["context"]["draftOrders"]["entry"][0]["resource"]["reasonCode"] = empty
    assert card_rules.faults_of({"cards": service.cards(request)}) == []
