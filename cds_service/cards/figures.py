"""The wording of a figure: with its horizon, average, study uncertainty and what is missing, or not at all."""

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.wording import UNITS, capital, join_words, say_coarse_percent, say_percent, say_range

# A contribution of these would read as advice on the treatment.
TREATMENTS = frozenset({"procedure", "cement-diffused", "local-kyphosis-post"})
# Collinear by construction: one line, never one against the other (studies/residual-pain-2025.toml).
PSOAS = ("psoas-total-area", "psoas-muscle-area")
# Measures whose numbers tell a surgeon little without the study's own mean beside them.
WITH_MEAN = frozenset({"[hnsf'U]", "mm2/m2"})
MEASURES_OF_SARCOPENIA = ("grip-strength", "appendicular-muscle-index", "gait-speed")


class Line(NamedTuple):
    """A heading with its text, as a layout names them.

    Attributes:
        spare: where the card would be too long, 1 is left out first and 2 next, 0 never; a button or the linked page
            has it.
    """

    heading: str
    text: str
    spare: int = 0


def horizon(result: ModelResult) -> str:
    """The study's horizon in words, `12 months` or `2 years`."""
    months = result.model.study.cohort.horizon_months
    return f"{months // 12} years" if months >= 24 and months % 12 == 0 else f"{months} months"


def average(answer: Answer, result: ModelResult) -> str:
    """What a figure is compared with, the same in summary and detail: `average after kyphoplasty 10 %`.

    It is that of patients with the same procedure (evidence.md); `study average 35 %` where the study knows
    one procedure alone.
    """
    return f"{whose_average(answer, result).removeprefix('the ')} {say_percent(result.reference)}"


def whose_average(answer: Answer, result: ModelResult) -> str:
    """`average after kyphoplasty`, `the study average`, `this site's average`."""
    if _has_own_reference(answer, result):
        return answer.texts.say("average.procedure", procedure=_procedure(answer))
    return answer.texts.raw(f"average.{result.prediction.baseline.source}")


def short_average(answer: Answer, result: ModelResult) -> str:
    """The same in the fewest words."""
    if _has_own_reference(answer, result):
        return answer.texts.say(
            "average.procedure-short", procedure=_procedure(answer), average=say_percent(result.reference)
        )
    return average(answer, result).removeprefix("study ")


def _has_own_reference(answer: Answer, result: ModelResult) -> bool:
    return _procedure(answer) != "" and say_percent(result.reference) != say_percent(
        result.prediction.baseline.incidence
    )


def _procedure(answer: Answer) -> str:
    procedure = answer.order.procedure if answer.order else None
    return answer.texts.raw(f"procedures.{procedure}") if procedure else ""


def figure(result: ModelResult, share: float | None = None) -> str:
    """The figure within the limits of print, in whole percent."""
    prediction = result.prediction
    risk = prediction.risk if share is None else share
    return say_percent(risk, lowest=prediction.floor, highest=prediction.ceiling)


def coarse_figure(result: ModelResult) -> str:
    """The figure as a summary prints it."""
    prediction = result.prediction
    return say_coarse_percent(prediction.risk, lowest=prediction.floor, highest=prediction.ceiling)


def say_interval(result: ModelResult, interval: tuple[float, float]) -> str:
    """An interval of shares within the limits of print, in whole percent."""
    return say_range(interval, lowest=result.prediction.floor, highest=result.prediction.ceiling)


def missing_names(answer: Answer, results: Iterable[ModelResult]) -> tuple[str, ...]:
    """What is missing in short words, most telling first; what surgery alone will tell is no part."""
    gains: dict[str, float] = {}
    for result in results:
        for name, gain in result.prediction.gains.items():
            gains[name] = max(gain, gains.get(name, 0.0))
    return answer.texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))


def uncertainty(answer: Answer, result: ModelResult) -> str:
    """`study uncertainty 22–52 %`, and the range once the rest is measured where anything is missing."""
    prediction = result.prediction
    said = answer.texts.say("lines.uncertainty", range=say_interval(result, prediction.study_uncertainty))
    if prediction.if_measured is None:
        return said
    missing = missing_names(answer, (result,))
    path = "lines.if-measured" if missing else "lines.after-surgery"
    span = say_interval(result, prediction.if_measured)
    return f"{said}, {answer.texts.say(path, range=span, missing=join_words(missing or ('',)))}"


def estimate(answer: Answer, result: ModelResult) -> str:
    """The whole figure in one sentence: figure, horizon, average, study uncertainty, what is missing."""
    return answer.texts.say(
        "lines.best-estimate",
        figure=figure(result),
        horizon=horizon(result),
        average=average(answer, result),
        uncertainty=uncertainty(answer, result),
    )


def calibration(answer: Answer, result: ModelResult) -> str:
    """Whether the figure is fitted to this site, and what it would be at the pooled incidence."""
    texts, local = answer.texts, result.prediction.baseline.recalibration
    if local is not None:
        said = texts.say("lines.recalibrated", patients=local.n)
        return f"{said}, {local.years}" if local.years else said
    if result.prediction.baseline.source == "site":
        said = texts.say("lines.calibrated", incidence=say_percent(result.prediction.baseline.incidence))
        if abs(result.prediction.baseline.shift) > answer.policy.showing.baseline_shift_warning:
            said += ". " + texts.raw("lines.calibrated-far")
        return said
    # A figure that could reassure, or would if an open criterion were met, is not said a second time, lower.
    is_open = any(one.why == "open" for one in result.silenced_by)
    is_low = result.band == "lower" or (is_open and result.band == "not-different")
    if result.pooled_risk is None or is_low or result.prediction.has_reassuring_hold:
        return texts.raw("lines.not-calibrated")
    incidence = answer.policy.pooled_incidence.of(result.model.study.outcome) or 0.0
    return texts.say("lines.pooled", figure=figure(result, result.pooled_risk), incidence=say_percent(incidence))


