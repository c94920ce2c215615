"""The pooled model's figure of one patient, with the findings behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.core.findings import Finding, Findings
from cds_service.core.models.pooled import (
    AveragePatient,
    PooledBaseline,
    PooledFigure,
    PooledModel,
    known_inputs,
)
from cds_service.core.models.pooled_study import BONES, NumberInput, YesNoInput

TENTH = 1.2816  # standard deviations from the mean to the 10th and 90th percentile
# Years. Younger patients' vertebrae seldom break by weakness alone (docs/evidence.md).
FRAGILITY_AGE = 50
# Facts with which no figure is below, by their names in the model's file; for each, the
# findings of which one must be true.
RAISING_FACTS = {
    "falls": ("repeated-falls", "fall-with-injury"),
    "hip-fracture": ("hip-fracture", "pelvic-fracture"),
    "dementia-or-parkinson": ("dementia", "parkinson"),
    "fracture-under-treatment": ("bone-drug",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledResult:
    """The pooled model's figure of this patient, with what it rests on.

    Attributes:
        known: all of the model's inputs that are known, by name.
        inputs: the findings that entered the model; with T-score and HU known, the one
            that the figure rests on.
        input_of: the model's input, by the name of its finding.
        set_aside: the T-score or HU that gave the lower figure.
        missing: findings that would be an input and are not known, averaged over.
        concerns: whole sentences about the values.
    """

    model: PooledModel
    figure: PooledFigure
    known: Mapping[str, float | bool]
    inputs: tuple[Finding, ...]
    input_of: Mapping[str, str]
    set_aside: tuple[Finding, ...]
    missing: tuple[str, ...]
    concerns: tuple[str, ...]

    def effect_of(self, finding: str) -> float:
        """Return the log odds that this finding adds against the average patient."""
        return self.figure.effects[self.input_of[finding]]

    def used_of(self, finding: str) -> float:
        """Return the value that entered the model; of a held one, the range's end."""
        return self.figure.used[self.input_of[finding]]

    @property
    def slope(self) -> float:
        """Return the factor of the coefficients: 1, unless refitted."""
        recalibration = self.figure.baseline.recalibration
        return recalibration.slope if recalibration else 1.0

    def centre(self) -> AveragePatient:
        """Return the average patient, from whom the effects are counted."""
        bone = self.figure.bone or BONES[0]
        return self.model.average_patient(bone, self.figure.baseline)

    def is_yes_or_no(self, finding: str) -> bool:
        """Tell if the finding's input is yes or no, not a number."""
        return self.input_of[finding] in self.model.study.yes_no_by_id

    def is_held(self, finding: str) -> bool:
        """Tell if the finding's value lies beyond the range that the model uses."""
        return self.input_of[finding] in self.figure.held


def find_pooled_result(
    model: PooledModel, findings: Findings, baseline: PooledBaseline
) -> PooledResult:
    """Compute the pooled figure from these findings, at the baseline in force."""
    sources = known_inputs(model.study, findings)
    known = {name: value for name, (value, _) in sources.items()}
    figure = model.figure(known, baseline, raising=_raising_facts(findings))
    used = {
        name: finding
        for name, (_, finding) in sources.items()
        if name in figure.effects
    }
    return PooledResult(
        model=model,
        figure=figure,
        known=known,
        inputs=tuple(used.values()),
        input_of={finding.name: name for name, finding in used.items()},
        set_aside=tuple(
            finding for name, (_, finding) in sources.items() if name not in used
        ),
        missing=tuple(
            study_input.findings[0]
            for study_input in model.study.inputs
            if study_input.id in figure.missing
        ),
        concerns=tuple(
            dict.fromkeys(
                concern for finding in used.values() for concern in finding.concerns
            )
        ),
    )


def _raising_facts(findings: Findings) -> tuple[str, ...]:
    """Name the facts of `RAISING_FACTS` that are on record."""
    return tuple(
        fact
        for fact, names in RAISING_FACTS.items()
        if any(findings.is_true(name) for name in names)
    )


def steps_moved(pooled: PooledResult, finding: str) -> int:
    """Count the ladder steps between two likely values of a finding that is not known.

    A number is tried at the 10th and the 90th percentile of the population, a yes/no
    input with both answers. 0 if the finding is known, or is no input.
    """
    model, baseline = pooled.model, pooled.figure.baseline
    study_input = model.study.by_finding.get(finding)
    if study_input is None or study_input.id in pooled.known:
        return 0
    risks = [
        model.risk({**pooled.known, study_input.id: value}, baseline)
        for value in likely_values(study_input)
    ]
    low, high = sorted(map(model.step_of, risks))
    return high - low


def likely_values(study_input: NumberInput | YesNoInput) -> tuple[float, float]:
    """Return the 10th and the 90th percentile of the population, or no and yes."""
    if isinstance(study_input, YesNoInput):
        return 0.0, 1.0
    return (
        study_input.mean - TENTH * study_input.sd,
        study_input.mean + TENTH * study_input.sd,
    )
