"""What a site may set, within which limits, and what stays ours."""

import json
from operator import attrgetter

import pytest
from pydantic import ValidationError

from cds_service.core.site_values.policy import SITE_KEYS
from tests.chart_builders import open_service
from tests.fact_builders import policy_with

EVERY_KEY = {
    "brace-max-weeks": 6,
    "brace-review-weeks": 3,
    "brace-only-days": 60,
    "sarcopenia-criteria": "study",
    "bed-rest-max-hours": 12,
    "feedback-user-comments": True,
}


def test_our_own_values_are_those_of_the_contract_and_the_evidence_page():
    policy = open_service().policy
    ours = {
        "brace.max_weeks": 8,
        "brace.review_weeks": 2,
        "brace.only_days": 90,
        "bed_rest.max_hours": 24,
        "nutrition.bmi_below": 18.5,
        "nutrition.mna_below": 24,
        "sarcopenia.criteria": "awgs-2019",
        "bands.high_ratio": 2,
        "bands.high_risk": 0.5,
        "bands.above_points": 0.05,
        "bands.above_points_small": 0.02,
        "showing.inputs_known": 0.5,
        "showing.inputs_on_card": 0.85,
        "showing.disagreement": 0.2,
        "showing.baseline_shift_warning": 1.0,
    }
    assert {name: attrgetter(name)(policy) for name in ours} == ours
    assert (
        policy.pooled_incidence.of("refracture"),
        policy.pooled_incidence.of("residual-pain"),
    ) == (0.166, None)


def test_a_site_sets_its_values_and_nothing_else_changes():
    policy = policy_with(baseline={"refracture": 0.12}, brace_max_weeks=6)
    assert policy.brace.max_weeks == 6
    assert policy.baseline.of("refracture", 12) == 0.12
    # of another horizon than the site's
    assert policy.baseline.of("refracture", 24) is None
    assert policy.baseline.of("residual-pain", 12) is None
    assert policy.set_by_site == {"brace-max-weeks"}
    ours = open_service().policy
    assert policy.brace.review_weeks == ours.brace.review_weeks
    assert policy.bands == ours.bands


def test_the_digest_of_a_policy_is_the_same_in_every_process():
    """It is taken over this text, in which the site's keys must not stand in the order of a set."""
    policy = policy_with(
        **{key.replace("-", "_"): value for key, value in EVERY_KEY.items()}
    )
    assert json.loads(policy.model_dump_json())["set_by_site"] == sorted(EVERY_KEY)


@pytest.mark.parametrize(
    "values",
    [
        {"brace_max_weeks": 0},
        {"brace_max_weeks": 53},
        {"brace_review_weeks": -1},
        {"brace_only_days": -1},
        {"sarcopenia_criteria": "awgs-2014"},
        {"bed_rest_max_hours": 0},
        # an incidence is a share between 0 and 1
        {"baseline": {"refracture": 0}},
        {"baseline": {"refracture": 1}},
        {"baseline": {"refracture": -0.1}},
        {"baseline": {"refracture": 12}},
        # a scale needs mean, SD and patients
        {"reference": {"vbq": {"mean": 3.1, "sd": 0, "n": 60}}},
        {"reference": {"vbq": {"mean": 3.1, "sd": 0.4}}},
        {"reference": {"vbq": {"mean": 3, "sd": 1, "n": 1}}},
    ],
    ids=str,
)
def test_a_value_beyond_its_limits_is_refused(values):
    with pytest.raises(ValidationError):
        policy_with(**values)


def test_an_incidence_without_its_horizon_is_refused_and_says_what_to_write():
    with pytest.raises(ValidationError, match="months = 24"):
        open_service().policy.with_site({"refracture": 0.12}, {})


@pytest.mark.parametrize(
    ("events", "share"), [(24, 0.08), (0, 0.5 / 301), (300, 300.5 / 301)]
)
def test_events_and_patients_are_a_share_too_and_never_0_or_1(events, share):
    observed = {"refracture": {"events": events, "patients": 300, "months": 24}}
    policy = open_service().policy.with_site(observed, {})
    assert policy.baseline.of("refracture", 24) == pytest.approx(share)
    assert policy.baseline.of("refracture", 12) is None


@pytest.mark.parametrize(
    "observed",
    [{"events": 24, "patients": 300, "months": 24}, {"incidence": 0.08, "months": 24}],
    ids=["events", "share"],
)
def test_a_policy_is_read_again_as_an_entry_of_the_log_holds_it(observed):
    policy = open_service().policy.with_site({"refracture": observed}, {})
    kept = json.loads(policy.model_dump_json(by_alias=True))
    assert type(policy).model_validate(kept) == policy


@pytest.mark.parametrize(
    "observed",
    [
        {"months": 24},
        {"events": 24, "months": 24},
        {"patients": 300, "months": 24},
        {"events": 24, "patients": 300, "incidence": 0.08, "months": 24},
        {"events": 301, "patients": 300, "months": 24},
        {"events": -1, "patients": 300, "months": 24},
        {"events": 0, "patients": 0, "months": 24},
        {"events": 24, "patients": 300},
    ],
    ids=str,
)
def test_an_incidence_is_a_share_or_events_of_patients(observed):
    with pytest.raises(ValidationError):
        open_service().policy.with_site({"refracture": observed}, {})


def test_a_key_that_no_policy_table_knows_is_refused():
    with pytest.raises(KeyError):
        policy_with(summary_width=0.9)


def test_what_may_be_shown_at_all_is_not_a_site_s_to_set():
    assert not {table for table, _ in SITE_KEYS.values()} & {"showing", "bands"}
