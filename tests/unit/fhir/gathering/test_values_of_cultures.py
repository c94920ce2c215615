"""What grew in a culture is read by id, if its report does not say it."""

import pytest

from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.plan import plan_prefetch
from tests.patients.cultures import MICROBIOLOGY
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import page
from tests.wire_builders import hook_request

SERVER = "https://ehr.example.org/fhir"
PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "diagnosticReports": "DiagnosticReport?patient={{context.patientId}}",
    }
)
SUBJECT = {"reference": "Patient/p1"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1950-02-03",
}
GREW = {
    "resourceType": "Observation",
    "id": "g1",
    "status": "final",
    "code": {"text": "Blood culture"},
    "subject": SUBJECT,
    "valueString": "Staphylococcus aureus",
}


def read(value, **members):
    """Return what was asked for, and the concepts of a report with this result."""
    report = {
        "resourceType": "DiagnosticReport",
        "id": "c1",
        "status": "final",
        "category": [MICROBIOLOGY],
        "code": {"text": "Blood culture"},
        "subject": SUBJECT,
        "result": [{"reference": "Observation/g1"}],
    }
    sent = {"patient": PATIENT, "diagnosticReports": page(report | members)}
    fhir = ScriptedReader(Observation=value)
    body = hook_request(prefetch=sent, fhirServer=SERVER)
    record = gathered(body, PLAN, fhir, bases=(SERVER,))
    (entry,) = record.of_key("diagnosticReports")
    return fhir.asked, entry.concepts


def test_what_grew_is_read_by_id():
    asked, concepts = read(GREW)
    assert asked == ["Observation/g1"]
    assert in_doubt("sepsis") in concepts


def test_what_grew_in_another_patient_is_not_read():
    _, concepts = read(GREW | {"subject": {"reference": "Patient/p2"}})
    assert in_doubt("sepsis") not in concepts
    assert in_doubt("unread-prose") in concepts


@pytest.mark.parametrize(
    "members", [{"code": {"text": "Urine culture"}}, {"conclusion": "No growth"}]
)
def test_what_needs_no_value_is_not_asked_for(members):
    asked, _ = read(GREW, **members)
    assert asked == []
