"""The card of the pooled model, for `/models/pooled-2026` and `models`."""

from collections.abc import Mapping
from typing import Any

from cds_service.core.models.contrary import ContraryEvidence
from cds_service.core.models.model_card import contrary_json
from cds_service.core.models.pooled import PooledModel
from cds_service.core.models.pooled_study import (
    BONES,
    Bone,
    Entry,
    NumberInput,
    PooledStudy,
    YesNoInput,
)
from cds_service.core.models.pooled_table import LeftOut
from cds_service.core.models.prediction import expit
from cds_service.core.models.study_tables import Z_95

INTERCEPT_METHOD = (
    "solved so that the mean risk over the population is the baseline"
    " ({points} points with all combinations of the yes/no inputs); "
    "given for the pooled baseline"
)


def pooled_card(
    model: PooledModel, contrary: ContraryEvidence, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the card as JSON.

    Args:
        attributes: the source attributes by key (`SourceAttributes.of_pooled`).
    """
    study = model.study
    return {
        **_head(study),
        "incidence": model.baseline_of().incidence,
        "baseline": _baseline(model),
        **_intercepts(model),
        "shrink": study.shrink,
        "coefficients": {
            study_input.findings[0]: _coefficient(model, study_input)
            for study_input in study.inputs
        },
        "ranges": {
            number.findings[0]: {"lowest": number.held[0], "highest": number.held[1]}
            for number in study.numbers
        },
        "population": {
            study_input.findings[0]: _spread(study_input)
            for study_input in study.inputs
        },
        "correlation": {
            name.replace("_", "-"): value
            for name, value in study.correlation.model_dump().items()
        },
        "sarcopeniaShift": study.sarcopenia_shift.model_dump(),
        "means": _means(model),
        "ladder": [step.model_dump() for step in study.say.ladder],
        "bands": _bands(model),
        "neverFor": list(study.card.never),
        "against": list(study.card.against),
        "notEntered": [result.model_dump() for result in study.not_entered],
        "riskOfBias": [bias.model_dump() for bias in study.card.bias],
        "limits": list(study.limits),
        "doubts": list(study.notes),
        "contraryEvidence": contrary_json(contrary, study.id),
        "sourceAttributes": dict(attributes),
    }


def _head(study: PooledStudy) -> dict[str, Any]:
    """List name, outcome, patients and owner of the model."""
    return {
        "id": study.id,
        "version": study.version,
        "digest": study.digest,
        "kind": study.kind,
        "title": study.title,
        "outcome": study.outcome,
        "found": study.card.found,
        "patients": study.card.patients.text,
        "n": study.patients_counted,
        "events": sum(rate.events for rate in study.rates),
        "horizonMonths": study.say.horizon_months,
        "horizonNote": study.card.horizon,
        "owner": study.owner,
        "readOn": f"{study.read_on}",
        "reviewBy": f"{study.review_by}",
    }


def _baseline(model: PooledModel) -> dict[str, Any]:
    """Return the pooled incidence with its 95 % intervals, and its sources."""
    study, pooled, baseline = model.study, model.table.baseline, model.baseline_of()
    return {
        "interval": _interval(baseline.log_odds, pooled.se),
        "newHospital": _interval(baseline.log_odds, pooled.variance**0.5),
        "tau": pooled.tau,
        "usual": baseline.usual,
        "rates": [
            rate.model_dump() | {"rate": rate.events / rate.patients}
            for rate in study.rates
        ],
        "siteMonths": list(study.site_months),
    }


def _interval(log_odds: float, error: float) -> list[float]:
    """Return 95 % of a share, 0..1, from its log odds and their standard error."""
    width = Z_95 * error
    return [expit(log_odds - width), expit(log_odds + width)]


def _intercepts(model: PooledModel) -> dict[str, Any]:
    log_odds = model.baseline_of().log_odds
    intercepts = {
        bone: model.averaging.centre(bone, log_odds).intercept for bone in BONES
    }
    return {
        "intercept": intercepts["t"],
        "intercepts": intercepts,
        "interceptMethod": INTERCEPT_METHOD.format(points=model.table.points),
    }


def _coefficient(
    model: PooledModel, study_input: NumberInput | YesNoInput
) -> dict[str, Any]:
    """Return one coefficient as used and as pooled, with the entries behind it."""
    pooled, beta = model.table.coefficients[study_input.id], model.beta(study_input.id)
    width = Z_95 * pooled.variance**0.5
    return {
        "input": study_input.id,
        "value": beta,
        "se": pooled.se,
        "tau": pooled.tau,
        "interval": [beta - width, beta + width],
        "pooled": pooled.mean,
        "allIn": {
            "value": pooled.all_in.mean,
            "se": pooled.all_in.se,
            "tau": pooled.all_in.tau,
        },
        **_left_out(pooled.left_out),
        "unit": study_input.unit,
        "source": f"pooled from {len(study_input.entries)} entries",
        "title": study_input.title,
        "findings": list(study_input.findings),
        "entries": [_entry(entry) for entry in study_input.entries],
    }


def _left_out(left_out: LeftOut | None) -> dict[str, Any]:
    if left_out is None:
        return {}
    parts = "mean and tau" if left_out.of_mean else "tau"
    return {
        "leftOut": {"study": left_out.study, "distance": left_out.distance, "of": parts}
    }


def _entry(entry: Entry) -> dict[str, Any]:
    enters = "mean" if entry.in_mean else "tau"
    if entry.in_mean and entry.design == "cohort":
        enters = "mean and tau"
    return {
        "study": entry.study,
        "design": entry.design,
        "value": entry.log_odds,
        "se": entry.se,
        "enters": enters,
        "note": entry.note,
        "source": entry.source,
        "read": entry.read,
    }


def _spread(study_input: NumberInput | YesNoInput) -> dict[str, Any]:
    spread = {"assumed": study_input.assumed}
    if isinstance(study_input, NumberInput):
        return {"mean": study_input.mean, "sd": study_input.sd, **spread}
    return {
        "share": study_input.share,
        "unrecorded": study_input.unrecorded,
        **spread,
    }


def _means(model: PooledModel) -> dict[Bone, dict[str, float]]:
    """Return the means from which effects are counted, by bone input and finding."""
    baseline = model.baseline_of()
    means = {}
    for bone in BONES:
        patient = model.average_patient(bone, baseline)
        means[bone] = {
            model.study.by_id[name].findings[0]: mean
            for name, mean in patient.means.items()
        }
    return means


def _bands(model: PooledModel) -> dict[str, Any]:
    bands = model.study.bands
    return {
        "sure": bands.sure,
        "aboveRatio": bands.above_ratio,
        "belowRatio": bands.below_ratio,
        "belowNeeds": list(bands.below_needs),
        "raising": [f"age {bands.raising_age:g} and over", *bands.raising],
    }
