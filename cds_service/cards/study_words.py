"""Write what a study's figure needs next to it: horizon, average, what is missing."""

from collections.abc import Iterable, Mapping

from cds_service.cards.answer import Answer
from cds_service.core.findings import Finding
from cds_service.core.models.study_result import ModelResult
from cds_service.core.words.phrases import in_brackets, say
from cds_service.core.words.wording import join_words, percent_text, range_text

WORDS: Mapping[str, str] = {
    "PKP": "kyphoplasty",
    "PVP": "vertebroplasty",
    "average-procedure": "average after {procedure}",
    "average-study": "the study average",
    "average-site": "this site's average",
    "not-calibrated": "Not calibrated here",
    "at-pooled": (
        "Not calibrated here: {figure} if {incidence} of patients here refracture"
    ),
    "calibrated": (
        "Adjusted to this site's incidence ({incidence}), assuming its patients with"
        " and without a fracture each look like the study's"
    ),
    "calibrated-far": "That adjustment is large",
    "recalibrated": "Recalibrated on {patients} local patients",
    "recalibrated-alike": ", and on {patients} of them with the same inputs known",
    "held-value": "{name} {value} taken as {used}",
    "held-end": "{held}, the end of what this study can say",
}
# Measures whose numbers say little without the study's own mean.
WITH_MEAN = frozenset({"[hnsf'U]", "mm2/m2"})
MEASURES_OF_SARCOPENIA = ("grip-strength", "appendicular-muscle-index", "gait-speed")


def horizon(result: ModelResult) -> str:
    """Return the study's horizon in words, `12 months` or `2 years`."""
    months = result.model.study.cohort.horizon_months
    is_whole = months >= 24 and months % 12 == 0
    return f"{months // 12} years" if is_whole else f"{months} months"


def _average_name(answer: Answer, result: ModelResult) -> str:
    """Name the average: of the procedure, the study or this site."""
    incidence = result.prediction.baseline.incidence
    word = procedure_word(answer)
    if word and percent_text(result.reference) != percent_text(incidence):
        return WORDS["average-procedure"].format(procedure=word)
    return WORDS[f"average-{result.prediction.baseline.source}"]


def average(answer: Answer, result: ModelResult) -> str:
    """Write what a figure is compared with: `average after kyphoplasty 10 %`."""
    whose = _average_name(answer, result).removeprefix("the ")
    return f"{whose} {percent_text(result.reference)}"


def procedure_word(answer: Answer) -> str:
    """Name the procedure, `kyphoplasty`; empty if the order does not say it."""
    procedure = answer.order.procedure if answer.order else None
    return WORDS[procedure] if procedure else ""


def figure(result: ModelResult, share: float | None = None) -> str:
    """Return the figure within the limits of print, in whole percent."""
    prediction = result.prediction
    risk = prediction.risk if share is None else share
    return percent_text(risk, lowest=prediction.floor, highest=prediction.ceiling)


def interval_text(result: ModelResult, interval: tuple[float, float]) -> str:
    """Write an interval of shares within the limits of print, in whole percent."""
    prediction = result.prediction
    return range_text(interval, lowest=prediction.floor, highest=prediction.ceiling)


def missing_names(answer: Answer, results: Iterable[ModelResult]) -> tuple[str, ...]:
    """Name what is missing, the greatest gain first; not what only surgery can show."""
    gains: dict[str, float] = {}
    for result in results:
        for name, gain in result.prediction.gains.items():
            gains[name] = max(gain, gains.get(name, 0.0))
    return tuple(
        answer.wording.name(name)
        for name in sorted(gains, key=lambda name: (-gains[name], name))
    )


def calibration(answer: Answer, result: ModelResult) -> str:
    """Write if the figure is fitted to this site, and its value at the pooled rate."""
    baseline = result.prediction.baseline
    recalibration = baseline.recalibration
    if recalibration is not None:
        text = WORDS["recalibrated"].format(patients=recalibration.n)
        for alike in recalibration.sets:
            text += WORDS["recalibrated-alike"].format(patients=alike.n)
        return f"{text}, {recalibration.years}" if recalibration.years else text
    if baseline.source == "site":
        text = WORDS["calibrated"].format(incidence=percent_text(baseline.incidence))
        is_far = abs(baseline.shift) > answer.policy.showing.baseline_shift_warning
        return f"{text}. {WORDS['calibrated-far']}" if is_far else text
    # A figure that could reassure is not said a second time, lower.
    is_low = result.prediction.risk < result.reference
    if result.pooled_risk is None or is_low or result.prediction.has_reassuring_hold:
        return WORDS["not-calibrated"]
    incidence = answer.policy.pooled_incidence.of(result.model.study.outcome) or 0.0
    return WORDS["at-pooled"].format(
        figure=figure(result, result.pooled_risk),
        incidence=percent_text(incidence),
    )


def held_line(answer: Answer, result: ModelResult) -> str:
    """Name each value taken at the end of what the study can say; else empty."""
    units = {finding.name: finding.unit for finding in result.inputs}
    texts = [
        WORDS["held-value"].format(
            name=answer.wording.name(name),
            value=answer.wording.number(name, held_value.value, units[name]),
            used=answer.wording.number(name, held_value.used, units[name]),
        )
        for name, held_value in sorted(result.prediction.held.items())
        if name in units
    ]
    return WORDS["held-end"].format(held=join_words(texts)) if texts else ""


def phrase(answer: Answer, result: ModelResult, finding: Finding) -> str:
    """Write one input, with measures behind a diagnosis and the study's mean."""
    text = answer.wording.short_phrase(finding._replace(site=""))
    if finding.name == "sarcopenia":
        names = MEASURES_OF_SARCOPENIA
        measured = [
            answer.findings.known[name]
            for name in names
            if name in answer.findings.known
        ]
        measures = (answer.wording.short_measure(measure) for measure in measured[:2])
        text = in_brackets(text, *measures)
    if finding.unit in WITH_MEAN:
        mean = result.model.table.means[finding.name]
        number = answer.wording.number(finding.name, mean, finding.unit).split(" ")[0]
        text = in_brackets(text, say("study mean {mean}", mean=number))
    return text
