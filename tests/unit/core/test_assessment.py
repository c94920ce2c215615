"""Both outcomes of a patient: when the pooled figure speaks, and when nothing does."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.risk.assessment import EXCLUDED, assess
from tests.chart_builders import open_service
from tests.fact_builders import (
    DAY,
    WHOLE_RECORD,
    any_values,
    assessed,
    facts,
    finding,
    policy_with,
)

# Woman 76, BMI 26, T -2.6, one level: 0.1329 (pooled-examples.json).
TYPICAL = {
    "age": 76.0,
    "sex": "female",
    "bmi": 26.0,
    "bmd-t-score": -2.6,
    "level-count": 1.0,
    "steroid-use": False,
}
LOW = {**TYPICAL, "age": 62.0, "sex": "male", "bmi": 27.0, "bmd-t-score": -1.6}


def without(name):
    return {key: value for key, value in TYPICAL.items() if key != name}


def known_exclusions():
    specs = open_service().finding_specs
    return [name for name in EXCLUDED if name in specs]


def test_the_pooled_figure_speaks_for_refracture():
    found = assessed(TYPICAL)
    assert found.pooled.figure.risk == pytest.approx(0.1329, abs=0.002)
    assert found.status_of("refracture") == "assessed"
    names = {one.name for one in found.pooled.inputs}
    assert names == set(TYPICAL)
    assert found.pooled.missing == ("prior-vertebral-fracture", "sarcopenia")


@pytest.mark.parametrize(
    ("known", "risk"),
    [
        pytest.param({"prior-vertebral-fracture": True}, 0.1882, id="earlier-fracture"),
        pytest.param({"prior-augmentation": True}, 0.1882, id="earlier-augmentation"),
        pytest.param({"steroid-use": True}, 0.2276, id="steroids"),
        pytest.param({"level-count": 3.0}, 0.1944, id="three-levels"),
        pytest.param({"sarcopenia": False}, 0.1129, id="no-sarcopenia"),
        pytest.param({"sex": "male"}, 0.1055, id="man"),
    ],
)
def test_findings_enter_as_the_examples_say(known, risk):
    """Figures of pooled-examples.json."""
    found = assessed({**TYPICAL, **known})
    assert found.pooled.figure.risk == pytest.approx(risk, abs=0.002)


def test_a_silent_problem_list_is_no_earlier_fracture_denied():
    """Not recorded is not no: 0.14 of such patients have one (docs/pooled.md)."""
    silent = assessed({**TYPICAL, "prior-vertebral-fracture": False})
    assert silent.pooled.figure.risk == assessed(TYPICAL).pooled.figure.risk
    assert "prior-vertebral-fracture" in silent.pooled.missing


def test_of_hu_and_t_score_the_higher_figure_speaks():
    """HU 110 but T -3.4 at 66, BMI 25: 0.1361 by the T-score (pooled-examples.json)."""
    known = {**TYPICAL, "age": 66.0, "bmi": 25.0, "bmd-t-score": -3.4}
    found = assessed({**known, "ct-attenuation": 110.0}).pooled
    assert found.figure.risk == pytest.approx(0.1361, abs=0.002)
    assert [one.name for one in found.set_aside] == ["ct-attenuation"]


@pytest.mark.parametrize("exclusion", known_exclusions())
def test_what_excludes_the_fracture_leaves_no_figure(exclusion):
    found = assessed({**TYPICAL, exclusion: True})
    assert (found.pooled, found.pain, found.study_lines) == (None, None, ())
    for outcome in found.outcomes:
        assert (outcome.models, outcome.supporting) == ((), ())
        assert found.status_of(outcome.outcome) == "not-applicable"
    assert found.excluded_by == (exclusion,)


@pytest.mark.parametrize(
    ("age", "has_figure"), [(49.0, False), (50.0, True), (None, True)]
)
def test_the_figure_is_made_for_fifty_and_older(age, has_figure):
    known = without("age") | ({} if age is None else {"age": age})
    assert (assessed(known).pooled is not None) is has_figure


def test_an_unknown_age_has_no_own_figure():
    found = assessed(without("age"))
    assert found.status_of("refracture") == "insufficient-data"
    assert found.pooled.figure.words.endswith("usual 1 in 6")


def test_a_site_is_its_own_average():
    """24 of 300 in 24 months, weighted with the pooled 16.6 %: 9.2 % (docs/pooled.md, 5)."""
    service = open_service()
    observed = {"refracture": {"events": 24, "patients": 300, "months": 24}}
    policy = service.policy.with_site(observed, {})
    baseline = assessed(TYPICAL, policy).pooled.figure.baseline
    assert baseline.incidence == pytest.approx(0.092, abs=0.001)
    assert (baseline.source, baseline.usual) == ("site", "1 in 10")


def test_lasting_pain_is_the_pooled_rate_and_more_with_a_named_factor():
    assert assessed(TYPICAL).pain.words == "about 1 in 5"
    found = assessed({**TYPICAL, "fascia-injury": True}).pain
    assert (found.words, found.at_least) == ("at least 1 in 5", True)


# --- below the usual


def test_a_low_figure_may_be_called_below():
    assert assessed(LOW).may_say_below()


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"age": 82.0}, id="over-eighty"),
        pytest.param({"repeated-falls": True}, id="falls"),
        pytest.param({"bmd-t-score": -3.0}, id="low-t-score"),
        pytest.param({"bone-drug": True}, id="fracture-under-treatment"),
        pytest.param({"steroid-use": True}, id="steroids"),
        pytest.param({"prior-vertebral-fracture": True}, id="earlier-fracture"),
    ],
)
def test_no_raising_fact_is_called_below(known):
    assert not assessed({**LOW, **known}).may_say_below()


def test_an_aged_t_score_is_not_called_below():
    rest = {name: value for name, value in LOW.items() if name != "bmd-t-score"}
    aged = finding("bmd-t-score", -1.6)._replace(may_reassure=False)
    service = open_service()
    parts = (service.models, service.pooled, service.studies, service.policy)
    assert not assess(facts(rest, aged=aged), WHOLE_RECORD, *parts).may_say_below()


# --- what to measure


@pytest.mark.parametrize(
    ("known", "act", "moves"),
    [
        pytest.param(without("bmd-t-score"), ["bmd-t-score"], True, id="t-score"),
        pytest.param(TYPICAL, ["ct-attenuation"], True, id="hu-beside-a-t-score"),
        pytest.param(TYPICAL, ["bmd-t-score"], False, id="known-already"),
        pytest.param(TYPICAL, ["pma-rate", "multifidus-smi"], False, id="no-input"),
        pytest.param(
            {**TYPICAL, "age": 45.0}, ["ct-attenuation"], False, id="no-figure"
        ),
    ],
)
def test_an_act_counts_only_if_it_can_move_the_figure_by_a_step(known, act, moves):
    assert (assessed(known).gain_of(act) > 0) is moves


@given(st.fixed_dictionaries({}, optional=any_values("inputs", "exclusions")))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_whatever_is_known_the_assessment_is_whole(known):
    found = assessed(known)
    assert (found.pooled is None) == bool(found.excluded_by)
    if found.pooled is None:
        return
    figure = found.pooled.figure
    low, high = figure.same_hospital
    assert 0 < figure.new_hospital[0] <= low <= figure.risk <= high
    assert high <= figure.new_hospital[1] < 1
    if found.may_say_below():
        assert not found.has_open_points()
        assert figure.risk < figure.baseline.incidence


def test_repeated_mris_give_a_marker_unless_the_fracture_is_excluded():
    days = timedelta(days=240)
    change = finding("paraspinal-csa-change", -10.0)._replace(since=DAY - days)
    done = finding("prior-augmentation", True, observed=DAY - timedelta(days=235))
    done = done._replace(label="kyphoplasty")
    service = open_service()
    parts = (service.models, service.pooled, service.studies, policy_with())

    def marker_of(**values):
        found = facts(values, change=change, done=done)
        return assess(found, WHOLE_RECORD, *parts).marker

    # -11.8 to -7.5 in those who had refractured
    assert [one.change for one in marker_of().in_range] == [-10.0]
    assert marker_of(malignancy=True) is None
    assert assessed({}).marker is None
