"""Tell which entries of the last months name a cause, a deficit or an unstable spine.

A suspicion of years ago that was never closed is one line under *Not known*. One of the
last months, or of no known day, comes before the cement.
"""

from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.harm.act_words import names_of_reasons
from cds_service.fhir.entries.harm.unusual_titles import SCAN
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.reports import day_of_report
from cds_service.fhir.entries.words.old_deficits import ALL_DEFICITS, are_old_alone
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.entries.words.spoken_of import is_doubted, only_speaks
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.onset import OF_FRACTURE, begun, recorded_on
from cds_service.fhir.raw_json import is_prohibition, member, objects, text, texts_of
from cds_service.fhir.site_calendar import is_dated_before

# Policy: as long as an infection that is over counts (fact F1).
LATELY = timedelta(days=90)
CAUSES = (
    CANCERS
    | SPINAL_INFECTIONS
    | {"bone-metastasis", "myeloma-ever", "pathological-fracture"}
)
TELLING = CAUSES | {
    "neurological-deficit",
    "leg-weakness",
    "spinal-cord-disease",
    "unstable-fracture",
    "spinal-instability",
}
# What mostly has another reason tells of the spine only for as long as its fact asks.
SHORTER = {
    "sepsis": timedelta(days=14),
    "sphincter-trouble": OF_FRACTURE,
    "paralysis-elsewhere": OF_FRACTURE,
}
COUNTED = {**dict.fromkeys(TELLING, LATELY), **SHORTER}
# By concept, stated or in doubt: for how long an entry that names it counts.
LIMITS = {**COUNTED, **{in_doubt(name): limit for name, limit in COUNTED.items()}}
# Rules of `kinds/`.
OLD, SUSPECTED = ("long-standing", "history", "past-in-reason"), ("open-suspicion",)
# Elements of a report that may tell more than its conclusion.
_BESIDE_CONCLUSION = ("conclusionCode", "extension", "contained", "text")
_ANY_DEFICIT = ALL_DEFICITS | {*map(in_doubt, ALL_DEFICITS)}
DEFICITS_NAMED = frozenset(
    map(in_doubt, ("neurological-deficit", "leg-weakness", "sphincter-trouble"))
)
ORDER, IN_FORCE = "ServiceRequest", frozenset({"active", "completed"})
LISTS = ("conditions", "diagnosticReports", "serviceRequests")
# What they name came before the operation: at a discharge it was known when that was
# ordered.
BEFORE_SIGNING = ("encounter", "medications", "statements", "administrations")
STAY, OVER = "Encounter", frozenset({"finished", "cancelled", "entered-in-error"})
DRUG_IN_FORCE = frozenset({"active", "in-progress", "completed", "unknown"})
# Bladder and bowel, a palsy of long standing and a weak leg are treated for years.
OF_DRUG = CAUSES | {"neurological-deficit", "spinal-cord-disease", "sepsis"}
DRUG_LIMITS = {
    name: limit
    for name, limit in LIMITS.items()
    if name in OF_DRUG or name in set(map(in_doubt, OF_DRUG))
}
# Policy: what an order is for is new for as long as a new deficit (fact F5): most are
# answered within days, and stay active.
OF_ORDER = timedelta(days=14)


def told_lately(
    record: PatientRecord,
    terminology: Terminology,
    today: date,
    *,
    is_signed: bool = False,
) -> frozenset[str]:
    """Return the references of these diagnoses, reports and orders.

    A diagnosis or a report without a day counts; an order has one, and is in force.

    Args:
        record: the patient's.
        terminology: the service's terminology.
        today: the day of the answer.
        is_signed: the operation is signed now, so that the reasons of the present stay
            and of the drugs in force count too.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    days_of_scans = (
        day_of_report(report, calendar)
        for report in record.of_key("diagnosticReports")
        if _is_scan(report, terminology)
    )
    reported = max(filter(None, days_of_scans), default=None)
    entries = (
        entry
        for key in (*LISTS, *(BEFORE_SIGNING if is_signed else ()))
        for entry in record.of_key(key)
    )

    def is_of_now(entry: Entry) -> bool:
        if _is_order(entry):
            return _is_recent_order(entry, reported, terminology, today)
        return _is_in_force(entry, terminology) and _is_within(
            max(_limits_of(entry)), _day_of(entry, birth, terminology), today
        )

    return frozenset(
        entry.reference
        for entry in entries
        if _limits_of(entry)
        and is_of_now(entry)
        and not _names_earlier_year(entry, (today - LATELY).year)
        and not _only_speaks_of_it(entry, terminology)
        and not _is_old_deficit(entry, terminology)
    )


def _limits_of(entry: Entry) -> list[timedelta]:
    """List for how long each grave thing that an entry names counts."""
    limits = DRUG_LIMITS if entry.resource_type in MEDICATION_TYPES else LIMITS
    return [limits[one] for one in entry.concepts & limits.keys()]


def _is_in_force(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a stay goes on, or a drug is still given.

    Any other entry counts as in force.
    """
    if entry.resource_type == STAY:
        if entry.status in OVER:
            return False
    elif entry.resource_type not in MEDICATION_TYPES:
        return True
    elif entry.status not in DRUG_IN_FORCE or is_prohibition(entry.raw):
        return False
    reasons = _titles_of(entry)
    return not reasons or not all(
        terminology.kinds.of_title(one, OLD) for one in reasons
    )


