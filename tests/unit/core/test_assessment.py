"""Which study speaks, which band follows, what disagrees, and what each measurement would add."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.assessment import Silence, assess, choose_headline, is_visibly_above
from cds_service.core.facts import Findings, Gap
from tests.chart_builders import open_service
from tests.fact_builders import DAY, assessed, facts, finding, policy_with
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
PI = {S: 74 / 214, N: 28 / 188, R: 29 / 213}  # events / patients, as printed

# Rows of the evidence page, "Figures for tests".
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
EXCLUSIONS = ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit", "end-of-life")


def refracture(*parts, policy=None):
    return assessed({name: value for part in parts for name, value in part.items()}, policy).of("refracture")


def pain(*parts, policy=None):
    return assessed({name: value for part in parts for name, value in part.items()}, policy).of("residual-pain")


def of_findings(findings, policy=None):
    service = open_service()
    return assess(findings, service.models, service.studies, policy or service.policy).of("refracture")


def result(outcome, study):
    return next(one for one in outcome.models if one.model.study.id == study)


def headline(outcome):
    return outcome.headline.model.study.id


def shifted(risk, *, by, to):
    log_odds = math.log(risk / (1 - risk)) + math.log(to / (1 - to)) - math.log(by / (1 - by))
    return 1 / (1 + math.exp(-log_odds))


# --- which study speaks ----------------------------------------------------------------------------------------------


def test_the_study_whose_criteria_are_met_speaks_before_the_one_that_knows_more():
    """A T-score above -2.5 is outside the nomogram, which then knows everything and still stands second."""
    whole_nomogram = {**CT, "multifidus-smi": 140.0}
    outcome = refracture(PKP, whole_nomogram, {"bmd-t-score": -2.4})
    assert headline(outcome) == S
    assert result(outcome, N).prediction.inputs_known == pytest.approx(1)
    assert result(outcome, N).is_outside


def test_of_a_vertebroplasty_the_nomogram_speaks_whatever_the_other_study_knows():
    outcome = refracture(PVP, WEAK, CT)
    assert headline(outcome) == N
    assert [one.model.study.id for one in outcome.models] == [N, S]


def test_of_a_vertebroplasty_the_kyphoplasty_study_speaks_with_its_violation_where_nothing_else_can():
    outcome = refracture(PVP, WEAK)
    assert headline(outcome) == S
    assert [one.text for one in outcome.headline.violations if one.severity == "outside"] == [
        "only kyphoplasty was studied"
    ]


def test_criteria_that_are_not_known_count_as_met_and_are_listed():
    outcome = refracture({"bmd-t-score": -3.0, "tl-junction": True})
    assert not outcome.headline.is_outside
    unchecked = {one.finding for one in outcome.headline.violations if one.severity == "not-checkable"}
    assert unchecked == {
        *("age", "procedure", "level-count", "prior-augmentation", "prior-vertebral-fracture"),
        *("severe-kidney-disease", "steroid-use", "malignancy", "spinal-infection", "neurological-deficit"),
    }


def test_the_greater_share_of_inputs_speaks():
    """1.00 against 0.89: more than a near tie."""
    assert headline(refracture(PKP, WEAK, CT)) == S


@pytest.mark.parametrize(
    "parts",
    [
        (TYPICAL, CT),  # 0.89 against 0.89
        (WEAK, CT, {"multifidus-smi": 140.0}),  # 1.00 against 1.00
        ({"bmd-t-score": -3.0, "tl-junction": True, "sarcopenia": True, "diabetes": False}, CT),
    ],
)
def test_a_near_tie_goes_to_the_validated_study(parts):
    assert headline(refracture(PKP, *parts)) == N


def test_a_near_tie_is_up_to_a_tenth_of_the_inputs_and_no_more():
    outcome = refracture(PKP, TYPICAL, CT)
    policy = open_service().policy
    first, second = result(outcome, S), result(outcome, N)

    def with_lead(lead):
        known = second.prediction.inputs_known + lead
        return choose_headline(
            [replace(first, prediction=replace(first.prediction, inputs_known=known)), second], policy
        )

    assert with_lead(0.099).model.study.id == N
    assert with_lead(0.101).model.study.id == S


def test_where_no_study_fits_the_greater_share_speaks_among_those_outside():
    outcome = refracture(PKP, WEAK, CT, {"steroid-use": True})
    assert headline(outcome) == S
    assert all(one.is_outside for one in outcome.models)


# --- too little known ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "share"),
    [({"mna-category": "C"}, 0.0), ({"tl-junction": True}, 0.02), ({}, 0.0)],
)
def test_below_half_of_the_inputs_nothing_is_shown(known, share):
    outcome = refracture(known)
    found = result(outcome, S)
    assert outcome.status == "insufficient-data"
    assert outcome.headline is None
    assert found.prediction.inputs_known == pytest.approx(share, abs=0.01)
    assert (found.shown, found.band, found.pooled_risk) == (False, None, None)


def test_exactly_the_share_that_policy_asks_for_is_enough():
    policy = open_service().policy
    known = result(refracture({"pma-rate": 55.0}), S).prediction.inputs_known

    def shown_from(share):
        showing = policy.showing.model_copy(update={"inputs_known": share})
        return result(refracture({"pma-rate": 55.0}, policy=policy.model_copy(update={"showing": showing})), S).shown

    assert shown_from(known)
    assert not shown_from(known + 1e-9)


# --- bands -----------------------------------------------------------------------------------------------------------


def test_high_from_half_even_where_that_is_less_than_twice_the_average():
    found = refracture({"bmd-t-score": -3.0, "tl-junction": True}).headline
    assert found.prediction.risk == pytest.approx(0.669, abs=0.01)
    assert found.prediction.risk < 2 * PI[S]
    assert found.band == "high"


def test_high_from_twice_the_average():
    """The vertebroplasty of the card examples: about 35 % where the average is 15 %."""
    found = refracture(PVP, {"ct-attenuation": 45.0, "multifidus-smi": 105.0}).headline
    assert 2 * PI[N] <= found.prediction.risk < 0.5
    assert found.band == "high"


def test_above_from_a_visible_difference_to_the_double():
    found = refracture({"bmd-t-score": -2.8, "tl-junction": True, "diabetes": False}).headline
    assert found.prediction.risk == pytest.approx(0.38, abs=0.01)
    assert found.band == "above"  # about 40 %, average 35 %


@pytest.mark.parametrize(
    ("risk", "reference", "is_above"), cases(__file__, "above_needs_a_difference_that_a_reader_sees")
)
def test_above_needs_a_difference_that_a_reader_sees(risk, reference, is_above):
    assert is_visibly_above(risk, reference, open_service().policy) is is_above


@pytest.mark.parametrize(
    ("hu", "procedure", "band"),
    [
        (59.0, PKP, "not-different"),  # cards, section 7, patient 10: average after kyphoplasty
        (25.0, PKP, "above"),  # patient 11: about 20 %, average after kyphoplasty 10 %
        (60.0, PVP, "not-different"),  # 19 % where 24 % is the average after vertebroplasty
        (8.0, PKP, "high"),
    ],
)
def test_the_average_is_that_of_the_same_procedure(hu, procedure, band):
    found = refracture(procedure, {"ct-attenuation": hu}).headline
    assert found.band == band
    assert found.reference == pytest.approx(0.096 if procedure is PKP else 0.243, abs=0.001)


def test_lower_when_all_conditions_hold():
    found = refracture(PKP, STRONG).headline
    assert found.prediction.risk == pytest.approx(0.007, abs=0.01)
    assert found.band == "lower"


def test_lower_needs_bone_among_the_inputs():
    known = {name: value for name, value in STRONG.items() if name != "bmd-t-score"}
    found = refracture(PKP, known).headline
    assert max(high for _, high in found.prediction.ranges) < PI[S]
    assert found.band == "not-different"


def test_lower_never_hangs_on_the_level():
    """At the junction the whole range lies below the average, without the level it does not."""
    at_junction = {"bmd-t-score": -2.4, "diabetes": False, "bmi": 19.5, "tl-junction": True}
    without = {name: value for name, value in at_junction.items() if name != "tl-junction"}
    found, other = refracture(PKP, at_junction).headline, refracture(PKP, without).headline
    assert max(high for _, high in found.prediction.ranges) < PI[S] <= max(high for _, high in other.prediction.ranges)
    assert found.band == other.band == "not-different"


@pytest.mark.parametrize("name", ["bmd-t-score", "bmi", "pma-rate"])
def test_nothing_old_or_doubtful_reassures(name):
    old = {name.replace("-", "_"): finding(name, STRONG[name])._replace(may_reassure=False)}
    rest = {key: value for key, value in {**PKP, **STRONG, "age": 76.0}.items() if key != name}
    found = of_findings(facts(rest, **old)).headline
    assert found.silenced_by == (Silence(finding=name, why="aged"),)
    assert found.band == "not-different"
    assert not found.is_printable(1.0)


def test_not_lower_while_the_study_uncertainty_reaches_the_average():
    """All inputs known, nothing held, inside the study: only the interval is too wide."""
    known = {**STRONG, "bmd-t-score": -2.7, "bmi": 19.6, "pma-rate": 54.0}
    found = refracture(PKP, known).headline
    assert found.prediction.if_measured is None
    assert not found.has_reassuring_hold
    assert not found.is_outside
    assert found.prediction.risk < PI[S] < found.prediction.study_uncertainty[1]
    assert found.band == "not-different"


def test_not_lower_while_measuring_could_reach_the_average():
    found = refracture({"bmd-t-score": -2.4}).headline
    assert found.prediction.study_uncertainty[1] < PI[S] < found.prediction.if_measured[1]
    assert not found.has_reassuring_hold
    assert found.band == "not-different"


def test_not_lower_with_a_value_held_on_the_reassuring_side():
    inside = refracture({**TYPICAL, "bmi": 21.9}).headline
    held = refracture({**TYPICAL, "bmi": 28.5}).headline
    assert inside.band == "lower"
    assert held.prediction.risk <= inside.prediction.risk
    assert held.prediction.study_uncertainty[1] < PI[S]
    assert held.prediction.if_measured[1] < PI[S]
    assert held.band == "not-different"


@pytest.mark.parametrize("violated", [{"steroid-use": True}, {"age": 55.0}, PVP])
def test_not_lower_outside_the_study(violated):
    found = result(refracture(PKP, STRONG, violated), S)
    assert found.prediction.study_uncertainty[1] < PI[S]
    assert found.band == "not-different"


def test_a_value_held_on_the_alarming_side_keeps_its_band():
    found = refracture({"bmd-t-score": -4.6}).headline
    assert [one.side for one in found.prediction.held.values()] == ["alarming"]
    assert found.band == "high"


def test_what_the_figure_is_without_the_held_value_stands_beside_it():
    """Cards, section 1: T -2.8 with BMI 28 held is 9 %, without BMI 38 %."""
    found = refracture({**TYPICAL, "bmi": 28.0}).headline
    assert found.prediction.risk == pytest.approx(0.09, abs=0.01)
    assert found.without_held.risk == pytest.approx(0.38, abs=0.01)


def test_a_summary_may_print_a_figure_only_with_two_narrow_ranges_and_nothing_held():
    assert refracture(PKP, STRONG).headline.is_printable(0.5)
    assert not refracture({"bmd-t-score": -3.0, "tl-junction": True}).headline.is_printable(0.5)  # 27-95 %
    assert not refracture({**TYPICAL, "bmi": 28.5}).headline.is_printable(0.5)
    assert not result(refracture({"tl-junction": True}), S).is_printable(1.0)


# --- exclusions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patient", [{"level-count": 2.0}, {"prior-augmentation": True}])
def test_studies_of_single_first_fractures_give_no_figure_to_others(patient):
    known = (PKP, WEAK, {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}, patient)
    for outcome in (refracture(*known), pain(*known)):
        assert (outcome.status, outcome.headline) == ("insufficient-data", None)
        assert [one.finding for one in outcome.models[0].not_studied] == list(patient)
        assert (outcome.models[0].shown, outcome.models[0].band, outcome.models[0].may_warn) == (False, None, False)
    assert assessed({**PKP, "bmd-t-score": -2.8, **patient}).gain_of(["pma-rate", "bmi"]) == 0


def test_the_nomogram_held_several_levels_but_first_augmentations_alone():
    assert headline(refracture(PKP, CT, {"level-count": 3.0})) == N
    assert refracture(PKP, CT, {"prior-augmentation": True}).headline is None


@pytest.mark.parametrize("exclusion", EXCLUSIONS)
def test_what_takes_the_fracture_out_of_every_study_leaves_no_figure(exclusion):
    for outcome in (refracture(PKP, WEAK, CT, {exclusion: True}), pain(PKP, {exclusion: True})):
        assert outcome.status == "not-applicable"
        assert (outcome.headline, outcome.models, outcome.supporting) == (None, (), ())
        assert outcome.excluded_by == (exclusion,)


# --- disagreement ----------------------------------------------------------------------------------------------------


def test_studies_disagree_on_opposite_sides_of_their_own_averages():
    outcome = refracture(PKP, {"bmd-t-score": -3.0, "tl-junction": True}, CT)
    assert result(outcome, S).prediction.risk > PI[S]
    assert result(outcome, N).prediction.risk < PI[N]
    assert outcome.disagreement


def test_studies_disagree_by_twenty_points_on_a_common_baseline():
    """Both above their averages; at 17 % they stand far apart."""
    outcome = refracture(PKP, WEAK, {"ct-attenuation": 20.0, "multifidus-smi": 140.0})
    weak, thin_bone = (result(outcome, study).prediction.risk for study in (S, N))
    assert weak > PI[S]
    assert thin_bone > PI[N]
    assert shifted(weak, by=PI[S], to=0.17) - shifted(thin_bone, by=PI[N], to=0.17) > 0.2
    assert outcome.disagreement


def test_studies_that_say_much_the_same_do_not_disagree():
    outcome = refracture(PKP, STRONG, CT)
    assert all(one.prediction.risk < one.baseline for one in outcome.models)
    assert not outcome.disagreement


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


def test_an_act_counts_for_the_study_that_it_helps_most():
    """With BMI, diabetes and level, a T-score makes 0.90 known; from nothing, HU 0.89 (evidence page)."""
    known = {"tl-junction": True, "diabetes": False, "bmi": 19.6}
    before = max(one.prediction.inputs_known for one in assessed(known).of("refracture").models)
    assert assessed(known).gain_of(["bmd-t-score"]) == pytest.approx(0.90 - before, abs=0.02)
    assert assessed(PKP).gain_of(["ct-attenuation"]) > 0.5
    assert assessed({}).gain_of(["bmd-t-score"]) == 0  # 0.69 leaves the ranges too wide to use


def test_a_complete_headline_asks_for_nothing_more():
    assert assessed({**PKP, **STRONG}).gain_of(["ct-attenuation", "multifidus-smi"]) == 0


def test_where_the_headline_stays_unusable_only_another_study_asks():
    """BMI 30 is outside: grip or muscle cannot give a figure there, HU can give one of the other study."""
    found = assessed({**PKP, **TYPICAL, "bmi": 30.0})
    assert found.of("refracture").headline.stays_unusable
    assert found.gain_of(["sarcopenia", "pma-rate"]) == 0
    assert found.gain_of(["ct-attenuation"]) > 0.5


def test_residual_pain_alone_asks_for_no_measurement():
    found = assessed({**PKP, **STRONG})
    assert found.gain_of(["vbq", "psoas-total-area", "es-mf-fat-fraction", "fascia-injury"]) == 0


INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "bmi": st.floats(14, 40),
        "diabetes": st.booleans(),
        "sarcopenia": st.booleans(),
        "pma-rate": st.floats(30, 75),
        "bmd-t-score": st.floats(-5, 1),
        "tl-junction": st.booleans(),
        "procedure": st.sampled_from(["PKP", "PVP"]),
        "ct-attenuation": st.floats(-50, 200),
        "multifidus-smi": st.floats(10, 400),
        "psoas-total-area": st.floats(4, 30),
        "es-mf-fat-fraction": st.floats(5, 95),
        "vbq": st.floats(1.5, 4.5),
        "steroid-use": st.booleans(),
        "prior-augmentation": st.booleans(),
        "level-count": st.sampled_from([1.0, 2.0]),
        "age": st.floats(45, 100),
    },
)
MEASURES = ("ct-attenuation", "sarcopenia", "bmd-t-score", "pma-rate", "bmi", "multifidus-smi")


@given(INPUTS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_is_known_the_assessment_is_whole(known):
    """A figure has a band, an interval around it, and stands only above half of the inputs; two acts never add less."""
    found = assessed(known)
    for outcome in found.outcomes:
        assert (outcome.status == "assessed") == (outcome.headline is not None)
        for one in outcome.models:
            assert one.shown == (one.prediction.inputs_known >= 0.5 and not one.not_studied) == (one.band is not None)
            low, high = one.prediction.study_uncertainty
            assert 0 <= low <= one.prediction.risk <= high <= 1
            if one.band == "lower":
                ranges = [one.prediction.study_uncertainty, one.prediction.if_measured or (0, 0)]
                assert max(high for _, high in ranges) < one.reference
                assert not one.has_reassuring_hold
                assert not one.is_outside
                assert {finding.name for finding in one.inputs} & {"bmd-t-score", "ct-attenuation"}
            if one.band in ("above", "high"):
                assert one.prediction.risk > one.reference
            if one.may_warn:
                assert one.band == "high"
                assert one.prediction.study_uncertainty[0] > one.baseline
                assert {finding.name for finding in one.inputs} & {"bmd-t-score", "ct-attenuation"}
                assert not one.is_outside
    for first in MEASURES:
        assert 0 <= found.gain_of([first]) <= found.gain_of([first, "ct-attenuation"]) + 1e-12


@given(INPUTS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_headline_meets_its_criteria_wherever_any_study_does(known):
    outcome = assessed(known).of("refracture")
    shown = [one for one in outcome.models if one.shown]
    if any(not one.is_outside for one in shown):
        assert not outcome.headline.is_outside
    if outcome.headline is not None:
        assert outcome.models[0] is outcome.headline


# --- site baseline ---------------------------------------------------------------------------------------------------


def test_a_site_baseline_moves_figure_and_band_together():
    at_study = refracture(PVP, {"ct-attenuation": 45.0, "multifidus-smi": 105.0}).headline
    at_site = refracture(
        PVP,
        {"ct-attenuation": 45.0, "multifidus-smi": 105.0},
        policy=policy_with(baseline={"refracture": 0.05}, months=24),
    ).headline
    assert (at_site.baseline, at_site.baseline_source) == (0.05, "site")
    assert at_site.prediction.risk == pytest.approx(shifted(at_study.prediction.risk, by=PI[N], to=0.05), abs=1e-9)
    assert at_site.band == "high"  # 13 % is more than twice 5 %


def test_an_incidence_moves_studies_of_its_own_horizon_alone():
    outcome = refracture(PKP, WEAK, CT, policy=policy_with(baseline={"refracture": 0.12}, months=12))
    assert (result(outcome, S).baseline, result(outcome, S).baseline_source) == (0.12, "site")
    assert (result(outcome, N).baseline, result(outcome, N).baseline_source) == (pytest.approx(PI[N]), "study")
    assert result(outcome, N).pooled_risk is not None


def test_the_pooled_incidence_is_said_only_where_no_site_baseline_is():
    at_study = refracture(PKP, WEAK).headline
    at_site = refracture(PKP, WEAK, policy=policy_with(baseline={"refracture": 0.12})).headline
    assert at_study.pooled_risk == pytest.approx(0.91, abs=0.01)  # cards, section 1
    assert at_site.pooled_risk is None


def test_the_baseline_of_one_outcome_leaves_the_other_alone():
    policy = policy_with(baseline={"residual-pain": 0.3})
    assert refracture(PKP, WEAK, policy=policy).headline.baseline_source == "study"
    known = {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}
    assert pain(PKP, known, policy=policy).headline.baseline == 0.3


@pytest.mark.parametrize(("high_risk", "band"), [(0.66, "high"), (0.68, "above")])
def test_a_site_may_say_where_high_begins(high_risk, band):
    found = refracture({"bmd-t-score": -3.0, "tl-junction": True}, policy=policy_with(band_high_risk=high_risk))
    assert found.headline.prediction.risk == pytest.approx(0.669, abs=0.01)
    assert found.headline.band == band


# --- knowing less never says more ------------------------------------------------------------------------------------

PATIENT = {"age": 76.0, **PKP, "bmd-t-score": -3.1, "tl-junction": True, "diabetes": True, "bmi": 19.0}


def stale(name, value):
    return Gap(name=name, reason="stale", detail="too old", value=value, observed=DAY)


def with_gap(values, gap):
    found = facts({name: value for name, value in values.items() if name != gap.name})
    return Findings(found.known, {**found.gaps, gap.name: gap})


def silences(one):
    return {(silence.finding, silence.why) for silence in one.silenced_by}


def test_a_stale_value_outside_the_study_silences_as_a_fresh_one_does():
    """BMI 27.9 and T -3.4, both two years old (cards, section 7, patient 26): no figure, no warning."""
    values = {**PATIENT, "bmd-t-score": -3.4}
    for found in (refracture(values, {"bmi": 27.9}), of_findings(with_gap(values, stale("bmi", 27.9)))):
        assert not found.headline.may_warn
        assert not found.headline.is_printable(1.0)
    assert ("bmi", "outside") in silences(of_findings(with_gap(values, stale("bmi", 27.9))).headline)


def test_a_stale_value_outside_a_criterion_silences():
    """The nomogram held T-scores under -2.5 alone."""
    found = of_findings(with_gap({**PVP, "age": 76.0, "ct-attenuation": 20.0}, stale("bmd-t-score", -1.9))).headline
    assert silences(found) == {("bmd-t-score", "outside")}
    assert not found.may_warn
    assert not found.is_printable(1.0)


def test_without_bmi_nobody_knows_whether_the_patient_is_one_of_the_thin_study():
    found = refracture({name: value for name, value in PATIENT.items() if name != "bmi"}).headline
    assert (found.band, silences(found)) == ("high", {("bmi", "not-known")})
    assert not found.may_warn
    assert not found.is_printable(1.0)


def test_without_a_t_score_the_nomogram_is_printed_and_warns_of_nobody():
    """Cards, section 7, patient 11: HU 25, about 20 %, average after kyphoplasty 10 %."""
    found = refracture(PKP, {"age": 76.0, "ct-attenuation": 25.0}).headline
    assert found.is_printable(0.5)
    assert found.prediction.risk == pytest.approx(0.20, abs=0.01)
    assert silences(found) == {("bmd-t-score", "criterion-not-known")}
    high = refracture(PVP, {"age": 76.0, "ct-attenuation": 20.0}).headline
    assert (high.band, high.may_warn) == ("high", False)
    assert refracture(PVP, {"age": 76.0, "ct-attenuation": 20.0, "bmd-t-score": -2.9}).headline.may_warn


def test_whoever_is_outside_a_study_is_neither_warned_of_nor_printed():
    found = refracture(PATIENT, {"steroid-use": True}).headline
    assert (found.band, silences(found)) == ("high", {("steroid-use", "outside")})
    assert not found.may_warn
    assert not found.is_printable(1.0)


def said_more(before, after):
    """What the second says that the first did not; nothing where another study speaks."""
    if before.headline is None or after.headline is None or headline(before) != headline(after):
        return set()
    first, second = before.headline, after.headline
    found = {"warning"} if second.may_warn and not first.may_warn else set()
    found |= {"percentage"} if second.is_printable(0.5) and not first.is_printable(0.5) else set()
    return found | ({"lower"} if second.band == "lower" != first.band else set())


MEASURED = st.fixed_dictionaries(
    {"age": st.floats(50, 95), "procedure": st.sampled_from(["PKP", "PVP"])},
    optional={
        "bmi": st.floats(15, 32),
        "diabetes": st.booleans(),
        "sarcopenia": st.booleans(),
        "pma-rate": st.floats(38, 66),
        "bmd-t-score": st.floats(-4, -1),
        "tl-junction": st.booleans(),
        "ct-attenuation": st.floats(-20, 140),
        "multifidus-smi": st.floats(10, 300),
        "psoas-total-area": st.floats(4, 30),
        "psoas-muscle-area": st.floats(3, 24),
        "es-mf-fat-fraction": st.floats(5, 80),
    },
)
NUMBERS = frozenset(
    {"bmi", "pma-rate", "bmd-t-score", "ct-attenuation", "multifidus-smi"}
    | {"psoas-total-area", "psoas-muscle-area", "es-mf-fat-fraction"}
)


@given(MEASURED)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_value_that_grows_old_makes_a_figure_say_more(known):
    fresh = of_findings(facts(known))
    for name in sorted(NUMBERS & known.keys()):
        rest = {other: value for other, value in known.items() if other != name}
        aged = facts(rest, aged=finding(name, known[name])._replace(may_reassure=False))
        old = with_gap(known, stale(name, known[name]))
        steps = (fresh, of_findings(aged), of_findings(old))
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
