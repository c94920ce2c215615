"""A patient's refracture figure from the pooled model, `studies/pooled-2026.toml`.

Steps 4 to 7 of docs/pooled.md. Nothing is drawn or fitted here.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, Self

from cds_service.core.findings import Finding, Findings
from cds_service.core.models.pooled_average import Averaging, Estimate
from cds_service.core.models.pooled_study import (
    BONES,
    Bone,
    NumberInput,
    PooledStudy,
    YesNoInput,
)
from cds_service.core.models.pooled_table import PooledTable, read_pooled_table
from cds_service.core.models.prediction import expit, logit
from cds_service.core.models.study_tables import Z_95, Interval
from cds_service.core.site_values.policy import SiteIncidence
from cds_service.core.site_values.recalibration import Recalibration
from cds_service.core.words.phrases import say

PooledBand = Literal["below", "not-different", "above"]
KnownInput = tuple[float | bool, Finding]  # its value, and the finding that gives it
HALF = 0.5  # added to events and to the others: a count of 0 then has log odds too


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledBaseline:
    """The incidence in force, with its uncertainty between hospitals.

    Attributes:
        incidence: 0..1, within `horizon`; the pooled one, or a site's weighted with it.
        log_odds: log odds of the incidence.
        variance: variance of these log odds as the average of this hospital (v0).
        source: whose incidence; a site's is always weighted with the pooled one by
            precision.
        usual: the step of the ladder nearest to the incidence, `1 in 6`.
        horizon: in words, `about 2 years`.
        events: events among the site's own patients; None without a site.
        patients: number that the site followed up; None without a site.
        months: time over which the site counted; None without a site.
        recalibration: fitted on local patients; then the incidence is theirs alone.
    """

    incidence: float
    log_odds: float
    variance: float
    source: Literal["pooled", "site"]
    usual: str
    horizon: str
    events: int | None = None
    patients: int | None = None
    months: int | None = None
    recalibration: Recalibration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFigure:
    """The pooled model's figure for one patient.

    Inputs are named as in the model's file: `t`, `hu`, `bmi`, `age`, `female`.

    Attributes:
        risk: 0..1 within the baseline's horizon, unrounded.
        log_odds: log odds of the risk.
        is_personal: the figure is the patient's own: age and one of `personal_needs`
            are known. Otherwise the usual one is said.
        words: the figure as it is said, `about 1 in 8`; if it is the usual one,
            `usual 1 in 6` or `at least the usual 1 in 6`.
        usual: the step of the ladder for the average, `1 in 6`.
        is_usual_or_more: it is personal, and its step is not under the usual.
        band: against the average of the same hospital, by the figure and its raising
            facts. The caller has to check that nothing is left open.
        relative_error: standard error of the log odds behind `same_hospital` (s_rel).
        absolute_error: standard error of the log odds behind `new_hospital` (s_abs).
        above_share: share of hospitals in which the patient lies above the hospital's
            average.
        bone: the bone input that the figure rests on; None if neither is known.
        used: known inputs that entered, after holding; yes is 1, no is 0.
        held: inputs with a value outside the range of step 4, with the value used.
        effects: by known input, the log odds that it adds to the average patient's.
        missing: inputs not known, averaged over the population; of T and HU one.
        other_bone: the risk by the other bone input, if both are known.
    """

    risk: float
    log_odds: float
    is_personal: bool
    words: str
    usual: str
    is_usual_or_more: bool
    band: PooledBand
    relative_error: float
    absolute_error: float
    above_share: float
    bone: Bone | None
    used: Mapping[str, float]
    held: Mapping[str, float]
    effects: Mapping[str, float]
    missing: tuple[str, ...]
    other_bone: float | None
    baseline: PooledBaseline

    @property
    def new_hospital(self) -> Interval:
        """Return 95 %, 0..1, in a hospital of which nothing is known."""
        return _interval(self.log_odds, self.absolute_error)

    @property
    def same_hospital(self) -> Interval:
        """Return 95 %, 0..1, around the average of the same hospital."""
        return _interval(self.log_odds, self.relative_error)

    @property
    def odds_ratio(self) -> Interval:
        """Return 95 % of the odds against the average of the same hospital."""
        away = self.log_odds - self.baseline.log_odds
        width = Z_95 * self.relative_error
        return math.exp(away - width), math.exp(away + width)


class AveragePatient(NamedTuple):
    """A patient with the mean of every input, from whom effects are counted.

    Attributes:
        means: by the model's input.
        log_odds: log odds of the risk.
    """

    means: Mapping[str, float]
    log_odds: float


@dataclass(frozen=True, slots=True)
class PooledModel:
    """The pooled model as its file and its table give it."""

    study: PooledStudy
    table: PooledTable
    averaging: Averaging

    @classmethod
    def of(cls, study: PooledStudy, table: PooledTable) -> Self:
        """Return the model of a file and its table."""
        return cls(study, table, Averaging(study, table))

    @property
    def horizon_months(self) -> int:
        """Return the months within which a fracture counts; sources mix 12 to 24."""
        return self.study.say.horizon_months

    def step_of(self, risk: float) -> int:
        """Choose the nearest step of the ladder, on the scale of log odds."""
        return self.study.say.step_of(risk)

    def words_of(self, risk: float) -> str:
        """Return the words of that step, `about 1 in 6`."""
        return self.study.say.words_of(risk)

    def beta(self, name: str) -> float:
        """Return the coefficient that a figure uses, log odds per unit."""
        return self.study.shrink * self.table.coefficients[name].mean

    def counts(self, observed: SiteIncidence) -> bool:
        """Tell if a site's own incidence enters: events and patients, over a time."""
        shortest, longest = self.study.site_months
        return observed.patients is not None and shortest <= observed.months <= longest

    def baseline_of(
        self,
        observed: SiteIncidence | None = None,
        recalibration: Recalibration | None = None,
    ) -> PooledBaseline:
        """Return the incidence in force: pooled, or a site's weighted with it (step 5).

        Args:
            observed: by the site; one that does not count is left out.
            recalibration: of this model on local patients. It goes before `observed`.
        """
        mean, variance = self.table.baseline.mean, self.table.baseline.variance
        if recalibration is not None:
            return self._make_baseline(
                logit(recalibration.incidence),
                recalibration.variance_at(mean),
                "site",
                recalibration=recalibration,
            )
        if observed is None or not self.counts(observed):
            return self._make_baseline(mean, variance, "pooled")
        site_mean, site_variance = _site_log_odds(observed)
        precision = 1 / variance + 1 / site_variance
        log_odds = (mean / variance + site_mean / site_variance) / precision
        return self._make_baseline(log_odds, 1 / precision, "site", observed=observed)

    def figure(
        self,
        known: Mapping[str, float | bool],
        baseline: PooledBaseline | None = None,
        *,
        raising: Collection[str] = (),
    ) -> PooledFigure:
        """Compute the figure for a patient (steps 4 to 7).

        With T-score and HU known there are two estimates, and the higher one is the
        figure. A patient without an own figure has the words of the usual risk, and is
        not different from the average.

        Args:
            known: inputs by name, in the file's units; what is not known is left out.
            baseline: in force; the pooled one by default.
            raising: facts that forbid "below" and are no input, as `bands.raising`
                names them.

        Raises:
            ValueError: the model has no such input, or a value is not finite.
        """
        used, held = self._hold(known)
        baseline = baseline or self.baseline_of()
        higher, lower = self._estimates(used, baseline)
        risk = expit(higher.log_odds)

        is_personal = _is_personal(self.study, used)
        words = _usual_words(risk, baseline)
        band: PooledBand = "not-different"
        if is_personal:
            words = self.words_of(risk)
            band = _band(self.study, higher, baseline, used, raising)
        is_under_usual = self.step_of(risk) < self.step_of(baseline.incidence)

        # The figure rests on one bone input: the other one did not enter it.
        names = self.study.names(higher.bone)
        entered = {name: used[name] for name in names if name in used}
        held_of_entered = {name: held[name] for name in names if name in held}
        effects = self._effects(higher.bone, entered, baseline)
        return PooledFigure(
            risk=risk,
            log_odds=higher.log_odds,
            is_personal=is_personal,
            words=words,
            usual=baseline.usual,
            is_usual_or_more=is_personal and not is_under_usual,
            band=band,
            relative_error=higher.error,
            absolute_error=_absolute_error(higher, baseline),
            above_share=_share_above(higher, baseline),
            bone=higher.bone if higher.bone in used else None,
            used=MappingProxyType(entered),
            held=MappingProxyType(held_of_entered),
            effects=MappingProxyType(effects),
            missing=tuple(name for name in names if name not in used),
            other_bone=expit(lower.log_odds) if lower else None,
            baseline=baseline,
        )

    def risk(
        self, known: Mapping[str, float | bool], baseline: PooledBaseline
    ) -> float:
        """Compute the risk alone, 0..1, as `figure` does, for values to be measured."""
        used, _ = self._hold(known)
        average = self._model_baseline(baseline)
        log_odds = [
            self.averaging.log_odds(bone, used, average) for bone in _bones(used)
        ]
        if baseline.recalibration is not None:
            log_odds = list(map(baseline.recalibration.move, log_odds))
        return expit(max(log_odds))

    def average_patient(self, bone: Bone, baseline: PooledBaseline) -> AveragePatient:
        """Return the patient with the mean of every input, with this bone input."""
        centre = self.averaging.centre(bone, self._model_baseline(baseline))
        means = dict(zip(self.study.names(bone), centre.means.tolist(), strict=True))
        log_odds = centre.intercept + sum(
            self.beta(name) * mean for name, mean in means.items()
        )
        if baseline.recalibration is not None:
            log_odds = baseline.recalibration.move(log_odds)
        return AveragePatient(means, log_odds)

    def _make_baseline(
        self,
        log_odds: float,
        variance: float,
        source: Literal["pooled", "site"],
        *,
        observed: SiteIncidence | None = None,
        recalibration: Recalibration | None = None,
    ) -> PooledBaseline:
        # Beyond its ends the table has no intercepts.
        lowest, *_, highest = self.table.centres["t"].log_odds
        log_odds = min(max(log_odds, lowest), highest)
        return PooledBaseline(
            incidence=expit(log_odds),
            log_odds=log_odds,
            variance=variance,
            source=source,
            usual=self.words_of(expit(log_odds)).removeprefix("about "),
            horizon=self.study.say.horizon,
            events=observed.events if observed else None,
            patients=observed.patients if observed else None,
            months=observed.months if observed else None,
            recalibration=recalibration,
        )

    def _hold(
        self, known: Mapping[str, float | bool]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Take values beyond their range as its nearer end (step 4).

        Returns:
            All values as used, and those of them that were moved.
        """
        if foreign := known.keys() - self.study.by_id.keys():
            raise ValueError(
                f"{self.study.id} has no input {', '.join(sorted(foreign))}"
            )
        used = {name: float(value) for name, value in known.items()}
        if not all(map(math.isfinite, used.values())):
            raise ValueError("an input is not finite")
        held = {}
        for number in self.study.numbers:
            if number.id not in used:
                continue
            lowest, highest = number.held
            value = min(max(used[number.id], lowest), highest)
            if value != used[number.id]:
                used[number.id] = held[number.id] = value
        return used, held

    def _estimates(
        self, used: Mapping[str, float], baseline: PooledBaseline
    ) -> tuple[Estimate, Estimate | None]:
        """Return the higher estimate and, with T and HU known, the lower one too."""
        average = self._model_baseline(baseline)
        estimates = [
            self.averaging.estimate(bone, used, average) for bone in _bones(used)
        ]
        recalibration = baseline.recalibration
        if recalibration is not None:
            estimates = [_recalibrated(one, recalibration) for one in estimates]
        higher, *others = sorted(estimates, key=lambda estimate: -estimate.log_odds)
        return higher, others[0] if others else None

    def _model_baseline(self, baseline: PooledBaseline) -> float:
        """Return the log odds of the average at which the model itself computes.

        A recalibration was fitted to figures at the pooled baseline, and moves those.
        """
        return self.table.baseline.mean if baseline.recalibration else baseline.log_odds

    def _effects(
        self, bone: Bone, entered: Mapping[str, float], baseline: PooledBaseline
    ) -> dict[str, float]:
        recalibration = baseline.recalibration
        means = self.average_patient(bone, baseline).means
        slope = recalibration.slope if recalibration else 1.0
        return {
            name: slope * self.beta(name) * (value - means[name])
            for name, value in entered.items()
        }


def _recalibrated(estimate: Estimate, recalibration: Recalibration) -> Estimate:
    log_odds = recalibration.move(estimate.log_odds)
    return Estimate(estimate.bone, log_odds, recalibration.slope * estimate.error)


def _bones(used: Mapping[str, float]) -> Sequence[Bone]:
    """Return the bone inputs to try: those that are known, else the first."""
    return [bone for bone in BONES if bone in used] or BONES[:1]


def load_pooled_model(study: PooledStudy, folder: Path) -> PooledModel:
    """Load the model with the table in this folder."""
    return PooledModel.of(study, read_pooled_table(study, folder))


def known_inputs(study: PooledStudy, findings: Findings) -> dict[str, KnownInput]:
    """Return the inputs that these findings give.

    One yes among an input's findings is a yes. A no counts only if the file says which
    value is a no: a record without an earlier fracture does not say that there was
    none.
    """
    inputs: dict[str, KnownInput] = {}
    for study_input in study.inputs:
        names = [name for name in study_input.findings if name in findings.known]
        known = [findings.known[name] for name in names]
        known_input = next(_given_by(known, study_input), None)
        if known_input is not None:
            inputs[study_input.id] = known_input
    return inputs


def _given_by(
    known: Collection[Finding], study_input: NumberInput | YesNoInput
) -> Iterator[KnownInput]:
    """Yield the values that these findings give the input, a yes before a no."""
    if isinstance(study_input, NumberInput):
        for finding in known:
            yield float(finding.value), finding
        return
    for required, answer in ((study_input.yes, True), (study_input.no, False)):
        for finding in known:
            if required is not None and required.is_met(finding.value):
                yield answer, finding


def _site_log_odds(observed: SiteIncidence) -> tuple[float, float]:
    """Return the log odds of a site's own incidence, and their variance (step 5)."""
    events = (observed.events or 0) + HALF
    others = (observed.patients or 0) - (observed.events or 0) + HALF
    return math.log(events / others), 1 / events + 1 / others


def _interval(log_odds: float, error: float) -> Interval:
    return expit(log_odds - Z_95 * error), expit(log_odds + Z_95 * error)


def _absolute_error(estimate: Estimate, baseline: PooledBaseline) -> float:
    """Return the error in a hospital of which nothing is known (s_abs)."""
    recalibration = baseline.recalibration
    if recalibration is None:
        baseline_variance = baseline.variance
    else:
        own_log_odds = recalibration.own(estimate.log_odds)
        baseline_variance = recalibration.variance_at(own_log_odds)
    return math.sqrt(estimate.error**2 + baseline_variance)


def _share_above(estimate: Estimate, baseline: PooledBaseline) -> float:
    """Return the share of hospitals in which the patient lies above their average.

    It is Φ((logit P - logit baseline) / s_rel) of step 6, and Φ(z) = erfc(-z / √2) / 2.
    """
    distance = baseline.log_odds - estimate.log_odds
    return math.erfc(distance / (math.sqrt(2) * estimate.error)) / 2


def _is_personal(study: PooledStudy, used: Mapping[str, float]) -> bool:
    """Tell if age and another input are known (step 7).

    A yes/no input counts only if it is a yes.
    """
    if "age" not in used:
        return False
    known = [name for name in study.say.personal_needs if name in used]
    return any(name not in study.yes_no_by_id or used[name] == 1 for name in known)


def _band(
    study: PooledStudy,
    estimate: Estimate,
    baseline: PooledBaseline,
    used: Mapping[str, float],
    raising: Collection[str],
) -> PooledBand:
    """Compare the figure with the average of the same hospital (step 6)."""
    bands = study.bands
    average = baseline.incidence
    risk = expit(estimate.log_odds)
    share = _share_above(estimate, baseline)
    if share >= bands.sure and risk >= bands.above_ratio * average:
        return "above"
    is_under = share <= 1 - bands.sure and risk <= bands.below_ratio * average
    may_be_below = is_under and _may_be_below(study, used, raising)
    return "below" if may_be_below else "not-different"


def _may_be_below(
    study: PooledStudy, used: Mapping[str, float], raising: Collection[str]
) -> bool:
    """Tell if all that "below" needs is known, and nothing raises the risk."""
    bands = study.bands
    is_bone_known = any(bone in used for bone in BONES)
    if not is_bone_known or not all(name in used for name in bands.below_needs):
        return False
    if used.get("age", 0) >= bands.raising_age:
        return False
    return not any(name in raising or used.get(name) == 1 for name in bands.raising)


def _usual_words(risk: float, baseline: PooledBaseline) -> str:
    if risk > baseline.incidence:
        return say("at least the usual {step}", step=baseline.usual)
    return say("usual {step}", step=baseline.usual)
