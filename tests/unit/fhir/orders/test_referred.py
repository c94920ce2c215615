"""What orders refer to and do not bring along: from the record, else from the request's own server by id."""

import json

import pytest

from cds_service.fhir.gathering.record import gather
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.drafts import read_drafts
from cds_service.fhir.orders.referred import with_referred
from cds_service.fhir.orders.support_orders import find_draft_support_orders, find_support_orders
from cds_service.fhir.references import bases_of
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.chart_builders import HOOK, PATIENT, kyphoplasty, of_patient, open_service, order_sign
from tests.codes import ICD, SCT
from tests.scripted_reader import ScriptedReader
from tests.tables import cases

SERVER = "https://ehr.example.org/fhir"
FRACTURE = {"coding": [{"system": ICD, "code": "S32.010A"}]}  # wedge compression fracture of first lumbar vertebra
TLSO = {"text": "TLSO, custom"}


def scripted(*resources):
    """One resource of each type."""
    return ScriptedReader(**{one["resourceType"]: one for one in resources})


def condition(**members):
    return of_patient("Condition", "c1", code=FRACTURE, **members)


def device():
    return {"resourceType": "Device", "id": "d1", "type": TLSO}


def order_for(reference):
    return kyphoplasty(None) | {"reasonReference": [{"reference": reference}]}


def brace_of(reference):
    return of_patient("DeviceRequest", "b1", status="draft", intent="order", codeReference={"reference": reference})


def read(*drafts, fhir=None, record=(), scope=None):
    """The drafts with what they refer to."""
    body = order_sign(record, *drafts) | {"fhirServer": SERVER}
    if scope:
        body["fhirAuthorization"] = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": scope}
    request = parse_request(json.dumps(body).encode(), "order-sign")
    service = open_service()
    person, plan = Person(PATIENT, bases_of([SERVER])), service.hooks[HOOK].plan
    found = gather(request, plan, None, service.terminology, person, deadline=Deadline.after(60))
    bundle = read_drafts(request.context.draft_orders, person)
    return with_referred(bundle, found, request, fhir, person, until=Deadline.after(60))


def levels(drafts):
    return find_augmentation_order(drafts, open_service().terminology).levels


def braces(drafts):
    found = find_draft_support_orders(drafts, open_service().terminology)
    return [one.kind for one in found]


def test_a_reason_that_only_the_server_has_says_the_level():
    fhir = scripted(condition())
    assert levels(read(order_for("Condition/c1"), fhir=fhir)) == ("L1",)
    assert fhir.asked == ["Condition/c1"]


def test_a_reason_of_the_record_is_not_asked_for():
    fhir = scripted()
    assert levels(read(order_for("Condition/c1"), fhir=fhir, record=(condition(),))) == ("L1",)
    assert fhir.asked == []


@pytest.mark.parametrize("reference", [f"{SERVER}/Condition/c1", "Condition/c1/_history/2"])
def test_the_address_may_be_written_in_full(reference):
    assert levels(read(order_for(reference), fhir=scripted(condition()))) == ("L1",)


@pytest.mark.parametrize("reference", cases(__file__, "what_is_elsewhere_or_no_such_reference_is_not_asked"))
def test_what_is_elsewhere_or_no_such_reference_is_not_asked(reference):
    fhir = scripted(condition())
    assert levels(read(order_for(reference), fhir=fhir)) == ()
    assert fhir.asked == []


def test_a_reason_on_another_server_is_not_ours_although_the_record_has_one_of_that_id():
    drafts = read(order_for("https://other.example.org/fhir/Condition/c1"), record=(condition(),))
    assert levels(drafts) == ()


def test_a_reason_of_another_patient_does_not_count():
    other = condition() | {"subject": {"reference": "Patient/other"}}
    assert levels(read(order_for("Condition/c1"), fhir=scripted(other))) == ()


def test_a_reason_that_names_nobody_does_not_count():
    nobody = {name: value for name, value in condition().items() if name != "subject"}
    assert levels(read(order_for("Condition/c1"), fhir=scripted(nobody))) == ()


def test_what_cannot_be_read_leaves_the_order_as_it_is():
    assert levels(read(order_for("Condition/c1"), fhir=scripted())) == ()
    assert levels(read(order_for("Condition/c1"), fhir=None)) == ()


def test_the_token_must_be_for_it():
    fhir = scripted(condition())
    assert levels(read(order_for("Condition/c1"), fhir=fhir, scope="patient/Observation.read")) == ()
    assert fhir.asked == []


def test_a_device_that_only_the_server_has_is_a_brace():
    assert braces(read(kyphoplasty(), brace_of("Device/d1"), fhir=scripted(device()))) == ["brace"]
    assert braces(read(kyphoplasty(), brace_of("Device/d1"), fhir=scripted())) == []


def test_a_brace_of_the_record_whose_device_only_the_server_has_is_already_ordered():
    worn = brace_of(f"{SERVER}/Device/d1") | {"id": "b2", "status": "active", "authoredOn": "2026-11-18"}
    fhir = scripted(device())
    request = parse_request(
        json.dumps(order_sign((worn,), kyphoplasty()) | {"fhirServer": SERVER}).encode(), "order-sign"
    )
    service, person = open_service(), Person(PATIENT, bases_of([SERVER]))
    plan = service.hooks[HOOK].plan
    record = gather(request, plan, fhir, service.terminology, person, deadline=Deadline.after(60))
    found = find_support_orders((), record, service.terminology).of_kind("brace")
    assert [one.reference for one in found] == ["DeviceRequest/b2"]
    assert "Device/d1" in fhir.asked


def test_a_device_by_its_snomed_words_of_the_neck_is_none():
    collar = device() | {"type": {"coding": [{"system": SCT, "code": "1", "display": "Cervical collar"}]}}
    assert braces(read(kyphoplasty(), brace_of("Device/d1"), fhir=scripted(collar))) == []


def test_not_more_than_five_are_read():
    orders = [order_for(f"Condition/c{number}") | {"id": f"k{number}"} for number in range(9)]
    fhir = scripted()
    read(*orders, fhir=fhir)
    assert len(fhir.asked) == 5
