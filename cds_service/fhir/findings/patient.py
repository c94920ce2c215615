"""Read age, sex and death from the Patient, and death from the stay too."""

import re
from collections.abc import Iterator
from datetime import date

from cds_service.core.facts.card_signals import OLD
from cds_service.core.findings import Finding, Gap, PassedOver, Provenance
from cds_service.core.models.pooled_result import FRAGILITY_AGE
from cds_service.core.vocabulary import PatientSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.findings.chart import Chart, FindingOrGap, make_finding, make_gap
from cds_service.fhir.findings.encounter import last_day, stay_of_death
from cds_service.fhir.raw_json import Json, objects, text, truth

SEXES = ("male", "female")
# `gender` is administrative. Extensions have the sex at birth, for clinical use or on
# other papers. US Core, HL7 Gender Harmony, national profiles and EHRs each have their
# own extensions, but their addresses all end in such a word.
OF_SEX = re.compile(r"sex(?!ual)[^/]*$", re.IGNORECASE)
OF_GENDER = re.compile(r"gender[^/]*$", re.IGNORECASE)
# Codes of FHIR, HL7 v3, LOINC answers and SNOMED CT (sex; gender identity), and words.
SEX_BY_WORD = {
    "male": "male",
    "m": "male",
    "male-typical": "male",
    "la2-8": "male",
    "248153007": "male",
    "446151000124109": "male",
    "female": "female",
    "f": "female",
    "female-typical": "female",
    "la3-6": "female",
    "248152002": "female",
    "446141000124107": "female",
}
# Codes that leave it open: unknown, not asked, declined, masked.
SEX_UNSAID = frozenset(
    {
        "unk",
        "asku",
        "nask",
        "ni",
        "nav",
        "nasku",
        "msk",
        "unknown",
        "not-asked",
        "asked-unknown",
        "asked-declined",
        "temp-unknown",
        "masked",
        "184115007",
    }
)


PATIENT = "patient"  # the prefetch key
UNREAD_DEATH = "the record says something of it that could not be read"


def find_demographic(spec: PatientSpec, chart: Chart) -> FindingOrGap:
    """Read age in completed years, sex as recorded, or whether the patient has died."""
    if spec.name == "deceased" and (stay := stay_of_death(chart)):
        return _died_in(stay, spec, chart), ()
    raw = chart.record.patient
    if raw is None:
        return make_gap(spec, "not-read", chart.unread(spec) or "could not be read"), ()
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
    return _person(spec, chart, raw, source)


def _person(
    spec: PatientSpec, chart: Chart, raw: Json, source: Provenance
) -> FindingOrGap:
    """Read age or sex, unless its element was broken or is not there."""
    element = "birthDate" if spec.name == "age" else "gender"
    left_out = {
        name
        for resource in chart.record.unreadable
        if resource.key == spec.key
        for name in resource.concepts
    }
    if element in left_out:
        return make_gap(spec, "unreadable", f"{element} is not readable", source), ()
    written = text(raw.get(element))
    if not written:
        return make_gap(spec, "absent", f"{element} is not recorded", source), ()
    if spec.name == "age":
        return _age(spec, chart, written, source), ()
    return _sex(spec, written, raw, source)


def _sex(
    spec: PatientSpec, written: str, raw: Json, source: Provenance
) -> FindingOrGap:
    """Return the sex, if all elements of the Patient agree on it."""
    if written not in SEXES:
        unclear = "recorded as neither male nor female"
        return make_gap(spec, "undetermined", unclear, source), ()
    extensions = [*objects(raw.get("extension")), *_of_gender_itself(raw)]
    # A gender identity counts only if no extension gives the sex itself.
    statements = _statements(extensions, OF_SEX) or _statements(extensions, OF_GENDER)
    sexes = {SEX_BY_WORD[word] for word in statements if word in SEX_BY_WORD}
    if sexes - {written}:
        return make_gap(
            spec, "conflicting", "recorded as male and as female", source
        ), ()
    if statements - SEX_BY_WORD.keys():
        unread = PassedOver(spec.name, "no-value", "neither male nor female", source)
        return make_finding(spec, written, source), (unread,)
    return make_finding(spec, written, source), ()


