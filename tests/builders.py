"""Records of a patient, small and readable: one function per kind of resource, and `findings_of` to read them."""

import random
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from fhir.resources.R4B import get_fhir_model_class

from cds_service.core.derivations.derived import derive
from cds_service.core.findings import Findings
from cds_service.core.orders import AugmentationOrder, TreatedLevels
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import concepts_of
from cds_service.fhir.entries.entry import Entry, read_entry
from cds_service.fhir.entries.medication.products import referred_in
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.mapping.finding_specs import load_finding_specs
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.references import Targets
from cds_service.outgoing.deadline import Deadline
from tests.codes import ICD, LOINC, MEASURES, codeable

MAPPINGS = Path(__file__).resolve().parents[1] / "mappings"
TODAY = date(2026, 11, 20)
RECENT = "2026-11-02"

SPINE_T, HIP_T, FEMUR_T, FOREARM_T = "38267-1", "38264-8", "38263-0", "38265-5"
LEFT_GRIP, RIGHT_GRIP = "83173-5", "83174-3"

KEYS = {
    "Observation": "imaging",
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "MedicationAdministration": "administrations",
    "MedicationDispense": "dispenses",
    "MedicationStatement": "statements",
    "Procedure": "procedures",
    "ServiceRequest": "serviceRequests",
    "DeviceRequest": "deviceRequests",
    "DiagnosticReport": "diagnosticReports",
    "ImagingStudy": "imagingStudies",
    "Encounter": "encounter",
}
ALL_KEYS = ("patient", "boneDensity", "body", "function", *KEYS.values())
_numbers = count(1)

Json = dict[str, Any]


@lru_cache
def terminology() -> Terminology:
    return Terminology(MAPPINGS)


@lru_cache
def specs() -> Mapping[str, FindingSpec]:
    return load_finding_specs(MAPPINGS)


def coded(code: str, system: str = LOINC, *, text: str = "", display: str = "") -> Json:
    return codeable(system, code, text, display=display)


def quantity(value: float, unit: str | None = None, **members: Any) -> Json:
    return {"value": value} | ({"unit": unit} if unit is not None else {}) | members


def observation(
    code: str | Json,
    value: float | None = None,
    unit: str | None = None,
    **members: Any,
) -> Json:
    """A final Observation of 2 November 2026; `on` sets its effectiveDateTime, a member of None leaves it out."""
    built = {
        "resourceType": "Observation",
        "id": f"o{next(_numbers)}",
        "status": "final",
        "code": coded(code) if isinstance(code, str) else code,
        "effectiveDateTime": members.pop("on", RECENT),
        "valueQuantity": None if value is None else quantity(value, unit),
        **members,
    }
    return {name: part for name, part in built.items() if part is not None}


def measure(
    name: str, value: float | None = None, unit: str | None = None, **members: Any
) -> Json:
    """An Observation by our own code, measured by a named method."""
    return observation(
        coded(name, MEASURES),
        value,
        unit,
        **({"method": {"text": "MRI, T2"}} | members),
    )


def t_score(
    value: float, code: str = SPINE_T, unit: str | None = "{T-score}", **members: Any
) -> Json:
    return observation(code, value, unit, **members)


def of_patient(kind: str, prefix: str, **members: Any) -> Json:
    return {
        "resourceType": kind,
        "id": f"{prefix}{next(_numbers)}",
        "subject": {"reference": "Patient/p1"},
        **members,
    }


def condition(
    code: str, system: str = ICD, status: str | None = "active", **members: Any
) -> Json:
    """A confirmed condition on the problem list."""
    said = {
        "code": coded(code, system),
        "verificationStatus": verification("confirmed"),
    }
    return of_patient(
        "Condition",
        "c",
        **said | ({"clinicalStatus": clinical(status)} if status else {}) | members,
    )


def clinical(status: str) -> Json:
    return coded(status, "http://terminology.hl7.org/CodeSystem/condition-clinical")


def verification(status: str) -> Json:
    return coded(status, "http://terminology.hl7.org/CodeSystem/condition-ver-status")


def words(text: str, **members: Any) -> Json:
    """A condition that has words and no code."""
    return {**condition("x"), "code": {"text": text}, **members}


def prescription(
    drug: Json | None = None,
    *,
    on: str | None = "2026-10-01",
    status: str = "active",
    **members: Any,
) -> Json:
    """A MedicationRequest."""
    said = {
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": drug,
        "authoredOn": on,
    }
    return of_patient(
        "MedicationRequest",
        "m",
        **{name: part for name, part in said.items() if part} | members,
    )


