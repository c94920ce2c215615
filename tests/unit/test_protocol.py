"""The wire: tolerant towards clients, strict towards ourselves."""

import json
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from pydantic import ValidationError

from cds_service.errors import MalformedRequest, PatientMismatch
from cds_service.protocol.messages import (
    Action,
    Card,
    Coding,
    HookRequest,
    Link,
    Source,
    Suggestion,
    parse_request,
)
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


@dataclass(frozen=True)
class TokenRead:
    """What is read of a token; else it is as usual."""

    type: str = "Bearer"
    patient: str | None = None
    has_expired: bool = False


@dataclass(frozen=True)
class Reads:
    """What is read of a request; all else is as usual."""

    hook_instance: str = "1caf890a-68ed-4526-b666-046ab9d88869"
    user: str = "Practitioner/7"
    patient: str = "p1"
    encounter: str | None = None
    server: str | None = SERVER
    prefetch: dict[str, Any] = field(default_factory=dict)
    token: TokenRead | None = field(default_factory=TokenRead)

    @classmethod
    def of(cls, request: HookRequest) -> "Reads":
        context, token = request.context, request.fhir_authorization
        return cls(
            hook_instance=request.hook_instance,
            user=context.user_id,
            patient=context.patient_id,
            encounter=context.encounter_id,
            server=request.fhir_server,
            prefetch=request.prefetch,
            token=token
            and TokenRead(token.token_type, token.patient, token.has_expired),
        )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        # what a request holds at other places than usual, and what is read of it
        ({}, Reads()),
        ({"prefetch": {"patient": None}}, Reads(prefetch={"patient": None})),
        # CH-16: null stands for absent
        (
            {"prefetch": None, "fhirServer": None, "fhirAuthorization": None},
            Reads(server=None, token=None),
        ),
        # of any version and case
        (
            {"hookInstance": "1CAF890A-68ED-F526-B666-046AB9D88869"},
            Reads(hook_instance="1caf890a-68ed-f526-b666-046ab9d88869"),
        ),
        ({"context.patientId": "Patient/p-1.A"}, Reads(patient="p-1.A")),
        ({"context.patientId": "p-1.A"}, Reads(patient="p-1.A")),
        ({"context.userId": "dr.house"}, Reads(user="dr.house")),
        ({"context.userId": "urn:oid:1.2"}, Reads(user="urn:oid:1.2")),
        (
            {"context.userId": "PractitionerRole/1/_history/2"},
            Reads(user="PractitionerRole/1/_history/2"),
        ),
        # an encounter that is none never costs the answer
        ({"context.encounterId": "e1"}, Reads(encounter="e1")),
        ({"context.encounterId": "Encounter/e1"}, Reads(encounter="e1")),
        ({"context.encounterId": ""}, Reads()),
        ({"context.encounterId": "a b"}, Reads()),
        ({"context.encounterId": 5}, Reads()),
        ({"fhirAuthorization.access_token": ""}, Reads(token=None)),
        (
            {"fhirAuthorization.token_type": "bearer"},
            Reads(token=TokenRead(type="bearer")),
        ),
        (
            {"fhirAuthorization.patient": "Patient/p1"},
            Reads(token=TokenRead(patient="Patient/p1")),
        ),
        (
            {"fhirAuthorization.expires_in": 300},
            Reads(token=TokenRead(has_expired=False)),
        ),
        ({"fhirAuthorization.expires_in": 0}, Reads(token=TokenRead(has_expired=True))),
        (
            {"fhirAuthorization.expires_in": -5},
            Reads(token=TokenRead(has_expired=True)),
        ),
        (
            {"fhirAuthorization.expires_in": 3599.5},
            Reads(token=TokenRead(has_expired=False)),
        ),
        (
            {"fhirAuthorization.expires_in": "3599.5"},
            Reads(token=TokenRead(has_expired=False)),
        ),
        (
            {"fhirAuthorization.expires_in": -0.5},
            Reads(token=TokenRead(has_expired=True)),
        ),
        (
            {"fhirAuthorization.expires_in": 0.0},
            Reads(token=TokenRead(has_expired=True)),
        ),
        (
            {"fhirAuthorization.expires_in": None},
            Reads(token=TokenRead(has_expired=False)),
        ),
    ],
)
def test_what_is_read_of_a_request(changes, says):
    assert Reads.of(parse(sent(**changes))) == says


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"context.draftOrders": "x"}, "context.draftOrders"),
        ({"context.draftOrders": 7}, "context.draftOrders"),
        ({"context.draftOrders": [{}]}, "context.draftOrders"),
        ({"context.draftOrders": {"resourceType": "Patient"}}, "context.draftOrders"),
        ({"hookInstance": ""}, "hookInstance"),
        ({"hookInstance": "x"}, "hookInstance"),
        ({"hookInstance": 5}, "hookInstance"),
        ({"hookInstance": None}, "hookInstance"),
        ({"hookInstance": "{1caf890a-68ed-4526-b666-046ab9d88869}"}, "hookInstance"),
        (
            {"hookInstance": "urn:uuid:1caf890a-68ed-4526-b666-046ab9d88869"},
            "hookInstance",
        ),
        ({"hookInstance": "1caf890a-68ed-4526-b666-046ab9d88869\n"}, "hookInstance"),
        ({"hookInstance": "1caf890a-68ed-4526-b666-046ab9d8886"}, "hookInstance"),
        ({"context.patientId": ""}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "a b"}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "123&_include=*"}, "context.patientId: not a FHIR id."),
        (
            {"context.patientId": "../Practitioner/1"},
            "context.patientId: not a FHIR id.",
        ),
        ({"context.patientId": ".."}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "."}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "123?x"}, "context.patientId: not a FHIR id."),
        (
            {
                "context.patientId": (
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                )
            },
            "context.patientId: not a FHIR id.",
        ),
        ({"context.patientId": "Patient/"}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "p\n"}, "context.patientId: not a FHIR id."),
        ({"context.patientId": "Group/1"}, "context.patientId: not a FHIR id."),
        ({"prefetch": []}, "prefetch"),
        ({"prefetch": "x"}, "prefetch"),
        ({"prefetch": 5}, "prefetch"),
        ({"fhirAuthorization.access_token": "a b"}, "fhirAuthorization.access_token"),
        (
            {"fhirAuthorization.access_token": "a\r\nX: y"},
            "fhirAuthorization.access_token",
        ),
        (
            {"fhirAuthorization.access_token": "a" * 20_000},
            "fhirAuthorization.access_token",
        ),
        ({"fhirAuthorization.access_token": "ü"}, "fhirAuthorization.access_token"),
        ({"fhirAuthorization.access_token": None}, "fhirAuthorization.access_token"),
        ({"fhirAuthorization.access_token": 5}, "fhirAuthorization.access_token"),
        ({"fhirAuthorization.token_type": "mac"}, "fhirAuthorization.token_type"),
    ],
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
REASON_WITHOUT_WORDS = Coding(system="https://x.org", code="a")


