"""How a figure is said: with its horizon, average, study uncertainty and what is missing, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.wording import UNITS, say_coarse_percent, say_percent, say_range

# A contribution of these would read as advice on the treatment (cards, section 1; rule D5).
TREATMENTS = frozenset({"procedure", "cement-diffused", "local-kyphosis-post"})
# Collinear by construction: one line, never one against the other (evidence page, residual-pain-2025).
PSOAS = ("psoas-total-area", "psoas-muscle-area")
# Measures whose numbers tell a surgeon little without the study's own mean beside them.
WITH_MEAN = frozenset({"[hnsf'U]", "mm2/m2"})
MEASURES_OF_SARCOPENIA = ("grip-strength", "appendicular-muscle-index", "gait-speed")


class Line(NamedTuple):
    """A heading with its text, as a layout names them."""

    heading: str
    text: str


def horizon(result: ModelResult) -> str:
    """The study's horizon in words, `12 months` or `2 years`."""
    months = result.model.study.cohort.horizon_months
    return f"{months // 12} years" if months >= 24 and months % 12 == 0 else f"{months} months"


def average(answer: Answer, result: ModelResult) -> str:
    """What the band compares with: `study average 35 %`, or `average after kyphoplasty 10 %`.

    "High" is held against the baseline in force; every other band against patients with the same procedure.
    """
    if result.band == "high" or not _has_own_reference(answer, result):
        whose = "this site's" if result.baseline_source == "site" else "study"
        return f"{whose} average {say_percent(result.baseline)}"
    return f"average after {_procedure(answer)} {say_percent(result.reference)}"


def short_average(answer: Answer, result: ModelResult) -> str:
    """The same in the fewest words: `study 35 %`, `after kyphoplasty 10 %`."""
    return average(answer, result).replace("average ", "")


def _has_own_reference(answer: Answer, result: ModelResult) -> bool:
    return _procedure(answer) != "" and say_percent(result.reference) != say_percent(result.baseline)


def _procedure(answer: Answer) -> str:
    procedure = answer.order.procedure if answer.order else None
    return answer.texts.raw(f"procedures.{procedure}") if procedure else ""


def figure(result: ModelResult, share: float | None = None) -> str:
    """The figure within the limits of print, in whole percent."""
    prediction = result.prediction
    risk = prediction.risk if share is None else share
    return say_percent(risk, lowest=prediction.floor, highest=prediction.ceiling)


def coarse_figure(result: ModelResult) -> str:
    """The figure as a summary prints it (rule D1)."""
    prediction = result.prediction
    return say_coarse_percent(prediction.risk, lowest=prediction.floor, highest=prediction.ceiling)


def event(result: ModelResult) -> str:
    """What the study counted, to begin a sentence: `Refracture`, `New vertebral fracture`."""
    return capital(result.model.study.event)


def _range(result: ModelResult, interval: tuple[float, float]) -> str:
    return say_range(interval, lowest=result.prediction.floor, highest=result.prediction.ceiling)


def missing_names(answer: Answer, result: ModelResult) -> str:
    """What is missing in short words, most telling first: `muscle and HU`; what surgery alone will tell is no part."""
    gains = result.prediction.gains
    names = answer.texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))
    return join_words(names or ("what surgery will show",))


def _measured(answer: Answer, result: ModelResult) -> str:
    interval = result.prediction.if_measured
    if interval is None:
        return answer.texts.raw("lines.all-known")
    return answer.texts.say("lines.if-measured", range=_range(result, interval), missing=missing_names(answer, result))


def uncertainty(answer: Answer, result: ModelResult) -> str:
    """`study uncertainty 22–52 %, all inputs known`, or the range once the rest is measured."""
    return answer.texts.say(
        "lines.uncertainty",
        uncertainty=_range(result, result.prediction.study_uncertainty),
        measured=_measured(answer, result),
    )


def ranges(answer: Answer, result: ModelResult) -> str:
    """The same without a word where nothing is missing."""
    return uncertainty(answer, result).removesuffix(f", {answer.texts.raw('lines.all-known')}")


