"""The assessments as data for programs: unrounded, with everything that belongs to a figure."""

from typing import Any

from cds_service.cards.answer import Answer
from cds_service.cards.figures import calibration, source_of
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.strata import Stratum

EXTENSION = "org.kyphoplasty-cds.assessments"


def assessments_extension(answer: Answer) -> dict[str, Any]:
    """Both outcomes, always."""
    return {EXTENSION: [assessment_json(answer, outcome) for outcome in answer.assessment.outcomes]}


def assessment_json(answer: Answer, outcome: OutcomeAssessment) -> dict[str, Any]:
    """One outcome. Absent members are left out; empty lists stay."""
    found: dict[str, Any] = {"outcome": outcome.outcome, "status": outcome.status}
    if outcome.headline is not None:
        found["headline"] = outcome.headline.model.study.id
    found["disagreement"] = outcome.disagreement
    if outcome.status != "not-applicable":
        found["models"] = [_model_json(answer, result) for result in outcome.models]
    else:
        found["concerns"] = [f"excluded by {answer.wording.name(name)}" for name in outcome.excluded_by]
    found["supporting"] = [_stratum_json(stratum) for stratum in outcome.supporting]
    return found


def _model_json(answer: Answer, result: ModelResult) -> dict[str, Any]:
    study, prediction = result.model.study, result.prediction
    local = prediction.baseline.recalibration
    found: dict[str, Any] = {
        "model": study.id,
        "modelVersion": study.version,
        "horizonMonths": study.cohort.horizon_months,
        "incidence": study.incidence,
        "baseline": {"incidence": result.prediction.baseline.incidence, "source": result.prediction.baseline.source}
        | ({"recalibration": local.to_json()} if local else {}),
        "reference": result.reference,
    }
    if result.shown:
        found["risk"] = prediction.risk
        found["studyUncertainty"] = list(prediction.study_uncertainty)
        if prediction.if_measured is not None:
            found["ifMeasured"] = list(prediction.if_measured)
    found["inputsKnown"] = prediction.inputs_known
    if result.shown:
        found["band"] = result.band
    gains = prediction.gains
    found["inputs"] = [_input_json(result, finding) for finding in result.inputs]
    found["missing"] = [
        {"name": name, "gain": gains.get(name, 0.0)}
        for name in (
            *sorted(gains, key=lambda name: (-gains[name], name)),
            *prediction.unknown_until_after,  # not known before the procedure: they gain nothing
        )
    ]
    found["concerns"] = _concerns(answer, result)
    return found


def _input_json(result: ModelResult, finding: Finding) -> dict[str, Any]:
    held = result.prediction.held.get(finding.name)
    found: dict[str, Any] = {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "source": source_of(finding),
    }
    if finding.observed is not None:
        found["date"] = finding.observed.isoformat()
    found["effect"] = result.prediction.effects[finding.name]
    found["use"] = f"held-{held.side}" if held else "as-is"
    found["used"] = result.prediction.used[finding.name]
    return found


def _concerns(answer: Answer, result: ModelResult) -> list[str]:
    """Whole sentences: criteria, calibration, values."""
    criteria = [
        f"{'not checkable' if one.severity == 'not-checkable' else 'outside the study population'}: {one.text}"
        for one in result.violations
    ]
    unusable = [f"{answer.wording.name(one.name)}: {one.detail}" for one in result.unusable]
    values = [f"{answer.wording.name(one.name)}: {concern}" for one in result.inputs for concern in one.concerns]
    held = [
        f"{answer.wording.name(name)} {one.value:g} taken as {one.used:.1f}, the end of what this study can say"
        for name, one in sorted(result.prediction.held.items())
    ]
    return [*criteria, *unusable, *held, *values, calibration(answer, result)]


def _stratum_json(stratum: Stratum) -> dict[str, Any]:
    return {
        "study": stratum.study.id,
        "stratum": stratum.counts.label,
        "horizonMonths": stratum.study.cohort.horizon_months,
        "procedures": list(stratum.study.cohort.procedures),
        "rate": stratum.rate,
        "interval": list(stratum.interval),
        "n": stratum.counts.n,
    }
