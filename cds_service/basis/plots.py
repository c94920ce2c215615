"""The plots of one patient's answer: where the figure stands, what made it, what would narrow it.

All values come from the code of the assessment; nothing is fitted or drawn at random here.
"""

import math
from collections.abc import Iterator, Sequence

from cds_service.basis.charts import (
    PERCENT_AXIS,
    Chart,
    Mark,
    Row,
    Shape,
    at,
    chart,
    log_odds_axis,
    say,
    say_signed,
    span,
)
from cds_service.cards.answer import Answer
from cds_service.cards.figures import (
    TREATMENTS,
    figure,
    groups,
    held_line,
    horizon,
    missing_names,
    phrase,
    say_interval,
    whose_average,
)
from cds_service.core.assessment import LEVEL, SILENCES_PRINT, ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.prediction import Prediction, effect_interval, expit, if_measured, predict
from cds_service.core.recommendations import Rule
from cds_service.core.strata import Stratum
from cds_service.core.wording import UNITS, capital, join_words, say_number, say_percent, say_range


def risk_chart(answer: Answer, result: ModelResult, *, is_usable: bool) -> Chart:
    """(a) The patient on one axis from 0 to 100 %, with what the figure is compared with."""
    averages = dict(_averages(answer, result))
    ticks = [at("tick", share) for share in averages.values()]
    held = held_line(answer, result)
    is_limit = result.prediction.has_reassuring_hold
    label = say("patient" if is_usable else "computed")
    label = say("limit", held=held.partition(", the end")[0]) if is_limit else label
    rows = [_figure_row(label, result, result.prediction, ticks, note="" if is_limit else held)]
    without = higher_without_held(result)
    if without is not None:
        beyond = [name for name, one in result.prediction.held.items() if one.side == "reassuring"]
        names = join_words(answer.wording.name(name) for name in beyond)
        rows.insert(0, _figure_row(say("without", names=names), result, without, ticks))
    rows += [
        Row(label=name, cells=(say_percent(share), "", ""), marks=(at("tick", share),))
        for name, share in averages.items()
    ]
    sides, missing = _ranges_in_words(answer, result)
    sides = sides if is_usable else say("unusable")
    return chart("risk", rows, PERCENT_AXIS, horizon=horizon(result), sides=sides, missing=missing)


def would_reassure(result: ModelResult) -> bool:
    """Below average by a value that is old, doubtful or of no patient of the study, and no higher figure beside it."""
    is_silenced = any(one.why in SILENCES_PRINT for one in result.silenced_by)
    return is_silenced and result.prediction.risk < result.reference and higher_without_held(result) is None


def higher_without_held(result: ModelResult) -> Prediction | None:
    """The figure without the values that are beyond the study, where it does not reassure."""
    without = result.without_held
    return without if without and without.risk >= result.reference and not result.is_outside else None


def _averages(answer: Answer, result: ModelResult) -> Iterator[tuple[str, float]]:
    """What stands beside the figure: the average it is compared with, all of the study, and what others observed."""
    study, pooled = result.model.study, answer.policy.pooled_incidence.of(result.model.study.outcome)
    yield capital(whose_average(answer, result).removeprefix("the ")), result.reference
    if say_percent(result.prediction.baseline.incidence) != say_percent(result.reference):
        yield say(f"all-{result.prediction.baseline.source}"), result.prediction.baseline.incidence
    if result.prediction.baseline.source == "site":
        yield say("itself", events=study.cohort.events, n=study.cohort.n), study.incidence
    if pooled is not None:
        yield say("pooled"), pooled


def _figure_row(
    label: str, result: ModelResult, prediction: Prediction, more: Sequence[Mark] = (), note: str = ""
) -> Row:
    """One figure with both its ranges; beyond the limits of print the point stands at the limit."""
    measured, shown = prediction.if_measured, min(max(prediction.risk, prediction.floor), prediction.ceiling)
    marks = (
        *more,
        *((span("thin", measured),) if measured else ()),
        span("thick", prediction.study_uncertainty),
        at("point", shown),
    )
    cells = (
        figure(result, prediction.risk),
        say_interval(result, prediction.study_uncertainty),
        say_interval(result, measured) if measured else say("all-measured"),
    )
    return Row(label=label, cells=cells, marks=marks, note=note)


