"""Tell which entries of the last months name a cause, a deficit or an unstable spine.

A suspicion of years ago that nobody closed is one line under *Not known*. One of these
months, or of no known day, comes before the cement.
"""

from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.since.coded_fractures import day_of_report
from cds_service.fhir.raw_json import member

# Policy: as long as an infection that is over counts (fact F1).
LATELY = timedelta(days=90)
TELLING = (
    CANCERS
    | SPINAL_INFECTIONS
    | {
        "bone-metastasis",
        "myeloma-ever",
        "pathological-fracture",
        "sepsis",
        "neurological-deficit",
        "leg-weakness",
        "spinal-cord-disease",
        "sphincter-trouble",
        "paralysis-elsewhere",
        "unstable-fracture",
        "spinal-instability",
    }
)
TELLING_IN_DOUBT = frozenset(map(in_doubt, TELLING))
LISTS = ("conditions", "diagnosticReports")


def told_lately(
    record: PatientRecord, terminology: Terminology, today: date
) -> frozenset[str]:
    """Return the references of these diagnoses and reports, with or without a day."""
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    return frozenset(
        entry.reference
        for key in LISTS
        for entry in record.of_key(key)
        if not entry.concepts.isdisjoint(TELLING | TELLING_IN_DOUBT)
        and _is_of_late(_day_of(entry, birth, terminology), today)
    )


def _day_of(entry: Entry, birth: date | None, terminology: Terminology) -> date | None:
    """Return the last day on which it may have begun, else that of recording."""
    calendar = terminology.calendar
    if entry.kind == "DiagnosticReport":
        return day_of_report(entry, calendar)
    _, last = begun(entry.raw, birth, calendar)
    return last or calendar.last_day(recorded_on(entry.raw))


def _is_of_late(day: date | None, today: date) -> bool:
    return day is None or today - day <= LATELY
