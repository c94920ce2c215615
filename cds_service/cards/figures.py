"""How a figure is said: with its horizon, average, study uncertainty and what is missing, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.core.applicability import ABSOLUTE
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.prediction import Prediction
from cds_service.core.wording import say_coarse_percent, say_percent, say_range

# A contribution of these would read as advice on the treatment (cards, section 1; rule D5).
TREATMENTS = frozenset({"procedure", "cement-diffused", "local-kyphosis-post"})
# Collinear by construction: one line, never one against the other (evidence page, residual-pain-2025).
PSOAS = ("psoas-total-area", "psoas-muscle-area")


class Line(NamedTuple):
    """A heading with its text, as a layout names them."""

    heading: str
    text: str


def horizon(result: ModelResult) -> str:
    """The study's horizon in words, `12 months` or `2 years`."""
    months = result.model.study.cohort.horizon_months
    return f"{months // 12} years" if months >= 24 and months % 12 == 0 else f"{months} months"


def average(result: ModelResult) -> str:
    """The incidence in force with whose it is, `study average 35 %`."""
    return f"{result.baseline_source} average {say_percent(result.baseline)}"


def figure(result: ModelResult, share: float | None = None) -> str:
    """The figure within the limits of print, in whole percent."""
    prediction = result.prediction
    risk = prediction.risk if share is None else share
    return say_percent(risk, lowest=prediction.floor, highest=prediction.ceiling)


def coarse_figure(result: ModelResult) -> str:
    """The figure as a summary prints it (rule D1)."""
    prediction = result.prediction
    return say_coarse_percent(prediction.risk, lowest=prediction.floor, highest=prediction.ceiling)


def missing_names(answer: Answer, result: ModelResult) -> str:
    """All missing inputs by name, those that would add most first, then those known only after the procedure."""
    gains = result.prediction.gains
    names = [answer.wording.name(name) for name in sorted(gains, key=lambda name: (-gains[name], name))]
    after = [answer.wording.name(name) for name in result.prediction.unknown_until_after]
    if after:
        names.append(answer.texts.say("lines.after", names=" and ".join(after)))
    return ", ".join(names)


def measured(answer: Answer, result: ModelResult) -> str:
    """If-measured range and missing inputs, or that all inputs are known."""
    interval = result.prediction.if_measured
    if interval is None:
        return answer.texts.raw("lines.all-known")
    return answer.texts.say("lines.if-measured", range=_range(result, interval), missing=missing_names(answer, result))


def _range(result: ModelResult, interval: tuple[float, float]) -> str:
    return say_range(interval, lowest=result.prediction.floor, highest=result.prediction.ceiling)


def estimate(answer: Answer, result: ModelResult) -> str:
    """The whole figure in one sentence: best estimate, horizon, average, study uncertainty, if measured, missing."""
    return answer.texts.say(
        "lines.best-estimate",
        figure=figure(result),
        horizon=horizon(result),
        average=average(result),
        uncertainty=_range(result, result.prediction.study_uncertainty),
        measured=measured(answer, result),
    )


def study_line(result: ModelResult) -> str:
    """The study in one sentence: place, patients, events, validation."""
    study = result.model.study
    return study.card_line


def calibration(answer: Answer, result: ModelResult) -> str:
    """Whether the figure is fitted to this site, and what it would be at the pooled incidence (rule D4)."""
    texts = answer.texts
    if result.baseline_source == "site":
        said = texts.say("lines.calibrated", incidence=say_percent(result.baseline))
        if abs(result.prediction.baseline_shift) > answer.policy.showing.baseline_shift_warning:
            said += ". " + texts.raw("lines.calibrated-far")
        return said
    if result.pooled_risk is None:
        return texts.raw("lines.not-calibrated")
    incidence = answer.policy.pooled_incidence.of(result.model.study.outcome) or 0.0
    return texts.say("lines.pooled", figure=figure(result, result.pooled_risk), incidence=say_percent(incidence))


def held_lines(answer: Answer, result: ModelResult) -> tuple[str, ...]:
    """Values taken at the end of what the study can say, each named (evidence page, step 8)."""
    said = []
    for name, held in sorted(result.prediction.held.items()):
        unit = next(one.unit for one in result.inputs if one.name == name)
        said.append(
            answer.texts.say(
                "lines.held",
                name=answer.wording.name(name),
                value=answer.wording.number(name, held.value, unit),
                used=answer.wording.number(name, held.used, unit),
            )
        )
    return tuple(said)


def criteria(answer: Answer, result: ModelResult) -> tuple[str, ...]:
    """Criteria that are violated, and those that could not be checked."""
    outside = [one.text for one in result.violations if one.severity != "not-checkable"]
    unchecked = [one.text for one in result.violations if one.severity == "not-checkable"]
    named = {one.finding for one in result.violations}
    unchecked += [answer.wording.name(name) for name in ABSOLUTE if name in answer.findings.gaps and name not in named]
    said = []
    if outside:
        said.append(answer.texts.say("lines.outside", criteria="; ".join(outside)))
    if unchecked:
        said.append(answer.texts.say("lines.unchecked", criteria="; ".join(unchecked)))
    return tuple(said)


def sentences(parts: Iterable[str]) -> str:
    """The parts as sentences of one line."""
    return ". ".join(part[:1].upper() + part[1:].rstrip(".") for part in parts)


