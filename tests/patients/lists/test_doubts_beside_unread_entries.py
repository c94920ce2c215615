"""An entry that was not understood hides no doubt that another one tells of."""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, problem
from tests.patients.leaving import summaries_beside

OPEN = "spinal infection not excluded. Who settles the cause?"


def antibiotic(name: str, dose: str, reason: str) -> Resource:
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(1)}
    said |= {"medicationCodeableConcept": {"text": name}}
    said |= {"dosageInstruction": [{"text": dose}], "reasonCode": [{"text": reason}]}
    return of_patient("MedicationRequest", "drug", **said)


@pytest.mark.parametrize(
    ("name", "dose"),
    [
        ("Ceftriaxone", "2 g IV daily"),
        ("Cefazolin", "2 g IV q8h"),
        ("Flucloxacillin", "2 g IV every 6 hours"),
    ],
)
@pytest.mark.parametrize(
    "title", [None, "Postoperative pain", "Nausea postoperatoria", "Xyzzy 3"]
)
def test_a_diagnosis_hides_no_antibiotic_of_an_unread_reason(
    name: str, dose: str, title: str | None
) -> None:
    record = [antibiotic(name, dose, "foo bar")]
    if title:
        said = {"code": {"text": title}, "recordedDate": days_ago(1)}
        record.append(problem("x", number="other", **said))
    assert [one.endswith(OPEN) for one in summaries_beside(*record)] == [True]
