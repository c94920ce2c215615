"""The wire: tolerant towards clients, strict towards ourselves."""

import json
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
from tests.wire_builders import CARD_ID, HOOK_INSTANCE, SUGGESTION_ID, context, hook_request

TOKEN = {
    "access_token": "s3cret",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "us",
}
SERVER = "https://ehr.example.org/fhir"


def parse(document: Any):
    return parse_request(json.dumps(document).encode(), "order-sign")


def refused(document: Any) -> str:
    with pytest.raises(MalformedRequest) as caught:
        parse(document)
    return str(caught.value)


# --- requests


def test_a_request_is_read_by_its_aliases():
    request = parse(hook_request(fhirServer=SERVER, fhirAuthorization=TOKEN, prefetch={"patient": None}))
    assert request.hook_instance == HOOK_INSTANCE
    assert request.context.user_id == "Practitioner/7"
    assert request.context.patient_id == "p1"
    assert request.context.encounter_id is None
    assert request.fhir_server == SERVER
    assert request.fhir_authorization.access_token.get_secret_value() == "s3cret"
    assert request.prefetch == {"patient": None}


@pytest.mark.parametrize("drafts", ["x", 7, [{}], {"resourceType": "Patient"}])
def test_draft_orders_that_are_something_else_are_refused(drafts):
    assert "context.draftOrders" in refused(hook_request(context=context(draftOrders=drafts)))


def test_ch_16_null_stands_for_absent():
    request = parse({**hook_request(), "prefetch": None, "fhirServer": None, "fhirAuthorization": None})
    assert request.prefetch == {}
    assert request.fhir_server is None


@pytest.mark.parametrize(
    "value",
    [*cases(__file__, "a_hook_instance_is_a_uuid"), HOOK_INSTANCE[:-1]],
)
def test_a_hook_instance_is_a_uuid(value):
    assert "hookInstance" in refused({**hook_request(), "hookInstance": value})


@pytest.mark.parametrize("version", "012345678f")
def test_a_hook_instance_may_be_of_any_version_and_case(version):
    value = f"1CAF890A-68ED-{version}526-B666-046AB9D88869"
    assert parse(hook_request(hookInstance=value)).hook_instance == value.lower()


@pytest.mark.parametrize(
    "patient_id",
    ["", "a b", "123&_include=*", "../Practitioner/1", "..", ".", "123?x", "a" * 65, "Patient/", "p\n", "Group/1"],
)
def test_a_patient_id_that_is_no_fhir_id_is_malformed(patient_id):
    message = refused(hook_request(context=context(patientId=patient_id)))
    assert message == "context.patientId: not a FHIR id."


@pytest.mark.parametrize("patient_id", ["Patient/p-1.A", "p-1.A"])
def test_a_leading_type_is_taken_off_the_patient_id(patient_id):
    assert parse(hook_request(context=context(patientId=patient_id))).context.patient_id == "p-1.A"


@pytest.mark.parametrize("user_id", ["Practitioner/7", "dr.house", "urn:oid:1.2", "PractitionerRole/1/_history/2"])
def test_a_user_id_may_have_any_form(user_id):
    assert parse(hook_request(context=context(userId=user_id))).context.user_id == user_id


@pytest.mark.parametrize(
    ("given", "read"), [("e1", "e1"), ("Encounter/e1", "e1"), ("", None), ("a b", None), (5, None)]
)
def test_an_encounter_id_that_is_none_never_costs_the_answer(given, read):
    assert parse(hook_request(context=context(encounterId=given))).context.encounter_id == read


@pytest.mark.parametrize("prefetch", [[], "x", 5])
def test_prefetch_that_is_no_object_is_malformed(prefetch):
    assert "prefetch" in refused(hook_request(prefetch=prefetch))


# --- tokens


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "a" * 20_000, "ü", None, 5])
def test_a_token_that_would_split_a_header_is_malformed(token):
    message = refused(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "access_token": token}))
    assert "fhirAuthorization.access_token" in message


def test_an_empty_token_is_none():
    request = parse(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "access_token": ""}))
    assert request.fhir_authorization is None


