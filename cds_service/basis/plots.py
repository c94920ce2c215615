"""Describe the plots of the studies: side by side, and each by itself.

The page has them beneath the pooled figure. All values come from the code of the
assessment; nothing is fitted or drawn at random here.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain

from cds_service.basis.charts import (
    PERCENT_AXIS,
    Chart,
    Ends,
    Mark,
    Row,
    Shape,
    at,
    chart,
    log_odds_axis,
    say,
    signed_text,
    span,
    sum_row,
)
from cds_service.cards.answer import Answer
from cds_service.cards.study_words import (
    figure,
    horizon,
    interval_text,
    phrase,
    procedure_word,
)
from cds_service.core.findings import Finding
from cds_service.core.models.prediction import Prediction, effect_interval, expit
from cds_service.core.models.strata import Stratum
from cds_service.core.models.study_lines import TREATMENTS, explained_together
from cds_service.core.models.study_result import LEVEL, ModelResult
from cds_service.core.risk.assessment import OutcomeAssessment
from cds_service.core.words.wording import UNITS, number_text, percent_text, range_text


def _figure_row(
    label: str,
    result: ModelResult,
    prediction: Prediction,
    more: Sequence[Mark] = (),
    note: str = "",
) -> Row:
    """Plot one figure with both ranges, within the limits of print."""
    measured = prediction.if_measured
    risk = min(max(prediction.risk, prediction.floor), prediction.ceiling)
    marks = [*more]
    if measured:
        marks.append(span("thin", measured))
    marks += [span("thick", prediction.study_uncertainty), at("point", risk)]
    cells = (
        figure(result, prediction.risk),
        interval_text(result, prediction.study_uncertainty),
        interval_text(result, measured) if measured else say("all-measured"),
    )
    return Row(label=label, cells=cells, marks=tuple(marks), note=note)


def contribution_chart(answer: Answer, result: ModelResult) -> Chart:
    """Plot what each input adds in log odds, from the start to the sum.

    The start is a patient with the study's mean values, after the same procedure. The
    procedure is never a bar: it was chosen for reasons that no study adjusts for.
    """
    prediction, baseline = result.prediction, result.prediction.baseline
    groups = explained_together(result.inputs)
    effects = [
        sum(prediction.effects[finding.name] for finding in group) for group in groups
    ]
    intervals = [
        effect_interval(
            result.model, prediction, tuple(finding.name for finding in group)
        )
        for group in groups
    ]
    axis, labels = log_odds_axis([0.0, *chain.from_iterable(intervals)])
    # The shift by the incidence of the site, or by a recalibration.
    shift = prediction.log_odds - baseline.slope * baseline.own(prediction.log_odds)
    start = prediction.log_odds - shift - sum(effects)
    effect_rows = [
        (effect, _effect_row(answer, result, group, effect, ends, axis))
        for group, effect, ends in zip(groups, effects, intervals, strict=True)
    ]
    effect_rows.sort(key=lambda pair: -abs(pair[0]))
    rows = [sum_row(_start_label(answer, result), start)]
    rows += [row for _, row in effect_rows]
    if baseline.recalibration is not None:
        rows.append(sum_row(say("refitted", patients=baseline.recalibration.n), shift))
    elif shift:
        incidence = percent_text(baseline.incidence)
        rows.append(sum_row(say("site-shift", incidence=incidence), shift))
    rows.append(
        sum_row(say("sum"), prediction.log_odds, figure(result), _not_theirs(result))
    )
    rows += [
        Row(label=label, cells=("", "", "", text, ""))
        for label, text in _spreads(result)
    ]
    return chart("contributions", rows, labels, of=study_words(result))


def _start_label(answer: Answer, result: ModelResult) -> str:
    is_used = any(finding.name == "procedure" for finding in result.inputs)
    procedure = procedure_word(answer) if is_used else ""
    return say("start-after", procedure=procedure) if procedure else say("start")


def _effect_row(
    answer: Answer,
    result: ModelResult,
    inputs: Sequence[Finding],
    effect: float,
    ends: Ends,
    axis: Ends,
) -> Row:
    """Plot the effect of these inputs: coefficient in use x (value used - study mean).

    Args:
        answer: the answer.
        result: result of the study.
        inputs: one, or several that are explained together.
        effect: log odds.
        ends: ends of its 95 % interval.
        axis: ends of the axis.
    """
    prediction = result.prediction
    names = [finding.name for finding in inputs]
    is_clear = not ends[0] <= 0 <= ends[1]
    direction = _direction(prediction, names, effect) if is_clear else "no-clear-effect"
    note = ""
    if LEVEL in names:
        note = say("level")
    elif len(names) > 1:
        note = say("psoas")
    shape: Shape = "bar" if is_clear else "no-effect"
    means = (number_text(result.model.table.means[name], 3) for name in names)
    coefficients = (
        signed_text(prediction.coefficients_in_use[name], 3) for name in names
    )
    return Row(
        label=" · ".join(phrase(answer, result, finding) for finding in inputs),
        cells=(
            " · ".join(_used(result, finding) for finding in inputs),
            " · ".join(means),
            " · ".join(coefficients),
            signed_text(effect),
            say(direction),
        ),
        marks=(
            span(shape, (0.0, effect), axis),
            span("thin", ends, axis),
            at("zero", 0.0, axis),
        ),
        note=note,
    )


def _direction(prediction: Prediction, names: Sequence[str], effect: float) -> str:
    """Return the key of the words for what a clear effect does to the figure.

    A value that is held on the side that reassures neither lowers nor raises this
    patient's figure.
    """
    held = [prediction.held[name] for name in names if name in prediction.held]
    if any(one.side == "reassuring" for one in held):
        return "beyond-study"
    return "raises" if effect > 0 else "lowers"


def _spreads(result: ModelResult) -> Iterator[tuple[str, str]]:
    """Yield the parts of both ranges, each with its words (evidence.md, steps 5, 6)."""
    prediction = result.prediction
    yield say("standard-error"), number_text(prediction.standard_error, 3)
    if prediction.if_measured is not None:
        baseline = prediction.baseline
        reduced = result.model.reduced(frozenset(prediction.used))
        distance = baseline.slope**2 * reduced.distance_at(
            expit(baseline.own(prediction.log_odds))
        )
        yield say("left-open"), number_text(2 * (math.sqrt(1 + distance) - 1), 3)


def _used(result: ModelResult, finding: Finding) -> str:
    used = result.prediction.used[finding.name]
    if isinstance(used, bool):
        return "1" if used else "0"
    if isinstance(used, str):
        return used
    text = number_text(used, 2)
    if finding.name not in result.prediction.held:
        return text
    return say("held-short", value=text)


def cohort_chart(answer: Answer, result: ModelResult) -> Chart | None:
    """Plot the patient among the study's patients, each measure on its own scale."""
    ranges = result.model.table.ranges
    rows = [
        _cohort_row(answer, result, finding)
        for finding in result.inputs
        if finding.name in ranges and finding.name not in TREATMENTS
    ]
    return chart("cohort", rows, of=study_words(result)) if rows else None