def _of_gender_itself(raw: Json) -> Iterator[Json]:
    for element in objects(raw.get("_gender")):
        yield from objects(element.get("extension"))


def _statements(extensions: list[Json], kind: re.Pattern[str]) -> set[str]:
    """Return the values of extensions of this kind, without those that leave it open.

    They are words of `SEX_BY_WORD`, or words that are not known.
    """
    statements: set[str] = set()
    for extension in extensions:
        if not kind.search(text(extension.get("url"))):
            continue
        parts = objects(extension.get("extension"))
        values = [part for part in parts if text(part.get("url")) == "value"]
        for holder in (extension, *values):
            words = set(_words_of(holder))
            understood = words & SEX_BY_WORD.keys()
            statements |= understood or (set() if words & SEX_UNSAID else words)
    return statements


def _words_of(extension: Json) -> Iterator[str]:
    """Yield codes, displays and texts of an extension's value, in small letters."""
    for name, value in extension.items():
        if not name.startswith("value"):
            continue
        concepts = objects(value)
        codings = [coding for one in concepts for coding in objects(one.get("coding"))]
        written = [
            value,
            *(part.get("code") for part in (*concepts, *codings)),
            *(part.get("display") for part in (*concepts, *codings)),
            *(concept.get("text") for concept in concepts),
        ]
        yield from (text(word).strip().lower() for word in written if text(word))


def _age(
    spec: PatientSpec, chart: Chart, written: str, source: Provenance
) -> Finding | Gap:
    """Return age in completed years.

    A birth date without day or month may mean two ages, and the older one counts. There
    are two exceptions: if only the older one is an age of fragility fractures, there is
    no age; if only the older one is old, the younger one counts and may not reassure.
    """
    first = chart.calendar.first_day(written)
    last = chart.calendar.last_day(written)
    if first is None or last is None:
        return make_gap(spec, "unreadable", "birthDate is not a date", source)
    years, least = (_years(born, chart.today) for born in (first, last))
    if not spec.is_plausible(years):
        return make_gap(spec, "out-of-range", f"{years} years is not plausible", source)
    if least < FRAGILITY_AGE <= years:
        why = "the birth date is not recorded to the day"
        return make_gap(spec, "undetermined", f"{least} or {years}: {why}", source)
    if first == last:
        return make_finding(spec, float(years), source)
    concern = "The birth date is not recorded to the day."
    is_less_sure = least < OLD <= years
    counted = least if is_less_sure else years
    finding = make_finding(spec, float(counted), source, concerns=(concern,))
    return finding._replace(may_reassure=not is_less_sure)


def _years(born: date, today: date) -> int:
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday)


def _died_in(stay: Entry, spec: PatientSpec, chart: Chart) -> Finding:
    source = stay.source(spec, "the stay ended by death")
    return make_finding(spec, True, source, observed=last_day(stay, chart))


def _is_death_unread(chart: Chart, patient: Json) -> bool:
    """Tell if there is a `deceased[x]`, here or among the broken elements."""
    broken = (one.concepts for one in chart.record.unreadable if one.key == PATIENT)
    names = {*patient, *frozenset[str]().union(*broken)}
    return any(name.lstrip("_").startswith("deceased") for name in names)


def _deceased(
    spec: PatientSpec, chart: Chart, raw: Json, source: Provenance
) -> Finding | Gap:
    """Read `deceased[x]`: a past date or a boolean.

    Most records of living patients omit it.
    """
    died = chart.calendar.moment(raw.get("deceasedDateTime"))
    is_dead = truth(raw.get("deceasedBoolean"))
    if died is None and is_dead is None and _is_death_unread(chart, raw):
        return make_gap(spec, "unreadable", UNREAD_DEATH, source)
    if died and died.day > chart.today:
        return make_gap(spec, "future", "the day of death lies ahead", source)
    if died is None and is_dead is None:
        return make_gap(spec, "absent", "deceased is not recorded", source)
    return make_finding(
        spec,
        died is not None or is_dead is True,
        source,
        observed=died.day if died else None,
    )
