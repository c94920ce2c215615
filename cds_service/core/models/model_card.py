"""The card of a study, for `/models/{id}` and `kyphoplasty-cds models`."""

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from cds_service.core.models.contrary import ContraryEvidence
from cds_service.core.models.logistic_study import LogisticStudy, Term
from cds_service.core.models.prediction import LogisticModel, print_limits
from cds_service.core.models.strata import wilson_interval
from cds_service.core.models.study import MarkerStudy, StrataStudy, StratumCounts, Study
from cds_service.core.models.study_tables import Measured, Outcome, Part


def model_card(
    study: Study,
    model: LogisticModel | None,
    contrary: ContraryEvidence,
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the card of one study as JSON.

    Args:
        model: the study with its table; None if it is no logistic study.
        attributes: the source attributes by key (`SourceAttributes.of_study`).

    Raises:
        ValueError: a logistic study without its model.
    """
    card = _head(study)
    if isinstance(study, LogisticStudy):
        if model is None:
            raise ValueError(
                f"{study.id}: the card of a logistic study needs its table"
            )
        card |= _logistic(study, model)
    elif isinstance(study, StrataStudy):
        card |= _strata(study)
    else:
        card |= _marker(study)
    return card | _tail(study, contrary) | {"sourceAttributes": dict(attributes)}


def _members(part: Part, *names: str) -> dict[str, Any]:
    """Return these fields of a part of a study file under their JSON keys, if set."""
    members = {
        "source" if name == "printed_in" else to_camel(name): getattr(part, name)
        for name in names
    }
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in members.items()
        if value is not None
    }


def _head(study: Study) -> dict[str, Any]:
    """List the patients, the result and the paper."""
    of_patients = (
        "description",
        "place",
        "period",
        "procedures",
        "outcome_definition",
        "printed_in",
    )
    return {
        **_members(study, "id", "version", "digest", "kind", "title", "outcome"),
        "found": study.card.found,
        "patients": study.card.representativeness.text,
        "source": {
            **_members(study.source, "title", "citation", "doi", "funding"),
            "url": f"https://doi.org/{study.source.doi}",
        },
        "cohort": _members(study.cohort, *of_patients),
        "n": study.cohort.n,
    }


def _tail(study: Study, contrary: ContraryEvidence) -> dict[str, Any]:
    return {
        "riskOfBias": [bias.model_dump() for bias in study.card.bias],
        "applicability": [
            _members(criterion, "finding", "severity", "text", "printed_in")
            for criterion in study.applicability
        ],
        "notCheckable": list(study.not_checkable),
        "cutoffs": [
            _members(cutoff, "id", "finding", "unit", "text", "policy")
            for cutoff in study.cutoffs
        ],
        "advice": [_members(advice, "text", "printed_in") for advice in study.advice],
        "limits": list(study.limits),
        "doubts": list(study.notes),
        "contraryEvidence": contrary_json(contrary, study.id),
    }


def contrary_json(contrary: ContraryEvidence, study_id: str) -> list[dict[str, Any]]:
    """List the evidence against one study, or against the pooled model."""
    return [
        _members(entry, "id", "statement", "quote", "citation", "url", "inside")
        | {
            "owner": contrary.owner,
            "readOn": f"{contrary.read_on}",
            "reviewBy": f"{contrary.review_by}",
        }
        for entry in contrary.entries
        if study_id in entry.studies
    ]


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
            "not printed; solved so that the mean risk over the rebuilt cohort "
            "is the study's incidence "
            f"({table.draws} draws, seed {table.seed}, "
            f"effective sample {table.effective_share:.2f})"
        ),
        "coefficients": {term.name: _coefficient(study, term) for term in study.terms},
        "inUse": {
            "inputs": list(in_use.known),
            "intercept": in_use.intercept,
            "coefficients": dict(in_use.by_term),
        },
        "means": dict(table.means),
        "ranges": {
            name: dict(zip(("lowest", "low", "high", "highest"), ends, strict=True))
            for name, ends in table.ranges.items()
        },
        "printedLimits": {"floor": floor, "ceiling": ceiling},
        "errorRatios": dict(table.error_ratios),
        "references": dict(table.references),
        "eventsPerCoefficient": study.cohort.events / len(study.terms),
        "validation": {
            "summary": study.validation.summary,
            "measured": [_measured(measured) for measured in study.validation.measured],
        },
    }


def _coefficient(study: LogisticStudy, term: Term) -> dict[str, Any]:
    predictor = next(
        candidate for candidate in study.predictors if candidate.finding == term.finding
    )
    corrected = next(
        (level for level in predictor.levels if level.level == term.word), predictor
    )
    coefficient: dict[str, Any] = {
        "value": term.beta,
        "se": term.standard_error,
        "interval": list(term.interval),
        **_members(predictor, "unit", "printed_in", "coding", "known_at_order_sign"),
        "entersFigure": predictor.raking_only is None,
    }
    if predictor.raking_only is not None:
        coefficient["why"] = predictor.raking_only
    return coefficient | _members(corrected, "printed", "why")


def _measured(measured: Measured) -> dict[str, Any]:
    return _members(
        measured,
        "set",
        "n",
        "events",
        "measure",
        "value",
        "interval",
        "text",
        "printed_in",
    )


def _strata(study: StrataStudy) -> dict[str, Any]:
    return {
        **_members(study, "outcomes", "finding", "unit", "printed_p", "recomputed_p"),
        "horizonMonths": study.cohort.horizon_months,
        "strata": [
            _rate(counts, outcome)
            for outcome in study.outcomes
            for counts in study.strata
        ],
        "measures": [_measured(measured) for measured in study.measures],
    }


def _rate(counts: StratumCounts, outcome: Outcome) -> dict[str, Any]:
    events = counts.events[outcome]
    return {
        **_members(counts, "label", "n"),
        "outcome": outcome,
        "events": events,
        "rate": events / counts.n,
        "interval": list(wilson_interval(events, counts.n)),
    }


def _marker(study: MarkerStudy) -> dict[str, Any]:
    return {
        "events": study.cohort.events,
        **_members(study, "interval_days", "interval_range_days"),
        "markers": [
            {
                **_members(
                    marker, "id", "label", "finding", "unit", "printed_p", "printed_in"
                ),
                "refractured": marker.refractured.model_dump(),
                "notRefractured": marker.not_refractured.model_dump(),
            }
            for marker in study.markers
        ],
    }