def _ranges_in_words(answer: Answer, result: ModelResult) -> tuple[str, str]:
    """On which side of the average the study uncertainty lies, and what is not known."""
    low, high = result.prediction.study_uncertainty
    side = "above" if low > result.reference else "below" if high < result.reference else "includes"
    if side == "below" and result.band != "lower":
        side = "no-lower"
    average = whose_average(answer, result)
    sides = say(side, average=f"the {average}" if average.startswith("average") else average)
    if result.prediction.if_measured is None:
        return sides, say("all-known")
    names = missing_names(answer, (result,))
    return sides, say("not-known", names=join_words(names)) if names else say("not-known-before")


def incidence_chart(answer: Answer, result: ModelResult) -> Chart | None:
    """(b) The same patient where all have the outcome as often as in the study, in 18 studies, or at this site.

    None where a lower figure would reassure: a card does not say it a second time either.
    """
    study, policy = result.model.study, answer.policy
    if result.band == "lower" or result.prediction.has_reassuring_hold:
        return None
    here = result.prediction.baseline.incidence if result.prediction.baseline.source == "site" else None
    places = {"in-study": study.incidence, "in-pooled": policy.pooled_incidence.of(study.outcome), "at-site": here}
    rows = [
        _figure_row(
            say(place, incidence=say_percent(incidence)),
            result,
            result.prediction
            if incidence == result.prediction.baseline.incidence
            else predict(result.model, result.prediction.used, site_incidence=incidence),
            (at("tick", incidence),),
        )
        for place, incidence in places.items()
        if incidence is not None
    ]
    chosen = say(f"chosen-{result.prediction.baseline.source}")
    return chart("incidence", rows, PERCENT_AXIS, chosen=chosen) if len(rows) > 1 else None


def contribution_chart(answer: Answer, result: ModelResult, *, is_usable: bool, names_study: bool = False) -> Chart:
    """(c) What each input did, log odds: coefficient in use x (value used - study mean), from the start to the sum.

    The start is a patient with the study's mean values, after the same procedure. The
    procedure is never a bar: it was chosen for reasons that no study adjusts for.
    """
    prediction, found = result.prediction, {one.name: one for one in result.inputs}
    effects = {names: sum(prediction.effects[name] for name in names) for names in groups(result.inputs)}
    intervals = {names: effect_interval(result.model, prediction, names) for names in effects}
    axis, labels = log_odds_axis([0.0, *(end for ends in intervals.values() for end in ends)])
    base = prediction.baseline
    moved = prediction.log_odds - base.slope * base.own(prediction.log_odds)  # by the incidence here, or a refit
    start = prediction.log_odds - moved - sum(effects.values())
    procedure = answer.order.procedure if answer.order and "procedure" in found else None
    said = say("start-after", procedure=answer.texts.raw(f"procedures.{procedure}")) if procedure else say("start")
    rows = [_sum_row(said, start)]
    for names, effect in sorted(effects.items(), key=lambda one: -abs(one[1])):
        ends, inputs = intervals[names], [found[name] for name in names]
        is_clear = not ends[0] <= 0 <= ends[1]
        # Held on the side that reassures, it neither lowers nor raises this patient's figure.
        is_beyond = any(prediction.held[name].side == "reassuring" for name in names if name in prediction.held)
        reads = "beyond-study" if is_beyond else "raises" if effect > 0 else "lowers"
        shape: Shape = "bar" if is_clear else "no-effect"
        cells = (
            " · ".join(_used(result, one) for one in inputs),
            " · ".join(say_number(result.model.table.means[name], 3) for name in names),
            " · ".join(say_signed(prediction.coefficients_in_use[name], 3) for name in names),
            say_signed(effect),
            say(reads if is_clear else "no-clear-effect"),
        )
        rows.append(
            Row(
                label=" · ".join(phrase(answer, result, name) for name in names),
                cells=cells,
                marks=(span(shape, (0.0, effect), axis), span("thin", ends, axis), at("zero", 0.0, axis)),
                note=say("level") if LEVEL in names else say("psoas") if len(names) > 1 else "",
            )
        )
    if base.recalibration is not None:
        rows.append(_sum_row(say("refitted", patients=base.recalibration.n), moved))
    elif moved:
        rows.append(_sum_row(say("site-shift", incidence=say_percent(result.prediction.baseline.incidence)), moved))
    limit = "" if is_usable else say("is-limit")
    rows.append(_sum_row(say("sum"), prediction.log_odds, figure(result), limit))
    rows += [Row(label=label, cells=("", "", "", said, "")) for label, said in _spreads(result)]
    return chart("contributions", rows, labels, of=_study_words(result) if names_study else "")


