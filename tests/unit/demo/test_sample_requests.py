"""The request that an EHR would send, with prefetch that agrees with the live server."""

from datetime import date
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle

from cds_service.samples import load_samples
from cds_service.samples.fhir_search import SearchRefused
from cds_service.samples.requests import order_sign_request

SAMPLES = load_samples(date(2026, 11, 20))
P1 = SAMPLES[0]
PLAN = {
    "patient": "Patient/{{context.patientId}}",
    "body": "Observation?patient={{context.patientId}}&code=http://loinc.org|39156-5,http://loinc.org|8302-2&_sort=-date",
    "conditions": "Condition?patient={{context.patientId}}",
    "procedures": "Procedure?patient={{context.patientId}}&status=entered-in-error",
}


def test_without_plan_there_is_no_prefetch_and_the_server_is_named():
    body = order_sign_request(P1, fhir_server="http://127.0.0.1:1/fhir")
    assert "prefetch" not in body
    assert body["fhirServer"] == "http://127.0.0.1:1/fhir"
    assert body["context"] == {
        "userId": "Practitioner/sample-surgeon",
        "patientId": "p1-thin-high",
        "draftOrders": P1.draft_orders,
    }


def test_hook_instances_are_uuids_that_differ_by_patient_and_never_change():
    instances = [order_sign_request(sample)["hookInstance"] for sample in SAMPLES]
    assert instances == [order_sign_request(sample)["hookInstance"] for sample in SAMPLES]
    assert len({UUID(instance) for instance in instances}) == len(SAMPLES)


def test_each_key_is_answered_by_its_own_template():
    prefetch = order_sign_request(P1, plan=PLAN)["prefetch"]
    assert prefetch["patient"] == P1.resources[0]
    assert [entry["resource"]["id"] for entry in prefetch["body"]["entry"]] == [
        "p1-thin-high-bmi",
        "p1-thin-high-height",
    ]
    assert prefetch["conditions"]["total"] == 14
    assert "entry" not in prefetch["procedures"]
    for key in ("body", "conditions", "procedures"):
        Bundle.model_validate(prefetch[key])


def test_a_read_of_what_is_not_there_is_null():
    plan = {"other": "Patient/somebody-else"}
    assert order_sign_request(P1, plan=plan)["prefetch"] == {"other": None}


def test_a_template_that_a_server_would_refuse_is_refused_here_too():
    with pytest.raises(SearchRefused, match="colour"):
        order_sign_request(P1, plan={"x": "Observation?colour=red"})
