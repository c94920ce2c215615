"""Find the drugs against infected bone that were given since the operation."""

from collections.abc import Iterator
from datetime import date

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import UNREAD_REASON
from cds_service.fhir.entries.grave.long_antibiotics import BROAD_COURSE
from cds_service.fhir.entries.medication.drug_groups import (
    BROAD_ANTIBIOTIC,
    INFECTION_DRUGS,
)
from cds_service.fhir.entries.medication.unread_in_dosages import words_of_dosages
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member


def antibiotics_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the entries of this day or later of drugs against infected bone."""
    return frozenset(
        entry.reference
        for entry in record.entries
        if _is_against_infection(entry, terminology)
        if terminology.calendar.may_be_since(_days_of_drug(entry.raw), since)
    )


def _is_against_infection(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a drug is one against infected bone.

    One of many infections is none for words that were not understood, unless they are
    of weeks.
    """
    groups = entry.drug.concepts & INFECTION_DRUGS if entry.drug else frozenset()
    if groups != {BROAD_ANTIBIOTIC} or in_doubt(UNREAD_REASON) not in entry.concepts:
        return bool(groups)
    longest = terminology.durations.longest
    return any(longest(one) >= BROAD_COURSE[0] for one in words_of_dosages(entry.raw))


def _days_of_drug(raw: Json) -> Iterator[object]:
    yield from map(raw.get, ("authoredOn", "effectiveDateTime", "whenHandedOver"))
    yield member(raw, "effectivePeriod", "start")
