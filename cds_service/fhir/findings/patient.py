"""Reads age, sex and death from the Patient."""

from datetime import date

from cds_service.core.card_signals import OLD
from cds_service.core.findings import Finding, Gap, Provenance
from cds_service.core.rule_signals import FRAGILITY_AGE
from cds_service.core.vocabulary import PatientSpec
from cds_service.fhir.findings.chart import Chart, FindingOrGap, gap, known
from cds_service.fhir.raw_json import Json, text, truth

SEXES = ("male", "female")


def find_demographic(spec: PatientSpec, chart: Chart) -> FindingOrGap:
    """Read age in completed years, sex as recorded, or whether the patient has died."""
    raw = chart.record.patient
    if raw is None:
        return gap(spec, "not-read", chart.unread(spec) or "could not be read"), ()
    read = chart.record.reads.get(spec.key)
    source = Provenance(
        f"Patient/{text(raw.get('id'))}",
        read.origin if read else "fhir",
        "",
        "",
        spec.rule,
    )
    if spec.name == "deceased":
        return _deceased(spec, chart, raw, source), ()
    element = "birthDate" if spec.name == "age" else "gender"
    left_out = {
        name
        for resource in chart.record.unreadable
        if resource.key == spec.key
        for name in resource.concepts
    }
    if element in left_out:
        return gap(spec, "unreadable", f"{element} is not readable", source), ()
    written = text(raw.get(element))
    if not written:
        return gap(spec, "absent", f"{element} is not recorded", source), ()
    if spec.name == "age":
        return _age(spec, chart, written, source), ()
    unclear = gap(spec, "undetermined", "recorded as neither male nor female", source)
    return known(spec, written, source) if written in SEXES else unclear, ()


def _age(
    spec: PatientSpec, chart: Chart, written: str, source: Provenance
) -> Finding | Gap:
    """Return age in completed years.

    A birth date without day or month may mean two ages. The older one counts, but
    nothing is chosen for it, and no patient is taken to be old enough for a figure.
    """
    first = chart.calendar.first_day(written)
    last = chart.calendar.last_day(written)
    if first is None or last is None:
        return gap(spec, "unreadable", "birthDate is not a date", source)
    years, least = (_years(born, chart.today) for born in (first, last))
    if not spec.is_plausible(years):
        return gap(spec, "out-of-range", f"{years} years is not plausible", source)
    if least < FRAGILITY_AGE <= years:
        why = "the birth date is not recorded to the day"
        return gap(spec, "undetermined", f"{least} or {years}: {why}", source)
    if first == last:
        return known(spec, float(years), source)
    concern = "The birth date is not recorded to the day."
    is_less_sure = least < OLD <= years
    finding = known(
        spec, float(least if is_less_sure else years), source, concerns=(concern,)
    )
    return finding._replace(may_reassure=not is_less_sure)


def _years(born: date, today: date) -> int:
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday)


def _deceased(
    spec: PatientSpec, chart: Chart, raw: Json, source: Provenance
) -> Finding | Gap:
    """Read `deceased[x]`: a past date or a boolean.

    Most records of living patients omit it.
    """
    died = chart.calendar.moment(raw.get("deceasedDateTime"))
    is_dead = truth(raw.get("deceasedBoolean"))
    if died and died.day > chart.today:
        return gap(spec, "future", "the day of death lies ahead", source)
    if died is None and is_dead is None:
        return gap(spec, "absent", "deceased is not recorded", source)
    return known(
        spec,
        died is not None or is_dead is True,
        source,
        observed=died.day if died else None,
    )