def estimate(answer: Answer, result: ModelResult) -> str:
    """The whole figure in one sentence: figure, horizon, average, study uncertainty, what is missing."""
    said = answer.texts.say(
        "lines.best-estimate", figure=figure(result), horizon=horizon(result), average=average(answer, result)
    )
    return said + uncertainty(answer, result)


def calibration(answer: Answer, result: ModelResult) -> str:
    """Whether the figure is fitted to this site, and what it would be at the pooled incidence (rule D4)."""
    texts = answer.texts
    if result.baseline_source == "site":
        said = texts.say("lines.calibrated", incidence=say_percent(result.baseline))
        if abs(result.prediction.baseline_shift) > answer.policy.showing.baseline_shift_warning:
            said += ". " + texts.raw("lines.calibrated-far")
        return said
    # A figure that could reassure is not said a second time, lower.
    if result.pooled_risk is None or result.band == "lower" or result.prediction.has_reassuring_hold:
        return texts.raw("lines.not-calibrated")
    incidence = answer.policy.pooled_incidence.of(result.model.study.outcome) or 0.0
    return texts.say("lines.pooled", figure=figure(result, result.pooled_risk), incidence=say_percent(incidence))


def held_line(answer: Answer, result: ModelResult) -> str:
    """Values taken at the end of what the study can say, each named (evidence page, step 8); empty where none is."""
    units = {one.name: one.unit for one in result.inputs}
    said = [
        answer.texts.say(
            "lines.held",
            name=answer.wording.name(name),
            value=answer.wording.number(name, held.value, units[name]),
            used=answer.wording.number(name, held.used, units[name]),
        )
        for name, held in sorted(result.prediction.held.items())
        if name in units
    ]
    return answer.texts.say("lines.held-end", held=join_words(said)) if said else ""


def _outside(answer: Answer, result: ModelResult) -> tuple[str, ...]:
    texts = [one.text for one in result.violations if one.severity != "not-checkable"]
    return (answer.texts.say("lines.outside", criteria="; ".join(texts)),) if texts else ()


def sentences(parts: Iterable[str]) -> str:
    """The parts as sentences of one line, behind a heading: the first begins small."""
    first, *others = [part.rstrip(".") for part in parts if part]
    return ". ".join((first, *map(capital, others)))


def sure_line(answer: Answer, result: ModelResult, *, is_said: bool, is_contradicted: bool) -> str:
    """How sure a figure is: all that has to stand beside it.

    Args:
        is_said: the figure, its horizon and its average stand in the summary; they are not said twice.
        is_contradicted: another study of this patient stands beside it, which is contrary evidence enough.
    """
    study = result.model.study
    own = uncertainty(answer, result) if is_said else estimate(answer, result)
    if is_said and result.prediction.risk < result.prediction.floor:  # a summary rounds to the next fives
        own = f"{figure(result)}, {own}"
    said_after = f"{say_percent(result.reference)} is the average after {_procedure(answer)}"
    after = said_after if result.band == "high" and _has_own_reference(answer, result) else ""
    return sentences(
        [
            own,
            after,
            held_line(answer, result),
            *_outside(answer, result),
            study.card_line,
            study.contrary_line if result.band in ("above", "high") and not is_contradicted else "",
            calibration(answer, result),
        ]
    )


