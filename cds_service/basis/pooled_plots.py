"""Describe the plots of the pooled figure: its place, its parts, what it averages."""

from collections.abc import Iterator, Mapping
from itertools import chain

from cds_service.basis.charts import (
    PERCENT_AXIS,
    Chart,
    Ends,
    Mark,
    Row,
    at,
    chart,
    log_odds_axis,
    say,
    signed_text,
    span,
    sum_row,
)
from cds_service.cards.answer import Answer
from cds_service.core.findings import Finding
from cds_service.core.models.pooled_result import PooledResult, likely_values
from cds_service.core.models.pooled_study import NumberInput, YesNoInput
from cds_service.core.models.prediction import expit
from cds_service.core.models.study_tables import Z_95
from cds_service.core.words.wording import (
    join_words,
    number_text,
    percent_text,
    range_text,
)

# What can be measured, in the order in which the plot has it.
MEASURABLE = ("ct-attenuation", "bmd-t-score", "bmi", "sarcopenia")


def place_chart(pooled: PooledResult, *, is_said: bool) -> Chart:
    """Plot this patient, the average and a new hospital, from 0 to 100 %.

    Args:
        is_said: the card says this figure, and not the usual or a lower limit in its
            place.
    """
    figure, baseline = pooled.figure, pooled.figure.baseline
    tick = at("tick", baseline.incidence)
    ranges = (
        span("thin", figure.new_hospital),
        span("thick", figure.same_hospital),
    )
    cells = (
        figure.words,
        range_text(figure.same_hospital),
        range_text(figure.new_hospital),
    )
    label, note = say("pooled-not-own"), say("pooled-not-said")
    if is_said:
        label, note = say("pooled-patient"), percent_text(figure.risk)
    marks: tuple[Mark, ...] = (tick, *ranges, at("point", figure.risk))
    rows = [Row(label=label, cells=cells, marks=marks, note=note)]
    if figure.other_bone is not None:
        other_risk = percent_text(figure.other_bone)
        note = say("pooled-other-note")
        marks = (tick, at("point", figure.other_bone))
        bone = "HU" if figure.bone == "t" else "T-score"
        label = say("pooled-other", bone=bone)
        cells = (other_risk, "", "")
        rows.append(Row(label=label, cells=cells, marks=marks, note=note))
    usual = f"{baseline.usual} ({percent_text(baseline.incidence)})"
    error = Z_95 * baseline.variance**0.5
    interval = (expit(baseline.log_odds - error), expit(baseline.log_odds + error))
    label = say(f"pooled-average-{baseline.source}")
    marks = (span("thin", interval), tick)
    rows.append(Row(label=label, cells=(usual, "", range_text(interval)), marks=marks))
    return chart("place", rows, PERCENT_AXIS, horizon=baseline.horizon)


def sum_chart(answer: Answer, pooled: PooledResult) -> Chart:
    """Plot what each input adds, log odds, from the average patient to the sum."""
    figure, centre = pooled.figure, pooled.centre()
    effects = {
        finding.name: pooled.effect_of(finding.name) for finding in pooled.inputs
    }
    intervals = _effect_intervals(pooled)
    ends = chain.from_iterable(intervals.values())
    axis, labels = log_odds_axis([0.0, *ends])
    rows = [sum_row(say("pooled-start"), centre.log_odds)]
    for finding in sorted(
        pooled.inputs, key=lambda finding: -abs(effects[finding.name])
    ):
        interval = intervals[finding.name]
        rows.append(_pooled_effect_row(answer, pooled, finding, interval, axis))
    averaged = figure.log_odds - centre.log_odds - sum(effects.values())
    if pooled.missing:
        names = join_words(answer.wording.name(name) for name in pooled.missing)
        rows.append(sum_row(say("pooled-averaged", names=names), averaged))
    rows.append(sum_row(say("sum"), figure.log_odds, percent_text(figure.risk)))
    for label, error in (
        ("pooled-same-error", figure.relative_error),
        ("pooled-new-error", figure.absolute_error),
    ):
        cells = ("", "", "", number_text(error, 3), "")
        rows.append(Row(label=say(label), cells=cells))
    return chart("sum", rows, labels)


def _effect_intervals(pooled: PooledResult) -> Mapping[str, Ends]:
    """Return the 95 % interval of each input's effect, in log odds."""
    centre, coefficients = pooled.centre(), pooled.model.table.coefficients
    intervals: dict[str, Ends] = {}
    for finding in pooled.inputs:
        name = pooled.input_of[finding.name]
        distance = abs(pooled.used_of(finding.name) - centre.means[name])
        error = Z_95 * coefficients[name].variance ** 0.5 * distance
        effect = pooled.effect_of(finding.name)
        intervals[finding.name] = (effect - error, effect + error)
    return intervals


