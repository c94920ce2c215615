"""A device of another patient is none of this one's, whatever order refers to it."""

import pytest

from tests.chart_builders import (
    PATIENT,
    ask,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    patient,
    strong_and_nourished,
)
from tests.codes import codeable

HCPCS = "https://bluebutton.cms.gov/resources/codesystem/hcpcs"
NUMBER = {"system": "https://hospital.example.org/mrn", "value": "4711"}
OTHER_NUMBER = {**NUMBER, "value": "4712"}
BASE = "https://ehr.example.org/fhir"
OF_OTHERS = [
    pytest.param({"reference": "Patient/other"}, id="another"),
    pytest.param({"reference": f"{BASE}/Patient/other"}, id="another, whole address"),
    pytest.param({"reference": "Patient/other/_history/2"}, id="another, a version"),
    pytest.param({"reference": "urn:uuid:0f0f0f0f-1111"}, id="another, an entry"),
    pytest.param({"reference": f"Group/{PATIENT}"}, id="a group"),
    pytest.param({"identifier": OTHER_NUMBER}, id="another number"),
    pytest.param({"display": "Ann Other"}, id="words alone"),
    pytest.param(
        {"reference": f"Patient/{PATIENT}", "identifier": OTHER_NUMBER},
        id="this id with another number",
    ),
]
OF_PATIENT = [
    pytest.param(None, id="nobody"),
    pytest.param({"reference": f"Patient/{PATIENT}"}, id="this one"),
    pytest.param({"reference": f"Patient/{PATIENT}/_history/1"}, id="a version"),
    pytest.param({"reference": f"{BASE}/Patient/{PATIENT}"}, id="whole address"),
    pytest.param(
        {"reference": "urn:uuid:0f0f0f0f-2222"}, id="the entry of the Patient"
    ),
    pytest.param({"identifier": NUMBER}, id="the record number"),
    pytest.param({"reference": f"Patient/{PATIENT}", "identifier": NUMBER}, id="both"),
    pytest.param(
        {"reference": f"Patient/{PATIENT}", "display": "Ann"}, id="with a name"
    ),
]


def answers(whose, kind="DeviceRequest"):
    """The cards of a patient with an order of a device that came with it."""
    device = {
        "resourceType": "Device",
        "id": "tlso",
        "type": codeable(HCPCS, "L0456"),
        **({"patient": whose} if whose else {}),
    }
    element = "codeReference" if kind == "DeviceRequest" else "itemReference"
    order = of_patient(
        kind,
        "order",
        status="active",
        authoredOn=days_ago(1),
        **{element: {"reference": "Device/tlso"}},
        **({"intent": "order"} if kind == "DeviceRequest" else {}),
        **({"quantity": {"value": 1}} if kind == "SupplyRequest" else {}),
    )
    if kind == "SupplyRequest":
        order["deliverTo"] = order.pop("subject")
    person = {**patient(), "identifier": [NUMBER]}
    record = [*strong_and_nourished()[1:], person, order]
    body = order_sign(record, kyphoplasty())
    key = "deviceRequests" if kind == "DeviceRequest" else "supplyRequests"
    ours = {"fullUrl": "urn:uuid:0f0f0f0f-2222", "resource": person}
    sent = body["prefetch"][key]
    sent["entry"] += [{"resource": device}, ours]
    del sent["total"]
    body["fhirServer"] = BASE
    return {card["source"]["topic"]["code"]: card for card in ask(body)}


@pytest.mark.parametrize("whose", OF_OTHERS)
def test_a_device_of_another_patient_is_not_read(whose):
    cards = answers(whose)
    assert "braceLimit" not in cards
    assert "device was not read" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("whose", OF_PATIENT)
def test_a_device_of_this_patient_or_of_nobody_is_read(whose):
    assert "TLSO" in answers(whose)["braceLimit"]["summary"]


@pytest.mark.parametrize(
    ("whose", "is_read"),
    [({"reference": "Patient/other"}, False), (None, True)],
)
def test_what_a_supply_refers_to_is_read_alike(whose, is_read):
    assert ("braceLimit" in answers(whose, "SupplyRequest")) is is_read
