"""The models in force as `validate` sees them.

The figure of a local patient, whichever kind of model gives it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from cds_service.call import Service
from cds_service.core.findings import Findings
from cds_service.core.models.pooled import PooledModel
from cds_service.core.models.pooled_result import find_pooled_result
from cds_service.core.models.prediction import LogisticModel
from cds_service.core.models.study_result import absolute_exclusions, apply_model
from cds_service.core.models.study_tables import Outcome
from cds_service.core.risk.assessment import exclusions
from cds_service.core.site_values.policy import Policy
from cds_service.core.site_values.recalibration import Recalibration


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFigure:
    """A model's figure for one local patient.

    Attributes:
        risk: 0..1, as in force here.
        own: log odds of the model itself, before a site's incidence or a recalibration.
        inputs: findings that entered.
        is_complete: every input was known.
        is_shown: an answer would have given it.
        is_outside: the patient does not meet a criterion of the study.
        has_unusable: a value cannot be an input without the site's reference.
    """

    risk: float
    own: float
    inputs: frozenset[str]
    is_complete: bool
    is_shown: bool
    is_outside: bool
    has_unusable: bool
    recalibration: Recalibration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model that local outcomes can judge.

    Attributes:
        event: what is counted, in words.
        horizon_months: what a figure says.
        horizon: the shortest and the longest time over which local outcomes may have
            been counted.
        figure_of: the figure that the service would have given, with what refitting
            needs.
        has_sets: a recalibration may move figures by which inputs are known. Not those
            of the pooled model, which averages over what is not known: a fact that
            raises its figure must not move the patient into a set that lowers it.
    """

    id: str
    version: str
    title: str
    event: str
    outcome: Outcome
    horizon_months: int
    horizon: tuple[int, int]
    table_digest: str
    input_names: tuple[str, ...]
    figure_of: Callable[[Findings, Policy], LocalFigure]
    has_sets: bool


def local_models(service: Service) -> Iterator[LocalModel]:
    """Yield every model in force, the pooled one first."""
    yield _of_pooled(service.pooled)
    yield from map(_of_study, service.models.values())


def _of_study(model: LogisticModel) -> LocalModel:
    """Return a study's printed model."""
    study, months = model.study, model.study.cohort.horizon_months
    return LocalModel(
        id=study.id,
        version=study.version,
        title=study.title,
        event=study.event,
        outcome=study.outcome,
        horizon_months=months,
        horizon=(months, months),
        table_digest=study.table_digest,
        input_names=study.input_names,
        figure_of=partial(_study_figure, model),
        has_sets=True,
    )


def _of_pooled(model: PooledModel) -> LocalModel:
    study = model.study
    return LocalModel(
        id=study.id,
        version=study.version,
        title=study.title,
        event="new vertebral fracture",
        outcome=study.outcome,
        horizon_months=model.horizon_months,
        horizon=study.site_months,
        table_digest=study.table_digest,
        input_names=tuple(entry.findings[0] for entry in study.inputs),
        figure_of=partial(_pooled_figure, model),
        has_sets=False,
    )


def _study_figure(
    model: LogisticModel, findings: Findings, policy: Policy
) -> LocalFigure:
    """Apply the reduced model of the known inputs, at the baseline in force."""
    result = apply_model(model, findings, policy)
    prediction = result.prediction
    per_site = any(entry.per_site for entry in model.study.inputs)
    return LocalFigure(
        risk=prediction.risk,
        own=prediction.baseline.own(prediction.log_odds),
        inputs=frozenset(entry.name for entry in result.inputs),
        is_complete=prediction.if_measured is None,
        is_shown=result.is_shown and not absolute_exclusions(findings),
        is_outside=result.is_outside,
        has_unusable=per_site and bool(result.unusable),
        recalibration=prediction.baseline.recalibration,
    )


def _pooled_figure(
    model: PooledModel, findings: Findings, policy: Policy
) -> LocalFigure:
    """Apply the pooled model at the baseline in force; `own` is at the pooled one."""
    recalibration = policy.recalibration.get(model.study.id)
    baseline = model.baseline_of(policy.baseline.refracture, recalibration)
    result = find_pooled_result(model, findings, baseline)
    inputs = {model.study.by_id[name].findings[0] for name in result.known}
    return LocalFigure(
        risk=result.figure.risk,
        own=model.figure(result.known).log_odds,
        inputs=frozenset(inputs),
        is_complete=not result.figure.missing,
        is_shown=result.figure.is_personal and not exclusions(findings),
        is_outside=False,
        has_unusable=False,
        recalibration=recalibration,
    )
