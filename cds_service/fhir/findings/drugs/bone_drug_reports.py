"""Read what a list of drugs reports of a bone drug: a period, a day, or neither."""

from cds_service.core.drugs.bone_drugs import INJECTED, INTERVAL
from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.findings import Dated, HowEnded
from cds_service.core.vocabulary import MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.local_drugs import is_given_once
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import (
    DosageEnd,
    end_of_dosages,
    first_of_dosages,
)
from cds_service.fhir.findings.courses.drug_times import dated, first_and_last_day
from cds_service.fhir.findings.drugs.bone_drug_times import (
    STOPPED,
    acts_until,
    is_later,
    over_by,
)
from cds_service.fhir.raw_json import member


def read_report(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a statement, to the end of its intake or of its dosages."""
    drug_entry = _reported(mention, entry, spec, chart)
    return _until_dosages_end(drug_entry, entry, spec, chart)


def _until_dosages_end(
    taken: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """End what a list has as taken with its dosages, as with a period of intake."""
    if not taken.is_current:
        return taken
    is_injected = taken.name in INJECTED
    asserted = dated(entry.raw.get("dateAsserted"), chart)
    begins = taken.begins or asserted
    end = end_of_dosages(entry.raw, begins.last if begins else None, chart)
    is_once = is_given_once(entry.raw, chart.terminology)
    if is_once and not is_injected and taken.begins != asserted:
        end = DosageEnd(taken.begins)
    ended = over_by(end, chart)
    if end.is_open and (ended or not end.day):
        return taken.not_understood()
    # A length may be that for which one injection acts.
    is_of_course = end.is_fixed or taken.name not in INTERVAL
    is_dose = is_injected and not (is_of_course and is_later(ended, taken.begins))
    if ended is None or is_dose:
        return taken
    last = None if taken.name in INTERVAL else ended
    is_one_dose = taken.begins == ended and last is not None
    # The day of a list may be later than the end of what it lists.
    is_begun_before = taken.begins is not None and taken.begins.first <= ended.first
    return taken._replace(
        is_intake=True,
        begins=taken.begins if is_begun_before else first_of_dosages(entry.raw, chart),
        last=last,
        until=acts_until(taken.name, spec, last) if last else None,
        knows_start=taken.knows_start and is_begun_before,
        ended=ended,
        how_ended="last given" if is_one_dose else "ended",
        is_current=False,
    )


def _reported(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a statement of a period, of a day, or without either.

    One that begins after the order is of no intake yet, whoever calls it active.
    """
    if _begins_ahead(entry, chart):
        return mention
    period = entry.raw.get("effectivePeriod")
    begins, ended = (dated(member(period, name), chart) for name in ("start", "end"))
    if begins is None and ended is None:
        day, _ = first_and_last_day(entry.raw, "effective", chart)
        if day is None:
            return _asserted(mention, entry, chart)
        return _on_day(mention, entry, day, spec, chart)
    if begins and begins == ended:
        return _on_day(mention, entry, begins, spec, chart)
    is_current = entry.status == "active" and ended is None
    # The last day on which it was taken is the end of the period; while it is active
    # and has no end, the start is the last day that is known. Neither is known to be
    # the day of an injection.
    taken_on = ended or (begins if entry.status == "active" else None)
    last = None if mention.name in INTERVAL else taken_on
    return mention._replace(
        is_intake=True,
        begins=begins,
        last=last,
        until=acts_until(mention.name, spec, last) if last else None,
        ended=ended,
        how_ended=None if is_current else _how_ended(entry),
        is_current=is_current,
    )


def _begins_ahead(entry: Entry, chart: Chart) -> bool:
    """Tell if a statement's day, or the start of its period, is after the order."""
    raw = entry.raw
    written = raw.get("effectiveDateTime") or member(raw, "effectivePeriod", "start")
    begins = chart.calendar.moment(written)
    return begins is not None and chart.is_ahead(begins)


def _how_ended(entry: Entry) -> HowEnded:
    return "stopped" if entry.status in STOPPED else "ended"


def _on_day(
    mention: DrugEntry, entry: Entry, day: Dated, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a report of one day.

    For a drug that is injected at intervals it is the day of a dose, or the day on
    which the drug was stopped; on a list of what is taken it says only that the drug
    goes on. A tablet goes on from that day, unless its status says otherwise: what is
    completed was one dose, or is over. If a drug is still taken, the day may be that on
    which somebody asked: it tells no start.
    """
    if mention.name in INTERVAL and entry.status in STOPPED:
        return mention._replace(is_intake=True, ended=day, how_ended="stopped")
    until = acts_until(mention.name, spec, day)
    taken = mention._replace(is_intake=True, begins=day, last=day, until=until)
    if entry.status == "active":
        taken = taken._replace(knows_start=False)
    if mention.name in INTERVAL:
        if _is_of_medication_list(entry) and until >= chart.today:
            return taken._replace(last=None, until=None, is_current=True)
        return taken
    if entry.status == "completed" and mention.name not in INJECTED:
        return taken._replace(until=None, ended=day, how_ended="last given")
    if entry.status in STOPPED:
        return taken._replace(how_ended="stopped")
    return taken._replace(is_current=entry.status != "completed")


def _is_of_medication_list(entry: Entry) -> bool:
    """Tell if an active report says how a drug is used: `every 6 months`.

    Its day is that of the list. While a dose of that day would still act, it proves
    none; later it shows how long ago the newest one may have been.
    """
    return entry.status == "active" and bool(entry.raw.get("dosage"))


def _asserted(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a report that gives no day of intake.

    The day of the report is not that of an injection.
    """
    is_interval = mention.name in INTERVAL
    if entry.status != "active":
        return mention if is_interval else mention._replace(how_ended=_how_ended(entry))
    day = dated(entry.raw.get("dateAsserted"), chart)
    if day is None or is_interval:
        return mention._replace(is_current=True)
    return mention._replace(
        is_intake=True, begins=day, last=day, is_current=True, knows_start=False
    )
