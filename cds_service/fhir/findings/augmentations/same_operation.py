"""Tell if an augmentation on record is the one that treated the present fracture.

An order may be entered late, renewed, or signed for a second session. Then the record
holds one fracture, and the cement that it got is no sign of an earlier one.
"""

from datetime import date, timedelta
from typing import NamedTuple

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.levels_of_entries import fracture_levels
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.injuries.injury_times import DOCUMENTED_WITHIN
from cds_service.fhir.raw_json import member

# policy: within half a year it may be the fracture that is treated now
SUBACUTE = timedelta(days=183)


class _Began(NamedTuple):
    """The first and the last day of a fracture, and if its onset tells them."""

    first: date
    last: date
    is_onset: bool


def may_be_of_present_fracture(procedure: Entry, done: date, chart: Chart) -> bool:
    """Tell if an augmentation may have treated the fracture that is treated now.

    It names a treated vertebra or none, a fracture of these is on record that may be
    older than it, and none that began after it. Of a month or year each day counts.

    Args:
        procedure: the augmentation.
        done: its day; the first of a month or year.
        chart: the patient's record.
    """
    treated = {*chart.treated} or {*chart.region}
    levels = fracture_levels(procedure.raw, chart.terminology)
    last = last_day_of(procedure, done, chart)
    if chart.not_after - last > SUBACUTE or (levels and levels.isdisjoint(treated)):
        return False
    days = [
        begun_by
        for entry in chart.mentions_of(tuple(FRACTURED))
        if entry.resource_type == "Condition"
        and certainty_of(entry.raw) != "denied"
        and _is_at(entry, levels & treated or treated, chart)
        and (begun_by := _days(entry, chart))
    ]
    since, until = done - SUBACUTE, last + DOCUMENTED_WITHIN
    is_broken_since = any(one.first > until for one in days if one.is_onset)
    return not is_broken_since and any(
        since <= one.last and one.first <= until for one in days
    )


def last_day_of(procedure: Entry, done: date, chart: Chart) -> date:
    """Return the last day on which it may have been done, by the day of the order."""
    period = member(procedure.raw, "performedPeriod")
    written = (
        procedure.raw.get("performedDateTime"),
        member(period, "end"),
        member(period, "start"),
    )
    calendar = chart.calendar
    # A title may date it earlier.
    of_its_day = (one for one in written if calendar.first_day(one) == done)
    last = calendar.last_day(next(of_its_day, None)) or done
    return max(done, min(last, chart.not_after))


def _is_at(fracture: Entry, levels: set[str] | frozenset[str], chart: Chart) -> bool:
    named = fracture_levels(fracture.raw, chart.terminology)
    return not named or not named.isdisjoint(levels)


def _days(fracture: Entry, chart: Chart) -> _Began | None:
    """Return the days on which a fracture may have begun, or else was recorded."""
    first, last = begun(fracture.raw, chart.birth, chart.calendar)
    if first:
        return _Began(first, last or first, is_onset=True)
    recorded = chart.calendar.first_day(recorded_on(fracture.raw))
    return _Began(recorded, recorded, is_onset=False) if recorded else None
