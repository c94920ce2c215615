"""Read an order of a bone drug: in force, or ended by status, period or supply."""

from cds_service.core.drugs.bone_drugs import INJECTED, INTERVAL
from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.findings import Dated, HowEnded
from cds_service.core.vocabulary import MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import DosageEnd, end_of_dosages
from cds_service.fhir.findings.courses.drug_times import (
    MOST_DAYS,
    begins_soon,
    dated,
    end_of_period,
    end_of_supply,
)
from cds_service.fhir.findings.drugs.bone_drug_times import (
    LATE,
    STOPPED,
    acts_until,
    is_later,
    over_by,
)
from cds_service.fhir.findings.drugs.home_orders import is_for_home
from cds_service.fhir.raw_json import member, number


def read_order(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read an order: in force, or ended by its status, its period or its supply."""
    raw = entry.raw
    is_reported = raw.get("reportedBoolean") is True or "reportedReference" in raw
    # An order that was written down as reported is of a drug that the patient takes
    # already, since an unknown day. Words that were not understood may say the same:
    # "continue home medication".
    mention = mention._replace(knows_start=mention.clarity.is_plain and not is_reported)
    is_due = begins_soon(raw, chart) and is_for_home(raw, chart) and not is_reported
    if entry.origin == "context" and entry.status in STOPPED:
        today = Dated(chart.today, chart.today)
        return mention._replace(how_ended="stopped", ended=today)
    if entry.origin == "context":
        return mention._replace(is_current=True, is_draft=True, is_due=is_due)
    authored = dated(raw.get("authoredOn"), chart)
    if authored is None and chart.calendar.moment(raw.get("authoredOn")):
        # Its day is after that of the order that is being signed.
        return mention
    is_active = entry.status == "active"
    order = mention._replace(begins=authored, is_due=is_due and is_active)
    may_still_act = authored and acts_until(mention.name, spec, authored) >= chart.today
    is_filled = entry.status == "completed" and bool(may_still_act)
    is_open = is_active or is_filled
    if mention.name in INTERVAL:
        return order._replace(is_current=is_open, until=end_of_period(raw, chart))
    return _until_its_end(order, entry, chart, is_open=is_open)


def _until_its_end(
    order: DrugEntry, entry: Entry, chart: Chart, *, is_open: bool
) -> DrugEntry:
    """Return the order with its end by dosage, period or supply, if that is over."""
    by_dosage = _end_by_dosages(order, entry, chart)
    if by_dosage.day or by_dosage.is_open:
        return order._replace(
            how_ended=None if by_dosage.is_open else "ended",
            ended=by_dosage.day,
            is_by_dosage=True,
            is_due=False,
            clarity=order.clarity._replace(is_understood=not by_dosage.is_open),
        )
    period = end_of_period(entry.raw, chart)
    supplied = end_of_supply(entry.raw, order.begins, chart)
    end = max((day for day in (period, supplied) if day), default=None)
    ended = Dated(end, end) if end and end <= chart.today else None
    if entry.status in STOPPED:
        return order._replace(how_ended="stopped", ended=ended)
    if end and end + LATE >= chart.today:
        return order._replace(is_current=True)
    if ended:
        by_supply = end == supplied and entry.status == "active"
        how: HowEnded = "supply ended" if by_supply else "ended"
        return order._replace(how_ended=how, ended=ended)
    if is_open:
        return order._replace(is_current=True)
    return order._replace(how_ended="ended")


def _end_by_dosages(order: DrugEntry, entry: Entry, chart: Chart) -> DosageEnd:
    """Return the end that an order gives its drug, if that is over or not clear.

    There is none if the order was stopped, which says more, or if its supply lasts
    longer than a length of its dosages.
    """
    begins = order.begins.last if order.begins else None
    repeats = number(member(entry.raw, "dispenseRequest", "numberOfRepeatsAllowed"))
    supplies = 1 + min(max(int(repeats or 0), 0), MOST_DAYS)
    end = end_of_dosages(entry.raw, begins, chart, supplies=supplies)
    supplied = end_of_supply(entry.raw, order.begins, chart)
    is_supplied = supplied is not None and supplied > chart.today
    ended = over_by(end, chart)
    # Each injection may have its own order.
    is_dose = order.name in INJECTED and not is_later(ended, order.begins)
    is_to_come = end.day is not None and ended is None
    if entry.status in STOPPED or is_dose or is_to_come:
        return DosageEnd()
    if is_supplied and not end.is_fixed:
        return DosageEnd()
    return end._replace(day=ended)
