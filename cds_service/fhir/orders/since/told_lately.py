"""Tell which entries of the last months name a cause, a deficit or an unstable spine.

A suspicion of years ago that was never closed is one line under *Not known*. One of the
last months, or of no known day, comes before the cement.
"""

from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.entries.words.spoken_of import is_doubted, only_speaks
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import OF_FRACTURE, begun, recorded_on
from cds_service.fhir.orders.since.coded_fractures import day_of_report
from cds_service.fhir.raw_json import Json, member, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# Policy: as long as an infection that is over counts (fact F1).
LATELY = timedelta(days=90)
TELLING = (
    CANCERS
    | SPINAL_INFECTIONS
    | {
        "bone-metastasis",
        "myeloma-ever",
        "pathological-fracture",
        "neurological-deficit",
        "leg-weakness",
        "spinal-cord-disease",
        "unstable-fracture",
        "spinal-instability",
    }
)
# What mostly has another reason tells of the spine only for as long as its fact asks.
SHORTER = {
    "sepsis": timedelta(days=14),
    "sphincter-trouble": OF_FRACTURE,
    "paralysis-elsewhere": OF_FRACTURE,
}
COUNTED = {**dict.fromkeys(TELLING, LATELY), **SHORTER}
# By concept, stated or in doubt: for how long an entry that names it counts.
LIMITS = {**COUNTED, **{in_doubt(name): limit for name, limit in COUNTED.items()}}
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
        if (limits := [LIMITS[one] for one in entry.concepts & LIMITS.keys()])
        and _is_within(max(limits), _day_of(entry, birth, terminology), today)
        and not _names_earlier_year(entry.raw, (today - LATELY).year)
        and not _only_speaks_of_it(entry, terminology)
    )


def _day_of(entry: Entry, birth: date | None, terminology: Terminology) -> date | None:
    """Return the last day on which it may have begun, else that of recording."""
    calendar = terminology.calendar
    if entry.resource_type == "DiagnosticReport":
        return day_of_report(entry, calendar)
    _, last = begun(entry.raw, birth, calendar)
    return last or calendar.last_day(recorded_on(entry.raw))


def _is_within(limit: timedelta, day: date | None, today: date) -> bool:
    return day is None or today - day <= limit


def _names_earlier_year(resource: Json, since: int) -> bool:
    """Tell if the title of a diagnosis dates it by an earlier year: `Sepsis 2019`."""
    titles = texts_of(resource.get("code"))
    years = [int(year) for title in titles for year in WRITTEN_YEAR.findall(title)]
    return bool(years) and max(years) < since


def _only_speaks_of_it(entry: Entry, terminology: Terminology) -> bool:
    """Tell if the title of a diagnosis names it as feared, prevented or of a relative.

    "Fear of myeloma" and "breast cancer gene" reassure of nothing, and lead no card. A
    suspicion does, and so do words in which nothing calls it less than there.
    """
    if entry.resource_type == "DiagnosticReport":
        return False
    titles = texts_of(entry.raw.get("code"))
    # A title in which nothing is named, as that of an unknown code, decides nothing.
    telling = [
        one
        for one in titles
        if is_doubted(one, terminology) or terminology.text_concepts(one)
    ]
    return bool(telling) and all(
        only_speaks(one, COUNTED.keys(), terminology) for one in telling
    )