def _spreads(result: ModelResult) -> Iterator[tuple[str, str]]:
    """What both ranges are made of, so that a reader can follow them (evidence.md, steps 5 and 6)."""
    prediction = result.prediction
    yield say("standard-error"), say_number(prediction.standard_error, 3)
    if prediction.if_measured is not None:
        base, reduced = prediction.baseline, result.model.reduced(frozenset(prediction.used))
        distance = base.slope**2 * reduced.distance_at(expit(base.own(prediction.log_odds)))
        yield say("left-open"), say_number(2 * (math.sqrt(1 + distance) - 1), 3)


def _sum_row(label: str, log_odds: float, reads: str = "", note: str = "") -> Row:
    return Row(label=label, cells=("", "", "", say_signed(log_odds), reads), is_sum=True, note=note)


def _used(result: ModelResult, finding: Finding) -> str:
    used = result.prediction.used[finding.name]
    if isinstance(used, bool):
        return "1" if used else "0"
    if isinstance(used, str):
        return used
    said = say_number(used, 2)
    return say("held-short", value=said) if finding.name in result.prediction.held else said


def cohort_chart(answer: Answer, result: ModelResult) -> Chart | None:
    """(e) The patient among the study's patients, one line for each measure on a scale of its own."""
    ranges = result.model.table.ranges
    rows = [
        _cohort_row(answer, result, one) for one in result.inputs if one.name in ranges and one.name not in TREATMENTS
    ]
    return chart("cohort", rows) if rows else None


def _cohort_row(answer: Answer, result: ModelResult, finding: Finding) -> Row:
    name, held = finding.name, result.prediction.held.get(finding.name)
    lowest, low, high, highest = result.model.table.ranges[name]
    value = held.value if held else float(result.prediction.used[name])  # on the study's scale
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

    def said(number: float) -> str:
        return answer.wording.number(name, number, finding.unit).removesuffix(UNITS["kg/m2"])

    return Row(
        label=answer.wording.name(name),
        cells=(said(value), said(mean), f"{said(low)} to {said(high)}"),
        marks=marks,
        note=say("held", used=said(held.used)) if held else "",
    )


def measurable(answer: Answer, result: ModelResult) -> frozenset[str]:
    """Missing inputs that measuring would make known here: what depends on the scanner needs the site's reference."""
    unusable = {
        one.finding
        for one in result.model.study.inputs
        if one.per_site and answer.policy.reference.of(one.finding) is None
    }
    return frozenset(result.prediction.gains) - unusable


def acts_chart(
    answer: Answer, outcome: OutcomeAssessment, rules: Sequence[Rule], offered: Sequence[str]
) -> Chart | None:
    """(d) What each missing measurement would do: the range now and after, narrowest first, with its order.

    After: the range that would remain where the figure stands now; the figure itself will move (evidence.md, step 6).

    Args:
        rules: with what they supply.
        offered: ids of those that this answer offered.
    """
    found = (
        _act_row(answer, result, rule, is_offered=rule.id in offered)
        for result in outcome.models
        for rule in rules
        if not result.stays_unusable and measurable(answer, result) & set(rule.supplies)
    )
    rows = sorted((one for one in found if one is not None), key=lambda one: one[0])
    return chart("acts", [row for _, row in rows], PERCENT_AXIS) if rows else None


