"""Read from the stay where the patient is cared for, and how the stay ended."""

from collections.abc import Iterator
from datetime import date

from cds_service.core.vocabulary import PlaceSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.findings.chart import Chart, FindingOrGap, make_finding, make_gap
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import CLINIC, INPATIENT, VOID_STAY

DIED, DIED_IN_WORDS = "died-in-stay", ("died",)
OF_STAY = "encounter-diagnosis"
KEPT_LISTS = frozenset({"problem-list-item", "health-concern"})


def find_place(spec: PlaceSpec, chart: Chart) -> FindingOrGap:
    """Read where the patient is cared for from the class of the encounter."""
    encounters = stays(chart)
    for encounter in encounters:
        code = text(member(encounter.raw, "class", "code")).upper()
        source = encounter.source(spec, f"class {code}")
        if code in INPATIENT:
            return make_finding(spec, "inpatient", source), ()
        if code in CLINIC:
            return make_finding(spec, "clinic", source), ()
    if encounters:
        return make_gap(
            spec, "undetermined", "the class of the encounter does not say"
        ), ()
    return make_gap(spec, "absent", "no encounter was read"), ()


def stays(chart: Chart) -> list[Entry]:
    """List the stays and visits that took or take place."""
    return [
        entry for entry in chart.of_kind("Encounter") if entry.status not in VOID_STAY
    ]


def stay_of_death(chart: Chart) -> Entry | None:
    """Return the stay that ended by death, by a code or the words of its end.

    The Patient resource often gets the death only later.
    """
    return next((stay for stay in stays(chart) if _ended_by_death(stay, chart)), None)


def _ended_by_death(stay: Entry, chart: Chart) -> bool:
    terminology = chart.terminology
    codes = [*codes_of_end(stay.raw)]
    if DIED in terminology.concepts(codes):
        return True
    words = (word for code in codes for word in texts_of(code))
    return any(terminology.kinds.named(word, DIED_IN_WORDS) for word in words)


def codes_of_stay(stay: Json) -> list[Json]:
    """List the codes that say what kind of stay it is, and how it ended."""
    kinds = (stay.get("type"), stay.get("serviceType"))
    return [*(code for kind in kinds for code in objects(kind)), *codes_of_end(stay)]


def codes_of_end(stay: Json) -> Iterator[Json]:
    """Yield how a stay ended: the element itself, and the codes that extend it.

    German hospitals write the reason of discharge in an extension.
    """
    for end in objects(member(stay, "hospitalization", "dischargeDisposition")):
        yield end
        yield from codes_of(objects(end.get("extension")))


def last_day(stay: Entry, chart: Chart) -> date:
    """Return the last day of a stay that is over; today, if nothing says one."""
    ended = chart.calendar.last_day(member(stay.raw, "period", "end"))
    return chart.today if ended is None else min(ended, chart.today)


def last_day_of_diagnosis(entry: Entry, chart: Chart) -> date | None:
    """Return the latest day that a diagnosis of a stay alone was recorded for.

    None for an entry of the problem list, or if no day of recording is known: an onset
    does not tell when the stay was.
    """
    codes = {
        text(coding.get("code"))
        for category in objects(entry.raw.get("category"))
        for coding in objects(category.get("coding"))
    }
    if OF_STAY not in codes or codes & KEPT_LISTS:
        return None
    recorded = chart.calendar.last_day(recorded_on(entry.raw))
    reference = last_name(text(member(entry.raw, "encounter", "reference")))
    ends = [
        last_day(stay, chart) for stay in stays(chart) if stay.reference == reference
    ]
    return max(filter(None, (recorded, *ends)), default=None)
