"""Find the repairs of hip and thigh, and the broken bone that each may have treated.

A repair treats what broke on its day or before; what breaks later is not treated,
whatever its side.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from cds_service.core.facts.leaving import InjuryKind
from cds_service.core.findings import is_diagnosis
from cds_service.fhir.entries.fractures.hip_repair_words import HIP_REPAIR
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.codes.side_codes import SideCodes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import last_name, reference_name
from cds_service.fhir.site_calendar import SiteCalendar

REPAIRABLE = frozenset(
    {"hip-fracture", "femur-fracture-unstated", "femur-shaft-fracture"}
)
SIDES = ("side-right", "side-left")
SIDE_OF_LETTER = {"R": "side-right", "L": "side-left"}
# A letter before or after a title: "Schenkelhalsfraktur L", "(R) hip fracture".
_SIDE_AS_LETTER = re.compile(r"^\(?([LR])[).:]?(?:\s|$)|(?<=[\s,;])\(?([LR])[).]?$")
# What a repair of a broken bone is done for; any other reason is of something else.
REASONS = REPAIRABLE | {"other-fracture", "fall", "fall-from-height"}


class Repair(NamedTuple):
    """A repair that was done on a known day.

    Attributes:
        reference: of the procedure.
        sides: those that its codes and words name.
        reasons: names of the diagnoses that it refers to.
        instant: in UTC; empty if only the day is known.
        is_for_fracture: no coded or written reason is of something else.
        is_of_joint: it replaced the hip, which treats no fracture of the shaft.
    """

    day: date
    reference: str
    sides: frozenset[str]
    reasons: frozenset[str]
    instant: str = ""
    is_for_fracture: bool = True
    is_of_joint: bool = False


def repairs_of(record: PatientRecord, terminology: Terminology) -> list[Repair]:
    """List the repairs that were done, and whose titles do not say otherwise."""
    calendar = terminology.calendar
    repairs = []
    for entry in record.of_key("procedures"):
        raw = entry.raw
        if HIP_REPAIR not in entry.concepts or entry.status != "completed":
            continue
        titles = texts_of(raw.get("code"))
        if is_prohibition(raw) or any(map(terminology.clauses.is_not_done, titles)):
            continue
        period = member(raw, "performedPeriod")
        times = (raw.get("performedDateTime"), member(period, "start"))
        time = next(filter(calendar.named_day, times), None)
        day = calendar.named_day(time)
        if day is not None:
            repair = Repair(
                day,
                entry.reference,
                _sides_of_repair(raw, terminology),
                _reasons_of(raw),
                _instant(time, calendar),
                _is_for_fracture(raw, terminology),
                _is_of_joint(raw, terminology),
            )
            repairs.append(repair)
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
    sides = sides_of(condition, terminology)
    broke_at = _instant(condition.get("onsetDateTime"), terminology.calendar)
    name = reference_name("Condition", condition)
    return next(
        (
            repair.day
            for repair in repairs
            if repair.day >= last
            and not (broke_at and repair.instant and repair.instant < broke_at)
            # Of two broken hips, the repair of one leaves the other.
            and not (sides and repair.sides and not sides <= repair.sides)
            and repair.is_for_fracture
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
    return frozenset(name for name in names if is_diagnosis(name))


def _is_of_joint(procedure: Json, terminology: Terminology) -> bool:
    codings = objects(member(procedure, "code", "coding"))
    codes = (text(coding.get("code")) for coding in codings)
    return any(map(terminology.side_codes.is_of_joint, codes))


def _is_for_fracture(procedure: Json, terminology: Terminology) -> bool:
    reasons = codeables(procedure, "reasonCode")
    return not reasons or any(
        not REASONS.isdisjoint(_concepts_of(reason, terminology)) for reason in reasons
    )


def _concepts_of(codeable: Json, terminology: Terminology) -> frozenset[str]:
    concepts = {match.concept for match in terminology.matches(codeable)}
    for words in texts_of(codeable):
        concepts |= terminology.text_concepts(words)
    return frozenset(concepts)


def _instant(value: object, calendar: SiteCalendar) -> str:
    moment = calendar.moment(value)
    return moment.instant if moment else ""


def _sides_of_repair(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return the sides of a repair; of one for the other side, a side of no bone."""
    own = sides_of(procedure, terminology)
    of_reasons = frozenset[str]().union(
        *(
            sides_of({"code": reason}, terminology)
            for reason in codeables(procedure, "reasonCode")
        )
    )
    if own and of_reasons:
        return own & of_reasons or frozenset({"side-contradicted"})
    return own | of_reasons


def sides_of(resource: Json, terminology: Terminology) -> frozenset[str]:
    """Return the sides that the codes and words of a diagnosis or procedure name."""
    return frozenset(_sides(resource, terminology))


def _sides(resource: Json, terminology: Terminology) -> Iterator[str]:
    for codeable in codeables(resource, "code", "bodySite"):
        for coding in objects(codeable.get("coding")):
            yield from _sides_of_coding(coding, terminology.side_codes)
        for title in texts_of(codeable):
            yield from terminology.kinds.named(title, SIDES)
            if letter := _SIDE_AS_LETTER.search(title.strip()):
                yield SIDE_OF_LETTER[letter.group(1) or letter.group(2)]


def _sides_of_coding(coding: Json, codes: SideCodes) -> Iterator[str]:
    yield from codes.of_code(text(coding.get("system")), text(coding.get("code")))
    for extension in objects(coding.get("extension")):
        side_code = text(member(extension, "valueCoding", "code"))
        yield from codes.of_extension(text(extension.get("url")), side_code)
