"""Find the vertebrae of one injury that an earlier stage of its treatment filled.

L1 and L3 break in one fall, L1 gets its cement, and L3 is signed some weeks later. The
second stage treats no second fracture. This must be proved by the days of onset; as
long as L3 may have broken after the first stage, it counts as a second fracture.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.fhir.certainty import PAST as OVER
from cds_service.fhir.certainty import certainty_of, clinical_status, is_sequela
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.levels_of_entries import (
    fracture_levels,
    vertebrae_apart,
)
from cds_service.fhir.entries.words.asides import VOID, asides_of, words_of_asides
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.problem_words import in_doubt, undenied_parts
from cds_service.fhir.findings.augmentations.same_operation import SUBACUTE, last_day_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.raw_json import member, objects, text, texts_of

# policy: vertebrae of which the onsets lie within a week broke in one injury
OF_ONE_INJURY = timedelta(days=7)
# policy: a fracture of two weeks is called acute; later it is subacute
ACUTE = timedelta(days=14)
OLD = frozenset({"long-standing", "earlier-vertebral-fracture"})
# What reports, and what orders and titles, call a new fracture. Orders of the second
# stage call the fracture acute, which it is.
IN_REPORTS = ("new-fracture", "fresh-fracture")
IN_OTHERS = ("new-fracture",)
SOUND_BEFORE = ("sound-before",)
REPORTS = ("DiagnosticReport", "ImagingStudy")


class Injury(NamedTuple):
    """An injury of the treated vertebrae and of others that were treated before.

    Attributes:
        began: the first day of onset.
        operated: the other vertebrae that broke in it and were augmented since.
        pairs: the pairs of which one is among them, as codes name them (`T11-T12`).
    """

    began: date
    operated: frozenset[str]
    pairs: frozenset[frozenset[str]] = frozenset()


def find_injury(chart: Chart) -> Injury | None:
    """Find the injury in which the treated vertebrae broke, if it has a first stage.

    Each treated vertebra has a fracture whose onset is known to the day. The first
    stage was done after all onsets, and nothing since then calls a fracture new.
    """
    onsets = _onsets(chart)
    injury = _of_treated(onsets, chart)
    if injury is None:
        return None
    operated = frozenset[str]().union(
        *(
            fracture_levels(procedure.raw, chart.terminology)
            for procedure in chart.of_kind("Procedure")
            if _is_first_stage(procedure, injury, onsets, chart)
        )
    )
    pairs = (broken.pair for broken in _broken(chart) if broken.levels & operated)
    near = frozenset(pair for pair in pairs if pair.isdisjoint(chart.treated))
    return injury._replace(operated=operated, pairs=near) if operated else None


def is_of_first_stage(procedure: Entry, chart: Chart) -> bool:
    """Tell if an augmentation is the first stage of the treatment that goes on now."""
    onsets = _onsets(chart)
    injury = _of_treated(onsets, chart)
    return injury is not None and _is_first_stage(procedure, injury, onsets, chart)


def _onsets(chart: Chart) -> dict[str, set[date]]:
    """Return the days of onset of each vertebra whose fracture is certain.

    In a pair that is not treated now either may be meant: the cement tells which.
    """
    onsets: dict[str, set[date]] = {}
    for broken in _broken(chart):
        if len(broken.levels) == 1 or broken.pair.isdisjoint(chart.treated):
            for level in broken.levels:
                onsets.setdefault(level, set()).add(broken.day)
    return onsets


class _Broken(NamedTuple):
    """Vertebrae of an entry that broke on a day: one, or a pair of which one did."""

    levels: frozenset[str]
    pair: frozenset[str]
    day: date


def _broken(chart: Chart) -> Iterator[_Broken]:
    """Yield the vertebrae of each fracture that is certain, with the day of onset."""
    for entry in chart.mentions_of(tuple(FRACTURED)):
        if entry.resource_type != "Condition" or not _is_certain(entry, chart):
            continue
        first, last = begun(entry.raw, chart.birth, chart.calendar)
        if first is None or first != last or first > chart.not_after:
            continue
        apart = [*vertebrae_apart(entry.raw, chart.terminology)]
        pairs = [levels for levels in apart if len(levels) == 2]
        singles = [levels for levels in apart if len(levels) != 2]
        for level in frozenset[str]().union(*singles):
            one = frozenset({level})
            pair = next((both for both in pairs if level in both), one)
            yield _Broken(one, pair, first)
        if not singles:
            yield from (_Broken(pair, pair, first) for pair in pairs)


def _is_certain(fracture: Entry, chart: Chart) -> bool:
    """Tell if a diagnosis states a fracture without doubt, and calls it not old."""
    raw = fracture.raw
    is_stated = bool(fracture.concepts & FRACTURED) and fracture.named.isdisjoint(
        map(in_doubt, FRACTURED)
    )
    codes = [text(one.get("code")) for one in objects(member(raw, "code", "coding"))]
    if any(map(is_sequela, codes)):
        return False
    is_old = any(
        chart.terminology.text_concepts(word, OLD) for word in texts_of(raw.get("code"))
    )
    return is_stated and not is_old and certainty_of(raw) in ("stated", "past")


def _of_treated(onsets: dict[str, set[date]], chart: Chart) -> Injury | None:
    """Return the injury of the treated vertebrae; None if an onset is not known.

    The newest onset of each counts.
    """
    if not chart.treated or not all(level in onsets for level in chart.treated):
        return None
    if _is_called_over(chart):
        return None
    days = [max(onsets[level]) for level in chart.treated]
    if max(days) - min(days) > OF_ONE_INJURY:
        return None
    return Injury(min(days), frozenset())


def _is_called_over(chart: Chart) -> bool:
    """Tell if the list has a fracture of a treated vertebra as over."""
    return any(
        clinical_status(entry.raw) & OVER
        and not fracture_levels(entry.raw, chart.terminology).isdisjoint(chart.treated)
        for entry in chart.mentions_of(tuple(FRACTURED))
        if entry.resource_type == "Condition"
    )


def _is_first_stage(
    procedure: Entry, injury: Injury, onsets: dict[str, set[date]], chart: Chart
) -> bool:
    """Tell if an augmentation treated other vertebrae of the injury, after it."""
    levels = fracture_levels(procedure.raw, chart.terminology)
    if (
        procedure.status != "completed"
        or procedure.concepts.isdisjoint(AUGMENTATIONS)
        or not levels
        or not levels.isdisjoint(chart.treated)
        or not levels <= onsets.keys()
    ):
        return False
    days = [max(onsets[level]) for level in chart.treated]
    for level in levels:
        near = [
            day for day in onsets[level] if abs(day - injury.began) <= OF_ONE_INJURY
        ]
        if not near:
            return False
        days.append(max(near))
    when = chart.calendar.effective(procedure.raw, "performed")
    done = when.day if when else None
    if done is None or max(days) - min(days) > OF_ONE_INJURY:
        return False
    # A vertebra may break on the day of the operation, after it.
    is_after = done > max(days) or done == max(days) == min(days)
    last = last_day_of(procedure, done, chart)
    is_recent = chart.not_after - last <= SUBACUTE
    return is_after and is_recent and not _is_broken_since(done, injury, chart)


def _is_broken_since(done: date, injury: Injury, chart: Chart) -> bool:
    """Tell if an entry since the first stage calls a fracture new.

    It is of a treated vertebra, or of one that is not named. In the first weeks a
    report calls that of a treated vertebra acute, which it is.
    """
    still_acute = injury.began + ACUTE
    return any(
        _calls_new(
            entry, IN_REPORTS, chart, is_acute=_is_until(entry, still_acute, chart)
        )
        for entry in chart.of_kind(*REPORTS)
        if entry.status not in VOID and _may_be_after(entry, done, chart)
    ) or any(
        _calls_new(entry, IN_OTHERS, chart)
        for entry in chart.of_kind("Condition", "ServiceRequest")
        if entry.status not in VOID and _may_be_after(entry, done, chart)
    )


def _may_be_after(entry: Entry, done: date, chart: Chart) -> bool:
    """Tell if an entry may be of a day after the first stage; one without may."""
    raw = entry.raw
    if entry.resource_type == "Condition":
        times = [recorded_on(raw)]
    else:
        times = [
            raw.get("effectiveDateTime"),
            member(raw, "effectivePeriod", "end"),
            raw.get("started"),
            raw.get("authoredOn"),
        ]
        times = times if any(times) else [raw.get("issued")]
    return chart.calendar.may_be_since(times, done + timedelta(days=1))


def _is_until(report: Entry, last: date, chart: Chart) -> bool:
    """Tell if a report is certainly of this day or earlier."""
    raw = report.raw
    times = [
        raw.get("effectiveDateTime"),
        member(raw, "effectivePeriod", "end"),
        raw.get("started"),
    ]
    days = [chart.calendar.last_day(one) for one in times if one]
    return bool(days) and all(day is not None and day <= last for day in days)


def _calls_new(
    entry: Entry, kinds: tuple[str, ...], chart: Chart, *, is_acute: bool = False
) -> bool:
    """Tell if a sentence of an entry calls a fracture new, and of no other vertebra.

    Args:
        entry: a report, an image, a diagnosis or an order.
        kinds: the rules of what is new.
        chart: the patient's record.
        is_acute: that of the treated vertebrae may still be called acute.
    """
    raw = entry.raw
    words = [text(raw.get("conclusion")), *texts_of(raw.get("code"))]
    words += words_of_asides(asides_of(raw))
    return any(
        _is_new_in(
            sentence,
            IN_OTHERS if is_acute and _repeats(sentence, chart) else kinds,
            chart,
        )
        for prose in words
        for sentence in sentences(prose[:LONGEST_TEXT])
    )


def _is_new_in(sentence: str, kinds: tuple[str, ...], chart: Chart) -> bool:
    """Tell if a sentence names a fracture, and if one of its parts calls it new.

    "Known fracture of L3, new one of L5" calls that of L3 no new one.
    """
    terminology = chart.terminology
    parts = [
        part
        for stretch in undenied_parts(sentence, terminology)
        for part in clauses(stretch)
        if _may_be_treated(part, chart)
    ]
    is_broken = any(
        terminology.text_concepts(part, FRACTURED)
        or terminology.plain.bound.names_broken(part)
        for part in parts
    )
    # "Not seen on the prior film" denies nothing: it says that the fracture is new.
    whole = [part for part in clauses(sentence) if _may_be_treated(part, chart)]
    return is_broken and any(
        terminology.kinds.named(part, kinds) for part in (*parts, *whole)
    )


def _repeats(sentence: str, chart: Chart) -> bool:
    """Tell if a sentence names a treated vertebra, and calls it sound on no film."""
    levels = chart.terminology.levels.named(sentence)
    is_treated = not {*levels}.isdisjoint(chart.treated)
    return is_treated and not chart.terminology.kinds.named(sentence, SOUND_BEFORE)


def _may_be_treated(part: str, chart: Chart) -> bool:
    """Tell if words name a treated vertebra, or none."""
    levels = {*chart.terminology.levels.named(part)} & {*LEVELS}
    return not levels or not levels.isdisjoint(chart.treated)