def _pooled_effect_row(
    answer: Answer, pooled: PooledResult, finding: Finding, interval: Ends, axis: Ends
) -> Row:
    """Plot what one input adds: coefficient in use x (value used - mean)."""
    name = pooled.input_of[finding.name]
    effect = pooled.effect_of(finding.name)
    reads = "raises" if effect > 0 else "lowers"
    cells = (
        _used(pooled, finding),
        number_text(pooled.centre().means[name], 2),
        signed_text(pooled.slope * pooled.model.beta(name), 3),
        signed_text(effect),
        say(reads),
    )
    marks = (
        span("bar", (0.0, effect), axis),
        span("thin", interval, axis),
        at("zero", 0.0, axis),
    )
    label = answer.wording.phrase(finding._replace(site=""))
    return Row(label=label, cells=cells, marks=marks, note=_note(pooled, finding))


def averaged_chart(answer: Answer, pooled: PooledResult) -> Chart | None:
    """List what was not recorded, and over which patients it was averaged."""
    rows = [
        Row(label=answer.wording.name(name), cells=_averaged_over(answer, pooled, name))
        for name in pooled.missing
    ]
    return chart("averaged", rows) if rows else None


def measuring_chart(answer: Answer, pooled: PooledResult) -> Chart | None:
    """Plot the figure for a low and a high value of what could be measured."""
    rows = list(_measuring_rows(answer, pooled))
    return chart("measuring", rows, PERCENT_AXIS) if rows else None


def _measuring_rows(answer: Answer, pooled: PooledResult) -> Iterator[Row]:
    model, baseline = pooled.model, pooled.figure.baseline
    for name in MEASURABLE:
        study_input = model.study.by_finding[name]
        if study_input.id in pooled.known:
            continue
        values = likely_values(study_input)
        low, high = (
            model.risk({**pooled.known, study_input.id: value}, baseline)
            for value in values
        )
        words = model.words_of(low), model.words_of(high)
        cells = [
            f"{word} ({_value(answer, name, study_input, value)})"
            for word, value in zip(words, values, strict=True)
        ]
        yield Row(
            label=answer.wording.name(name),
            cells=tuple(cells),
            marks=(at("tick", pooled.figure.risk), span("thick", (low, high))),
        )


def trial_chart(
    before: PooledResult | None, after: PooledResult, *, is_said: bool
) -> Chart:
    """Plot this patient, if there is an own figure, and another, on one axis.

    Args:
        before: as on record; None without a figure.
        after: with the values that were tried.
        is_said: the card says the figure on record, and not the usual in its place.
    """
    first = Row(label=say("on-record"), cells=(say("no-figure"), "", ""))
    if before is not None and before.figure.is_personal:
        label = say("on-record") if is_said else say("on-record-not-own")
        first = _trial_row(label, before)
    rows = [first, _trial_row(say("another"), after)]
    baseline = after.figure.baseline
    tick = (at("tick", baseline.incidence),)
    usual = f"{baseline.usual} ({percent_text(baseline.incidence)})"
    label = say(f"pooled-average-{baseline.source}")
    rows.append(Row(label=label, cells=(usual, "", ""), marks=tick))
    return chart("trial", rows, PERCENT_AXIS)


def _trial_row(label: str, pooled: PooledResult) -> Row:
    figure = pooled.figure
    cells = (
        figure.words,
        range_text(figure.same_hospital),
        range_text(figure.new_hospital),
    )
    marks = (
        at("tick", figure.baseline.incidence),
        span("thin", figure.new_hospital),
        span("thick", figure.same_hospital),
        at("point", figure.risk),
    )
    return Row(label=label, cells=cells, marks=marks)


def _used(pooled: PooledResult, finding: Finding) -> str:
    used = pooled.used_of(finding.name)
    if pooled.is_yes_or_no(finding.name):
        return str(int(used))
    text = number_text(used, 2)
    return say("held-short", value=text) if pooled.is_held(finding.name) else text


def _note(pooled: PooledResult, finding: Finding) -> str:
    if not pooled.is_held(finding.name):
        return ""
    return say("pooled-held", used=number_text(pooled.used_of(finding.name), 1))


def _averaged_over(answer: Answer, pooled: PooledResult, name: str) -> tuple[str, str]:
    study_input = pooled.model.study.by_finding[name]
    if isinstance(study_input, YesNoInput):
        share = percent_text(study_input.unrecorded)
        return say("pooled-share", share=share), study_input.assumed
    mean, sd = (
        answer.wording.number(name, number, study_input.unit)
        for number in (study_input.mean, study_input.sd)
    )
    return say("pooled-spread", mean=mean, sd=sd), study_input.assumed


def _value(
    answer: Answer, name: str, study_input: NumberInput | YesNoInput, value: float
) -> str:
    if isinstance(study_input, YesNoInput):
        return "yes" if value else "no"
    return answer.wording.number(name, value, study_input.unit)