def _cohort_row(answer: Answer, result: ModelResult, finding: Finding) -> Row:
    name, held_value = finding.name, result.prediction.held.get(finding.name)
    lowest, low, high, highest = result.model.table.ranges[name]
    # The value on the study's scale.
    value = held_value.value if held_value else float(result.prediction.used[name])
    room = 0.1 * (highest - lowest)
    axis = (min(lowest, value) - room, max(highest, value) + room)
    falls = result.prediction.coefficients_in_use[name] < 0
    below, above = (lowest, high) if falls else (low, highest)
    mean = result.model.table.means[name]
    marks = (
        span("beyond", (axis[0], below), axis),
        span("beyond", (above, axis[1]), axis),
        span("thin", (lowest, highest), axis),
        span("thick", (low, high), axis),
        at("tick", mean, axis),
        at("point", value, axis),
    )

    def written(number: float) -> str:
        text = answer.wording.number(name, number, finding.unit)
        return text.removesuffix(UNITS["kg/m2"])

    note = say("held", used=written(held_value.used)) if held_value else ""
    return Row(
        label=answer.wording.name(name),
        cells=(written(value), written(mean), f"{written(low)} to {written(high)}"),
        marks=marks,
        note=note,
    )


def studies_chart(outcome: OutcomeAssessment) -> Chart | None:
    """Plot the studies of one outcome side by side; their figures are not averaged."""
    rows = [*map(_study_row, outcome.models), *map(_stratum_row, outcome.supporting)]
    if not rows:
        return None
    return chart(
        "studies", rows, PERCENT_AXIS, difference=_difference_sentence(outcome)
    )


def _study_row(result: ModelResult) -> Row:
    label = study_words(result)
    cells = (
        percent_text(result.reference),
        percent_text(result.prediction.inputs_known),
        say(f"auc-{result.model.study.id}"),
    )
    if not result.is_shown:
        reason = "no-such-patients" if result.not_studied else "too-little"
        return Row(label=label, cells=(say(reason), "", "", *cells))
    row = _figure_row(label, result, result.prediction, (at("tick", result.reference),))
    return Row(
        label=label,
        cells=(*row.cells, *cells),
        marks=row.marks,
        note=_not_theirs(result),
    )


def _not_theirs(result: ModelResult) -> str:
    """Return why a study's figure is not this patient's; empty if it may be."""
    outside = [
        violation.text
        for violation in result.violations
        if violation.severity != "not-checkable"
    ]
    if not result.is_wholly_inside:
        return "; ".join((say("not-theirs"), *outside))
    if result.is_doubtful:
        return say("doubtful")
    return say("uncertain") if result.is_uncertainly_above else ""


def study_words(result: ModelResult) -> str:
    """Return the study by its size and horizon, `214 patients, 12 months`."""
    return say("study", horizon=horizon(result), patients=result.model.study.cohort.n)


def _stratum_row(stratum: Stratum) -> Row:
    """Plot the rate in this patient's stratum of a study without a model."""
    study, counts = stratum.study, stratum.counts
    average = (
        sum(part.events[stratum.outcome] for part in study.strata) / study.cohort.n
    )
    months = f"{study.cohort.horizon_months} months"
    side = counts.label.replace("<=", "≤")
    return Row(
        label=say(
            "stratum", n=counts.n, patients=study.cohort.n, horizon=months, label=side
        ),
        cells=(
            percent_text(stratum.rate),
            range_text(stratum.interval),
            "",
            percent_text(average),
            "",
            "",
        ),
        marks=(
            at("tick", average),
            span("thick", stratum.interval),
            at("point", stratum.rate),
        ),
        note=say("stratum-note", p=str(study.recomputed_p[stratum.outcome])),
    )


def _difference_sentence(outcome: OutcomeAssessment) -> str:
    shown_results = (result for result in outcome.models if result.is_shown)
    by_risk = sorted(shown_results, key=lambda result: result.prediction.risk)
    if len(by_risk) < 2:
        if len(outcome.models) < 2:
            return say("no-other")
        return f"{say('one')} {say('differ')}"
    low, high = by_risk[0], by_risk[-1]
    between = say(
        "between",
        low=figure(low),
        low_horizon=horizon(low),
        high=figure(high),
        high_horizon=horizon(high),
    )
    sentences = [between, say("differ")]
    if outcome.disagreement:
        sentences.insert(0, say("disagree"))
    return " ".join(sentences)
