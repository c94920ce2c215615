"""A bone drug is named wherever an order or a stay holds it, in codes or words (E2)."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ATC, CPT, HCPCS, codeable
from tests.patients.reassuring import card_of, reassuring_record

INJECTION = codeable(CPT, "96372")
BLOOD_COUNT = {"text": "Full blood count"}
DRUGS = [
    pytest.param(codeable(ATC, "M05BX04"), id="ATC"),
    pytest.param(codeable(HCPCS, "J3489"), id="HCPCS"),
    pytest.param({"text": "Prolia 60 mg"}, id="words"),
    pytest.param({"text": "osteoporosis injection"}, id="no name"),
]
NAMES = ["Prolia 60 mg", "阿仑膦酸钠片", "Osteoporosespritze", "drug for osteoporosis"]


def order(kind, **members):
    return of_patient(kind, "other", **{"intent": "order"} | members)


def supplied(drug, **members):
    supply = {"itemCodeableConcept": drug, "quantity": {"value": 1}}
    return of_patient("SupplyRequest", "other", **supply | members)


def device(drug, **members):
    return order("DeviceRequest", codeCodeableConcept=drug, **members)


def injected(drug, **members):
    return order("ServiceRequest", code=INJECTION, orderDetail=[drug], **members)


def used(drug, **members):
    return of_patient("Procedure", "other", code=INJECTION, usedCode=[drug], **members)


def says_none(card):
    words = card["summary"] + card["detail"]
    return "o bone drug" in words or "none in" in words


@pytest.mark.parametrize("days", [20, 500, 3000])
@pytest.mark.parametrize("build", [supplied, device, injected])
@pytest.mark.parametrize("drug", DRUGS)
def test_an_order_on_record_names_its_drug(drug, build, days):
    card = card_of(build(drug, status="completed", authoredOn=days_ago(days)))
    assert not says_none(card)
    assert "below" not in card["detail"]


@pytest.mark.parametrize("days", [20, 500, 3000])
@pytest.mark.parametrize("status", ["completed", "in-progress", "unknown"])
@pytest.mark.parametrize("drug", DRUGS)
def test_an_injection_names_the_drug_that_was_used(drug, status, days):
    act = used(drug, status=status, performedDateTime=days_ago(days))
    assert not says_none(card_of(act))


@pytest.mark.parametrize("build", [supplied, device, injected])
@pytest.mark.parametrize("drug", DRUGS)
def test_an_order_of_the_signing_names_its_drug(drug, build):
    draft = build(drug, status="draft")
    signed = order_sign(reassuring_record(), kyphoplasty(), draft)
    assert not says_none(by_topic(ask(signed))["rehabilitation"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda note: brace(note=note), id="brace"),
        pytest.param(
            lambda note: order(
                "ServiceRequest", code=BLOOD_COUNT, status="draft", note=note
            ),
            id="laboratory",
        ),
    ],
)
def test_the_note_of_an_order_of_the_signing_names_a_drug(name, build):
    draft = build([{"text": f"on {name}"}])
    signed = order_sign(reassuring_record(), kyphoplasty(), draft)
    assert not says_none(by_topic(ask(signed))["rehabilitation"])


@pytest.mark.parametrize("drug", DRUGS)
def test_a_detail_of_the_operation_names_a_drug(drug):
    signed = order_sign(reassuring_record(), kyphoplasty(orderDetail=[drug]))
    assert not says_none(by_topic(ask(signed))["rehabilitation"])


@pytest.mark.parametrize("name", NAMES)
def test_the_reason_of_the_stay_names_a_drug(name):
    stay = inpatient() | {"reasonCode": [{"text": f"{name} given"}]}
    card = card_of(stay)
    assert not says_none(card)
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(supplied({"text": "Wheelchair"}, status="active"), id="supply"),
        pytest.param(
            order("ServiceRequest", code=BLOOD_COUNT, status="completed"), id="order"
        ),
        pytest.param(
            inpatient() | {"reasonCode": [{"text": "Low back pain"}]}, id="stay"
        ),
    ],
)
def test_an_entry_without_a_bone_drug_changes_nothing(entry):
    card = card_of(entry)
    assert says_none(card)
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize(
    "key",
    [
        *("deviceRequests", "supplyRequests", "serviceRequests", "procedures"),
        *("imagingStudies", "encounter", "conditions", "diagnosticReports"),
    ],
)
def test_no_list_that_failed_and_may_name_a_drug_leaves_none(key):
    """A supply, a device order or the reason of the stay may be of denosumab."""
    body = order_sign(reassuring_record(inpatient()), kyphoplasty())
    assert says_none(by_topic(ask(body))["rehabilitation"])
    issue = {"severity": "error", "code": "forbidden"}
    body["prefetch"][key] = {"resourceType": "OperationOutcome", "issue": [issue]}
    assert not says_none(by_topic(ask(body))["rehabilitation"])
