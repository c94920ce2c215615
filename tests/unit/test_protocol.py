"""The wire: tolerant towards clients, strict towards ourselves."""

import json
from functools import reduce
from operator import attrgetter, getitem
from typing import Any

import pytest
from pydantic import ValidationError

from cds_service.errors import MalformedRequest, PatientMismatch
from cds_service.protocol.messages import (
    Action,
    Card,
    Coding,
    Link,
    Source,
    Suggestion,
    parse_request,
)
from tests.tables import cases
from tests.wire_builders import CARD_ID, SUGGESTION_ID, hook_request

TOKEN = {
    "access_token": "s3cret",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "us",
}
SERVER = "https://ehr.example.org/fhir"


def sent(**changes: Any) -> dict[str, Any]:
    """A request with a token, in which these places hold something else."""
    body = json.loads(
        json.dumps(hook_request(fhirServer=SERVER, fhirAuthorization=TOKEN))
    )
    for place, value in changes.items():
        *outer, name = place.split(".")
        reduce(getitem, outer, body)[name] = value
    return body


def parse(document: Any):
    return parse_request(json.dumps(document).encode(), "order-sign")


def refused(document: Any) -> str:
    with pytest.raises(MalformedRequest) as caught:
        parse(document)
    return str(caught.value)


# --- requests


@pytest.mark.parametrize(
    ("changes", "says"), cases(__file__, "what_is_read_of_a_request")
)
def test_what_is_read_of_a_request(changes, says):
    request = parse(sent(**changes))
    assert {name: attrgetter(name)(request) for name in says} == says


@pytest.mark.parametrize(
    ("changes", "says"),
    cases(__file__, "what_is_refused_by_its_place", {"LONG": "a" * 20_000}),
)
def test_what_is_refused_by_its_place(changes, says):
    assert says in refused(sent(**changes))


def test_a_token_of_another_patient_is_a_mismatch():
    with pytest.raises(PatientMismatch):
        parse(sent(**{"fhirAuthorization.patient": "p2"}))


def test_the_token_and_the_record_show_in_no_text_of_the_request():
    request = parse(sent(prefetch={"patient": {"name": "Hoeger"}}))
    assert request.fhir_authorization.access_token.get_secret_value() == "s3cret"
    for text in (repr(request), str(request), f"{request!r}"):
        assert "s3cret" not in text
        assert "Hoeger" not in text


@pytest.mark.parametrize(
    ("sent_as", "is_"),
    [
        ("ord-77/2026.11|a", "ord-77/2026.11|a"),
        (
            "{1caf890a-68ed-4526-b666-046ab9d88869}",
            "{1caf890a-68ed-4526-b666-046ab9d88869}",
        ),
        (
            "1CAF890A-68ED-F526-B666-046AB9D88869",
            "1caf890a-68ed-f526-b666-046ab9d88869",
        ),
        ("x" * 200, "x" * 200),
    ],
)
def test_an_opaque_hook_instance_is_taken_as_it_came(sent_as, is_):
    body = json.dumps(sent(hookInstance=sent_as)).encode()
    assert parse_request(body, "order-sign", "opaque").hook_instance == is_


@pytest.mark.parametrize(
    "hook_instance", ["", "x" * 201, "a b", "a\n", "a\x7f", "ä", 7, None]
)
def test_an_opaque_hook_instance_is_short_visible_ascii(hook_instance):
    body = json.dumps(sent(hookInstance=hook_instance)).encode()
    with pytest.raises(MalformedRequest, match="hookInstance"):
        parse_request(body, "order-sign", "opaque")


@pytest.mark.parametrize(
    "context",
    [{"patientId": "Hallie Hoeger"}, hook_request()["context"], "Hallie Hoeger"],
)
def test_a_refusal_repeats_nothing_of_the_body(context):
    token = {
        "fhirAuthorization.access_token": "s3cret 1",
        "fhirAuthorization.expires_in": "Hoeger",
    }
    message = refused(sent(hookInstance="Hallie", context=context, **token))
    assert not any(word in message for word in ("Hallie", "Hoeger", "s3cret"))


# --- cards


def card(**members: Any) -> Card:
    source = Source(
        label="us", topic=Coding(system="https://x.org/topic", code="rehabilitation")
    )
    return Card(
        **{
            "uuid": CARD_ID,
            "summary": "A summary",
            "indicator": "info",
            "source": source,
            **members,
        }
    )


def action(**members: Any) -> Action:
    return Action(
        **{
            "type": "create",
            "description": "Order it",
            "resource": {"resourceType": "ServiceRequest"},
            **members,
        }
    )


RECOMMENDED = Suggestion(
    label="Refer", uuid=SUGGESTION_ID, is_recommended=True, actions=(action(),)
)
MAKERS = {"card": card, "action": action, "Source": Source, "Link": Link}
PARTS = {
    "RECOMMENDED": RECOMMENDED,
    "REASON_WITHOUT_WORDS": Coding(system="https://x.org", code="a"),
}


@pytest.mark.parametrize(
    ("make", "members"),
    cases(
        __file__,
        "ch_33_to_ch_45_what_breaks_a_rule_of_the_specification_is_never_made",
        PARTS,
    ),
)
def test_ch_33_to_ch_45_what_breaks_a_rule_of_the_specification_is_never_made(
    make, members
):
    with pytest.raises(ValidationError):
        MAKERS[make](**members)


def test_what_keeps_the_rules_is_made():
    assert card(summary="x" * 139)
    assert card(selection_behavior="any", suggestions=(RECOMMENDED, RECOMMENDED))