def held_line(answer: Answer, result: ModelResult) -> str:
    """Values taken at the end of what the study can say, each named (evidence.md, step 8); empty where none is."""
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


def sentences(parts: Iterable[str]) -> str:
    """The parts as sentences of one line, behind a heading: the first begins small."""
    first, *others = [part.rstrip(".") for part in parts if part] or [""]
    return ". ".join((first, *map(capital, others)))


def sure_line(answer: Answer, result: ModelResult, summary: str, *, is_contradicted: bool) -> str:
    """How sure a figure is, the answer in the first words; then all that has to stand beside a figure.

    None of the studies makes a figure sure: one hospital, few events. Where the study uncertainty includes the average
    not even the side is.

    Args:
        summary: what it says is not said twice.
        is_contradicted: the card names a contradicting study already.
    """
    study, (low, high) = result.model.study, result.prediction.study_uncertainty
    includes = low <= result.reference <= high
    outside = [one.text for one in result.violations if one.severity != "not-checkable"]
    path = "not-sure" if includes else "not-very-sure-low" if result.band == "lower" else "not-very-sure"
    prediction, said = result.prediction, uncertainty(answer, result)
    if coarse_figure(result) not in summary:
        said = f"; {estimate(answer, result)}"
    elif prediction.risk <= prediction.ceiling or figure(result) in said:
        said = f" ({said})"
    else:  # the summary says "above 90 %", and the study uncertainty may begin below that
        said = answer.texts.say("lines.above-print", figure=figure(result), uncertainty=said)
    return sentences(
        [
            answer.texts.say(f"lines.{path}", figure=said),
            held_line(answer, result),
            answer.texts.say("lines.outside", criteria="; ".join(outside)) if outside else "",
            study.card_line,
            study.contrary_line if result.band in ("above", "high") and not is_contradicted else "",
            calibration(answer, result),
        ]
    )


def disagreement_line(answer: Answer, outcome: OutcomeAssessment) -> str:
    """That studies disagree, each with its horizon and average; no second figure beside the first."""
    texts = answer.texts
    shown = sorted((one for one in outcome.models if one.shown), key=lambda one: -one.prediction.risk)
    higher, *_, lower = shown
    is_split = (higher.prediction.risk >= higher.reference) != (lower.prediction.risk >= lower.reference)
    if is_split:  # the side of its own average, not the number, tells them apart
        higher, lower = sorted((higher, lower), key=lambda one: one.prediction.risk < one.reference)
    kind = "split" if is_split else "far"
    words = {"higher": _said_of(answer, higher), "lower": _said_of(answer, lower)}
    if not outcome.is_usable:
        return texts.say(f"disagree.{kind}", **words)
    side = "lower" if outcome.headline is higher else "higher"
    return texts.say(f"disagree.other-{kind}-{side}", **words)


def _said_of(answer: Answer, result: ModelResult) -> str:
    return answer.texts.say(
        "disagree.study",
        patients=result.model.study.cohort.n,
        horizon=horizon(result),
        average=average(answer, result),
    )


def reasons_higher(answer: Answer, result: ModelResult) -> str:
    """What points to a higher figure, strongest first, by the coefficients in use; treatments are no reasons."""
    found: list[tuple[float, str]] = []
    for names in groups(result.inputs):
        effect = sum(result.prediction.effects[name] for name in names)
        is_clear = any(result.prediction.clear[name] for name in names)
        if is_clear and effect > 0:
            found.append((effect, ", ".join(phrase(answer, result, name) for name in names)))
    return " · ".join(phrase for _, phrase in sorted(found, reverse=True))


def groups(inputs: Iterable[Finding]) -> tuple[tuple[str, ...], ...]:
    """What is explained as one: each input by itself, the collinear ones of the psoas together; no treatments."""
    names = [finding.name for finding in inputs if finding.name not in TREATMENTS]
    psoas = tuple(name for name in PSOAS if name in names)
    single = [(name,) for name in names if name not in PSOAS]
    return (*single, *((psoas,) if psoas else ()))


def phrase(answer: Answer, result: ModelResult, name: str) -> str:
    """One input with what makes it readable: measures behind a diagnosis, the study's mean."""
    finding = next(one for one in result.inputs if one.name == name)
    phrase = answer.wording.phrase(finding._replace(site="")).removesuffix(UNITS["kg/m2"])
    if name == "sarcopenia":
        known = [answer.findings.known[one] for one in MEASURES_OF_SARCOPENIA if one in answer.findings.known]
        said = ", ".join(f"{answer.wording.name(one.name)} {answer.wording.value(one)}" for one in known[:2])
        phrase += f" ({said.replace(UNITS['kg/m2'], '')})" if said else ""  # surgeons leave that unit out
    if finding.unit in WITH_MEAN:
        mean = answer.wording.number(name, result.model.table.means[name], finding.unit).split(" ")[0]
        phrase += f" (study mean {mean})"
    return phrase


def source_of(finding: Finding) -> str:
    """Where a finding comes from; all sources of a derived one."""
    return ", ".join(dict.fromkeys(one.resource for one in finding.provenance))
