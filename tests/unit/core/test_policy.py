"""What a site may set, within which limits, and what stays ours."""

import json
from operator import attrgetter

import pytest
from pydantic import ValidationError

from cds_service.core.policy import SITE_KEYS
from tests.chart_builders import open_service
from tests.fact_builders import policy_with
from tests.tables import cases

EVERY_KEY = cases(__file__, "every-key")


def test_our_own_values_are_those_of_the_contract_and_the_evidence_page():
    policy = open_service().policy
    ours = cases(__file__, "ours")
    assert {name: attrgetter(name)(policy) for name in ours} == ours
    assert (policy.pooled_incidence.of("refracture"), policy.pooled_incidence.of("residual-pain")) == (0.17, None)


def test_a_site_sets_its_values_and_nothing_else_changes():
    policy = policy_with(baseline={"refracture": 0.12}, brace_max_weeks=6)
    assert policy.brace.max_weeks == 6
    assert policy.baseline.of("refracture", 12) == 0.12
    assert policy.baseline.of("refracture", 24) is None  # of another horizon than the site's
    assert policy.baseline.of("residual-pain", 12) is None
    assert policy.set_by_site == {"brace-max-weeks"}
    ours = open_service().policy
    assert policy.brace.review_weeks == ours.brace.review_weeks
    assert policy.bands == ours.bands


def test_the_digest_of_a_policy_is_the_same_in_every_process():
    """It is taken over this text, in which the site's keys must not stand in the order of a set."""
    policy = policy_with(**{key.replace("-", "_"): value for key, value in EVERY_KEY.items()})
    assert json.loads(policy.model_dump_json())["set_by_site"] == sorted(EVERY_KEY)


@pytest.mark.parametrize("values", cases(__file__, "a_value_beyond_its_limits_is_refused"), ids=str)
def test_a_value_beyond_its_limits_is_refused(values):
    with pytest.raises(ValidationError):
        policy_with(**values)


def test_an_incidence_without_its_horizon_is_refused_and_says_what_to_write():
    with pytest.raises(ValidationError, match="months = 12"):
        open_service().policy.with_site({"refracture": 0.12}, {})


def test_a_key_that_no_policy_table_knows_is_refused():
    with pytest.raises(KeyError):
        policy_with(summary_width=0.9)


def test_what_may_be_shown_at_all_is_not_a_site_s_to_set():
    assert not any(table == "showing" for table, _ in SITE_KEYS.values())
