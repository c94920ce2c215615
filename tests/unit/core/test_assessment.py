"""Which study speaks, which band follows, what disagrees, and what each measurement would add."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.assessment import assess, choose_headline, is_visibly_above
from cds_service.core.facts import Findings, Gap
from tests.chart_builders import open_service
from tests.fact_builders import DAY, any_values, assessed, facts, finding, policy_with
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
PI = {S: 74 / 214, N: 28 / 188, R: 29 / 213}  # events / patients, as printed
WEAK = {"bmi": 18.5, "diabetes": True, "sarcopenia": True, "pma-rate": 57.0, "bmd-t-score": -3.2, "tl-junction": True}
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
PATIENT = {"age": 76.0, **PKP, "bmd-t-score": -3.1, "tl-junction": True, "diabetes": True, "bmi": 19.0}
NAMED = {"S": S, "N": N, "WEAK": WEAK, "STRONG": STRONG, "TYPICAL": TYPICAL, "PATIENT": PATIENT}
NAMED |= {"CT": CT, "KYPHO": PKP, "VERTEBRO": PVP}
EXCLUSIONS = (
    *("malignancy", "spinal-infection", "high-energy-cause", "unstable-fracture"),
    *("neurological-deficit", "end-of-life"),
)


def merged(*parts):
    return {name: value for part in parts for name, value in part.items()}


def refracture(*parts, policy=None):
    return assessed(merged(*parts), policy).of("refracture")


def pain(*parts, policy=None):
    return assessed(merged(*parts), policy).of("residual-pain")


def of_findings(findings, outcome="refracture", policy=None):
    service = open_service()
    return assess(findings, service.models, service.studies, policy or service.policy).of(outcome)


def result(outcome, study):
    return next(one for one in outcome.models if one.model.study.id == study)


def headline(outcome):
    return outcome.headline and outcome.headline.model.study.id


def stale(name, value):
    return Gap(name=name, reason="stale", detail="too old", value=value, observed=DAY)


def ends(one):
    """The upper ends of both ranges."""
    return [high for _, high in filter(None, (one.prediction.study_uncertainty, one.prediction.if_measured))]


# What a row may say of a whole outcome, and of one study.
OF_OUTCOME = {
    "status": lambda outcome, expected: outcome.status == expected,
    "speaks": lambda outcome, expected: headline(outcome) == expected and outcome.headline in (None, outcome.models[0]),
    "disagreement": lambda outcome, expected: outcome.disagreement is expected,
    "sides": lambda outcome, expected: all(
        (result(outcome, study).prediction.risk > PI[study]) is (side == "above") for study, side in expected.items()
    ),
}
OF_STUDY = {
    "baseline": lambda one: one.prediction.baseline.incidence,
    "baseline_source": lambda one: one.prediction.baseline.source,
    "without_held": lambda one: one.without_held.risk,
    "held": lambda one: [held.side for held in one.prediction.held.values()],
    "prints": lambda one: one.is_printable(0.5),
    "prints_at_any_width": lambda one: one.is_printable(1.0),
    "silenced_by": lambda one: [[silence.finding, silence.why] for silence in one.silenced_by],
    "outside": lambda one: [v.text for v in one.violations if v.severity == "outside"],
    "not_checkable": lambda one: sorted(v.finding for v in one.violations if v.severity == "not-checkable"),
}
BEYOND = {
    "ends_below": lambda one, end: max(ends(one)) < end,
    "uncertain_beyond": lambda one, end: one.prediction.risk < end < one.prediction.study_uncertainty[1],
    "measured_beyond": lambda one, end: one.prediction.study_uncertainty[1] < end < one.prediction.if_measured[1],
}


def of_study(one, element):
    """What a row names of this study, else the attribute of this name of the study or of its prediction."""
    if element in OF_STUDY:
        return OF_STUDY[element](one)
    return getattr(one if hasattr(one, element) else one.prediction, element)


@pytest.mark.parametrize("row", cases(__file__, "said", NAMED), ids=lambda row: row["shows"])
def test_what_the_studies_say_of_a_patient(row):
    left = dict(row)
    del left["shows"]
    known, old = merged(*left.pop("known")), left.pop("aged", ())
    aged = {name.replace("-", "_"): finding(name, known[name])._replace(may_reassure=False) for name in old}
    found = facts({name: value for name, value in known.items() if name not in old}, **aged)
    gaps = {name: stale(name, value) for name, value in left.pop("stale", {}).items()}
    gaps |= {name: Gap(name, "conflicting", "cannot both be right") for name in left.pop("conflicting", ())}
    policy = policy_with(**left.pop("policy", {}))
    outcome = of_findings(Findings(found.known, {**found.gaps, **gaps}), left.pop("outcome", "refracture"), policy)
    study = left.pop("study", None)
    one = result(outcome, study) if study else outcome.headline
    for element, expected in left.items():
        if element in OF_OUTCOME:
            assert OF_OUTCOME[element](outcome, expected), (element, outcome)
        elif element in BEYOND:
            assert BEYOND[element](one, expected), (element, one)
        elif type(expected) is float:
            assert of_study(one, element) == pytest.approx(expected, abs=0.01), (element, one)
        else:
            assert of_study(one, element) == expected, (element, one)


def test_a_near_tie_is_up_to_a_tenth_of_the_inputs_and_no_more():
    outcome = refracture(PKP, TYPICAL, CT)
    policy = open_service().policy
    first, second = result(outcome, S), result(outcome, N)
    for lead, study in ((0.099, N), (0.101, S)):
        known = first.prediction._replace(inputs_known=second.prediction.inputs_known + lead)
        assert choose_headline([first._replace(prediction=known), second], policy).model.study.id == study


def test_exactly_the_share_that_policy_asks_for_is_enough():
    policy = open_service().policy
    known = result(refracture({"pma-rate": 55.0}), S).prediction.inputs_known
    for share, shown in ((known, True), (known + 1e-9, False)):
        showing = policy.showing.model_copy(update={"inputs_known": share})
        asks = policy.model_copy(update={"showing": showing})
        assert result(refracture({"pma-rate": 55.0}, policy=asks), S).shown is shown


@pytest.mark.parametrize(
    ("risk", "reference", "is_above"), cases(__file__, "above_needs_a_difference_that_a_reader_sees")
)
def test_above_needs_a_difference_that_a_reader_sees(risk, reference, is_above):
    assert is_visibly_above(risk, reference, open_service().policy) is is_above


@pytest.mark.parametrize("patient", [{"level-count": 2.0}, {"prior-augmentation": True}])
def test_studies_of_single_first_fractures_give_no_figure_to_others(patient):
    known = (PKP, WEAK, {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}, patient)
    for outcome in (refracture(*known), pain(*known)):
        assert (outcome.status, outcome.headline) == ("insufficient-data", None)
        assert [one.finding for one in outcome.models[0].not_studied] == list(patient)
        assert (outcome.models[0].shown, outcome.models[0].band, outcome.models[0].may_warn) == (False, None, False)
    assert assessed({**PKP, "bmd-t-score": -2.8, **patient}).gain_of(["pma-rate", "bmi"]) == 0


@pytest.mark.parametrize("exclusion", EXCLUSIONS)
def test_what_takes_the_fracture_out_of_every_study_leaves_no_figure(exclusion):
    for outcome in (refracture(PKP, WEAK, CT, {exclusion: True}), pain(PKP, {exclusion: True})):
        assert outcome.status == "not-applicable"
        assert (outcome.headline, outcome.models, outcome.supporting) == (None, (), ())
        assert outcome.excluded_by == (exclusion,)


# --- what measuring would add ----------------------------------------------------------------------------------------


def test_an_act_adds_what_its_inputs_tell_together():
    """The nomogram's inputs are independent: the share of each is its squared coefficient times its variance.

    Procedure 120 of 188, CT SD 29.75 HU, multifidus SD 62.53 (evidence page, section 4).
    """
    shares = {
        "procedure": 1.390**2 * (120 / 188) * (68 / 188),
        "ct-attenuation": (0.043 * 29.75) ** 2,
        "multifidus-smi": (0.008 * 62.53) ** 2,
    }
    whole = sum(shares.values())
    found = assessed(PKP)
    assert found.gain_of(["ct-attenuation"]) == pytest.approx(shares["ct-attenuation"] / whole, abs=0.01)
    both = (shares["ct-attenuation"] + shares["multifidus-smi"]) / whole
    assert found.gain_of(["ct-attenuation", "multifidus-smi"]) == pytest.approx(both, abs=0.01)


@pytest.mark.parametrize("case", cases(__file__, "gains", NAMED), ids=lambda case: case["why"])
def test_what_an_act_adds(case):
    found = assessed(merged(*case["known"]))
    gain = found.gain_of(case["act"])
    if "reaches" in case:
        before = max(one.prediction.inputs_known for one in found.of("refracture").models)
        assert before + gain == pytest.approx(case["reaches"], abs=0.02)
    else:
        assert gain == 0 if case["adds"] == "nothing" else gain > 0.5


INPUTS = st.fixed_dictionaries({}, optional=any_values("inputs", "exclusions"))
MEASURES = ("ct-attenuation", "sarcopenia", "bmd-t-score", "pma-rate", "bmi", "multifidus-smi")


@given(INPUTS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_is_known_the_assessment_is_whole(known):
    """A figure has a band, an interval around it, and stands only above half of the inputs; two acts never add less."""
    found = assessed(known)
    for outcome in found.outcomes:
        assert (outcome.status == "assessed") == (outcome.headline is not None)
        assert outcome.headline in (None, *outcome.models[:1])
        if any(one.shown and not one.is_outside for one in outcome.models):
            assert not outcome.headline.is_outside
        for one in outcome.models:
            assert one.shown == (one.prediction.inputs_known >= 0.5 and not one.not_studied) == (one.band is not None)
            low, high = one.prediction.study_uncertainty
            assert 0 <= low <= one.prediction.risk <= high <= 1
            if one.band == "lower":
                ranges = [one.prediction.study_uncertainty, one.prediction.if_measured or (0, 0)]
                assert max(high for _, high in ranges) < one.reference
                assert not one.prediction.has_reassuring_hold
                assert not one.is_outside
                assert {finding.name for finding in one.inputs} & {"bmd-t-score", "ct-attenuation"}
            if one.band in ("above", "high"):
                assert one.prediction.risk > one.reference
            if one.may_warn:
                assert one.band == "high"
                assert one.prediction.study_uncertainty[0] > one.prediction.baseline.incidence
                assert {finding.name for finding in one.inputs} & {"bmd-t-score", "ct-attenuation"}
                assert not one.is_outside
    for first in MEASURES:
        assert 0 <= found.gain_of([first]) <= found.gain_of([first, "ct-attenuation"]) + 1e-12


# --- knowing less never says more ------------------------------------------------------------------------------------


def said_more(before, after):
    """What the second says that the first did not; nothing where another study speaks."""
    if before.headline is None or after.headline is None or headline(before) != headline(after):
        return set()
    first, second = before.headline, after.headline
    found = {"warning"} if second.may_warn and not first.may_warn else set()
    found |= {"percentage"} if second.is_printable(0.5) and not first.is_printable(0.5) else set()
    return found | ({"lower"} if second.band == "lower" != first.band else set())


VALUES = any_values("inputs")
MEASURED = st.fixed_dictionaries(
    {name: VALUES.pop(name) for name in ("age", "procedure")},
    optional={name: values for name, values in VALUES.items() if name != "vbq"},
)
NUMBERS = (
    "bmi",
    "pma-rate",
    "bmd-t-score",
    "ct-attenuation",
    "multifidus-smi",
    "psoas-total-area",
    "psoas-muscle-area",
)


@given(MEASURED)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_value_that_grows_old_makes_a_figure_say_more(known):
    fresh = of_findings(facts(known))
    for name in sorted(known.keys() & NUMBERS):
        rest = facts({other: value for other, value in known.items() if other != name})
        aged = finding(name, known[name])._replace(may_reassure=False)
        old = Findings(rest.known, {**rest.gaps, name: stale(name, known[name])})
        steps = (fresh, of_findings(Findings({**rest.known, name: aged}, rest.gaps)), of_findings(old))
        assert said_more(steps[0], steps[1]) == set(), name
        assert said_more(steps[1], steps[2]) == set(), name


@given(MEASURED)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_input_that_says_who_the_patient_is_makes_a_figure_say_more_by_its_absence(known):
    """Of the others absence is not evidence: a patient whose muscle was never measured is taken as an average one."""
    fresh = of_findings(facts(known))
    for name in {"bmi", "bmd-t-score", "age", "procedure"} & known.keys():
        less = of_findings(facts({other: value for other, value in known.items() if other != name}))
        assert said_more(fresh, less) - {"percentage", "lower"} == set(), name
        if fresh.headline and headline(fresh) == S and name in ("bmi", "bmd-t-score"):
            assert said_more(fresh, less) == set(), name


# --- a measure that does not travel between scanners -----------------------------------------------------------------

SCALE = {"vbq": {"mean": 3.5, "sd": 0.5, "n": 60}}


def test_bone_quality_is_no_input_without_the_sites_own_patients():
    (found,) = pain(PKP, {"vbq": 3.6}).models
    assert "vbq" in found.prediction.gains
    assert [(gap.name, gap.reason, gap.detail) for gap in found.unusable] == [
        ("vbq", "other-method", "without this site's reference")
    ]
    assert found.inputs == ()


@pytest.mark.parametrize(("vbq", "used"), [(3.5, 2.57), (4.0, 2.82), (3.0, 2.32)])  # 2.57 + 0.25 x (VBQ - 3.5) / 0.5
def test_bone_quality_enters_on_the_scale_of_the_study(vbq, used):
    found = pain(PKP, {"vbq": vbq, "es-mf-fat-fraction": 50.0}, policy=policy_with(reference=SCALE)).headline
    assert found.prediction.used["vbq"] == pytest.approx(used)
    assert found.unusable == ()


# --- beside the figures ----------------------------------------------------------------------------------------------


def test_a_stratum_is_supporting_evidence_and_never_the_headline():
    outcome = refracture(PVP, {"plvi": 0.7})
    assert outcome.headline is None
    (stratum,) = outcome.supporting
    assert (stratum.study.id, stratum.counts.n) == ("psoas-plvi-2024", 72)
    assert stratum.rate == pytest.approx(8 / 72)
    assert pain(PVP, {"plvi": 0.7}).supporting[0].rate == pytest.approx(6 / 72)


def test_repeated_mris_give_a_marker_unless_the_fracture_is_excluded():
    change = finding("paraspinal-csa-change", -10.0)._replace(since=DAY - timedelta(days=240))
    done = finding("prior-augmentation", True, observed=DAY - timedelta(days=235))._replace(label="kyphoplasty")
    service = open_service()

    def marker_of(**values):
        found = facts(values, change=change, done=done)
        return assess(found, service.models, service.studies, service.policy).marker

    assert [one.change for one in marker_of().in_range] == [-10.0]  # -11.8 to -7.5 in those who had refractured
    assert marker_of(malignancy=True) is None
    assert assessed({}).marker is None
