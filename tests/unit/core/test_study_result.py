"""What one study says of a patient: figure, band, criteria, and what is doubtful."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.findings import Findings, Gap, Value
from cds_service.core.models.study_result import (
    Band,
    ModelResult,
    apply_model,
    is_visibly_above,
)
from cds_service.core.site_values.policy import Policy
from tests.chart_builders import open_service
from tests.fact_builders import any_values, assessed, facts, finding, policy_with
from tests.unit.core.study_samples import CT, PKP, PVP, TYPICAL, WEAK, merged

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
STRONG = {
    "bmi": 21.5,
    "diabetes": False,
    "sarcopenia": False,
    "pma-rate": 47.0,
    "bmd-t-score": -1.9,
    "tl-junction": True,
}
PATIENT = {
    "age": 76.0,
    **PKP,
    "bmd-t-score": -3.1,
    "tl-junction": True,
    "diabetes": True,
    "bmi": 19.0,
}


def result_of(study, known, policy=None):
    service = open_service()
    found = known if isinstance(known, Findings) else facts(known)
    return apply_model(service.models[study], found, policy or service.policy)


def ends(one):
    """The upper ends of both ranges."""
    prediction = one.prediction
    ranges = (prediction.study_uncertainty, prediction.if_measured)
    return [high for _, high in filter(None, ranges)]


@dataclass(frozen=True)
class Patient:
    """A patient as a study sees one.

    Attributes:
        aged: names of findings that are too old to reassure.
        conflicting: names of findings whose values contradict.
        policy: a site's own; ours if None.
    """

    known: dict[str, Value]
    aged: Collection[str] = ()
    conflicting: Collection[str] = ()
    policy: Policy | None = None

    @classmethod
    def with_findings(cls, *parts: dict[str, Value], **members: Any) -> "Patient":
        return cls(merged(*parts), **members)

    def findings(self) -> Findings:
        old = [
            finding(name, self.known[name])._replace(may_reassure=False)
            for name in self.aged
        ]
        fresh = {
            name: value for name, value in self.known.items() if name not in self.aged
        }
        findings = facts(fresh, **{one.name.replace("-", "_"): one for one in old})
        gaps = {
            name: Gap(name, "conflicting", "cannot both be right")
            for name in self.conflicting
        }
        return Findings(findings.known, {**findings.gaps, **gaps})


def near(share):
    return pytest.approx(share, abs=0.01)


@dataclass(frozen=True)
class NotShown:
    """No figure, for so few inputs are known."""

    inputs_known: float

    def check(self, result: ModelResult) -> None:
        assert (result.is_shown, result.band, result.pooled_risk) == (False, None, None)
        assert result.prediction.inputs_known == near(self.inputs_known)


@dataclass(frozen=True)
class Said:
    """What a study says; what is None is not looked at.

    Attributes:
        outside, not_checkable: criteria that are not met, by their text, and those that
            are not known, by name.
        obstacles: why the figure is not lower, or has no line, by finding.
        held: the sides of values that are held.
        ends_below: all ranges end below.
        uncertain_beyond: only the uncertainty of the study reaches beyond.
        measured_beyond: only what measuring could change reaches beyond.
    """

    risk: float | None = None
    reference: float | None = None
    inputs_known: float | None = None
    band: Band | None = None
    baseline: float | None = None
    baseline_source: str | None = None
    pooled_risk: float | None = None
    has_pooled_risk: bool | None = None
    is_outside: bool | None = None
    outside: list[str] | None = None
    not_checkable: list[str] | None = None
    obstacles: dict[str, str] | None = None
    is_uncertainly_above: bool | None = None
    has_reassuring_hold: bool | None = None
    held: list[str] | None = None
    has_range_if_measured: bool | None = None
    ends_below: float | None = None
    uncertain_beyond: float | None = None
    measured_beyond: float | None = None

    def check(self, result: ModelResult) -> None:
        if self.band is not None:
            assert result.band == self.band
        self._check_figure(result)
        self._check_averages(result)
        self._check_criteria(result)
        self._check_held(result)
        self._check_ranges(result)

    def _check_figure(self, result: ModelResult) -> None:
        prediction = result.prediction
        if self.risk is not None:
            assert prediction.risk == near(self.risk)
        if self.inputs_known is not None:
            assert prediction.inputs_known == near(self.inputs_known)
        if self.is_uncertainly_above is not None:
            assert result.is_uncertainly_above is self.is_uncertainly_above

    def _check_averages(self, result: ModelResult) -> None:
        baseline = result.prediction.baseline
        if self.reference is not None:
            assert result.reference == near(self.reference)
        if self.baseline is not None:
            assert baseline.incidence == near(self.baseline)
        if self.baseline_source is not None:
            assert baseline.source == self.baseline_source
        if self.pooled_risk is not None:
            assert result.pooled_risk == near(self.pooled_risk)
        if self.has_pooled_risk is not None:
            assert (result.pooled_risk is not None) is self.has_pooled_risk

    def _check_criteria(self, result: ModelResult) -> None:
        severity = {one.finding: one.severity for one in result.violations}
        texts = [one.text for one in result.violations if one.severity == "outside"]
        unknown = sorted(name for name in severity if severity[name] == "not-checkable")
        if self.is_outside is not None:
            assert result.is_outside is self.is_outside
        if self.outside is not None:
            assert texts == self.outside
        if self.not_checkable is not None:
            assert unknown == self.not_checkable
        if self.obstacles is not None:
            assert dict(result.obstacles) == self.obstacles

    def _check_held(self, result: ModelResult) -> None:
        prediction = result.prediction
        if self.held is not None:
            assert [held.side for held in prediction.held.values()] == self.held
        if self.has_reassuring_hold is not None:
            assert prediction.has_reassuring_hold is self.has_reassuring_hold

    def _check_ranges(self, result: ModelResult) -> None:
        prediction = result.prediction
        highest = prediction.study_uncertainty[1]
        if self.has_range_if_measured is not None:
            has_range = prediction.if_measured is not None
            assert has_range is self.has_range_if_measured
        if self.ends_below is not None:
            assert max(ends(result)) < self.ends_below
        if self.uncertain_beyond is not None:
            assert prediction.risk < self.uncertain_beyond < highest
        if self.measured_beyond is not None:
            assert highest < self.measured_beyond < prediction.if_measured[1]


@pytest.mark.parametrize(
    ("patient", "study", "expected"),
    [
        pytest.param(
            Patient.with_findings(
                PKP, CT, {"multifidus-smi": 140.0, "bmd-t-score": -2.4}
            ),
            N,
            Said(inputs_known=1.0, is_outside=True),
            id="of two criteria the met one counts before the greater share: a T-score"
            " above -2.5 is outside the nomogram",
        ),
        pytest.param(
            Patient.with_findings(PVP, WEAK),
            S,
            Said(outside=["only kyphoplasty was studied"]),
            id="of a vertebroplasty the kyphoplasty study speaks with its violation"
            " where nothing else can",
        ),
        pytest.param(
            Patient.with_findings({"bmd-t-score": -3.0, "tl-junction": True}),
            S,
            Said(
                is_outside=False,
                not_checkable=[
                    "age",
                    "level-count",
                    "malignancy",
                    "neurological-deficit",
                    "prior-augmentation",
                    "prior-vertebral-fracture",
                    "procedure",
                    "severe-kidney-disease",
                    "spinal-infection",
                    "steroid-use",
                ],
            ),
            id="criteria that are not known count as met and are listed",
        ),
        pytest.param(
            Patient.with_findings(PKP, WEAK, CT, {"steroid-use": True}),
            S,
            Said(is_outside=True),
            id="where no study fits the greater share speaks among those outside",
        ),
        pytest.param(
            Patient.with_findings(PKP, WEAK, CT, {"steroid-use": True}),
            N,
            Said(is_outside=True),
            id="and the other one is outside too",
        ),
        pytest.param(
            Patient.with_findings({"mna-category": "C"}),
            S,
            NotShown(inputs_known=0.0),
            id="below half of the inputs nothing is shown: a category that no model"
            " uses",
        ),
        pytest.param(
            Patient.with_findings({"tl-junction": True}),
            S,
            NotShown(inputs_known=0.02),
            id="below half of the inputs nothing is shown: the level alone",
        ),
        pytest.param(
            Patient.with_findings(),
            S,
            NotShown(inputs_known=0.0),
            id="below half of the inputs nothing is shown: nothing known",
        ),
        pytest.param(
            Patient.with_findings({"bmd-t-score": -3.0, "tl-junction": True}),
            S,
            Said(risk=0.669, band="high"),
            id="high from half even where that is less than twice the average",
        ),
        # where the average is 15 %
        pytest.param(
            Patient.with_findings(
                PVP, {"ct-attenuation": 45.0, "multifidus-smi": 105.0}
            ),
            N,
            Said(risk=0.35, band="high"),
            id="high from twice the average: the vertebroplasty of the card examples",
        ),
        pytest.param(
            Patient.with_findings(
                {"bmd-t-score": -2.8, "tl-junction": True, "diabetes": False}
            ),
            S,
            Said(risk=0.38, band="not-different", is_uncertainly_above=True),
            id="above the average, and not certain: the lower end of 25 to 53 % lies"
            " below it",
        ),
        pytest.param(
            Patient.with_findings(PKP, {"ct-attenuation": 59.0}),
            N,
            Said(reference=0.096, band="not-different"),
            id="the average is that of the same procedure (cards, section 7,"
            " patient 10)",
        ),
        pytest.param(
            Patient.with_findings(PKP, {"ct-attenuation": 25.0, "age": 76.0}),
            N,
            Said(risk=0.2, reference=0.096, band="above"),
            id="HU 25 is above the average after kyphoplasty; without a T-score the"
            " nomogram warns of nobody (patient 11)",
        ),
        pytest.param(
            Patient.with_findings(PVP, {"ct-attenuation": 60.0}),
            N,
            Said(reference=0.243, band="not-different"),
            id="60 HU is 19 % where 24 % is the average after vertebroplasty",
        ),
        pytest.param(
            Patient.with_findings(PKP, {"ct-attenuation": 8.0}),
            N,
            Said(reference=0.096, band="high"),
            id="8 HU is high after kyphoplasty",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG),
            S,
            Said(risk=0.007, band="lower"),
            id="lower when all conditions hold",
        ),
        pytest.param(
            Patient.with_findings(
                PKP,
                {
                    "bmi": 21.5,
                    "diabetes": False,
                    "sarcopenia": False,
                    "pma-rate": 47.0,
                    "tl-junction": True,
                },
            ),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="lower needs bone among the inputs",
        ),
        pytest.param(
            Patient.with_findings(
                PKP,
                {
                    "bmd-t-score": -2.4,
                    "diabetes": False,
                    "bmi": 19.5,
                    "tl-junction": True,
                },
            ),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="lower never hangs on the level: at the junction the whole range lies"
            " below the average",
        ),
        pytest.param(
            Patient.with_findings(
                PKP, {"bmd-t-score": -2.4, "diabetes": False, "bmi": 19.5}
            ),
            S,
            Said(band="not-different"),
            id="and without the level it does not",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG, {"age": 76.0}, aged=["bmd-t-score"]),
            S,
            Said(band="not-different"),
            id="an old T-score does not reassure",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG, {"age": 76.0}, aged=["bmi"]),
            S,
            Said(band="not-different"),
            id="an old BMI does not reassure",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG, {"age": 76.0}, aged=["pma-rate"]),
            S,
            Said(band="not-different"),
            id="an old muscle measurement does not reassure",
        ),
        pytest.param(
            Patient.with_findings(
                PKP,
                {
                    "age": 76.0,
                    "bmd-t-score": -1.9,
                    "tl-junction": True,
                    "diabetes": False,
                    "sarcopenia": False,
                    "bmi": 21.5,
                },
                conflicting=["pma-rate"],
            ),
            S,
            Said(band="not-different"),
            id="two muscle measurements that contradict do not reassure: without them"
            " this patient is lower",
        ),
        pytest.param(
            Patient.with_findings(
                STRONG, {"bmd-t-score": -2.7, "bmi": 19.6, "pma-rate": 54.0}
            ),
            S,
            Said(
                is_outside=False,
                has_reassuring_hold=False,
                uncertain_beyond=0.346,
                band="not-different",
                has_range_if_measured=False,
            ),
            id="not lower while the study uncertainty reaches the average: all known,"
            " nothing held, inside",
        ),
        pytest.param(
            Patient.with_findings({"bmd-t-score": -2.4}),
            S,
            Said(
                has_reassuring_hold=False, measured_beyond=0.346, band="not-different"
            ),
            id="not lower while measuring could reach the average",
        ),
        pytest.param(
            Patient.with_findings(TYPICAL, {"bmi": 21.9}),
            S,
            Said(band="lower"),
            id="BMI 21.9 is inside the study",
        ),
        pytest.param(
            Patient.with_findings(TYPICAL, {"bmi": 28.5}),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="not lower with a value held on the reassuring side",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG, {"steroid-use": True}),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="not lower outside the study: steroids",
        ),
        pytest.param(
            Patient.with_findings(PKP, STRONG, {"age": 55.0}),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="not lower outside the study: age",
        ),
        pytest.param(
            Patient.with_findings(STRONG, PVP),
            S,
            Said(ends_below=0.346, band="not-different"),
            id="not lower outside the study: vertebroplasty",
        ),
        pytest.param(
            Patient.with_findings({"bmd-t-score": -4.6}),
            S,
            Said(held=["alarming"], band="high"),
            id="a value held on the alarming side keeps its band",
        ),
        pytest.param(
            Patient.with_findings(TYPICAL, {"bmi": 28.0}),
            S,
            Said(risk=0.09),
            id="what the figure is without the held value stands beside it (cards,"
            " section 1)",
        ),
        pytest.param(
            Patient.with_findings(
                PVP,
                {"ct-attenuation": 45.0, "multifidus-smi": 105.0},
                policy=policy_with(baseline={"refracture": 0.05}, months=24),
            ),
            N,
            Said(risk=0.14, baseline=0.05, baseline_source="site", band="high"),
            id="a site's incidence of 5 % moves the band with the figure: 14 % is more"
            " than twice 5 %",
        ),
        pytest.param(
            Patient.with_findings(
                PKP,
                WEAK,
                CT,
                policy=policy_with(baseline={"refracture": 0.12}, months=12),
            ),
            S,
            Said(baseline=0.12, baseline_source="site", has_pooled_risk=False),
            id="an incidence within 12 months moves the study of 12 months, and no"
            " pooled figure stands beside it",
        ),
        # 28 of 188
        pytest.param(
            Patient.with_findings(
                PKP,
                WEAK,
                CT,
                policy=policy_with(baseline={"refracture": 0.12}, months=12),
            ),
            N,
            Said(baseline=0.149, baseline_source="study"),
            id="and not the study of 24 months",
        ),
        pytest.param(
            Patient.with_findings(PKP, WEAK),
            S,
            Said(pooled_risk=0.91),
            id="where no site baseline is, the pooled incidence is said (cards,"
            " section 1)",
        ),
        pytest.param(
            Patient.with_findings(
                PKP, WEAK, policy=policy_with(baseline={"residual-pain": 0.3})
            ),
            S,
            Said(baseline_source="study"),
            id="the baseline of one outcome leaves the other alone",
        ),
        pytest.param(
            Patient.with_findings(
                PKP,
                {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75},
                policy=policy_with(baseline={"residual-pain": 0.3}),
            ),
            R,
            Said(baseline=0.3),
            id="and moves its own",
        ),
        pytest.param(
            Patient.with_findings(
                {
                    "age": 76.0,
                    "procedure": "PKP",
                    "bmd-t-score": -3.1,
                    "tl-junction": True,
                    "diabetes": True,
                }
            ),
            S,
            Said(band="high", obstacles={"bmi": "not-known"}),
            id="without BMI nobody knows whether the patient is one of the thin study",
        ),
        pytest.param(
            Patient.with_findings(PVP, {"age": 76.0, "ct-attenuation": 20.0}),
            N,
            Said(band="high", obstacles={"bmd-t-score": "criterion-not-known"}),
            id="without a T-score the nomogram does not warn of a high risk",
        ),
        pytest.param(
            Patient.with_findings(
                PVP, {"age": 76.0, "ct-attenuation": 20.0, "bmd-t-score": -2.9}
            ),
            N,
            Said(band="high", obstacles={}),
            id="and with one it does",
        ),
        pytest.param(
            Patient.with_findings(PATIENT, {"steroid-use": True}),
            S,
            Said(band="high", obstacles={"steroid-use": "outside"}),
            id="whoever is outside a study is neither warned of nor printed",
        ),
    ],
)
def test_what_a_study_says_of_a_patient(patient, study, expected):
    expected.check(result_of(study, patient.findings(), patient.policy))


def test_exactly_the_share_that_policy_asks_for_is_enough():
    policy = open_service().policy
    known = result_of(S, {"pma-rate": 55.0}).prediction.inputs_known
    for share, shown in ((known, True), (known + 1e-9, False)):
        showing = policy.showing.model_copy(update={"inputs_known": share})
        asks = policy.model_copy(update={"showing": showing})
        assert result_of(S, {"pma-rate": 55.0}, asks).is_shown is shown


@pytest.mark.parametrize(
    ("risk", "reference", "is_above"),
    [
        pytest.param(0.395, 0.346, False, id="under-five-points"),
        pytest.param(0.397, 0.346, True, id="five-points"),
        pytest.param(0.125, 0.076, False, id="ten-percent-and-more"),
        pytest.param(0.099, 0.078, True, id="two-points-below-ten-percent"),
        pytest.param(0.061, 0.05, False, id="one-point"),
    ],
)
def test_above_needs_a_difference_that_a_reader_sees(risk, reference, is_above):
    assert is_visibly_above(risk, reference, open_service().policy) is is_above


@pytest.mark.parametrize(
    "patient", [{"level-count": 2.0}, {"prior-augmentation": True}]
)
def test_studies_of_single_first_fractures_give_no_figure_to_others(patient):
    known = merged(PKP, WEAK, patient)
    found = result_of(S, known)
    assert [one.finding for one in found.not_studied] == list(patient)
    assert (found.is_shown, found.band) == (False, None)


INPUTS = st.fixed_dictionaries({}, optional=any_values("inputs", "exclusions"))


@given(INPUTS, st.sampled_from([S, N, R]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_figure_has_a_band_and_its_band_a_ground(known, study):
    one = result_of(study, known)
    is_enough = one.prediction.inputs_known >= 0.5 and not one.not_studied
    assert one.is_shown == is_enough == (one.band is not None)
    low, high = one.prediction.study_uncertainty
    assert 0 <= low <= one.prediction.risk <= high <= 1
    if one.band == "lower":
        assert max(ends(one)) < one.reference
        assert not one.prediction.has_reassuring_hold
        assert one.is_wholly_inside
        assert {one.name for one in one.inputs} & {"bmd-t-score", "ct-attenuation"}
    if one.band == "above":
        assert low > one.reference
    if one.band == "high":
        assert one.prediction.risk > one.reference


# --- a measure that does not travel between scanners

SCALE = {"vbq": {"mean": 3.5, "sd": 0.5, "n": 60}}


def test_bone_quality_is_no_input_without_the_sites_own_patients():
    found = result_of(R, {**PKP, "vbq": 3.6})
    assert "vbq" in found.prediction.gains
    assert [(gap.name, gap.reason, gap.detail) for gap in found.unusable] == [
        ("vbq", "other-method", "without this site's reference")
    ]
    assert found.inputs == ()


# 2.57 + 0.25 x (VBQ - 3.5) / 0.5
@pytest.mark.parametrize(("vbq", "used"), [(3.5, 2.57), (4.0, 2.82), (3.0, 2.32)])
def test_bone_quality_enters_on_the_scale_of_the_study(vbq, used):
    known = {**PKP, "vbq": vbq, "es-mf-fat-fraction": 50.0}
    found = result_of(R, known, policy_with(reference=SCALE))
    assert found.prediction.used["vbq"] == pytest.approx(used)
    assert found.unusable == ()


def test_a_stratum_is_supporting_evidence():
    outcome = assessed({**PVP, "plvi": 0.7}).of("refracture")
    (stratum,) = outcome.supporting
    assert (stratum.study.id, stratum.counts.n) == ("psoas-plvi-2024", 72)
    assert stratum.rate == pytest.approx(8 / 72)
    (pain,) = assessed({**PVP, "plvi": 0.7}).of("residual-pain").supporting
    assert pain.rate == pytest.approx(6 / 72)
