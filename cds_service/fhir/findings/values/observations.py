"""Say why a value does not count, by its status, its time or its notes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from cds_service.core.vocabulary import ObservedSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.findings.chart import Chart, Problem, Reading
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.naming_rules import NamingRules
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import contained_in
from cds_service.fhir.site_calendar import SiteCalendar, Span

# Parts of an extension that say something in words, or as a yes or no.
_SAID = frozenset(
    {"valueString", "valueMarkdown", "valueCode", "valueBoolean", "text", "display"}
)
NOT_YET_FINAL = frozenset({"preliminary", "registered"})
# Anybody can guess them, or say them of themselves.
BODY_SIZES = frozenset({"weight", "height", "bmi"})
T_SCORES = "t-score"  # how the names of their concepts begin
NOT_KNOWN = "?"  # a yes or no of something whose meaning is not known here
UNDATED = Problem("undated", "no date")
ISSUED_BEFORE = Problem("undated", "reported before the day that it gives")
# In another time zone a report of the same evening may have the day before.
A_DAY = timedelta(days=1)
# HL7 codes for a value that is very low, very high or very abnormal.
CRITICAL = frozenset({"LL", "HH", "AA"})
# Types of a reference range that are of the healthy.
HEALTHY = frozenset({"", "normal"})
RETRACTED = frozenset({"entered-in-error", "cancelled"})
EARLIER = ("earlier-value",)
AGAINST, NOT_MEASURED = ("note-against",), ("not-measured",)
OTHER_STATISTIC, EXPECTED = ("other-statistic",), ("expected-later",)
OF_OTHERS = ("of-other-people",)


def time_problem(reading: Reading, spec: ObservedSpec, chart: Chart) -> Problem | None:
    """Report a date that is missing, of an earlier examination, or after the order.

    A date is missing, too, if several are given that lie too far apart.
    """
    when = reading.entry.moment
    if when is None:
        return UNDATED
    if problem := _name_problem(reading, when.day.year, chart.terminology.methods):
        return problem
    begins = member(reading.entry.raw, "effectivePeriod", "start")
    begun = chart.calendar.moment(begins) or when
    if when.day > chart.not_after or chart.is_ahead(begun):
        return Problem("future", "dated after the order")
    if _is_issued_before(reading.entry, chart.calendar):
        return ISSUED_BEFORE
    span = chart.calendar.span(reading.entry.raw)
    return _far_apart(span, spec, chart.today) if span else None


def _name_problem(reading: Reading, year: int, methods: NamingRules) -> Problem | None:
    """Report a name that says that this is no value of the examination."""
    name = " ".join((*reading.words, *reading.panel_words))
    if methods.named(name.replace(str(year), " "), EARLIER):
        return Problem("undated", "named as that of an earlier examination")
    if methods.named(name, NOT_MEASURED):
        return Problem("no-value", "its name says that nobody measured it")
    if methods.named(name, OTHER_STATISTIC):
        return Problem("no-value", "its name says a change or a spread, not the value")
    if methods.named(name, EXPECTED):
        return Problem("no-value", "its name says what is expected later")
    if methods.named(name, OF_OTHERS):
        return Problem("no-value", "its name says what others have, not the patient")
    return None


def _far_apart(span: Span, spec: ObservedSpec, today: date) -> Problem | None:
    """Report days of one value of which only the later makes it usable.

    It is not known then which of them is that of the value.
    """
    if not spec.is_longer(*span) or not spec.is_usable(span.last, today):
        return None
    days = " and ".join(map(date_text, span))
    return Problem("undated", f"its times lie far apart, {days}")


def issued_later(reading: Reading, spec: ObservedSpec, chart: Chart) -> Problem | None:
    """Report a value that is too old, and was reported long after its day.

    Its day may be wrong, or that of the report is that of a transfer.
    """
    when = reading.entry.moment
    issued = chart.calendar.first_day(reading.entry.raw.get("issued"))
    if when is None or issued is None or issued > chart.today:
        return None
    return _far_apart(Span(when.day, issued), spec, chart.today)


def _is_issued_before(entry: Entry, calendar: SiteCalendar) -> bool:
    """Tell if a value was reported before its day, which may be that of a transfer."""
    raw, when = entry.raw, entry.moment
    issued = calendar.last_day(raw.get("issued"))
    begins = calendar.first_day(member(raw, "effectivePeriod", "start"))
    begun = begins or (when and when.day)
    return bool(issued and begun and issued + A_DAY < begun)


def status_problem(reading: Reading) -> Problem | None:
    """Report a value that may be another's, is not final, or is marked absent."""
    raw = reading.entry.raw
    about = [
        extension
        for extension in objects(raw.get("extension"))
        if text(extension.get("url")).endswith("observation-focusCode")
    ]
    focus = (*objects(raw.get("focus")), *about)
    names = {text(member(one, "reference")) for one in focus}
    patient = text(member(raw, "subject", "reference"))
    if names and (not patient or names != {patient}):
        # a donor, a child, an implant
        return Problem("no-value", "about another person or thing")
    status = reading.entry.status
    if status not in FINAL:
        return Problem("not-final", status if status in NOT_YET_FINAL else "not final")
    if _is_absent(reading.holder):
        return Problem("no-value", "recorded as absent")
    return None


