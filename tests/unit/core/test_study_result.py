"""What one study says of a patient: figure, band, criteria, and what is doubtful."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.facts import Findings, Gap
from cds_service.core.study_result import apply_model, is_visibly_above
from tests.chart_builders import open_service
from tests.fact_builders import DAY, any_values, assessed, facts, finding, policy_with
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
WEAK = {
    "bmi": 18.5,
    "diabetes": True,
    "sarcopenia": True,
    "pma-rate": 57.0,
    "bmd-t-score": -3.2,
    "tl-junction": True,
}
STRONG = {
    "bmi": 21.5,
    "diabetes": False,
    "sarcopenia": False,
    "pma-rate": 47.0,
    "bmd-t-score": -1.9,
    "tl-junction": True,
}
TYPICAL = {"bmd-t-score": -2.8, "tl-junction": True, "diabetes": False, "bmi": 21.0}
CT = {"ct-attenuation": 60.0}
PKP, PVP = {"procedure": "PKP"}, {"procedure": "PVP"}
PATIENT = {
    "age": 76.0,
    **PKP,
    "bmd-t-score": -3.1,
    "tl-junction": True,
    "diabetes": True,
    "bmi": 19.0,
}
NAMED = {"S": S, "N": N, "R": R, "WEAK": WEAK, "STRONG": STRONG, "TYPICAL": TYPICAL}
NAMED |= {"PATIENT": PATIENT, "CT": CT, "KYPHO": PKP, "VERTEBRO": PVP}


def merged(*parts):
    return {name: value for part in parts for name, value in part.items()}


def result_of(study, known, policy=None):
    service = open_service()
    found = known if isinstance(known, Findings) else facts(known)
    return apply_model(service.models[study], found, policy or service.policy)


def stale(name, value):
    return Gap(name=name, reason="stale", detail="too old", value=value, observed=DAY)


def ends(one):
    """The upper ends of both ranges."""
    prediction = one.prediction
    ranges = (prediction.study_uncertainty, prediction.if_measured)
    return [high for _, high in filter(None, ranges)]


OF_STUDY = {
    "baseline": lambda one: one.prediction.baseline.incidence,
    "baseline_source": lambda one: one.prediction.baseline.source,
    "held": lambda one: [held.side for held in one.prediction.held.values()],
    "outside": lambda one: [v.text for v in one.violations if v.severity == "outside"],
    "not_checkable": lambda one: sorted(
        v.finding for v in one.violations if v.severity == "not-checkable"
    ),
}
BEYOND = {
    "ends_below": lambda one, end: max(ends(one)) < end,
    "uncertain_beyond": lambda one, end: (
        one.prediction.risk < end < one.prediction.study_uncertainty[1]
    ),
    "measured_beyond": lambda one, end: (
        one.prediction.study_uncertainty[1] < end < one.prediction.if_measured[1]
    ),
}


def of_study(one, element):
    """What a row names of this study, else the attribute of this name."""
    if element in OF_STUDY:
        return OF_STUDY[element](one)
    return getattr(one if hasattr(one, element) else one.prediction, element)


@pytest.mark.parametrize(
    "row", cases(__file__, "said", NAMED), ids=lambda row: row["shows"]
)
def test_what_a_study_says_of_a_patient(row):
    left = dict(row)
    del left["shows"]
    left.pop("outcome", None)
    known, old = merged(*left.pop("known")), left.pop("aged", ())
    aged = {
        name.replace("-", "_"): finding(name, known[name])._replace(may_reassure=False)
        for name in old
    }
    fresh = {name: value for name, value in known.items() if name not in old}
    found = facts(fresh, **aged)
    gaps = {name: stale(name, value) for name, value in left.pop("stale", {}).items()}
    gaps |= {
        name: Gap(name, "conflicting", "cannot both be right")
        for name in left.pop("conflicting", ())
    }
    policy = policy_with(**left.pop("policy", {}))
    findings = Findings(found.known, {**found.gaps, **gaps})
    one = result_of(left.pop("study"), findings, policy)
    for element, expected in left.items():
        if element in BEYOND:
            assert BEYOND[element](one, expected), (element, one)
        elif type(expected) is float:
            close = pytest.approx(expected, abs=0.01)
            assert of_study(one, element) == close, (element, one)
        else:
            assert of_study(one, element) == expected, (element, one)


def test_exactly_the_share_that_policy_asks_for_is_enough():
    policy = open_service().policy
    known = result_of(S, {"pma-rate": 55.0}).prediction.inputs_known
    for share, shown in ((known, True), (known + 1e-9, False)):
        showing = policy.showing.model_copy(update={"inputs_known": share})
        asks = policy.model_copy(update={"showing": showing})
        assert result_of(S, {"pma-rate": 55.0}, asks).shown is shown


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
    assert (found.shown, found.band) == (False, None)


INPUTS = st.fixed_dictionaries({}, optional=any_values("inputs", "exclusions"))


@given(INPUTS, st.sampled_from([S, N, R]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_figure_has_a_band_and_its_band_a_ground(known, study):
    one = result_of(study, known)
    is_enough = one.prediction.inputs_known >= 0.5 and not one.not_studied
    assert one.shown == is_enough == (one.band is not None)
    low, high = one.prediction.study_uncertainty
    assert 0 <= low <= one.prediction.risk <= high <= 1
    if one.band == "lower":
        assert max(ends(one)) < one.reference
        assert not one.prediction.has_reassuring_hold
        assert one.is_theirs
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
