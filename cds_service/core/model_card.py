"""The card of a study: what `/models/{id}` and `kyphoplasty-cds models` say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.core.prediction import LogisticModel, print_limits
from cds_service.core.strata import wilson_interval
from cds_service.core.study import (
    ContraryEvidence,
    LogisticStudy,
    MarkerStudy,
    Measured,
    Predictor,
    StrataStudy,
    Study,
    Term,
)


def model_card(
    study: Study, model: LogisticModel | None, contrary: ContraryEvidence, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """The card of one study as JSON; `model` is given for logistic studies.

    Args:
        attributes: the source attributes by key (`SourceAttributes.of_study`).

    Raises:
        ValueError: a logistic study without its model.
    """
    card = _head(study)
    if isinstance(study, LogisticStudy):
        if model is None:
            raise ValueError(f"{study.id}: the card of a logistic study needs its table")
        card |= _logistic(study, model)
    elif isinstance(study, StrataStudy):
        card |= _strata(study)
    else:
        card |= _marker(study)
    return card | _tail(study, contrary) | {"sourceAttributes": dict(attributes)}


def _head(study: Study) -> dict[str, Any]:
    """What the card says first: who was studied, what was found, how sure, for whom not; and the paper."""
    return {
        "id": study.id,
        "version": study.version,
        "digest": study.digest,
        "kind": study.kind,
        "title": study.title,
        "outcome": study.outcome,
        "found": study.card.found,
        "patients": study.card.representativeness.text,
        "source": {
            "title": study.source.title,
            "citation": study.source.citation,
            "doi": study.source.doi,
            "url": f"https://doi.org/{study.source.doi}",
            "funding": study.source.funding,
        },
        "cohort": {
            "description": study.cohort.description,
            "place": study.cohort.place,
            "period": study.cohort.period,
            "procedures": list(study.cohort.procedures),
            "outcomeDefinition": study.cohort.outcome_definition,
            "source": study.cohort.printed_in,
        },
        "n": study.cohort.n,
    }


def _tail(study: Study, contrary: ContraryEvidence) -> dict[str, Any]:
    return {
        "riskOfBias": [one.model_dump() for one in study.card.bias],
        "applicability": [
            {"finding": one.finding, "severity": one.severity, "text": one.text, "source": one.printed_in}
            for one in study.applicability
        ],
        "notCheckable": list(study.not_checkable),
        "cutoffs": [
            {"id": one.id, "finding": one.finding, "unit": one.unit, "text": one.text, "policy": one.policy}
            for one in study.cutoffs
        ],
        "advice": [{"text": one.text, "source": one.printed_in} for one in study.advice],
        "limits": list(study.limits),
        "doubts": list(study.notes),
        "contraryEvidence": [
            one.model_dump(include={"id", "statement", "citation", "url", "inside"})
            | {"owner": contrary.owner, "readOn": f"{contrary.read_on}", "reviewBy": f"{contrary.review_by}"}
            for one in contrary.entries
            if study.id in one.studies
        ],
    }


def _logistic(study: LogisticStudy, model: LogisticModel) -> dict[str, Any]:
    table, (floor, ceiling) = model.table, print_limits(study)
    in_use = model.reduced(frozenset(study.input_names))
    return {
        "horizonMonths": study.cohort.horizon_months,
        "horizonNote": study.cohort.horizon_note or "",
        "incidence": study.incidence,
        "events": study.cohort.events,
        "intercept": table.intercept,
        "interceptMethod": (
            "not printed; solved so that the mean risk over the rebuilt cohort is the study's incidence "
            f"({table.draws} draws, seed {table.seed}, effective sample {table.effective_share:.2f})"
        ),
        "coefficients": {term.name: _coefficient(study, term) for term in study.terms},
        "inUse": {
            "inputs": list(in_use.known),
            "intercept": in_use.intercept,
            "coefficients": dict(in_use.by_term),
        },
        "means": dict(table.means),
        "ranges": {
            name: {"lowest": ends[0], "low": ends[1], "high": ends[2], "highest": ends[3]}
            for name, ends in table.ranges.items()
        },
        "printedLimits": {"floor": floor, "ceiling": ceiling},
        "errorRatios": dict(table.error_ratios),
        "references": dict(table.references),
        "eventsPerCoefficient": study.cohort.events / len(study.terms),
        "validation": {
            "summary": study.validation.summary,
            "measured": [_measured(one) for one in study.validation.measured],
        },
    }


def _coefficient(study: LogisticStudy, term: Term) -> dict[str, Any]:
    predictor = next(one for one in study.predictors if one.finding == term.finding)
    card: dict[str, Any] = {
        "value": term.beta,
        "se": term.standard_error,
        "interval": list(term.interval),
        "unit": predictor.unit,
        "source": predictor.printed_in,
        "coding": predictor.coding,
        "knownAtOrderSign": predictor.known_at_order_sign,
        "entersFigure": predictor.raking_only is None,
    }
    if predictor.raking_only is not None:
        card["why"] = predictor.raking_only
    return card | _misprint(predictor, term)


def _misprint(predictor: Predictor, term: Term) -> dict[str, Any]:
    corrected = next((one for one in predictor.levels if one.level == term.word), predictor)
    return {} if corrected.printed is None else {"printed": corrected.printed, "why": corrected.why}


def _measured(one: Measured) -> dict[str, Any]:
    said = {
        "set": one.set,
        "n": one.n,
        "events": one.events,
        "measure": one.measure,
        "value": one.value,
        "interval": None if one.interval is None else list(one.interval),
        "text": one.text,
        "source": one.printed_in,
    }
    return {key: value for key, value in said.items() if value is not None}


def _strata(study: StrataStudy) -> dict[str, Any]:
    return {
        "outcomes": list(study.outcomes),
        "horizonMonths": study.cohort.horizon_months,
        "finding": study.finding,
        "unit": study.unit,
        "strata": [
            {
                "label": counts.label,
                "outcome": outcome,
                "events": events,
                "n": counts.n,
                "rate": events / counts.n,
                "interval": list(wilson_interval(events, counts.n)),
            }
            for outcome in study.outcomes
            for counts in study.strata
            for events in [counts.events[outcome]]
        ],
        "printedP": dict(study.printed_p),
        "recomputedP": dict(study.recomputed_p),
        "measures": [_measured(one) for one in study.measures],
    }


def _marker(study: MarkerStudy) -> dict[str, Any]:
    return {
        "events": study.cohort.events,
        "intervalDays": study.interval_days,
        "intervalRangeDays": list(study.interval_range_days),
        "markers": [
            {
                "id": one.id,
                "label": one.label,
                "finding": one.finding,
                "unit": one.unit,
                "refractured": one.refractured.model_dump(),
                "notRefractured": one.not_refractured.model_dump(),
                "printedP": one.printed_p,
                "source": one.printed_in,
            }
            for one in study.markers
        ],
    }
