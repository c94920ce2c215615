"""Replay: from an entry alone, the same figures; and what differs when the models or the policy do."""

import json
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from cds_service.audit.chain import seal
from cds_service.review.replay import NothingToReplay, replay
from tests.chart_builders import (
    HOOK,
    application,
    ask,
    kyphoplasty,
    open_service,
    order_sign,
    thin_and_weak,
)
from tests.generated_patients import Signing, signings

MANY = int(os.environ.get("AUDIT_REPLAYS", "100"))


def content_of(body):
    """What the log holds of this signing, as it comes back from a database."""
    log = application().log
    log.entries.clear()
    ask(body)
    (entry,) = log.entries
    return json.loads(seal(entry).body)["content"]


@pytest.fixture(scope="module")
def content():
    return content_of(order_sign(thin_and_weak(), kyphoplasty()))


def test_an_answer_replayed_is_identical(content):
    found = replay(content, open_service(), HOOK)
    assert (found.is_identical, found.differences, found.notes) == (True, (), ())


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(signings())
def test_any_answer_replayed_is_identical(signing: Signing):
    """G-UI-2."""
    log = application().log
    log.entries.clear()
    application().post(signing.request())
    answers = [
        json.loads(seal(entry).body)["content"]
        for entry in log.entries
        if entry.kind == "answer"
    ]
    for one in answers:
        assert replay(one, open_service(), HOOK).differences == ()


def test_a_changed_figure_is_named_with_both_values(content):
    other = json.loads(json.dumps(content))
    (model, *_) = other["assessments"][0]["models"]
    then, model["risk"] = model["risk"], 0.5
    (difference,) = replay(other, open_service(), HOOK).differences
    assert difference.startswith(
        f"refracture.models.{model['model']}.risk: 0.5 then, {str(then)[:6]}"
    )


@pytest.mark.parametrize("part", ["findings", "gaps"])
def test_an_entry_on_a_finding_that_is_gone_is_not_replayed(content, part):
    other = json.loads(json.dumps(content))
    other[part].append(
        {**other["findings"][0], "reason": "absent", "name": "finger-length"}
    )
    with pytest.raises(NothingToReplay):
        replay(other, open_service(), HOOK)


def test_an_entry_under_a_setting_that_is_gone_is_not_replayed(content):
    with pytest.raises(NothingToReplay):
        replay(
            {**content, "policy": {**content["policy"], "moon": "full"}},
            open_service(),
            HOOK,
        )


def test_a_changed_input_changes_the_figures(content):
    other = json.loads(json.dumps(content))
    next(one for one in other["findings"] if one["name"] == "bmd-t-score")[
        "value"
    ] = -1.0
    assert any(
        ".risk: " in line for line in replay(other, open_service(), HOOK).differences
    )


def test_the_incidence_of_that_day_counts_and_not_that_of_today(content):
    service = open_service()
    policy = service.policy.with_site(
        {"refracture": {"incidence": 0.05, "months": 12}}, {}
    )
    assert replay(content, replace(service, policy=policy), HOOK).is_identical


def test_another_version_of_a_model_is_noted(content):
    other = json.loads(json.dumps(content))
    other["models"]["sarcopenia-pvm-2022"]["version"] = "0.9.0"
    other["models"]["nvcf-nomogram-2024"]["digest"] = "0" * 64
    other["models"]["gone-2020"] = {"version": "1", "digest": ""}
    assert set(replay(other, open_service(), HOOK).notes) == {
        "sarcopenia-pvm-2022: version 0.9.0 then, 1.0.0 now",
        "nvcf-nomogram-2024: the same version, but another study file",
        "gone-2020: not in force any more",
    }


@pytest.mark.parametrize("content", [{}, {"filter": {}}])
def test_an_entry_without_figures_cannot_be_replayed(content):
    with pytest.raises(NothingToReplay):
        replay(content, open_service(), HOOK)
