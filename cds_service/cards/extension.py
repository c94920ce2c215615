"""The assessments as data for programs: unrounded, with sources and concerns."""

from typing import Any

from cds_service.cards.answer import Answer
from cds_service.cards.study_words import calibration
from cds_service.core.assessment import OutcomeAssessment
from cds_service.core.findings import Finding
from cds_service.core.pooled_result import PooledResult
from cds_service.core.risk_words import RiskWords
from cds_service.core.strata import Stratum
from cds_service.core.study_result import ModelResult

EXTENSION = "org.kyphoplasty-cds.assessments"
NOT_CHECKABLE = "not checkable"
OUTSIDE = "outside the study population"


def assessments_extension(answer: Answer) -> dict[str, Any]:
    """Return the card's extension, always with both outcomes."""
    return {
        EXTENSION: [
            assessment_json(answer, outcome) for outcome in answer.assessment.outcomes
        ]
    }


def assessment_json(answer: Answer, outcome: OutcomeAssessment) -> dict[str, Any]:
    """One outcome. Absent members are left out; empty lists stay."""
    assessment = answer.assessment
    status = assessment.status_of(outcome.outcome)
    found: dict[str, Any] = {"outcome": outcome.outcome, "status": status}
    is_refracture = outcome.outcome == "refracture"
    pooled = assessment.pooled if is_refracture else None
    if pooled is not None and status == "assessed":
        found["headline"] = pooled.model.study.id
    said = answer.said if is_refracture else assessment.pain
    if said is not None:
        found["said"] = _said_json(said)
    found["disagreement"] = outcome.disagreement
    if status == "not-applicable":
        reasons = (_excluded(answer, name) for name in assessment.excluded_by)
        found["concerns"] = list(dict.fromkeys(reasons))
    else:
        results = [_model_json(answer, result) for result in outcome.models]
        found["models"] = [
            *([_pooled_json(answer, pooled)] if pooled else []),
            *results,
        ]
    found["supporting"] = [_stratum_json(stratum) for stratum in outcome.supporting]
    return found


def source_of(finding: Finding) -> str:
    """Name where a finding comes from; of a derived one all sources."""
    return ", ".join(dict.fromkeys(one.resource for one in finding.provenance))


def _said_json(said: RiskWords) -> dict[str, Any]:
    return {
        "words": said.words,
        "usual": said.usual,
        "inSummary": said.in_summary,
        "atLeast": said.at_least,
    }


def _excluded(answer: Answer, name: str) -> str:
    reason = "an age under 50" if name == "age" else answer.wording.name(name)
    return f"excluded by {reason}"


def _pooled_json(answer: Answer, pooled: PooledResult) -> dict[str, Any]:
    study, figure, baseline = pooled.model.study, pooled.figure, pooled.figure.baseline
    local = baseline.recalibration
    found: dict[str, Any] = {
        "model": study.id,
        "modelVersion": study.version,
        "horizonMonths": study.say.horizon_months,
        "incidence": pooled.model.baseline_of(None).incidence,
        "baseline": {"incidence": baseline.incidence, "source": baseline.source}
        | ({"recalibration": local.to_json()} if local else {}),
        "reference": baseline.incidence,
    }
    if figure.is_personal:
        found |= {
            "risk": figure.risk,
            "newHospital": list(figure.new_hospital),
            "sameHospital": list(figure.same_hospital),
            "band": figure.band,
        }
    if figure.bone is not None:
        found["bone"] = figure.bone
    found["inputs"] = [_pooled_input_json(pooled, finding) for finding in pooled.inputs]
    found["missing"] = [{"name": name} for name in pooled.missing]
    found["concerns"] = _pooled_concerns(answer, pooled)
    return found


def _pooled_input_json(pooled: PooledResult, finding: Finding) -> dict[str, Any]:
    used = pooled.used_of(finding.name)
    return _value_json(finding) | {
        "effect": pooled.effect_of(finding.name),
        "use": "held" if pooled.is_held(finding.name) else "as-is",
        "used": bool(used) if pooled.is_yes_or_no(finding.name) else used,
    }


def _pooled_concerns(answer: Answer, pooled: PooledResult) -> list[str]:
    """Return whole sentences: values, the one that was set aside, calibration."""
    wording = answer.wording
    values = [
        f"{wording.name(one.name)}: {concern}"
        for one in pooled.inputs
        for concern in one.concerns
    ]
    held = [
        f"{wording.name(one.name)} {one.value:g} taken as {pooled.used_of(one.name):g},"
        " the end of what the model follows"
        for one in pooled.inputs
        if pooled.is_held(one.name)
    ]
    aside = [
        f"{wording.phrase(one)} not used: the other bone value gives the higher figure"
        for one in pooled.set_aside
    ]
    return [*values, *held, *aside]


def _model_json(answer: Answer, result: ModelResult) -> dict[str, Any]:
    study, prediction = result.model.study, result.prediction
    baseline = prediction.baseline
    local = baseline.recalibration
    found: dict[str, Any] = {
        "model": study.id,
        "modelVersion": study.version,
        "isTheirs": result.is_theirs,
        "horizonMonths": study.cohort.horizon_months,
        "incidence": study.incidence,
        "baseline": {"incidence": baseline.incidence, "source": baseline.source}
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
            # not known before the procedure: they gain nothing
            *prediction.unknown_until_after,
        )
    ]
    found["concerns"] = _concerns(answer, result)
    return found


def _value_json(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "source": source_of(finding),
    }
    if finding.observed is not None:
        found["date"] = finding.observed.isoformat()
    return found


def _input_json(result: ModelResult, finding: Finding) -> dict[str, Any]:
    held = result.prediction.held.get(finding.name)
    return _value_json(finding) | {
        "effect": result.prediction.effects[finding.name],
        "use": f"held-{held.side}" if held else "as-is",
        "used": result.prediction.used[finding.name],
    }


def _concerns(answer: Answer, result: ModelResult) -> list[str]:
    """Return whole sentences: criteria, calibration, values."""
    criteria = [
        f"{NOT_CHECKABLE if one.severity == 'not-checkable' else OUTSIDE}: {one.text}"
        for one in result.violations
    ]
    unusable = [
        f"{answer.wording.name(one.name)}: {one.detail}" for one in result.unusable
    ]
    values = [
        f"{answer.wording.name(one.name)}: {concern}"
        for one in result.inputs
        for concern in one.concerns
    ]
    held = [
        f"{answer.wording.name(name)} {one.value:g} taken as {one.used:.1f}, "
        "the end of what this study can say"
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