def _act_row(
    answer: Answer, result: ModelResult, rule: Rule, *, is_offered: bool
) -> tuple[tuple[float, float], Row] | None:
    """The row, and what it is sorted by; None where too little would be known even then."""
    if result.shown and would_reassure(result):
        return None
    prediction = result.prediction
    supplied = measurable(answer, result) & set(rule.supplies)
    after = result.model.reduced(frozenset(prediction.used) | supplied)
    label = say("act", heading=rule.heading, patients=result.model.study.cohort.n)
    known = f"{say_percent(prediction.inputs_known)} → {say_percent(after.inputs_known)}"
    order = rule.label if is_offered else say("not-offered")
    now = prediction.if_measured
    if not result.shown or now is None:
        if result.shown or after.inputs_known < answer.policy.showing.inputs_known:
            return None
        cells = (say("no-figure"), say("a-figure"), known, order)
        return (1.0, -after.inputs_known), Row(label=label, cells=cells)
    base = prediction.baseline
    distance = base.slope**2 * after.distance_at(expit(base.own(prediction.log_odds)))
    is_all = len(after.known) == len(result.model.study.inputs)
    left = if_measured(prediction.log_odds, distance)
    then = say("nothing-open") if is_all else say_interval(result, left)
    marks = (span("thin", now), *(() if is_all else (span("thick", left),)))
    row = Row(label=label, cells=(say_interval(result, now), then, known, order), marks=marks)
    return (0.0 if is_all else left[1] - left[0], -after.inputs_known), row


def studies_chart(outcome: OutcomeAssessment) -> Chart | None:
    """(g) The studies of one outcome side by side: their disagreement is a range and is never averaged."""
    rows = [_study_row(result, is_usable=outcome.is_usable) for result in outcome.models]
    rows += map(_stratum_row, outcome.supporting)
    return chart("studies", rows, PERCENT_AXIS, said=_why_they_differ(outcome)) if len(rows) > 1 else None


def _study_row(result: ModelResult, *, is_usable: bool) -> Row:
    label = _study_words(result)
    beside = (say_percent(result.reference), say_percent(result.prediction.inputs_known))
    none = "too-little" if not result.shown else "doubtful" if would_reassure(result) else ""
    if none:
        return Row(label=label, cells=(say("no-such-patients" if result.not_studied else none), "", "", *beside))
    row = _figure_row(label, result, result.prediction, (at("tick", result.reference),))
    outside = [one.text for one in result.violations if one.severity != "not-checkable"]
    note = "; ".join(
        [*([] if is_usable and not result.prediction.has_reassuring_hold else [say("is-limit")]), *outside]
    )
    return Row(label=label, cells=(*row.cells, *beside), marks=row.marks, note=note)


def _study_words(result: ModelResult) -> str:
    return say("study", horizon=horizon(result), patients=result.model.study.cohort.n)


def _stratum_row(stratum: Stratum) -> Row:
    """The rate in this patient's stratum of a study without a model; it never speaks (evidence page, section 3)."""
    study, counts = stratum.study, stratum.counts
    average = sum(one.events[stratum.outcome] for one in study.strata) / study.cohort.n
    months, side = f"{study.cohort.horizon_months} months", counts.label.replace("<=", "≤")
    return Row(
        label=say("stratum", n=counts.n, patients=study.cohort.n, horizon=months, label=side),
        cells=(say_percent(stratum.rate), say_range(stratum.interval), "", say_percent(average), ""),
        marks=(at("tick", average), span("thick", stratum.interval), at("point", stratum.rate)),
        note=say("stratum-note", p=str(study.recomputed_p[stratum.outcome])),
    )


def _why_they_differ(outcome: OutcomeAssessment) -> str:
    drawn = (one for one in outcome.models if one.shown and not would_reassure(one))
    shown = sorted(drawn, key=lambda one: one.prediction.risk)
    if len(shown) < 2:
        return f"{say('one')} {say('differ')}" if len(outcome.models) > 1 else say("no-other")
    low, high = shown[0], shown[-1]
    between = say("between", low=figure(low), low_horizon=horizon(low), high=figure(high), high_horizon=horizon(high))
    return " ".join((*((say("disagree"),) if outcome.disagreement else ()), between, say("differ")))


def trial_chart(before: ModelResult | None, other: Answer, after: ModelResult) -> Chart:
    """(f) This patient, where a figure is usable, and another one with some other measurements, on one axis."""
    none = Row(label=say("on-record"), cells=(say("no-figure"), "", ""))
    rows = [none if before is None else _trial_row(say("on-record"), before)]
    rows.append(_trial_row(say("another"), after))
    label = capital(whose_average(other, after).removeprefix("the "))
    rows.append(Row(label=label, cells=(say_percent(after.reference), "", ""), marks=(at("tick", after.reference),)))
    return chart("trial", rows, PERCENT_AXIS)


def _trial_row(label: str, result: ModelResult) -> Row:
    named = f"{label}: {_study_words(result)}"
    return _figure_row(named, result, result.prediction, (at("tick", result.reference),))
