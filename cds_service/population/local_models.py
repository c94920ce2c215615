"""The models in force as `validate` sees them: the figure of a local patient, whichever kind of model gives it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cds_service.core.assessment import exclusions
from cds_service.core.facts import Findings
from cds_service.core.policy import Policy
from cds_service.core.pooled import PooledModel
from cds_service.core.pooled_result import find_pooled_result
from cds_service.core.prediction import LogisticModel
from cds_service.core.recalibration import Recalibration
from cds_service.core.study import Outcome
from cds_service.core.study_result import absolute_exclusions, apply_model
from cds_service.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFigure:
    """What a model says of one local patient.

    Attributes:
        risk: 0..1, as in force here.
        own: log odds of the model itself, before a site's incidence or a recalibration.
        inputs: findings that entered.
        is_complete: every input was known.
        is_shown: an answer would have given it.
        is_outside: the patient does not meet a criterion of the study.
        has_unusable: a value is no input without the site's reference.
    """

    risk: float
    own: float
    inputs: frozenset[str]
    is_complete: bool
    is_shown: bool
    is_outside: bool
    has_unusable: bool
    recalibration: Recalibration | None


class LocalModel(Protocol):
    """A model that local outcomes can judge.

    `horizon_months` is what a figure says; `horizon` the shortest and the longest time over which local outcomes may
    have been counted.
    """

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def horizon_months(self) -> int: ...
    @property
    def horizon(self) -> tuple[int, int]: ...
    @property
    def table_digest(self) -> str: ...
    @property
    def input_names(self) -> tuple[str, ...]: ...

    def figure_of(self, findings: Findings, policy: Policy) -> LocalFigure:
        """The figure that the service would have given, with what refitting needs."""


@dataclass(frozen=True, slots=True)
class StudyModel:
    """A study's printed model."""

    model: LogisticModel

    @property
    def id(self) -> str:
        return self.model.study.id

    @property
    def version(self) -> str:
        return self.model.study.version

    @property
    def title(self) -> str:
        return self.model.study.title

    @property
    def event(self) -> str:
        return self.model.study.event

    @property
    def outcome(self) -> Outcome:
        return self.model.study.outcome

    @property
    def horizon_months(self) -> int:
        return self.model.study.cohort.horizon_months

    @property
    def horizon(self) -> tuple[int, int]:
        return self.horizon_months, self.horizon_months

    @property
    def table_digest(self) -> str:
        return self.model.study.table_digest

    @property
    def input_names(self) -> tuple[str, ...]:
        return self.model.study.input_names

    def figure_of(self, findings: Findings, policy: Policy) -> LocalFigure:
        """By the reduced model of the known inputs, at the baseline in force."""
        result = apply_model(self.model, findings, policy)
        prediction = result.prediction
        per_site = any(one.per_site for one in self.model.study.inputs)
        return LocalFigure(
            risk=prediction.risk,
            own=prediction.baseline.own(prediction.log_odds),
            inputs=frozenset(one.name for one in result.inputs),
            is_complete=prediction.if_measured is None,
            is_shown=result.shown and not absolute_exclusions(findings),
            is_outside=result.is_outside,
            has_unusable=per_site and bool(result.unusable),
            recalibration=prediction.baseline.recalibration,
        )


@dataclass(frozen=True, slots=True)
class PooledLocalModel:
    """The pooled model."""

    model: PooledModel

    @property
    def id(self) -> str:
        return self.model.study.id

    @property
    def version(self) -> str:
        return self.model.study.version

    @property
    def title(self) -> str:
        return self.model.study.title

    @property
    def event(self) -> str:
        return "new vertebral fracture"

    @property
    def outcome(self) -> Outcome:
        return self.model.study.outcome

    @property
    def horizon_months(self) -> int:
        return self.model.horizon_months

    @property
    def horizon(self) -> tuple[int, int]:
        return self.model.study.site_months

    @property
    def table_digest(self) -> str:
        return self.model.study.table_digest

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(one.findings[0] for one in self.model.study.inputs)

    def figure_of(self, findings: Findings, policy: Policy) -> LocalFigure:
        """At the baseline in force; `own` is at the pooled one."""
        recalibration = policy.recalibration.get(self.id)
        baseline = self.model.baseline_of(policy.baseline.refracture, recalibration)
        result = find_pooled_result(self.model, findings, baseline)
        own = self.model.figure(result.known)
        inputs = {self.model.study.by_id[name].findings[0] for name in result.known}
        return LocalFigure(
            risk=result.figure.risk,
            own=own.log_odds,
            inputs=frozenset(inputs),
            is_complete=not result.figure.missing,
            is_shown=result.figure.is_personal and not exclusions(findings),
            is_outside=False,
            has_unusable=False,
            recalibration=recalibration,
        )


def local_models(service: Service) -> Iterable[LocalModel]:
    """Every model in force, the pooled one first."""
    return (PooledLocalModel(service.pooled), *(StudyModel(one) for one in service.models.values()))
