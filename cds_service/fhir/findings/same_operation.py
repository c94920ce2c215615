"""Tell if an augmentation on record is the one that treated the present fracture.

An order may be entered late, renewed, or signed for a second session. Then the record
holds one fracture, and the cement that it got is no sign of an earlier one.
"""

from datetime import date, timedelta

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.named_levels import fracture_levels
from cds_service.fhir.gathering.bystanders import FRACTURED
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.onset import begun, recorded_on

# policy: within half a year it may be the fracture that is treated now
SUBACUTE = timedelta(days=183)
# policy: a fracture that was treated is on the list within a week
DOCUMENTED_WITHIN = timedelta(days=7)


def may_be_of_present_fracture(procedure: Entry, done: date, chart: Chart) -> bool:
    """Tell if an augmentation may have treated the fracture that is treated now.

    It names the treated vertebrae or none, a fracture of these is on record that is
    older than it, and none that began after it.

    Args:
        procedure: the augmentation.
        done: its day.
        chart: the patient's record.
    """
    treated = {*chart.treated} or {*chart.region}
    levels = fracture_levels(procedure.raw, chart.terminology)
    if chart.not_after - done > SUBACUTE or not levels <= treated:
        return False
    days = [
        begun_by
        for entry in chart.mentions_of(tuple(FRACTURED))
        if entry.kind == "Condition"
        and certainty_of(entry.raw) != "denied"
        and _is_at(entry, levels or treated, chart)
        and (begun_by := _days(entry, chart))
    ]
    since = done - SUBACUTE
    is_broken_since = any(first > done for first, is_onset in days if is_onset)
    return not is_broken_since and any(
        since <= first <= (done if is_onset else done + DOCUMENTED_WITHIN)
        for first, is_onset in days
    )


def _is_at(fracture: Entry, levels: set[str] | frozenset[str], chart: Chart) -> bool:
    named = fracture_levels(fracture.raw, chart.terminology)
    return not named or not named.isdisjoint(levels)


def _days(fracture: Entry, chart: Chart) -> tuple[date, bool] | None:
    """Return the first day of a fracture, and if it is the onset; else of recording."""
    first, _ = begun(fracture.raw, chart.birth, chart.calendar)
    if first:
        return first, True
    recorded = chart.calendar.first_day(recorded_on(fracture.raw))
    return (recorded, False) if recorded else None