def dose(drug: Json, on: str, status: str = "completed") -> Json:
    """A MedicationAdministration."""
    return of_patient(
        "MedicationAdministration",
        "a",
        status=status,
        medicationCodeableConcept=drug,
        effectiveDateTime=on,
    )


def statement(drug: Json, status: str = "active", **members: Any) -> Json:
    return of_patient(
        "MedicationStatement",
        "s",
        status=status,
        medicationCodeableConcept=drug,
        **members,
    )


def procedure(
    code: Json, on: str | None = "2024-03-01", status: str = "completed"
) -> Json:
    return of_patient(
        "Procedure",
        "p",
        status=status,
        code=code,
        **({"performedDateTime": on} if on else {}),
    )


def patient(**members: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "gender": "female",
        "birthDate": "1945-12-24",
        **members,
    }


def record_of(
    *resources: Json,
    person: Json | None = None,
    failed: tuple[str, ...] = (),
    incomplete: tuple[str, ...] = (),
    unreadable: tuple[Unreadable, ...] = (),
    entries: Mapping[str, int] | None = None,
    mapped: Terminology | None = None,
) -> PatientRecord:
    """A record in which every key was asked; `entries` counts list entries that are none of ours as well."""
    kept = tuple(_entry(raw, mapped or terminology()) for raw in resources)
    counts = {key: sum(one.key == key for one in kept) for key in ALL_KEYS} | dict(
        entries or {}
    )
    return PatientRecord(
        patient=person if person is not None else patient(),
        entries=kept,
        unreadable=unreadable,
        reads={
            key: _read(key, counts.get(key, 0), failed, incomplete) for key in ALL_KEYS
        },
        foreign={},
    )


def _entry(raw: Json, mapped: Terminology) -> Entry:
    get_fhir_model_class(raw["resourceType"]).model_validate(raw)
    medication = referred_in(raw, Targets(()))
    coded = read_code(raw, mapped)
    concepts = concepts_of(coded, Targets(()), mapped)
    key = KEYS[raw["resourceType"]]
    return read_entry(coded, key, "fhir", concepts, medication, mapped)


def _read(
    key: str, number: int, failed: tuple[str, ...], incomplete: tuple[str, ...]
) -> ReadOutcome:
    if key in failed:
        return ReadOutcome(state="failed", origin="fhir", note="timeout")
    is_cut = key in incomplete
    note = "incomplete: page 2 failed" if is_cut else ""
    return ReadOutcome(
        state="given" if number else "empty",
        origin="fhir",
        entries=number,
        note=note,
        is_cut=is_cut,
    )


def findings_of(
    *resources: Json,
    today: date = TODAY,
    not_after: date | None = None,
    shuffled: int | None = None,
    treated: tuple[str, ...] = (),
    deadline: Deadline | None = None,
    **record: Any,
) -> Findings:
    """What the record of these resources says; `shuffled` is the seed of another order of the same resources."""
    listed = list(resources)
    if shuffled is not None:
        random.Random(shuffled).shuffle(listed)
    mapped = record.get("mapped") or terminology()
    read = record_of(*listed, **record)
    until = not_after or today
    days = CountedDays(today, until, today, until)
    chart = Chart(read, mapped, days, treated=treated, deadline=deadline)
    return extract_findings(chart, specs())


class SmallRecord(NamedTuple):
    """A record of a few resources, and how it was read.

    Attributes:
        order: the order that is signed, if any.
        read: what `findings_of` takes besides the resources.
    """

    resources: tuple[Json, ...]
    order: AugmentationOrder | None
    read: dict[str, Any]

    def findings(self) -> Findings:
        """Return what it says, and what follows from that and the order."""
        found = findings_of(*self.resources, **self.read)
        if self.order is None:
            return found
        return derive(found, specs(), self.order, sarcopenia_criteria="ewgsop2")


def on_record(
    *resources: Json, order: AugmentationOrder | None = None, **read: Any
) -> SmallRecord:
    return SmallRecord(resources, order, read)


def broken(reference: str, key: str, concept: str) -> Unreadable:
    return Unreadable(reference=reference, key=key, concepts=frozenset({concept}))


def ordered_augmentation(
    levels: Iterable[str], reasons: Iterable[str] = ()
) -> AugmentationOrder:
    return AugmentationOrder(
        references=("ServiceRequest/1",),
        procedure="PKP",
        levels=TreatedLevels(names=tuple(levels)),
        reasons=frozenset(reasons),
    )
