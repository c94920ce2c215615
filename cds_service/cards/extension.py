"""Write the assessments as data for programs: unrounded, with sources and concerns."""

from typing import Any

from cds_service.cards.answer import Answer
from cds_service.cards.study_words import calibration
from cds_service.core.findings import Finding
from cds_service.core.models.pooled import PooledBaseline
from cds_service.core.models.pooled_result import PooledResult
from cds_service.core.models.prediction import Baseline
from cds_service.core.models.strata import Stratum
from cds_service.core.models.study_result import ModelResult
from cds_service.core.risk.assessment import OutcomeAssessment
from cds_service.core.risk.risk_words import RiskWords

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
    """Return one outcome. Absent members are left out; empty lists stay."""
    assessment = answer.assessment
    status = assessment.status_of(outcome.outcome)
    members: dict[str, Any] = {"outcome": outcome.outcome, "status": status}
    is_refracture = outcome.outcome == "refracture"
    pooled = assessment.pooled if is_refracture else None
    if pooled is not None and status == "assessed":
        members["headline"] = pooled.model.study.id
    risk_words = answer.risk_words if is_refracture else assessment.pain
    if risk_words is not None:
        members["said"] = _risk_words_json(risk_words)
    members["disagreement"] = outcome.disagreement
    if status == "not-applicable":
        reasons = (_excluded(answer, name) for name in assessment.excluded_by)
        members["concerns"] = list(dict.fromkeys(reasons))
    else:
        results = [_model_json(answer, result) for result in outcome.models]
        pooled_results = [_pooled_json(answer, pooled)] if pooled else []
        members["models"] = [*pooled_results, *results]
    members["supporting"] = [_stratum_json(stratum) for stratum in outcome.supporting]
    return members


def source_of(finding: Finding) -> str:
    """Name where a finding comes from; of a derived one all sources."""
    return ", ".join(dict.fromkeys(source.resource for source in finding.provenance))


def _risk_words_json(risk_words: RiskWords) -> dict[str, Any]:
    return {
        "words": risk_words.words,
        "usual": risk_words.usual,
        "inSummary": risk_words.in_summary,
        "atLeast": risk_words.at_least,
    }


def _excluded(answer: Answer, name: str) -> str:
    reason = "an age under 50" if name == "age" else answer.wording.name(name)
    return f"excluded by {reason}"


def _pooled_json(answer: Answer, pooled: PooledResult) -> dict[str, Any]:
    study, figure = pooled.model.study, pooled.figure
    baseline = figure.baseline
    members: dict[str, Any] = {
        "model": study.id,
        "modelVersion": study.version,
        "horizonMonths": study.say.horizon_months,
        "incidence": pooled.model.baseline_of(None).incidence,
        "baseline": _baseline_json(baseline),
        "reference": baseline.incidence,
    }
    if figure.is_personal:
        members |= {
            "risk": figure.risk,
            "newHospital": list(figure.new_hospital),
            "sameHospital": list(figure.same_hospital),
            "band": figure.band,
        }
    if figure.bone is not None:
        members["bone"] = figure.bone
    members["inputs"] = [
        _pooled_input_json(pooled, finding) for finding in pooled.inputs
    ]
    members["missing"] = [{"name": name} for name in pooled.missing]
    members["concerns"] = _pooled_concerns(answer, pooled)
    return members


def _baseline_json(baseline: Baseline | PooledBaseline) -> dict[str, Any]:
    members = {"incidence": baseline.incidence, "source": baseline.source}
    if baseline.recalibration is None:
        return members
    return members | {"recalibration": baseline.recalibration.to_json()}


def _pooled_input_json(pooled: PooledResult, finding: Finding) -> dict[str, Any]:
    used = pooled.used_of(finding.name)
    return _value_json(finding) | {
        "effect": pooled.effect_of(finding.name),
        "use": "held" if pooled.is_held(finding.name) else "as-is",
        "used": bool(used) if pooled.is_yes_or_no(finding.name) else used,
    }


def _pooled_concerns(answer: Answer, pooled: PooledResult) -> list[str]:
    """Write sentences on values: concerns, held values, the one set aside."""
    wording = answer.wording
    values = [
        f"{wording.name(finding.name)}: {concern}"
        for finding in pooled.inputs
        for concern in finding.concerns
    ]
    held_notes = []
    for finding in pooled.inputs:
        if pooled.is_held(finding.name):
            value = f"{wording.name(finding.name)} {finding.value:g}"
            used = f"{pooled.used_of(finding.name):g}"
            held_notes.append(
                f"{value} taken as {used}, the end of what the model follows"
            )
    set_aside = [
        f"{wording.phrase(finding)} not used:"
        " the other bone value gives the higher figure"
        for finding in pooled.set_aside
    ]
    return [*values, *held_notes, *set_aside]


def _model_json(answer: Answer, result: ModelResult) -> dict[str, Any]:
    study, prediction = result.model.study, result.prediction
    members: dict[str, Any] = {
        "model": study.id,
        "modelVersion": study.version,
        "isTheirs": result.is_wholly_inside,
        "horizonMonths": study.cohort.horizon_months,
        "incidence": study.incidence,
        "baseline": _baseline_json(prediction.baseline),
        "reference": result.reference,
    }
    if result.is_shown:
        members["risk"] = prediction.risk
        members["studyUncertainty"] = list(prediction.study_uncertainty)
        if prediction.if_measured is not None:
            members["ifMeasured"] = list(prediction.if_measured)
    members["inputsKnown"] = prediction.inputs_known
    if result.is_shown:
        members["band"] = result.band
    gains = prediction.gains
    by_gain = sorted(gains, key=lambda name: (-gains[name], name))
    # What cannot be known before the procedure has no gain.
    missing = [*by_gain, *prediction.unknown_until_after]
    members["inputs"] = [_input_json(result, finding) for finding in result.inputs]
    members["missing"] = [
        {"name": name, "gain": gains.get(name, 0.0)} for name in missing
    ]
    members["concerns"] = _concerns(answer, result)
    return members


def _value_json(finding: Finding) -> dict[str, Any]:
    members: dict[str, Any] = {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "source": source_of(finding),
    }
    if finding.observed is not None:
        members["date"] = finding.observed.isoformat()
    return members


def _input_json(result: ModelResult, finding: Finding) -> dict[str, Any]:
    held_value = result.prediction.held.get(finding.name)
    return _value_json(finding) | {
        "effect": result.prediction.effects[finding.name],
        "use": f"held-{held_value.side}" if held_value else "as-is",
        "used": result.prediction.used[finding.name],
    }


def _concerns(answer: Answer, result: ModelResult) -> list[str]:
    """Write sentences on criteria, on values, and on calibration."""
    criteria = []
    for violation in result.violations:
        is_open = violation.severity == "not-checkable"
        state = NOT_CHECKABLE if is_open else OUTSIDE
        criteria.append(f"{state}: {violation.text}")
    unusable = [
        f"{answer.wording.name(gap.name)}: {gap.detail}" for gap in result.unusable
    ]
    values = [
        f"{answer.wording.name(finding.name)}: {concern}"
        for finding in result.inputs
        for concern in finding.concerns
    ]
    held_notes = [
        f"{answer.wording.name(name)} {held_value.value:g}"
        f" taken as {held_value.used:.1f}, the end of what this study can say"
        for name, held_value in sorted(result.prediction.held.items())
    ]
    return [*criteria, *unusable, *held_notes, *values, calibration(answer, result)]


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
