"""A patient's record from a FHIR server, as `loop --fhir-server` reads it."""

import json
from typing import Any

import pytest

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.references import bases_of
from cds_service.population.background import read_lines
from tests.scripted_reader import ScriptedReader

BASES = bases_of(["https://ehr.example.org/fhir"])


class Pharmacy(ScriptedReader):
    """Answers each Medication by its own name, except those that fail."""

    def __init__(self, *failing: str, **answers: Any) -> None:
        super().__init__(**answers)
        self.failing = failing

    def fetch(self, query: str, *, until: float) -> Fetched:
        kind, _, name = query.partition("/")
        if kind != "Medication":
            return super().fetch(query, until=until)
        if name in self.failing:
            raise FhirReadError("http-500", "the server failed")
        return Fetched(({"resourceType": kind, "id": name},))


def doses(count: int) -> dict[str, Any]:
    entries = [
        {
            "resourceType": "MedicationAdministration",
            "id": f"dose-{number}",
            "subject": {"reference": "Patient/p1"},
            "medicationReference": {"reference": f"Medication/m-{number}"},
        }
        for number in range(count)
    ]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one} for one in entries],
    }


def names(lines: list[bytes]) -> set[str]:
    return {json.loads(line)["id"] for line in lines}


def test_every_medication_of_a_long_list_is_read() -> None:
    """Some servers keep a Medication for each prescription."""
    reader = Pharmacy(MedicationAdministration=doses(120))
    lines, _ = read_lines(reader, "p1", BASES, until=1e12)
    assert {f"m-{number}" for number in range(120)} <= names(lines)


def test_an_entry_stays_whose_medication_cannot_be_read() -> None:
    reader = Pharmacy("m-1", MedicationAdministration=doses(2))
    lines, _ = read_lines(reader, "p1", BASES, until=1e12)
    assert names(lines) == {"dose-0", "dose-1", "m-0"}


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:mrn", "value": "4711"}],
}


def named(*subjects: Any, **members: Any) -> dict[str, Any]:
    """Doses of these subjects."""
    bundle = doses(len(subjects))
    for entry, subject in zip(bundle["entry"], subjects, strict=True):
        entry["resource"] = {**entry["resource"], "subject": subject, **members}
    return bundle


@pytest.mark.parametrize(
    ("subject", "is_kept", "is_whole"),
    [
        pytest.param({"reference": "Patient/p1/_history/3"}, True, True, id="version"),
        pytest.param(
            {"reference": "http://inner:8080/fhir/Patient/p1"}, True, True, id="alias"
        ),
        pytest.param(
            {"identifier": {"system": "urn:mrn", "value": "4711"}},
            True,
            True,
            id="record-number",
        ),
        pytest.param({"display": "somebody"}, False, False, id="not-clear"),
        pytest.param(
            {"reference": "https://other.example.org/fhir/Patient/p1"},
            False,
            False,
            id="same-id-elsewhere",
        ),
        pytest.param({"reference": "Patient/p2"}, False, True, id="another"),
    ],
)
def test_whose_an_entry_is_is_told_as_in_a_call(
    subject: dict[str, Any], *, is_kept: bool, is_whole: bool
) -> None:
    reader = Pharmacy(Patient=PATIENT, MedicationAdministration=named(subject))
    bases = bases_of(["https://ehr.example.org/fhir", "http://inner:8080/fhir"])
    lines, whole = read_lines(reader, "p1", bases, until=1e12)
    assert ("dose-0" in names(lines)) == is_kept
    assert ("MedicationAdministration" in whole) == is_whole


def test_entries_without_an_id_are_all_kept() -> None:
    ours = {"reference": "Patient/p1"}
    reader = Pharmacy(MedicationAdministration=named(ours, ours, id=""))
    lines, _ = read_lines(reader, "p1", BASES, until=1e12)
    kinds = [json.loads(line)["resourceType"] for line in lines]
    assert kinds.count("MedicationAdministration") == 2
