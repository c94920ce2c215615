"""What one study says of a patient: figure, band, criteria, and what is doubtful."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.findings import Findings, Gap
from cds_service.core.study_result import apply_model, is_visibly_above
from tests.chart_builders import open_service
from tests.fact_builders import DAY, any_values, assessed, facts, finding, policy_with

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
    "row",
    [
        {
            "shows": (
                "of two criteria the met one counts before the greater share: a T-score"
                " above -2.5 is outside the nomogram"
            ),
            "known": [PKP, CT, {"multifidus-smi": 140.0, "bmd-t-score": -2.4}],
            "study": N,
            "inputs_known": 1.0,
            "is_outside": True,
        },
        {
            "shows": (
                "of a vertebroplasty the kyphoplasty study speaks with its violation"
                " where nothing else can"
            ),
            "known": [PVP, WEAK],
            "study": S,
            "outside": ["only kyphoplasty was studied"],
        },
        {
            "shows": "criteria that are not known count as met and are listed",
            "known": [{"bmd-t-score": -3.0, "tl-junction": True}],
            "study": S,
            "is_outside": False,
            "not_checkable": [
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
        },
        {
            "shows": "where no study fits the greater share speaks among those outside",
            "known": [PKP, WEAK, CT, {"steroid-use": True}],
            "study": S,
            "is_outside": True,
        },
        {
            "shows": "and the other one is outside too",
            "known": [PKP, WEAK, CT, {"steroid-use": True}],
            "study": N,
            "is_outside": True,
        },
        {
            "shows": (
                "below half of the inputs nothing is shown: a category that no model"
                " uses"
            ),
            "known": [{"mna-category": "C"}],
            "study": S,
            "inputs_known": 0.0,
            "is_shown": False,
            "band": None,
            "pooled_risk": None,
        },
        {
            "shows": "below half of the inputs nothing is shown: the level alone",
            "known": [{"tl-junction": True}],
            "study": S,
            "inputs_known": 0.02,
            "is_shown": False,
            "band": None,
            "pooled_risk": None,
        },
        {
            "shows": "below half of the inputs nothing is shown: nothing known",
            "known": [],
            "study": S,
            "inputs_known": 0.0,
            "is_shown": False,
            "band": None,
            "pooled_risk": None,
        },
        {
            "shows": "high from half even where that is less than twice the average",
            "known": [{"bmd-t-score": -3.0, "tl-junction": True}],
            "study": S,
            "risk": 0.669,
            "band": "high",
        },
        # where the average is 15 %
        {
            "shows": (
                "high from twice the average: the vertebroplasty of the card examples"
            ),
            "known": [PVP, {"ct-attenuation": 45.0, "multifidus-smi": 105.0}],
            "study": N,
            "risk": 0.35,
            "band": "high",
        },
        {
            "shows": (
                "above the average, and not certain: the lower end of 25 to 53 % lies"
                " below it"
            ),
            "known": [{"bmd-t-score": -2.8, "tl-junction": True, "diabetes": False}],
            "study": S,
            "risk": 0.38,
            "band": "not-different",
            "is_uncertainly_above": True,
        },
        {
            "shows": (
                "the average is that of the same procedure (cards, section 7,"
                " patient 10)"
            ),
            "known": [PKP, {"ct-attenuation": 59.0}],
            "study": N,
            "reference": 0.096,
            "band": "not-different",
        },
        {
            "shows": (
                "HU 25 is above the average after kyphoplasty; without a T-score the"
                " nomogram warns of nobody (patient 11)"
            ),
            "known": [PKP, {"ct-attenuation": 25.0, "age": 76.0}],
            "study": N,
            "risk": 0.2,
            "reference": 0.096,
            "band": "above",
        },
        {
            "shows": "60 HU is 19 % where 24 % is the average after vertebroplasty",
            "known": [PVP, {"ct-attenuation": 60.0}],
            "study": N,
            "reference": 0.243,
            "band": "not-different",
        },
        {
            "shows": "8 HU is high after kyphoplasty",
            "known": [PKP, {"ct-attenuation": 8.0}],
            "study": N,
            "reference": 0.096,
            "band": "high",
        },
        {
            "shows": "lower when all conditions hold",
            "known": [PKP, STRONG],
            "study": S,
            "risk": 0.007,
            "band": "lower",
        },
        {
            "shows": "lower needs bone among the inputs",
            "known": [
                PKP,
                {
                    "bmi": 21.5,
                    "diabetes": False,
                    "sarcopenia": False,
                    "pma-rate": 47.0,
                    "tl-junction": True,
                },
            ],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": (
                "lower never hangs on the level: at the junction the whole range lies"
                " below the average"
            ),
            "known": [
                PKP,
                {
                    "bmd-t-score": -2.4,
                    "diabetes": False,
                    "bmi": 19.5,
                    "tl-junction": True,
                },
            ],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": "and without the level it does not",
            "known": [PKP, {"bmd-t-score": -2.4, "diabetes": False, "bmi": 19.5}],
            "study": S,
            "band": "not-different",
        },
        {
            "shows": "an old T-score does not reassure",
            "known": [PKP, STRONG, {"age": 76.0}],
            "study": S,
            "aged": ["bmd-t-score"],
            "band": "not-different",
        },
        {
            "shows": "an old BMI does not reassure",
            "known": [PKP, STRONG, {"age": 76.0}],
            "study": S,
            "aged": ["bmi"],
            "band": "not-different",
        },
        {
            "shows": "an old muscle measurement does not reassure",
            "known": [PKP, STRONG, {"age": 76.0}],
            "study": S,
            "aged": ["pma-rate"],
            "band": "not-different",
        },
        {
            "shows": (
                "two muscle measurements that contradict do not reassure: without them"
                " this patient is lower"
            ),
            "known": [
                PKP,
                {
                    "age": 76.0,
                    "bmd-t-score": -1.9,
                    "tl-junction": True,
                    "diabetes": False,
                    "sarcopenia": False,
                    "bmi": 21.5,
                },
            ],
            "study": S,
            "conflicting": ["pma-rate"],
            "band": "not-different",
        },
        {
            "shows": (
                "not lower while the study uncertainty reaches the average: all known,"
                " nothing held, inside"
            ),
            "known": [STRONG, {"bmd-t-score": -2.7, "bmi": 19.6, "pma-rate": 54.0}],
            "study": S,
            "is_outside": False,
            "has_reassuring_hold": False,
            "if_measured": None,
            "uncertain_beyond": 0.346,
            "band": "not-different",
        },
        {
            "shows": "not lower while measuring could reach the average",
            "known": [{"bmd-t-score": -2.4}],
            "study": S,
            "has_reassuring_hold": False,
            "measured_beyond": 0.346,
            "band": "not-different",
        },
        {
            "shows": "BMI 21.9 is inside the study",
            "known": [TYPICAL, {"bmi": 21.9}],
            "study": S,
            "band": "lower",
        },
        {
            "shows": "not lower with a value held on the reassuring side",
            "known": [TYPICAL, {"bmi": 28.5}],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": "not lower outside the study: steroids",
            "known": [PKP, STRONG, {"steroid-use": True}],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": "not lower outside the study: age",
            "known": [PKP, STRONG, {"age": 55.0}],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": "not lower outside the study: vertebroplasty",
            "known": [STRONG, PVP],
            "study": S,
            "ends_below": 0.346,
            "band": "not-different",
        },
        {
            "shows": "a value held on the alarming side keeps its band",
            "known": [{"bmd-t-score": -4.6}],
            "study": S,
            "held": ["alarming"],
            "band": "high",
        },
        {
            "shows": (
                "what the figure is without the held value stands beside it (cards,"
                " section 1)"
            ),
            "known": [TYPICAL, {"bmi": 28.0}],
            "study": S,
            "risk": 0.09,
        },
        {
            "shows": (
                "a site's incidence of 5 % moves the band with the figure: 14 % is more"
                " than twice 5 %"
            ),
            "known": [PVP, {"ct-attenuation": 45.0, "multifidus-smi": 105.0}],
            "study": N,
            "policy": {"baseline": {"refracture": 0.05}, "months": 24},
            "risk": 0.14,
            "baseline": 0.05,
            "baseline_source": "site",
            "band": "high",
        },
        {
            "shows": (
                "an incidence within 12 months moves the study of 12 months, and no"
                " pooled figure stands beside it"
            ),
            "known": [PKP, WEAK, CT],
            "policy": {"baseline": {"refracture": 0.12}, "months": 12},
            "study": S,
            "baseline": 0.12,
            "baseline_source": "site",
            "pooled_risk": None,
        },
        # 28 of 188
        {
            "shows": "and not the study of 24 months",
            "known": [PKP, WEAK, CT],
            "policy": {"baseline": {"refracture": 0.12}, "months": 12},
            "study": N,
            "baseline": 0.149,
            "baseline_source": "study",
        },
        {
            "shows": (
                "where no site baseline is, the pooled incidence is said (cards,"
                " section 1)"
            ),
            "known": [PKP, WEAK],
            "study": S,
            "pooled_risk": 0.91,
        },
        {
            "shows": "the baseline of one outcome leaves the other alone",
            "known": [PKP, WEAK],
            "study": S,
            "policy": {"baseline": {"residual-pain": 0.3}},
            "baseline_source": "study",
        },
        {
            "shows": "and moves its own",
            "outcome": "residual-pain",
            "known": [PKP, {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}],
            "study": R,
            "policy": {"baseline": {"residual-pain": 0.3}},
            "baseline": 0.3,
        },
        {
            "shows": (
                "without BMI nobody knows whether the patient is one of the thin study"
            ),
            "known": [
                {
                    "age": 76.0,
                    "procedure": "PKP",
                    "bmd-t-score": -3.1,
                    "tl-junction": True,
                    "diabetes": True,
                }
            ],
            "study": S,
            "band": "high",
        },
        {
            "shows": "without a T-score the nomogram does not warn of a high risk",
            "known": [PVP, {"age": 76.0, "ct-attenuation": 20.0}],
            "study": N,
            "band": "high",
        },
        {
            "shows": "and with one it does",
            "known": [PVP, {"age": 76.0, "ct-attenuation": 20.0, "bmd-t-score": -2.9}],
            "study": N,
            "band": "high",
        },
        {
            "shows": "whoever is outside a study is neither warned of nor printed",
            "known": [PATIENT, {"steroid-use": True}],
            "study": S,
            "band": "high",
        },
    ],
    ids=lambda row: row["shows"],
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
