"""Find drugs begun since an operation that tell of what no diagnosis names."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.drugs import drug_names
from cds_service.fhir.entries.medication.telling_drugs import (
    THINNED,
    THINNER,
    TellsOf,
    comes_again,
    is_for_new_clot,
    tells_of,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.raw_json import is_prohibition, member, text

GIVEN = "MedicationAdministration"
ORDERED = "MedicationRequest"
OVER = frozenset({"completed", "stopped", "ended"})
NO_ORDERS = frozenset({"plan", "proposal", "option"})
# Their first dose is for a clot.
AT_ONCE = ("clot", "lysis")
READ = frozenset({GIVEN, ORDERED, "MedicationStatement"})
# Doses on so many days after that of the operation are no longer around it.
LEAST_DAYS = 2
# Nobody who is well gets one on a later day.
AFTER_ONE_DAY = ("shock",)


def telling_drugs_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the drugs of this day or later that tell of what no diagnosis names.

    A thinner that was taken before, or is for what lasts, goes on; but not in the dose
    of a new clot, and nobody dissolves an old one. What was ordered on the day of the
    operation and is over was around it, and a pressor of that day was so anyhow.
    """
    begun = [
        (entry, told)
        for entry in _drugs(record)
        if _has_day(entry) and is_since(entry.raw, since, terminology.calendar)
        if (told := tells_of(entry.raw, entry.referred, entry.drug, terminology))
    ]
    ordered = {
        entry.reference
        for entry, told in begun
        if entry.resource_type != GIVEN
        and told not in AT_ONCE
        and not _is_around(entry, told, since, terminology)
    }
    lyses = {entry.reference for entry, told in begun if told == "lysis"}
    clots = [entry for entry, told in begun if told == "clot"]
    if clots and _is_thinned_for_years(record, since, terminology):
        clots = [one for one in clots if _is_of_new_clot(one, terminology)]
    given = _given_for_days(begun, since, terminology)
    thinners = {one.reference for one in clots}
    return frozenset(ordered | given | lyses | thinners)


def _drugs(record: PatientRecord) -> Iterator[Entry]:
    for entry in record.entries:
        raw = entry.raw
        if (
            entry.resource_type not in READ
            or entry.status in NEVER
            or is_prohibition(raw)
        ):
            continue
        # The list of admission may come back as orders.
        is_reported = raw.get("reportedBoolean") or raw.get("reportedReference")
        is_renewed = bool(raw.get("priorPrescription"))
        if text(raw.get("intent")) not in NO_ORDERS and not (is_reported or is_renewed):
            yield entry


def _has_day(entry: Entry) -> bool:
    raw = entry.raw
    return any(
        (
            raw.get("authoredOn"),
            raw.get("effectiveDateTime"),
            member(raw, "effectivePeriod", "start"),
        )
    )


def _is_around(
    entry: Entry, told: TellsOf, since: date, terminology: Terminology
) -> bool:
    """Tell if an order of the day of the operation is over, or of one dose."""
    is_later = is_since(entry.raw, since + timedelta(days=1), terminology.calendar)
    if is_later:
        return False
    is_over = entry.status in OVER or told == "shock"
    return is_over or not comes_again(entry.raw, terminology)


def _given_for_days(
    begun: Sequence[tuple[Entry, TellsOf]], since: date, terminology: Terminology
) -> set[str]:
    """Return the doses of several days after that of the operation.

    Of a pressor those of one day count.
    """
    days: dict[TellsOf, dict[str, date]] = defaultdict(dict)
    for entry, told in begun:
        raw = entry.raw
        at = raw.get("effectiveDateTime") or member(raw, "effectivePeriod", "start")
        day = terminology.calendar.first_day(at)
        if entry.resource_type == GIVEN and day is not None and day > since:
            days[told][entry.reference] = day
    return {
        reference
        for told, doses in days.items()
        if told in AFTER_ONE_DAY or len({*doses.values()}) >= LEAST_DAYS
        for reference in doses
    }


def _is_of_new_clot(entry: Entry, terminology: Terminology) -> bool:
    names = frozenset(drug_names(entry.raw, entry.referred))
    return is_for_new_clot(entry.raw, names, terminology)


def _is_thinned_for_years(
    record: PatientRecord, since: date, terminology: Terminology
) -> bool:
    """Tell if a thinner was taken before the operation, or a diagnosis asks for one."""
    calendar = terminology.calendar
    for entry in record.entries:
        if THINNED in entry.concepts:
            return True
        if entry.resource_type in MEDICATION_TYPES and (
            not _has_day(entry) or not is_since(entry.raw, since, calendar)
        ):
            names = drug_names(entry.raw, entry.referred)
            if any(terminology.kinds.named(one, THINNER) for one in names):
                return True
            # A heparin that prevented a clot until then is no such drug.
            if tells_of(entry.raw, entry.referred, entry.drug, terminology) == "clot":
                return True
    return False
