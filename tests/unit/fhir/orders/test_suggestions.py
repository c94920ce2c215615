"""Suggestions: complete orders from templates, and the corrected brace that keeps everything else."""

import json
from copy import copy, deepcopy
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.core.bracing import Correction
from cds_service.core.recommendations import Recommendation, Rule, When
from cds_service.errors import DataFileError
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.suggestions import (
    Ordering,
    draft_suggestions,
    make_template,
)
from cds_service.fhir.orders.support_orders import find_draft_support_orders
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.protocol.signing import Signing
from cds_service.site.clients import Capabilities
from tests.codes import HCPCS, SCT, codeable
from tests.order_builders import (
    ORDERS,
    PATIENT,
    ROOT,
    brace,
    bundle,
    order,
    signing,
    terminology,
)
from tests.tables import cases

SIGNING = Signing(patient=PATIENT, hook_instance="1caf890a-68ed-4526-b666-046ab9d88869")
TODAY = date(2026, 11, 20)
END, REVIEW = date(2027, 1, 15), date(2026, 12, 4)  # 8 and 2 weeks from today
FOLDER = ROOT / "hooks" / "kyphoplasty-order-sign" / "orders"
TEMPLATES = {
    path.stem: make_template(path.stem, json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(FOLDER.glob("*.json"))
}


def recommend(template=None, rule_id="rule-1", **members):
    said = {
        "topic": "rehabilitation",
        "heading": "Rehabilitation",
        "text": "as pain allows",
    }
    rule = Rule(
        id=rule_id, when=When(), owner="nobody", approved=TODAY, review_by=TODAY, **said
    )
    whole = {"rule": rule, "text": rule.text, "order": template}
    whole |= {
        "label": "Refer to rehabilitation",
        "recommended": True,
        "already": (),
        "because": (),
    }
    whole |= {
        "corrections": (),
        "gain": 0.0,
        "values": {"review_weeks": "2", "asked": "grip and gait"},
    }
    return Recommendation(**(whole | members))


def suggest(*recommendations, there=None, **named):
    there = there or terminology()
    request = {
        "signing": SIGNING,
        "encounter_id": "enc-1",
        "user_id": "Practitioner/doc-1",
    } | named
    ordering = Ordering(templates=TEMPLATES, terminology=there, today=TODAY, **request)
    return draft_suggestions(recommendations, ordering)


def corrected(*drafts, there=None):
    """The action that corrects the one support order of these drafts, None when nothing is offered."""
    (found,) = find_draft_support_orders(signing(bundle(*drafts)), terminology())
    correction = Correction(
        order=found, start=None if found.start else TODAY, review=REVIEW, end=END
    )
    suggestion = recommend(label="Set an end", corrections=(correction,))
    offers = suggest(suggestion, there=there).get("rule-1")
    return offers and offers[0].actions[0]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_becomes_a_whole_order_of_this_patient_that_is_recognised_once_it_is_signed(
    name,
):
    expected = cases(__file__, "templates")[name]
    ((suggestion,),) = suggest(recommend(name)).values()
    (action,) = suggestion.actions
    resource = dict(action.resource)
    ServiceRequest.model_validate(resource)
    assert (action.type, resource["status"], resource["intent"]) == (
        "create",
        "draft",
        "order",
    )
    assert resource["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert resource["encounter"] == {"reference": "Encounter/enc-1"}
    assert resource["requester"] == {"reference": "Practitioner/doc-1"}
    assert (resource["authoredOn"], resource["occurrencePeriod"]) == (
        "2026-11-20",
        {"start": "2026-11-20"},
    )
    assert UUID(resource["id"]) != UUID(suggestion.uuid)
    notes = " ".join(note["text"] for note in resource["note"])
    assert "{" not in notes
    assert all(part in notes for part in expected["says"])
    signed = signing(bundle(resource))
    assert [one.kind for one in find_draft_support_orders(signed, terminology())] == [
        expected["kind"]
    ]
    assert find_augmentation_order(signed, terminology()) is None
    known = {
        code for concept in terminology().names for code in terminology().codes(concept)
    }
    for codeable_concept in (resource["code"], *resource.get("orderDetail", ())):
        assert {
            (one["system"], one["code"]) for one in codeable_concept.get("coding", ())
        } <= known


def test_a_template_that_is_no_order_stops_the_start():
    ours = TEMPLATES["dxa-body-composition"].resource
    for broken in ({"resourceType": "ServiceRequest"}, [], {**ours, "subject": {}}):
        with pytest.raises(DataFileError, match=r"orders/x\.json"):
            make_template("x", broken)


@pytest.mark.parametrize(
    ("named", "absent"), cases(__file__, "what_is_no_reference_is_left_out")
)
def test_what_is_no_reference_is_left_out(named, absent):
    assert (
        absent
        not in suggest(recommend("dietitian-referral"), **named)["rule-1"][0]
        .actions[0]
        .resource
    )


def test_two_rules_with_one_template_get_different_ids():
    found = suggest(
        recommend("dietitian-referral"),
        recommend("dietitian-referral", rule_id="rule-2"),
    )
    offers = [one for group in found.values() for one in group]
    assert (
        len(
            {one.uuid for one in offers}
            | {one.actions[0].resource["id"] for one in offers}
        )
        == 4
    )


ROWS = ORDERS | {"LONGER_THAN_READ": "TLSO. " + "x" * 2000 + " for 3 months"}


@pytest.mark.parametrize(
    "case", cases(__file__, "corrected", ROWS), ids=lambda case: case["why"]
)
def test_a_brace_is_corrected_or_left_to_its_author(case):
    draft = deepcopy(case["drafts"][0])
    action = corrected(*case["drafts"])
    assert bool(action) is ("changes" in case)
    if action:
        changed = {
            name: value
            for name, value in (draft | case["changes"]).items()
            if value is not None
        }
        assert (action.type, action.resource) == ("update", changed)
        assert case.get("says", "") in action.description
        assert case["drafts"][0] == draft


@pytest.mark.parametrize(
    ("zone", "is_offered"), [("UTC", True), ("Australia/Sydney", False)]
)
def test_an_event_is_of_the_day_at_the_site(zone, is_offered):
    last = brace(occurrenceTiming={"event": ["2026-11-20", "2027-01-15T20:00:00Z"]})
    there = copy(terminology())
    there.calendar = SiteCalendar(ZoneInfo(zone))
    assert bool(corrected(last, there=there)) is is_offered


@pytest.mark.parametrize(
    ("written", "becomes"),
    cases(__file__, "a_length_in_words_is_corrected_where_it_stands_and_nothing_else"),
)
def test_a_length_in_words_is_corrected_where_it_stands_and_nothing_else(
    written, becomes
):
    for place in ("code", "note", "patientInstruction"):
        draft = {
            "code": brace(codeable(HCPCS, "L0456", written)),
            "note": brace(
                note=[
                    {"text": written, "time": "2026-11-20T08:00:00Z"},
                    {"text": "Mr B, fitted by us"},
                ]
            ),
            "patientInstruction": order(
                codeable(SCT, "77476009"), patientInstruction=written
            ),
        }[place]
        expected = json.loads(
            json.dumps(draft, ensure_ascii=False).replace(written, becomes)
        )
        assert corrected(draft).resource == {
            **expected,
            "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
        }, place


def test_a_correction_as_a_new_order_keeps_all_that_is_not_of_one_version():
    meta = {
        "versionId": "3",
        "profile": ["https://ehr.example.org/p"],
        "security": [{"code": "R"}],
    }
    draft = brace(
        meta=meta,
        note=[{"text": "wear when up"}],
        _intent={"extension": [{"url": "u:x"}]},
    )
    (found,) = find_draft_support_orders(signing(bundle(draft)), terminology())
    correction = Correction(order=found, start=TODAY, review=REVIEW, end=END)
    one = recommend(label="Set an end", corrections=(correction,))
    (offer,) = suggest(one, capabilities=Capabilities(actions=frozenset({"create"})))[
        "rule-1"
    ]
    new = dict(offer.actions[0].resource)
    assert (offer.actions[0].type, offer.is_recommended) == ("create", False)
    assert new.pop("id") != draft["id"]
    assert new == {
        **{name: value for name, value in draft.items() if name != "id"},
        "meta": {name: value for name, value in meta.items() if name != "versionId"},
        "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
    }
