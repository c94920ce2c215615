"""CH-23 to CH-30: where the record comes from, what an absent, empty or failed key means, and how errors look."""

import re

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.conformance.answers import OUTCOME
from tests.live_service import CALL, DISCOVERY, assessments_of, card_of, words_of
from tests.signings import (
    TOKEN,
    empty_prefetch,
    kyphoplasty,
    observed,
    order_sign,
    searchset,
)
from tests.stub_fhir import page

T_SCORE = observed(
    "t1", "38267-1", -2.8, "{T-score}", subject={"reference": "Patient/p1"}
)


def signed(server=None, **members):
    where = (
        {"fhirServer": server.base, "fhirAuthorization": TOKEN}
        if server is not None
        else {}
    )
    return order_sign(kyphoplasty(), **where, **members)


def t_scores(cards):
    """The T-scores that any model used."""
    return {
        one["value"]
        for outcome in assessments_of(cards)
        for model in outcome.get("models", [])
        for one in model["inputs"]
        if one["name"] == "bmd-t-score"
    }


def expected_paths(templates, *keys):
    return {
        "/fhir/" + templates[key].replace("{{context.patientId}}", "p1")
        for key in keys or templates
    }


def test_ch_23_what_was_not_sent_is_fetched_with_the_token_at_the_right_address(
    service, templates, server
):
    service.cards(signed(server))
    answerable = {
        key: text for key, text in templates.items() if "encounterId" not in text
    }
    assert set(server.requests) == expected_paths(answerable)
    assert len(server.requests) == len(answerable)
    assert {headers["Authorization"] for headers in server.headers} == {
        f"Bearer {TOKEN['access_token']}"
    }
    assert all("json" in headers["Accept"] for headers in server.headers)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"prefetch": {}},
        {"prefetch": None},
        {"fhirServer": "http://127.0.0.1:9/fhir"},
    ],
    ids=str,
)
def test_ch_24_an_order_of_ours_without_record_and_without_access_is_412(
    service, members
):
    reply = service.post({**signed(), **members})
    assert reply.status == 412


@pytest.mark.parametrize(
    "nothing",
    [None, searchset(), {"resourceType": "Bundle", "type": "searchset", "entry": []}],
)
def test_ch_25_null_and_empty_answers_mean_no_data_and_are_not_asked_again(
    service, templates, server, nothing
):
    prefetch = {key: None if key == "patient" else nothing for key in templates}
    cards = service.cards(signed(server, prefetch=prefetch))
    assert server.requests == []
    assert "could not be read" not in words_of(cards)


@pytest.mark.parametrize(
    "failed",
    [
        OUTCOME,
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": OUTCOME}],
        },
    ],
    ids=["as the value", "in the Bundle"],
)
def test_ch_26_an_operation_outcome_is_a_failed_key_no_data_and_no_reason_to_ask_again(
    service, templates, server, failed
):
    cards = service.cards(
        signed(server, prefetch=empty_prefetch(templates, boneDensity=failed))
    )
    assert server.requests == []
    assert "bone density could not be read" in words_of(cards)
    assert service.post(signed(prefetch=dict.fromkeys(templates, failed))).status == 412


def test_ch_27_only_the_keys_that_are_missing_are_fetched(service, templates, server):
    prefetch = empty_prefetch(templates, boneDensity=searchset(T_SCORE))
    for key in ("body", "procedures"):
        del prefetch[key]
    cards = service.cards(signed(server, prefetch=prefetch))
    assert set(server.requests) == expected_paths(templates, "body", "procedures")
    assert t_scores(cards) == {-2.8}


def test_ch_28_a_page_with_more_behind_it_is_followed_with_the_token(
    service, templates, server
):
    first = searchset(observed("z1", "80940-0", 0.1, "1"), total=2)
    first["link"] = [{"relation": "next", "url": f"{server.base}?page=2"}]
    server.say("?page=2", page(T_SCORE, total=2))
    cards = service.cards(
        signed(server, prefetch=empty_prefetch(templates, boneDensity=first))
    )
    assert server.requests == ["/fhir?page=2"]
    assert server.headers[0]["Authorization"] == f"Bearer {TOKEN['access_token']}"
    assert t_scores(cards) == {-2.8}


def test_ch_28_a_page_that_cannot_be_followed_is_used_and_the_rest_is_said_to_be_missing(
    service, templates
):
    first = searchset(T_SCORE, total=2)
    first["link"] = [{"relation": "next", "url": "http://127.0.0.1:9/fhir?page=2"}]
    cards = service.cards(signed(prefetch=empty_prefetch(templates, boneDensity=first)))
    assert t_scores(cards) == {-2.8}
    assert "bone density incomplete" in words_of(cards)


def test_ch_29_a_record_without_any_measurement_gets_cards_that_say_what_is_missing(
    service, templates
):
    cards = service.cards(signed(prefetch=empty_prefetch(templates)))
    refracture, pain = assessments_of(cards)
    assert {"bmd-t-score", "bmi"} <= {
        one["name"] for one in refracture["models"][0]["missing"]
    }
    assert pain["status"] == "insufficient-data"
    assert "Medication list empty" in card_of(cards, "rehabilitation")["summary"]


def test_ch_30_every_error_is_an_operation_outcome_and_412_names_what_is_missing(
    service, templates, failing
):
    request = signed(prefetch=empty_prefetch(templates))
    replies = {
        400: service.post({**request, "hook": "patient-view"}),
        403: service.post(
            {**request, "fhirServer": "https://fhir.example.org/r4", "prefetch": {}}
        ),
        404: service.post({"feedback": []}, f"{DISCOVERY}/other/feedback"),
        405: service.send("DELETE", DISCOVERY),
        412: service.post(signed()),
        413: service.send(
            "POST",
            CALL,
            None,
            Content_Type="application/json",
            Content_Length=str(5 * 1024**2),
        ),
        415: service.send("POST", CALL, b"<a/>", Content_Type="application/xml"),
        500: failing[500].post(request),
        503: failing[503].post(request),
    }
    for status, reply in replies.items():
        assert reply.status == status
        assert reply.media_type == "application/fhir+json"
        (issue,) = OperationOutcome.model_validate(reply.json()).issue
        assert issue.severity in ("fatal", "error")
        assert issue.details.text
        assert b"secret" not in reply.body
    for key in templates:
        assert re.search(
            rf"\b{key}\b", replies[412].json()["issue"][0]["details"]["text"]
        ), key