def note_problem(reading: Reading, methods: NamingRules) -> Problem | None:
    """Report words by which the value is not valid, another's or estimated."""
    notes = (*reading.notes, *_how_sized(reading), *_devices_of_size(reading))
    is_noted = any(methods.named(one, AGAINST) for one in notes)
    further_words = filter(None, _further_words(reading))
    if is_noted or any(methods.named(one, AGAINST) for one in further_words):
        return Problem("no-value", "its note contradicts it")
    return None


def _further_words(reading: Reading) -> Iterator[str]:
    """Yield words on the value: interpretation, limits, visit, category, sample."""
    yield from interpretations(reading)
    for holder in _holders(reading):
        for limits in objects(holder.get("referenceRange")):
            yield text(limits.get("text"))
    raw = reading.entry.raw
    yield from _displays(raw, ("encounter", "partOf"))
    for category in objects(raw.get("category")):
        yield from texts_of(category)
    yield from _of_another(reading)


def interpretations(reading: Reading) -> Iterator[str]:
    """Yield the words by which somebody judged the value: `Low`, `osteopenia`."""
    for judged in _interpretations(reading):
        yield from texts_of(judged)


def interpretation_codes(reading: Reading) -> Iterator[str]:
    """Yield the codes by which somebody judged the value: `L`, `HH`."""
    for judged in _interpretations(reading):
        for coding in objects(judged.get("coding")):
            yield text(coding.get("code"))


def _interpretations(reading: Reading) -> Iterator[Json]:
    for holder in _holders(reading):
        yield from objects(holder.get("interpretation"))


def ranges_of_healthy(reading: Reading) -> Iterator[Json]:
    """Yield the value's own reference ranges, but for those of a disease or a cycle."""
    for limits in objects(reading.holder.get("referenceRange")):
        kinds = objects(member(limits, "type", "coding"))
        if HEALTHY.issuperset(text(one.get("code")) for one in kinds):
            yield limits


def _of_another(reading: Reading) -> Iterator[str]:
    """Yield words by which it may be the value of another thing, such as a sample.

    They are names of what it was derived from, and the values of extensions.
    """
    yield from _displays(reading.entry.raw, ("specimen", "derivedFrom", "hasMember"))
    for path, value in chain.from_iterable(map(_added_to, _holders(reading))):
        if path.rpartition(".")[2] in _SAID:
            yield value if isinstance(value, str) else NOT_KNOWN


def _holders(reading: Reading) -> Sequence[Json]:
    """Return the Observation, and the component that has the value."""
    raw = reading.entry.raw
    return (raw, reading.holder) if reading.is_component else (raw,)


def _displays(raw: Json, elements: Iterable[str]) -> Iterator[str]:
    for element in elements:
        for reference in objects(raw.get(element)):
            yield text(reference.get("display"))


def _added_to(holder: Json) -> Iterator[tuple[str, Any]]:
    """Yield what extensions of a value, its number or its status say."""
    for name in ("extension", *(one for one in holder if one.startswith("_"))):
        yield from leaves_of(holder.get(name))
    yield from leaves_of(member(holder, "valueQuantity", "extension"))


