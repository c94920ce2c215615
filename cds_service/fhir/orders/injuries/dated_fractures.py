"""Date the fractures on record: one after an override is a new one."""

from datetime import date

from cds_service.core.earlier_cards.closures import Fracture
from cds_service.fhir.certainty import certainty_of, is_later_encounter
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import OTHER_BONE
from cds_service.fhir.entries.fractures.levels_of_entries import fracture_levels
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.recognition import FRACTURES
from cds_service.fhir.raw_json import member, objects, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

# Bones other than vertebrae, by the concepts of their fractures.
BONES = frozenset(
    {
        "hip-fracture",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "femur-shaft-fracture",
        "atypical-femur-fracture",
        "arm-fracture",
        "leg-fracture",
        "rib-fracture",
        "osteoporotic-fracture-unsited",
    }
)
OF_HEAD = "head-injury"


def dated_fractures(
    record: PatientRecord, terminology: Terminology, today: date
) -> tuple[Fracture, ...]:
    """Return the fractures that began on a known day, with their vertebrae.

    A fracture without an onset began when its bone was first recorded as broken: a
    visit records it once more. Vertebrae are recorded again with each order, so without
    an onset they are left out.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    entries = [
        entry
        for entry in record.of_key("conditions")
        if _is_fracture(entry) and certainty_of(entry.raw) != "denied"
    ]
    fractures = []
    for entry in entries:
        if _is_followed_up(entry, terminology):
            continue
        if _has_onset(entry):
            day, _ = begun(entry.raw, birth, calendar)
        else:
            same = [one for one in entries if _bones(one) & _bones(entry)]
            days = [_first_told(one, birth, calendar) for one in same]
            known = [one for one in days if one is not None]
            day = min(known) if known and len(known) == len(days) else None
        if day is not None and day <= today:
            levels = fracture_levels(entry.raw, terminology)
            fractures.append(Fracture(day, tuple(sorted(levels))))
    return tuple(fractures)


def _has_onset(entry: Entry) -> bool:
    return any(name.removeprefix("_").startswith("onset") for name in entry.raw)


def _first_told(
    entry: Entry, birth: date | None, calendar: SiteCalendar
) -> date | None:
    if _has_onset(entry):
        return begun(entry.raw, birth, calendar)[0]
    return calendar.first_day(recorded_on(entry.raw))


def _is_fracture(entry: Entry) -> bool:
    if OF_HEAD in entry.concepts:
        return False
    return not entry.concepts.isdisjoint(FRACTURES | BONES | {OTHER_BONE})


def _bones(entry: Entry) -> frozenset[str]:
    """Return the bones that a fracture names; empty for a vertebra."""
    if not entry.concepts.isdisjoint(FRACTURES):
        return frozenset()
    return (entry.concepts & BONES) or (entry.concepts & {OTHER_BONE})


def _is_followed_up(entry: Entry, terminology: Terminology) -> bool:
    """Tell if the entry is of a fracture that was treated before, or is history."""
    if certainty_of(entry.raw) == "past":
        return True
    codes = objects(member(entry.raw, "code", "coding"))
    if any(is_later_encounter(text(coding.get("code"))) for coding in codes):
        return True
    words = texts_of(entry.raw.get("code"))
    return any(terminology.text_concepts(one, OLD_FRACTURE) for one in words)
