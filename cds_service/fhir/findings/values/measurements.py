"""Read measured findings: which value counts, how old it is, or why there is none.

`find_measurement` sorts the readings: usable, too old, or refused. It chooses one of
the usable values; without one the finding is a gap.

Two kinds of values are refused although they tell something. A low limit, `<15`, is
used if it is newer than every number. A value of an akin measure (`QuantitySpec.akin`),
such as a high creatinine for the eGFR, is passed over: it leaves the finding open. For
the eGFR, which is usable for a year, on 26 November 2026:

| on record                                      | it is          | passed over |
|------------------------------------------------|----------------|-------------|
| 62 of 10 November                              | 62             |             |
| 62 of 10 November, `<15` of 20 November        | just under 15  |             |
| 62 of 10 November, creatinine 3 of 20 November | 62             | creatinine  |
| 62 of 10 November, preliminary 20 of the 20th  | 62             | 20          |
| 62 of November 2024                            | a gap, `stale` |             |
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Self

from cds_service.core.findings import (
    METHOD_NOT_RECORDED,
    Aged,
    Finding,
    Gap,
    PassedOver,
    Precision,
)
from cds_service.core.months import months_between
from cds_service.core.vocabulary import ObservedSpec, QuantitySpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    Problem,
    Reading,
    age_in_words,
    make_gap,
)
from cds_service.fhir.findings.values.impossible_changes import contradicted_before
from cds_service.fhir.findings.values.methods import judge_method
from cds_service.fhir.findings.values.observations import (
    RETRACTED,
    has_plain_notes,
    issued_later,
)
from cds_service.fhir.findings.values.quantities import (
    Measured,
    Refused,
    any_differ,
    measure,
    shortened,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import member, number, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

NOTE_NOT_UNDERSTOOD = "Its note was not understood."
NOT_TO_THE_DAY = Problem("undated", "its day is not recorded")
MAY_BE_NEWER = "The record was read incompletely; a newer value may exist."
METHODS = frozenset({"bioimpedance", "dxa-method"})


class Chosen(NamedTuple):
    """The value that counts among the usable ones.

    Attributes:
        used: the measurements that it was computed from; site and doubts are those of
            the first.
        conflict: why two values cannot both be right, as a phrase; the finding is then
            a gap.
        passed_over: values that were not taken, and might say something else.
    """

    value: float
    used: tuple[Measured, ...]
    concerns: tuple[str, ...] = ()
    conflict: str = ""
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def day(self) -> date:
        """Return the newest day of the measurements used."""
        return max(one.moment.day for one in self.used)


class JudgedValues(NamedTuple):
    """The values of a finding: usable, too old and refused, each newest first."""

    usable: list[Measured]
    stale: list[Measured]
    refused: list[Refused]

    def with_refused(self, more: Sequence[Refused]) -> Self:
        """Add values that are refused too."""
        if not more:
            return self
        refused = sorted([*self.refused, *more], key=refusal_key, reverse=True)
        return self._replace(refused=refused)


# Adds where and how a value was measured, or refuses it.
Judge = Callable[[Measured, QuantitySpec, Chart], Measured | Refused]
# Chooses the value that counts, of one or more.
Choose = Callable[[Sequence[Measured], QuantitySpec, Chart], Chosen]


def find_measurement(
    spec: QuantitySpec,
    chart: Chart,
    *,
    judge: Judge = judge_method,
    choose: Choose | None = None,
) -> FindingOrGap:
    """Find a measured number, or why there is none, and the values passed over.

    Args:
        spec: specification of the finding.
        chart: the patient's record.
        judge: refuses values by where and how they were measured.
        choose: chooses the value that counts; None for the newest.
    """
    choose = choose or choose_newest  # which is defined below
    readings = chart.readings_of(spec.value_sets)
    akin = list(_refused_akin(spec, readings, chart))
    broken = chart.broken(spec)
    if not (readings or akin):  # most findings of most records
        return _gap_if_missing(spec, chart), broken
    values = judge_readings(readings, spec, chart, judge).with_refused(akin)
    if spec.raises_below is not None:
        values = _with_low_limit(_without_replaced(values, spec, chart))
    if not values.usable:
        values = _refuse_issued_later(values, spec, chart)
    refused = (*broken, *[one.passed_over(spec) for one in values.refused])
    outcome, passed_over = _find_among(values, spec, chart, choose)
    return outcome, (*refused, *passed_over)


def _find_among(
    values: JudgedValues, spec: QuantitySpec, chart: Chart, choose: Choose
) -> FindingOrGap:
    """Return the finding or gap of the judged values, and what was not chosen."""
    if not values.usable:
        old = choose(values.stale, spec, chart) if values.stale else None
        unusable = gap_if_unusable(spec, chart, values.stale, values.refused)
        gap = _with_value_seen(unusable, spec, chart, old, values.refused)
        return gap, old.passed_over if old else ()

    chosen = choose(values.usable, spec, chart)
    if chosen.conflict:
        sources = (one.reading.provenance(spec, one.printed) for one in chosen.used)
        conflict = make_gap(spec, "conflicting", chosen.conflict, *sources)
        return conflict, chosen.passed_over

    newer = _refuse_maybe_newer([*values.usable, *values.stale], chosen, chart)
    passed_over = (*[one.passed_over(spec) for one in newer], *chosen.passed_over)
    return _finding(spec, chart, chosen), passed_over


def _refused_akin(
    spec: QuantitySpec, readings: Sequence[Reading], chart: Chart
) -> Iterator[Refused]:
    """Refuse values of another measure that make a low value of this one likely.

    One is left out if a value of this measure is of the same day or later: that value
    tells more.
    """
    days = (one.entry.moment.day for one in readings if one.entry.moment)
    newest = max(days, default=date.min)
    for akin in spec.akin:
        units = {one.lower() for one in akin.units}
        for reading in chart.readings_of((akin.concept,)):
            when = reading.entry.moment
            is_replaced = when is not None and when.day <= newest
            if is_replaced or reading.entry.status in RETRACTED:
                continue
            quantity = reading.holder.get("valueQuantity")
            value = number(member(quantity, "value"))
            written = text(member(quantity, "unit")), text(member(quantity, "code"))
            has_unit = any(one.replace(" ", "").lower() in units for one in written)
            if value is not None and has_unit and akin.is_raising(value):
                yield Refused(reading, "other-method", akin.because, printed="")


def _refuse_maybe_newer(
    values: Sequence[Measured], chosen: Chosen, chart: Chart
) -> list[Refused]:
    """Refuse values of a bare month or year that may be newer than the one in use."""
    day = chosen.day
    used = {one.reading.entry.reference for one in chosen.used}
    newer = []
    for measured in values:
        first, raw = measured.moment.day, measured.reading.entry.raw
        last = chart.calendar.last_day(raw.get("effectiveDateTime")) or first
        is_vague = last > first
        is_other = measured.reading.entry.reference not in used
        says_other = is_other and measured.value != chosen.value
        if is_vague and last >= day and says_other:
            newer.append(measured.refused(*NOT_TO_THE_DAY))
    return newer


def _refuse_issued_later(
    values: JudgedValues, spec: QuantitySpec, chart: Chart
) -> JudgedValues:
    """Refuse values that are too old by their day, but were reported lately."""
    stale, refused = [], []
    for one in values.stale:
        problem = issued_later(one.reading, spec, chart)
        if problem is None:
            stale.append(one)
        else:
            refused.append(one.refused(*problem))
    return values._replace(stale=stale).with_refused(refused)


def _without_replaced(
    values: JudgedValues, spec: QuantitySpec, chart: Chart
) -> JudgedValues:
    """Leave out refused values that a newer one replaces, or that are too old."""
    refused = [
        one
        for one in values.refused
        if _is_current(one, values.usable, spec, chart.today)
    ]
    return values._replace(refused=refused)


def _is_current(
    refusal: Refused, usable: Sequence[Measured], spec: QuantitySpec, today: date
) -> bool:
    """Tell if no newer value replaces a refused one, and it is not too old.

    One without a day counts as current.
    """
    moment = refusal.reading.entry.moment
    if moment is None:
        return True
    is_newest = all(other.moment.day <= moment.day for other in usable)
    return is_newest and spec.is_usable(moment.day, today)


def _with_low_limit(values: JudgedValues) -> JudgedValues:
    """Use a low limit, `<15`, that is newer than every number.

    A number of the same day or later tells more.
    """
    last = max((one.moment.day for one in values.usable), default=date.min)
    measured = [one.measured for one in values.refused if one.measured]
    limits = [one for one in measured if one.limit and one.moment.day > last]
    if not limits:
        return values
    day = max(limit.moment.day for limit in limits)
    # Of one day the lowest: it is within the others.
    lowest = min(
        [limit for limit in limits if limit.moment.day == day],
        key=lambda limit: (limit.value, limit.reading.entry.reference),
    )
    others = [one for one in values.refused if one.measured not in limits]
    return values._replace(usable=[lowest, *values.usable], refused=others)


def judge_readings(
    readings: Sequence[Reading],
    spec: QuantitySpec,
    chart: Chart,
    judge: Judge = judge_method,
) -> JudgedValues:
    """Measure and judge each reading; leave out what was retracted."""
    usable: list[Measured] = []
    stale: list[Measured] = []
    refused: list[Refused] = []
    for reading in readings:
        chart.check_time()  # one Observation may have thousands of components
        result = measure(reading, spec, chart)
        if isinstance(result, Measured):
            result = judge(result, spec, chart)
        if isinstance(result, Refused):
            refused.append(result)
        elif result is not None:
            is_usable = spec.is_usable(result.moment.day, chart.today)
            (usable if is_usable else stale).append(result)
    for values in (usable, stale):
        values.sort(
            key=lambda measured: (measured.moment, measured.reading.entry.reference),
            reverse=True,
        )
    refused.sort(key=refusal_key, reverse=True)
    return JudgedValues(usable, stale, refused)


def refusal_key(refusal: Refused) -> tuple[bool, str, str, str]:
    """Return a key that sorts by day; a refusal without a day counts as the oldest."""
    moment = refusal.reading.entry.moment
    day = moment.day.isoformat() if moment else ""
    return (
        moment is not None,
        day,
        refusal.reason,
        refusal.reading.entry.reference,
    )


def gap_if_unusable(
    spec: ObservedSpec,
    chart: Chart,
    stale: Sequence[Measured],
    refused: Sequence[Refused],
) -> Gap:
    """Return the gap if no value is usable.

    Its reason is that of the newest unusable value, else how the record was read.
    """
    newest_refused = refused[0].reading.entry.moment if refused else None
    if stale and (newest_refused is None or stale[0].moment.day >= newest_refused.day):
        newest = stale[0]
        age = age_in_words(newest.moment.day, chart.today)
        source = newest.reading.provenance(spec, newest.printed)
        detail = f"{shortened(newest.printed)} is {age} old, too old to use"
        return make_gap(spec, "stale", detail, source)
    if refused:
        first = refused[0]
        source = first.reading.provenance(spec, first.printed)
        if first.as_gap:
            return make_gap(spec, first.reason, first.as_gap, source)
        outcome = make_gap(spec, first.reason, first.passed_over(spec).detail, source)
        return outcome._replace(why=first.why)
    return _gap_if_missing(spec, chart)


def _with_value_seen(
    outcome: Gap,
    spec: QuantitySpec,
    chart: Chart,
    old: Chosen | None,
    refused: Sequence[Refused],
) -> Gap:
    """Add to the gap the newest value that is too old or measured otherwise.

    It is no finding, yet it still describes the patient.

    Args:
        outcome: the gap.
        spec: specification of the finding.
        chart: the patient's record.
        old: of the values that are too old, the one that would count; None if none is.
        refused: the values that are not used.
    """
    others = [
        refusal.measured
        for refusal in refused
        if refusal.measured and refusal.reason == "other-method"
    ]
    choices = [old] if old else []
    if others:
        choices.append(choose_newest(others, spec, chart))
    if not choices:
        return outcome
    chosen = max(choices, key=lambda choice: max(used.moment for used in choice.used))
    return outcome._replace(value=chosen.value, observed=chosen.day)


def _gap_if_missing(spec: ObservedSpec, chart: Chart) -> Gap:
    """Return the gap for a finding with no value in the record."""
    if broken := chart.broken(spec):
        return make_gap(
            spec, "unreadable", broken[0].detail, *(one.provenance for one in broken)
        )
    if unread := chart.unread(spec):
        return make_gap(spec, "not-read", unread)
    return make_gap(spec, "absent", "asked and not found")


def _finding(spec: QuantitySpec, chart: Chart, chosen: Chosen) -> Finding:
    """Make the finding of the chosen value, with its concerns.

    Its doubts keep it from reassuring anybody; other concerns are only named.
    """
    first = chosen.used[0]
    readings = [one.reading for one in chosen.used]
    day = chosen.day
    of_day = [one.reading for one in chosen.used if one.moment.day == day]
    provenance = [one.reading.provenance(spec, one.printed) for one in chosen.used]

    has_plain_note = all(has_plain_notes(one, chart.terminology) for one in readings)
    unread_note = [] if has_plain_note else [NOTE_NOT_UNDERSTOOD]
    first_day = first_day_of(readings, day, chart.calendar)
    age = age_concern(spec, first_day, chart.today)
    is_method_known = all(one.is_method_known for one in chosen.used)
    unknown_method = [] if is_method_known else [METHOD_NOT_RECORDED]
    doubts = [*first.doubts, *unread_note, *age, *unknown_method]

    concerns = [
        *doubts,
        *chosen.concerns,
        *method_concern(spec, readings, chart.terminology),
    ]
    if _is_list_cut(spec, chart):
        concerns.append(MAY_BE_NEWER)
    return Finding(
        name=spec.name,
        value=chosen.value,
        unit=spec.unit,
        observed=day,
        provenance=tuple(provenance),
        concerns=tuple(concerns),
        site=first.site,
        method=_method(readings[0], chart.terminology) if spec.method_matters else "",
        label=first.limit,
        dated_to=dated_to(of_day, chart.calendar),
        may_reassure=not doubts,
    )


def _is_list_cut(spec: QuantitySpec, chart: Chart) -> bool:
    """Tell if the list of the finding was not read to its end."""
    read = chart.record.reads.get(spec.key)
    return read is not None and read.is_cut


def dated_to(readings: Sequence[Reading], calendar: SiteCalendar) -> Precision:
    """Tell how exactly the day of these values is known, by the vaguest of them."""
    precisions = {calendar.exactness(one.entry.raw) for one in readings}
    return max(precisions, key=["day", "month", "year"].index)


def first_day_of(
    readings: Sequence[Reading], day: date, calendar: SiteCalendar
) -> date:
    """Return the first day of values that were measured over a time up to this day."""
    spans = (calendar.span(one.entry.raw) for one in readings)
    return min([day, *(span.first for span in spans if span)])


def age_concern(spec: ObservedSpec, day: date, today: date) -> tuple[Aged, ...]:
    """Say `The T-score is 2 years old.` if it is older than `fresh_days`."""
    if spec.is_fresh(day, today):
        return ()
    return (Aged(spec.title, months_between(day, today)),)


def method_concern(
    spec: ObservedSpec, readings: Sequence[Reading], terminology: Terminology
) -> tuple[str, ...]:
    """Return the concern that the method is not recorded, if it matters.

    The name of a known device states the method, the performer does not.
    """
    if not spec.method_matters:
        return ()
    if all(
        one.entry.raw.get("method") or _method(one, terminology) for one in readings
    ):
        return ()
    return (METHOD_NOT_RECORDED,)


def _method(reading: Reading, terminology: Terminology) -> str:
    """Return the method in our words; empty if the record does not state it."""
    observation = reading.entry.raw
    words = {*reading.method_words, *texts_of(observation.get("code"))}
    words.add(text(member(observation, "device", "display")))
    named = {
        concept
        for word in words
        for concept in terminology.text_concepts(word, METHODS)
    }
    if "bioimpedance" in named:
        return "bioimpedance"
    return "DXA" if "dxa-method" in named else ""


def choose_newest(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Chosen:
    """Choose the newest value.

    Simultaneous values must agree up to rounding; the most precise one counts. Values
    that disagree are a conflict, unless all of them raise the risk. An older value is
    passed over if the newest cannot have risen, or fallen, so far from it.
    """
    del chart  # part of the `Choose` signature
    if len(usable) == 1:
        return Chosen(value=usable[0].value, used=(usable[0],))
    newest = of_newest_moment(usable)
    best = min(
        newest, key=lambda measured: (measured.step, measured.reading.entry.reference)
    )
    conflict = conflict_of(newest, spec)
    if conflict and all(_is_raising(one, spec) for one in newest):
        # Whichever is right, the risk is raised: the mildest one claims the least.
        mildest = max(
            newest,
            key=lambda measured: (measured.value, measured.reading.entry.reference),
        )
        concern = f"{conflict}."
        return Chosen(value=mildest.value, used=(mildest,), concerns=(concern,))
    if conflict:
        return Chosen(value=best.value, used=tuple(newest), conflict=conflict)
    passed_over = tuple(contradicted_before(best, usable, spec))
    return Chosen(value=best.value, used=(best,), passed_over=passed_over)


def _is_raising(measured: Measured, spec: QuantitySpec) -> bool:
    """Tell if a value raises the risk apart from any model."""
    return spec.raises_below is not None and measured.value < spec.raises_below


def of_newest_moment(usable: Sequence[Measured]) -> list[Measured]:
    """Return the values with the newest time.

    A value with only a date may be from any time of that day.
    """
    if len(usable) == 1:
        return list(usable)
    day = max(one.moment.day for one in usable)
    of_day = [one for one in usable if one.moment.day == day]
    if any(not one.moment.instant for one in of_day):
        return of_day
    last = max(one.moment for one in of_day)
    return [one for one in of_day if one.moment == last]


def conflict_of(values: Sequence[Measured], spec: QuantitySpec) -> str:
    """Say that two values cannot both be right; empty if the values agree."""
    if not any_differ(values, spec.decimals):
        return ""
    printed = " and ".join(sorted({one.printed for one in values}))
    day = date_text(values[0].moment.day)
    return f"{printed} on {day} cannot both be right"