def no_figure_line(answer: Answer, result: ModelResult) -> str:
    """What the study can and cannot say where its figure is not fit for a summary.

    Where a value was held on the reassuring side the figure without that value is said: no reassurance from beyond
    the study's range. Of patients whom the study did not hold, and below its average, no number is said; of the latter
    nothing at all.
    """
    texts, prediction, study = answer.texts, result.prediction, result.model.study.short_line
    outside = [one.text for one in result.violations if one.severity != "not-checkable"]
    if outside:
        return texts.say("lines.not-held", study=study, criteria="; ".join(outside))
    without = ""
    if result.without_held is not None:
        held = [name for name, one in sorted(result.prediction.held.items()) if one.side == "reassuring"]
        without = texts.say("lines.without", names=join_words(tuple(answer.wording.name(name) for name in held)))
        prediction = result.without_held
    elif prediction.has_reassuring_hold or prediction.risk < result.reference:
        return ""
    once = ""
    if prediction.if_measured:
        missing = texts.raw("missing.rest") if without else f"{missing_names(answer, result)} is "
        span = _range(result, prediction.if_measured)
        is_same = span == _range(result, prediction.study_uncertainty)  # both beyond the limits of print
        once = "" if is_same else texts.say("lines.once", range=span, missing=missing)
    return texts.say(
        "lines.no-figure",
        study=study,
        without=without,
        figure=figure(result, prediction.risk),
        horizon=horizon(result),
        average=average(answer, result).removeprefix("study "),
        uncertainty=_range(result, prediction.study_uncertainty),
        measured=once,
    )


def disagreement_lines(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """What the studies say that do not agree; beside a figure that is said already, the others alone."""
    texts = answer.texts
    heading = texts.raw("headings.other" if outcome.is_usable else "headings.disagree")
    shown = [one for one in outcome.models if one.shown and not (outcome.is_usable and one is outcome.headline)]
    said = [
        texts.say(
            "lines.one-study",
            event=result.model.study.event,
            figure=figure(result),
            horizon=horizon(result),
            patients=result.model.study.cohort.n,
            average=average(answer, result),
            uncertainty=ranges(answer, result),
        )
        for result in shown
    ]
    return (Line(heading, sentences(said)),)


def agrees(answer: Answer, outcome: OutcomeAssessment) -> str:
    """`a second study agrees`, where another speaks and puts the patient on the same side."""
    bands = {result.band for result in outcome.models if result.shown and result is not outcome.headline}
    own = outcome.headline.band if outcome.headline else None
    same = {"high", "above"} if own in ("high", "above") else {own}
    return answer.texts.raw("lines.agrees") if bands and bands <= same and own in ("high", "above") else ""


def reasons_higher(answer: Answer, result: ModelResult) -> str:
    """What points to a higher figure, strongest first, by the coefficients in use; treatments are no reasons."""
    found: list[tuple[float, str]] = []
    for names in _groups(result.inputs):
        effect = sum(result.prediction.effects[name] for name in names)
        is_clear = any(result.prediction.clear[name] for name in names)
        if is_clear and effect > 0:
            found.append((effect, ", ".join(_phrase(answer, result, name) for name in names)))
    return " · ".join(phrase for _, phrase in sorted(found, reverse=True))


def _groups(inputs: Iterable[Finding]) -> tuple[tuple[str, ...], ...]:
    names = [finding.name for finding in inputs if finding.name not in TREATMENTS]
    psoas = tuple(name for name in PSOAS if name in names)
    single = [(name,) for name in names if name not in PSOAS]
    return (*single, *((psoas,) if psoas else ()))


def _phrase(answer: Answer, result: ModelResult, name: str) -> str:
    """One input with what makes it readable: measures behind a diagnosis, the study's mean."""
    finding = next(one for one in result.inputs if one.name == name)
    phrase = answer.wording.phrase(finding._replace(site="")).removesuffix(UNITS["kg/m2"])
    if name == "sarcopenia":
        known = [answer.findings.known[one] for one in MEASURES_OF_SARCOPENIA if one in answer.findings.known]
        said = ", ".join(f"{answer.wording.name(one.name)} {_value(answer, one)}" for one in known[:2])
        phrase += f" ({said})" if said else ""
    if finding.unit in WITH_MEAN:
        mean = answer.wording.number(name, result.model.table.means[name], finding.unit).split(" ")[0]
        phrase += f" (study mean {mean})"
    return phrase


def _value(answer: Answer, finding: Finding) -> str:
    """With its unit, but for kg/m², which surgeons leave out."""
    return answer.wording.value(finding).removesuffix(UNITS["kg/m2"])


def join_words(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def source_of(finding: Finding) -> str:
    """Where a finding comes from; all sources of a derived one."""
    return ", ".join(dict.fromkeys(one.resource for one in finding.provenance))