def test_a_token_of_another_type_is_malformed():
    refused(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "token_type": "mac"}))
    assert parse(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "token_type": "bearer"}))


@pytest.mark.parametrize(("seconds", "has_expired"), [(300, False), (0, True), (-5, True), (None, False)])
def test_a_token_says_itself_when_it_has_expired(seconds, has_expired):
    request = parse(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "expires_in": seconds}))
    assert request.fhir_authorization.has_expired is has_expired


def test_a_token_of_another_patient_is_a_mismatch():
    with pytest.raises(PatientMismatch):
        parse(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "patient": "p2"}))
    assert parse(hook_request(fhirServer=SERVER, fhirAuthorization={**TOKEN, "patient": "Patient/p1"}))


def test_the_token_and_the_record_show_in_no_text_of_the_request():
    request = parse(hook_request(fhirServer=SERVER, fhirAuthorization=TOKEN, prefetch={"patient": {"name": "Hoeger"}}))
    for text in (repr(request), str(request), f"{request!r}"):
        assert "s3cret" not in text
        assert "Hoeger" not in text


def test_a_refusal_repeats_nothing_of_the_body():
    body = hook_request(
        hookInstance="Hallie",
        fhirServer=SERVER,
        fhirAuthorization={**TOKEN, "access_token": "s3cret 1", "expires_in": "Hoeger"},
        context=context(patientId="Hallie Hoeger"),
    )
    for document in (body, {**body, "context": context()}, {**body, "context": "Hallie Hoeger"}):
        message = refused(document)
        assert "Hallie" not in message
        assert "Hoeger" not in message
        assert "s3cret" not in message


# --- cards


def card(**members: Any) -> Card:
    source = Source(label="us", topic=Coding(system="https://x.org/topic", code="rehabilitation"))
    return Card(**{"uuid": CARD_ID, "summary": "A summary", "indicator": "info", "source": source, **members})


def action(**members: Any) -> Action:
    return Action(
        **{"type": "create", "description": "Order it", "resource": {"resourceType": "ServiceRequest"}, **members}
    )


def suggestion(*, is_recommended: bool = False) -> Suggestion:
    return Suggestion(label="Refer", uuid=SUGGESTION_ID, is_recommended=is_recommended, actions=(action(),))


def test_ch_32_what_has_no_value_is_left_out():
    assert card().to_json() == {
        "uuid": CARD_ID,
        "summary": "A summary",
        "indicator": "info",
        "source": {"label": "us", "topic": {"system": "https://x.org/topic", "code": "rehabilitation"}},
    }


def test_is_recommended_is_always_there():
    made = card(selection_behavior="any", suggestions=(suggestion(),)).to_json()
    assert made["suggestions"][0]["isRecommended"] is False


TWO = (suggestion(is_recommended=True), suggestion(is_recommended=True))


MAKERS = {"card": card, "action": action, "Source": Source, "Link": Link}
PARTS = {"RECOMMENDED": TWO[0], "REASON_WITHOUT_WORDS": Coding(system="https://x.org", code="a")}


@pytest.mark.parametrize(
    ("make", "members"),
    cases(__file__, "ch_33_to_ch_45_what_breaks_a_rule_of_the_specification_is_never_made", PARTS),
)
def test_ch_33_to_ch_45_what_breaks_a_rule_of_the_specification_is_never_made(make, members):
    with pytest.raises(ValidationError):
        MAKERS[make](**members)


def test_what_keeps_the_rules_is_made():
    assert card(summary="x" * 139)
    assert card(selection_behavior="any", suggestions=TWO)


def test_ch_40_delete_names_a_reference():
    made = action(type="delete", resource=None, resource_id="ServiceRequest/1").to_json()
    assert made == {"type": "delete", "description": "Order it", "resourceId": "ServiceRequest/1"}


def test_ch_44_context_for_an_app_stands_in_a_smart_link():
    assert Link(label="App", url="https://x.org/launch", type="smart", app_context="1").to_json()["appContext"] == "1"
