"""Find the repairs of hip and thigh, and the broken bone that each may have treated.

Raw JSON of the record in, days out; junk never raises. A repair treats what broke on
its day or before; what breaks later is not treated, whatever its side.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from cds_service.core.leaving import InjuryKind
from cds_service.fhir.gathering.hip_repair_words import HIP_REPAIR, titles_of
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.raw_json import Json, is_prohibition, member, objects, text
from cds_service.fhir.references import last_name

REPAIRABLE = frozenset(
    {"hip-fracture", "femur-fracture-unstated", "femur-shaft-fracture"}
)
SIDES = ("side-right", "side-left")
# The side in codes: 1 is right and 2 is left of a femur in ICD-10-CM; in ICD-10-PCS a
# body part of its own.
_OF_FRACTURE = re.compile(r"(?:S72\.\d\d|M80\.[08]5)([12])")
_OF_REPAIR = re.compile(r"0(?:Q[SH]|SR)([67BR9S])")
# Codes of hip replacements: CPT, OPS, ICD-10-PCS.
_OF_JOINT = re.compile(r"271(?:25|30|32)|5-820|0SR")
CODED_SIDES = {
    **dict.fromkeys("169R", "side-right"),
    **dict.fromkeys("27BS", "side-left"),
}


class Repair(NamedTuple):
    """A repair that was done on a known day.

    Attributes:
        reference: of the procedure.
        sides: those that its codes and words name.
        reasons: names of the diagnoses that it refers to.
        is_of_joint: it replaced the hip, which treats no fracture of the shaft.
    """

    day: date
    reference: str
    sides: frozenset[str]
    reasons: frozenset[str]
    is_of_joint: bool


def repairs_of(record: PatientRecord, terminology: Terminology) -> list[Repair]:
    """List the repairs that were done, and whose titles do not say otherwise."""
    calendar = terminology.calendar
    repairs = []
    for entry in record.of_key("procedures"):
        raw = entry.raw
        if HIP_REPAIR not in entry.concepts or entry.status != "completed":
            continue
        titles = titles_of(raw)
        if is_prohibition(raw) or any(map(terminology.clauses.is_not_done, titles)):
            continue
        period = member(raw, "performedPeriod")
        times = (raw.get("performedDateTime"), member(period, "start"))
        day = next(filter(None, map(calendar.named_day, times)), None)
        if day is not None:
            sides, reasons = _sides_of(raw, terminology), _reasons_of(raw)
            is_of_joint = any(map(_OF_JOINT.match, _codes_of(raw)))
            repairs.append(Repair(day, entry.reference, sides, reasons, is_of_joint))
    return sorted(repairs, key=lambda repair: (repair.day, repair.reference))


def repaired_on(
    condition: Json,
    kind: InjuryKind,
    last: date | None,
    repairs: Sequence[Repair],
    terminology: Terminology,
) -> date | None:
    """Return the day of the first repair that may be of this broken bone.

    Args:
        condition: the diagnosis.
        kind: what broke.
        last: the last day on which it may have broken; None if it is not known.
        repairs: the first one first.
        terminology: the service's terminology.
    """
    if kind not in REPAIRABLE or last is None:
        return None
    sides = _sides_of(condition, terminology)
    name = f"Condition/{text(condition.get('id'))}"
    return next(
        (
            repair.day
            for repair in repairs
            if repair.day >= last
            and not (sides and repair.sides and sides.isdisjoint(repair.sides))
            and (not repair.reasons or name in repair.reasons)
            and not (repair.is_of_joint and kind != "hip-fracture")
        ),
        None,
    )


def _reasons_of(procedure: Json) -> frozenset[str]:
    names = (
        last_name(text(reference.get("reference")))
        for reference in objects(procedure.get("reasonReference"))
    )
    return frozenset(name for name in names if name.startswith("Condition/"))


def _sides_of(resource: Json, terminology: Terminology) -> frozenset[str]:
    return frozenset(_sides(resource, terminology))


def _sides(resource: Json, terminology: Terminology) -> Iterator[str]:
    for code in _codes_of(resource):
        side = _OF_FRACTURE.match(code) or _OF_REPAIR.match(code)
        if side:
            yield CODED_SIDES[side.group(1)]
    for codeable in codeables(resource, "code", "bodySite"):
        for title in titles_of({"code": codeable}):
            yield from terminology.kinds.named(title, SIDES)


def _codes_of(resource: Json) -> list[str]:
    codings = objects(member(resource, "code", "coding"))
    return [text(coding.get("code")) for coding in codings]