def sure_line(answer: Answer, result: ModelResult) -> str:
    """How sure a figure is, most important first: all that has to stand beside it.

    A figure with a value held on the reassuring side comes after the one without that value, and never at the pooled
    incidence: it would read as reassurance (evidence page, step 8).
    """
    without = [_without_held(answer, result, result.without_held)] if result.without_held is not None else []
    parts = [*without, *held_lines(answer, result), estimate(answer, result), *criteria(answer, result)]
    last = answer.texts.raw("lines.not-calibrated") if result.has_reassuring_hold else calibration(answer, result)
    if result.has_reassuring_hold and result.baseline_source == "site":
        last = calibration(answer, result)
    return sentences([*parts, study_line(result), last])


def _without_held(answer: Answer, result: ModelResult, without: Prediction) -> str:
    """What the figure would be if the values beyond the study were not known at all."""
    held = sorted(result.prediction.held.items())
    names = [answer.wording.name(name) for name, one in held if one.side == "reassuring"]
    ranges = f"study uncertainty {_range(result, without.study_uncertainty)}"
    if without.if_measured:
        ranges += f", if measured {_range(result, without.if_measured)}"
    return answer.texts.say(
        "lines.without-held",
        names=" and ".join(names),
        figure=figure(result, without.risk),
        horizon=horizon(result),
        average=average(result),
        ranges=ranges,
    )


def other_lines(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """The other studies that speak, and whether they disagree."""
    shown = [result for result in outcome.models if result.shown]
    lines = []
    if outcome.disagreement:
        text = answer.texts.say(
            "lines.disagree",
            figures=" and ".join(figure(result) for result in shown),
            horizons=", ".join(horizon(result) for result in shown),
            averages=", ".join(say_percent(result.model.study.incidence) for result in shown),
        )
        lines.append(Line("The studies disagree", text))
    others = (result for result in shown if result is not outcome.headline)
    return (*lines, *(Line("Another study", sure_line(answer, result)) for result in others))


def known_phrases(answer: Answer, result: ModelResult) -> str:
    """The inputs in one line, those of no clear effect behind the others and called so."""
    clear: list[str] = []
    unclear: list[str] = []
    for names in _groups(result.inputs):
        is_clear = any(result.prediction.clear[name] for name in names)
        (clear if is_clear else unclear).append(", ".join(_phrase(answer, result, name) for name in names))
    said = " · ".join(clear)
    if unclear:
        said += f"{'; ' if said else ''}{answer.texts.raw('lines.no-clear-effect').lower()}: {' · '.join(unclear)}"
    return said


def why_lines(answer: Answer, result: ModelResult) -> tuple[Line, ...]:
    """What points to a higher and to a lower figure, by the coefficients in use; treatments are no reasons."""
    higher: list[tuple[float, str]] = []
    lower: list[tuple[float, str]] = []
    unclear: list[str] = []
    for names in _groups(result.inputs):
        phrase = ", ".join(_phrase(answer, result, name) for name in names)
        effect = sum(result.prediction.effects[name] for name in names)
        if not any(result.prediction.clear[name] for name in names):
            unclear.append(phrase)
        elif effect and not any(_is_held_to_reassure(result, name) for name in names):
            (higher if effect > 0 else lower).append((abs(effect), phrase))
    found = [
        (answer.texts.raw("lines.higher"), [phrase for _, phrase in sorted(higher, reverse=True)]),
        (answer.texts.raw("lines.lower"), [phrase for _, phrase in sorted(lower, reverse=True)]),
        (answer.texts.raw("lines.no-clear-effect"), unclear),
    ]
    return tuple(Line(heading, " · ".join(phrases)) for heading, phrases in found if phrases)


def _is_held_to_reassure(result: ModelResult, name: str) -> bool:
    held = result.prediction.held.get(name)
    return held is not None and held.side == "reassuring"


def _groups(inputs: Iterable[Finding]) -> tuple[tuple[str, ...], ...]:
    names = [finding.name for finding in inputs if finding.name not in TREATMENTS]
    psoas = tuple(name for name in PSOAS if name in names)
    single = [(name,) for name in names if name not in PSOAS]
    return (*single, *((psoas,) if psoas else ()))


def _phrase(answer: Answer, result: ModelResult, name: str) -> str:
    """One input with what has to be said beside it: place and day, the value it was taken as, other reports."""
    finding = next(one for one in result.inputs if one.name == name)
    phrase = answer.wording.phrase(finding, dated=True)
    if name == "sarcopenia":
        measures = (
            answer.findings.known.get(one) for one in ("grip-strength", "gait-speed", "appendicular-muscle-index")
        )
        known = [one for one in measures if one is not None]
        said = ", ".join(f"{answer.wording.name(one.name)} {answer.wording.value(one)}" for one in known)
        phrase += f" ({said})" if said else ""
    if finding.value is False and finding.provenance[0].printed.startswith("not "):
        phrase += f" ({finding.provenance[0].printed.replace(' (', ', ').rstrip(')')})"
    held = result.prediction.held.get(name)
    if held is not None:
        phrase += f", taken as {answer.wording.number(name, held.used, finding.unit)}"
    qualifier = answer.texts.qualifier(name) if result.prediction.clear[name] else ""
    return phrase + (f" ({qualifier})" if qualifier else "")


def source_of(finding: Finding) -> str:
    """Where a finding comes from; all sources of a derived one."""
    return ", ".join(dict.fromkeys(one.resource for one in finding.provenance))


def value_concerns(inputs: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Doubts about the values in use, each with the findings that it is about."""
    concerns: dict[str, list[Finding]] = {}
    for finding in inputs:
        for concern in finding.concerns:
            concerns.setdefault(concern, []).append(finding)
    return concerns
