"""A draft whose addresses name another order is corrected by hand alone."""

import pytest

from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.drafts import read_bundle

BASE = "https://ehr.example.org/fhir"
BRACE = {
    "resourceType": "DeviceRequest",
    "id": "1",
    "status": "draft",
    "intent": "order",
    "subject": {"reference": "Patient/p1"},
}


def source_of(**entry):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": BRACE, **entry}]}
    (order,) = read_bundle(bundle, Person("p1")).drafts
    assert order.reference == "DeviceRequest/1"
    return order.source


@pytest.mark.parametrize(
    "entry",
    [
        {"fullUrl": "DeviceRequest/2"},
        {"fullUrl": f"{BASE}/DeviceRequest/2"},
        {"fullUrl": f"{BASE}/DeviceRequest/2/_history/1"},
        {"fullUrl": f"{BASE}/ServiceRequest/1"},
        {"request": {"method": "PUT", "url": "DeviceRequest/2"}},
        {"request": {"method": "PATCH", "url": f"{BASE}/DeviceRequest/2"}},
        {"request": {"method": "put", "url": "ServiceRequest/1"}},
        {
            "fullUrl": f"{BASE}/DeviceRequest/1",
            "request": {"method": "PUT", "url": "DeviceRequest/2"},
        },
    ],
)
def test_an_order_with_two_names_is_not_corrected(entry):
    assert source_of(**entry) is None


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"fullUrl": None},
        {"fullUrl": "DeviceRequest/1"},
        {"fullUrl": f"{BASE}/DeviceRequest/1"},
        {"fullUrl": f"{BASE}/DeviceRequest/1/_history/2"},
        {"fullUrl": "urn:uuid:0f0f0f0f-2222-4333-8444-555555555555"},
        {"request": {"method": "POST", "url": "DeviceRequest"}},
        {"request": {"method": "PUT", "url": "DeviceRequest/1"}},
        {"request": {"method": "PUT", "url": "DeviceRequest?identifier=x|1"}},
        {"request": {"method": "PUT"}},
    ],
)
def test_an_order_with_one_name_is_corrected(entry):
    assert source_of(**entry) is BRACE
