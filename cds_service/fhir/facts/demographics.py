"""Age, sex and death from Patient."""

from __future__ import annotations

from cds_service.core.facts import Finding, Gap, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.facts.chart import Chart, Outcome, Raw, gap
from cds_service.fhir.facts.moments import read_moment
from cds_service.fhir.raw_json import text, truth

SEXES = ("male", "female")


def find_demographic(spec: FindingSpec, chart: Chart) -> Outcome:
    """Read age in completed years, sex as recorded, or whether the patient has died."""
    raw = chart.record.patient
    if raw is None:
        return gap(spec, "not-read", chart.unread(spec) or "could not be read"), ()
    read = chart.record.reads.get(spec.key)
    source = Provenance(
        resource=f"Patient/{text(raw.get('id'))}",
        origin=read.origin if read else "fhir",
        code="",
        printed="",
        rule=spec.rule,
    )
    if spec.name == "deceased":
        return _deceased(spec, chart, raw, source), ()
    element = "birthDate" if spec.name == "age" else "gender"
    left_out = {name for one in chart.record.unreadable if one.key == spec.key for name in one.concepts}
    if element in left_out:
        return gap(spec, "unreadable", f"{element} is not readable", source), ()
    written = text(raw.get(element))
    if not written:
        return gap(spec, "absent", f"{element} is not recorded", source), ()
    find = _age if spec.name == "age" else _sex
    return find(spec, chart, written, source), ()


def _age(spec: FindingSpec, chart: Chart, written: str, source: Provenance) -> Finding | Gap:
    """Age in completed years; a birth date without day or month means its first possible day."""
    born = read_moment(written)
    if born is None:
        return gap(spec, "unreadable", "birthDate is not a date", source)
    today = chart.today
    years = today.year - born.day.year - ((today.month, today.day) < (born.day.month, born.day.day))
    low, high = spec.range or (0, 125)
    if not low <= years <= high:
        return gap(spec, "out-of-range", f"{years} years is not plausible", source)
    partial = len(written) < len("2000-01-01")
    concerns = ("The birth date is not recorded to the day.",) if partial else ()
    return Finding(
        name=spec.name, value=float(years), unit=spec.unit, observed=None, provenance=(source,), concerns=concerns
    )


def _deceased(spec: FindingSpec, chart: Chart, raw: Raw, source: Provenance) -> Finding | Gap:
    """Read `deceased[x]`: a past date or a boolean. Most records of living patients omit it."""
    died = read_moment(raw.get("deceasedDateTime"))
    is_dead = truth(raw.get("deceasedBoolean"))
    if died and died.day > chart.today:
        return gap(spec, "future", "the day of death lies ahead", source)
    if died is None and is_dead is None:
        return gap(spec, "absent", "deceased is not recorded", source)
    observed = died.day if died else None
    value = died is not None or is_dead is True
    return Finding(name=spec.name, value=value, unit=spec.unit, observed=observed, provenance=(source,))


def _sex(spec: FindingSpec, chart: Chart, written: str, source: Provenance) -> Finding | Gap:
    del chart  # age needs it
    if written not in SEXES:
        return gap(spec, "undetermined", "recorded as neither male nor female", source)
    return Finding(name=spec.name, value=written, unit=spec.unit, observed=None, provenance=(source,))
