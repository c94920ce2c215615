"""Read a dose of a bone drug: given, handed over, billed, or planned and left out."""

from datetime import timedelta

from cds_service.core.drugs.bone_drugs import INJECTED, INTERVAL
from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.findings import Dated
from cds_service.core.vocabulary import MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import end_of_dosages
from cds_service.fhir.findings.courses.drug_times import (
    dated,
    duration_of,
    first_and_last_day,
    handed_over,
)
from cds_service.fhir.findings.drugs.bone_drug_times import LATE, acts_until, over_by
from cds_service.fhir.raw_json import Json


def read_dose(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a dose, or a supply that was handed over."""
    raw = entry.raw
    if entry.resource_type == "MedicationDispense":
        day = handed_over(raw, chart)
        last, lasts = day, _length_of_supply(raw, day, chart)
    else:
        prefix = "performed" if entry.resource_type == "Procedure" else "effective"
        day, last = first_and_last_day(raw, prefix, chart)
        lasts = None
    last = last or day
    taken = mention._replace(is_intake=True, begins=day, last=last)
    if last is None:
        return taken
    if lasts and taken.name not in INTERVAL:
        end = last.last + lasts
        ended = Dated(end, end)
        return taken._replace(until=end + LATE, ended=ended, how_ended="supply ended")
    return taken._replace(until=acts_until(mention.name, spec, last))


def _length_of_supply(raw: Json, day: Dated | None, chart: Chart) -> timedelta | None:
    """Return how long a supply lasts, by its days or by dosages that are over."""
    if days := duration_of(raw.get("daysSupply")):
        return days
    end = end_of_dosages(raw, day.last, chart) if day else None
    ended = over_by(end, chart) if end and not end.is_open else None
    if day is None or ended is None:
        return None
    return ended.last - day.last if ended.last > day.last else None


def read_left_out(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a dose that was not given as an order, with its day if it is injected.

    The day of an order is not that on which a tablet is taken.
    """
    if mention.name not in INJECTED:
        return mention
    prefix = "performed" if entry.resource_type == "Procedure" else "effective"
    day, _ = first_and_last_day(entry.raw, prefix, chart)
    return mention._replace(begins=day)


def read_billed(
    mention: DrugEntry, entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read an order of an injection, as a dose if it was given.

    It was given if the order is completed and has a day or a billing code. The day of
    writing is that of the dose only if the order states no time of its own, which may
    be still to come.
    """
    authored = dated(entry.raw.get("authoredOn"), chart)
    order = mention._replace(begins=authored, is_current=True)
    if entry.origin == "context":
        return mention._replace(is_current=True, is_draft=True)
    if entry.status != "completed":
        return order
    day, last = first_and_last_day(entry.raw, "occurrence", chart)
    has_time = any(name.lstrip("_").startswith("occurrence") for name in entry.raw)
    if day is None and drug.code and not has_time:
        day = last = authored
    if day is None:
        return order
    last = last or day
    until = acts_until(mention.name, spec, last)
    return mention._replace(is_intake=True, begins=day, last=last, until=until)