def _is_recent_order(
    order: Entry, reported: date | None, terminology: Terminology, today: date
) -> bool:
    """Tell if an order of the last two weeks says that something is there.

    What a scan looks for, a report of its day or later has answered; it does not end
    a deficit that is there.
    """
    day = terminology.calendar.last_day(order.raw.get("authoredOn"))
    reasons = names_of_reasons(order.raw)
    is_old = bool(reasons) and all(
        terminology.kinds.of_title(one, OLD) for one in reasons
    )
    if day is None or is_old:
        return False
    is_question = order.concepts.isdisjoint(DEFICITS_NAMED) or any(
        terminology.kinds.of_title(one, SUSPECTED) for one in reasons
    )
    is_reported = reported is not None and reported >= day
    if is_question and is_reported and _is_scan(order, terminology):
        return False
    return (
        today - day <= OF_ORDER
        and order.status in IN_FORCE
        and not is_prohibition(order.raw)
    )


def _is_scan(entry: Entry, terminology: Terminology) -> bool:
    titles = texts_of(entry.raw.get("code"))
    return any(terminology.kinds.of_title(one, (SCAN,)) for one in titles)


def _day_of(entry: Entry, birth: date | None, terminology: Terminology) -> date | None:
    """Return the last day on which it may have begun, else that of recording."""
    calendar = terminology.calendar
    if entry.resource_type == "DiagnosticReport":
        return day_of_report(entry, calendar)
    if entry.resource_type == STAY:
        return None
    if entry.resource_type in MEDICATION_TYPES:
        when = calendar.effective(entry.raw, "effective")
        return when.day if when else calendar.last_day(entry.raw.get("authoredOn"))
    _, last = begun(entry.raw, birth, calendar)
    return last or calendar.last_day(recorded_on(entry.raw))


def _is_within(limit: timedelta, day: date | None, today: date) -> bool:
    return day is None or today - day <= limit


def _titles_of(entry: Entry) -> list[str]:
    """List the titles of an entry; those of an order begin with its reasons.

    For a stay and a drug they are the reasons, for a drug also the notes.
    """
    titles = texts_of(entry.raw.get("code"))
    if entry.resource_type in MEDICATION_TYPES:
        notes = [text(one.get("text")) for one in objects(entry.raw.get("note"))]
        return [*names_of_reasons(entry.raw), *filter(None, notes)]
    if entry.resource_type == STAY or _is_order(entry):
        return [*names_of_reasons(entry.raw), *titles]
    return titles


def _is_order(entry: Entry) -> bool:
    return entry.resource_type == ORDER


def _names_earlier_year(entry: Entry, since: int) -> bool:
    """Tell if the title of an entry dates it by an earlier year: `Sepsis 2019`."""
    return is_dated_before("\n".join(_titles_of(entry)), since)


def _is_old_deficit(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a diagnosis or a report names a deficit alone, and calls it old."""
    told = entry.concepts & LIMITS.keys()
    if _is_order(entry) or told - _ANY_DEFICIT:
        return False
    titles = _titles_of(entry)
    if entry.resource_type == "DiagnosticReport":
        if any(entry.raw.get(one) for one in _BESIDE_CONCLUSION):
            return False
        titles = sentences(text(entry.raw.get("conclusion")))
    return are_old_alone(titles, terminology)


def _only_speaks_of_it(entry: Entry, terminology: Terminology) -> bool:
    """Tell if the words of an entry name it as feared, prevented or of a relative.

    "Fear of myeloma" and "breast cancer gene" reassure of nothing, and lead no card. A
    suspicion does, and so do words in which nothing calls it less than there.
    """
    if entry.resource_type == "DiagnosticReport":
        return False
    titles = _titles_of(entry)
    # "Cannot walk" denies by its words what the patient can, and so names a deficit.
    if any(map(terminology.grave_stems.has_plain_deficit, titles)):
        return False
    # A title in which nothing is named, as that of an unknown code, decides nothing.
    telling = [
        one
        for one in titles
        if is_doubted(one, terminology) or terminology.text_concepts(one)
    ]
    return bool(telling) and all(
        only_speaks(one, COUNTED.keys(), terminology) for one in telling
    )