def has_plain_notes(reading: Reading, terminology: Terminology) -> bool:
    """Tell if all words on a value are plain; otherwise it must not reassure."""
    plain, methods = terminology.plain.values, terminology.methods
    words = (
        *reading.notes,
        *interpretations(reading),
        *_of_another(reading),
        *_words_of_t_score_panel(reading),
        *_how_sized(reading),
        *words_of_extensions(reading),
    )
    timed = (*words, *reading.method_words, *device_words(reading.entry.raw))
    return (
        all(plain.are_all(one) for one in words)
        and not _is_critical(reading)
        and not any(_is_of_another_time(one, reading, methods) for one in timed)
    )


def words_of_extensions(reading: Reading) -> Iterator[str]:
    """Yield the words that extensions add to a T-score."""
    if not reading.match.concept.startswith(T_SCORES):
        return
    raw, holder = reading.entry.raw, reading.holder
    holders = [raw] if holder is raw else [raw, holder]
    for extension in [
        one for part in holders for one in objects(part.get("extension"))
    ]:
        yield text(extension.get("valueString"))
        yield text(extension.get("valueMarkdown"))
        yield from texts_of(extension.get("valueCodeableConcept"))


def _words_of_t_score_panel(reading: Reading) -> Iterator[str]:
    """Yield the words of components next to a T-score: a site, a comment, a verdict."""
    if not reading.match.concept.startswith(T_SCORES):
        return  # of a muscle or HU they tell how it was measured: `methods`
    yield from _words_of_components(reading)


def _words_of_components(reading: Reading) -> Iterator[str]:
    """Yield the words of the other components; a mere "true" is not known."""
    for component in objects(reading.entry.raw.get("component")):
        if component is reading.holder:
            continue
        yield text(component.get("valueString"))
        yield from texts_of(component.get("valueCodeableConcept"))
        if component.get("valueBoolean") is True:
            yield NOT_KNOWN


def _how_sized(reading: Reading) -> Iterator[str]:
    """Yield how the size of a body was found: `stated by patient`, `in wheelchair`.

    The methods of other measures tell more, and are judged by `methods`.
    """
    if reading.match.concept in BODY_SIZES:
        yield from reading.method_words
        yield from _words_of_components(reading)


def _devices_of_size(reading: Reading) -> Iterator[str]:
    """Yield the names of what measured the size of a body; a model is no plain word."""
    if reading.match.concept in BODY_SIZES:
        yield from device_words(reading.entry.raw)


def _is_critical(reading: Reading) -> bool:
    """Tell if a code of its interpretation calls it critical."""
    return not CRITICAL.isdisjoint(interpretation_codes(reading))


def _is_of_another_time(words: str, reading: Reading, methods: NamingRules) -> bool:
    """Tell if words name another year than that of the value."""
    when = reading.entry.moment
    if when is None or not words:
        return False
    others = words.replace(str(when.day.year), " ")
    return bool(methods.named(others, EARLIER))


def device_words(observation: Json) -> Iterator[str]:
    """Yield the names of the device, which may be inside the Observation."""
    device = observation.get("device")
    yield text(member(device, "display"))
    inside = contained_in(observation).get(text(member(device, "reference")))
    if inside is not None:
        yield from (text(one.get("name")) for one in objects(inside.get("deviceName")))
        yield from texts_of(inside.get("type"))
        yield text(inside.get("modelNumber"))


def _is_absent(holder: Json) -> bool:
    """Tell if a value is marked as absent, by `dataAbsentReason` or its extension."""
    quantity = holder.get("valueQuantity")
    marks = (
        *objects(member(quantity, "extension")),
        *objects(member(quantity, "_value", "extension")),
    )
    return bool(holder.get("dataAbsentReason")) or any(
        text(mark.get("url")).endswith("data-absent-reason") for mark in marks
    )


def site_key(reading: Reading) -> str:
    """Return the body site as recorded, to tell two sites apart."""
    site = reading.entry.raw.get("bodySite")
    codings = sorted(
        f"{text(coding.get('system'))}|{text(coding.get('code'))}"
        for coding in objects(member(site, "coding"))
    )
    return " ".join(codings) or text(member(site, "text")).strip().lower()
