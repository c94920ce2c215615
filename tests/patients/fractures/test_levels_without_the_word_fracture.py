"""Another vertebra that a reason or a report names without the word fracture."""

import json

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import RADIOLOGY, reassuring_record

SECOND = [
    *("L1 fracture. T8 unchanged.", "Fraktur LWK 1. BWK 8 unverändert."),
    *("L1 fracture. T8 mild.", "Acute L1 fracture. T8 and T11 unchanged."),
    "L1 fracture, T8 stable.",
]
DISCS = [
    "L1 fracture. Degenerative disc disease: L4-5 moderate, L5-S1 mild.",
    "L1 fracture. Degenerative disc disease. L4 mild, L5 moderate.",
    *("L1 fracture. Alignment unchanged.", "L1 fracture. L1 mild."),
]


def cards_of(*orders, record=()):
    return by_topic(ask(order_sign([*reassuring_record(), *record], *orders)))


def reported(conclusion):
    report = of_patient(
        "DiagnosticReport",
        "mri-spine",
        status="final",
        category=[RADIOLOGY],
        code={"text": "MRI lumbar spine"},
        effectiveDateTime=days_ago(5),
        conclusion=conclusion,
    )
    return cards_of(kyphoplasty(), brace(), record=[report])


def is_end_chosen(cards):
    return any(one["isRecommended"] for one in cards["braceLimit"]["suggestions"])


@pytest.mark.parametrize(
    "reason",
    ["L1 and T12", "LWK 1 und BWK 12", "L1、T12", "L1 et T12", "T12", "L3", "T12-L1"],
)
def test_another_level_in_a_reason_leaves_open_which_are_meant(reason):
    order = kyphoplasty(reasonCode=[{"text": reason}])
    cards = cards_of(order, brace())
    assert "below the usual" not in json.dumps(cards)
    assert "says L1, its text says" in cards["rehabilitation"]["detail"]
    assert not is_end_chosen(cards)


@pytest.mark.parametrize("reason", ["L1", "LWK 1", "L1 fracture", "Fraktur LWK 1"])
def test_a_reason_of_the_treated_level_leaves_nothing_open(reason):
    cards = cards_of(kyphoplasty(reasonCode=[{"text": reason}]), brace())
    assert "below the usual" in json.dumps(cards)
    assert is_end_chosen(cards)


@pytest.mark.parametrize("conclusion", SECOND)
def test_a_second_vertebra_behind_a_fracture_is_open(conclusion):
    cards = reported(conclusion)
    detail = cards["rehabilitation"]["detail"]
    assert "earlier vertebral fracture not excluded" in detail
    assert not is_end_chosen(cards)


@pytest.mark.parametrize("conclusion", DISCS)
def test_worn_discs_behind_a_fracture_are_none(conclusion):
    cards = reported(conclusion)
    assert "below the usual" in json.dumps(cards)
    assert is_end_chosen(cards)