@pytest.mark.parametrize(
    ("make", "members"),
    [
        (card, {"summary": ""}),
        (card, {"summary": "x" * 140}),
        (card, {"summary": "two\nlines"}),
        (card, {"summary": "two\r"}),
        (card, {"summary": "two\n"}),
        (card, {"indicator": "critical"}),
        (card, {"indicator": "hard-stop"}),
        (card, {"indicator": "success"}),
        (card, {"indicator": ""}),
        (card, {"uuid": "0B9EA6E4-53D1-5F9A-8F0E-3A3B8F5D1C11"}),
        (card, {"uuid": "urn:uuid:0b9ea6e4-53d1-5f9a-8f0e-3a3b8f5d1c11"}),
        (card, {"uuid": "x"}),
        (card, {"uuid": ""}),
        (Source, {"label": "us", "url": "/models"}),
        (Source, {"label": "us", "url": "ehr.example.org"}),
        (Source, {"label": "us", "url": "javascript:alert(1)"}),
        (Source, {"label": "us", "url": "https://"}),
        (Link, {"label": "us", "type": "absolute", "url": "/models"}),
        (Link, {"label": "us", "type": "absolute", "url": "ehr.example.org"}),
        (Link, {"label": "us", "type": "absolute", "url": "javascript:alert(1)"}),
        (Link, {"label": "us", "type": "absolute", "url": "https://"}),
        (
            Link,
            {
                "label": "us",
                "type": "absolute",
                "url": "https://x.org",
                "app_context": "1",
            },
        ),
        (card, {"suggestions": [RECOMMENDED]}),
        (card, {"selection_behavior": "any"}),
        (
            card,
            {
                "selection_behavior": "at-most-one",
                "suggestions": [RECOMMENDED, RECOMMENDED],
            },
        ),
        (card, {"override_reasons": [REASON_WITHOUT_WORDS]}),
        (card, {"actionSelectionBehavior": "any"}),
        (action, {"type": "patch"}),
        (action, {"description": ""}),
        (action, {"resource": None}),
        (action, {"resource": {}}),
        (action, {"type": "update", "resource": {"id": "1"}}),
        (action, {"type": "delete"}),
        (action, {"type": "delete", "resource": None}),
        (action, {"type": "delete", "resource": None, "resource_id": "no reference"}),
    ],
)
def test_ch_33_to_ch_45_what_breaks_a_rule_of_the_specification_is_never_made(
    make, members
):
    with pytest.raises(ValidationError):
        make(**members)


def test_what_keeps_the_rules_is_made():
    assert card(summary="x" * 139)
    assert card(selection_behavior="any", suggestions=(RECOMMENDED, RECOMMENDED))
