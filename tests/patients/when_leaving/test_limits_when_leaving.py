"""A bone that carries and may still heal limits training, at both moments."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.patients.inpatients import worded
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import reassuring_record

BROKEN = ["S72.001A", "S72.10XA", "S32.810A", "S32.10XA"]
WORDS = ["hip fracture", "Schenkelhalsfraktur links", "złamanie szyjki kości udowej"]
KNOWS = "Does physiotherapy know?"


def broken(code, days, words=""):
    named = {"code": {"text": words}} if words else {}
    return problem(code, number="broken", days=days, **named)


def training_of(entry):
    """The card of a signing, and if it chooses training."""
    body = order_sign(reassuring_record(entry), kyphoplasty())
    card = by_topic(ask(body))["rehabilitation"]
    chosen = [
        one["label"] for one in card.get("suggestions", ()) if one.get("isRecommended")
    ]
    return card, any("rehabilitation" in label for label in chosen)


@pytest.mark.parametrize(
    ("code", "days"),
    [
        *((code, days) for code in BROKEN for days in (1, 20, 40)),
        *((code, days) for code in BROKEN[2:] for days in (60, 89)),
    ],
)
def test_a_signing_asks_first_while_it_may_heal(code, days):
    card, is_chosen = training_of(broken(code, days))
    assert not is_chosen
    assert "walk by next day" not in card["detail"]


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_hip_limit_as_its_code_does(words):
    card, is_chosen = training_of(broken("x", 3, words))
    assert not is_chosen
    assert "walk by next day" not in card["detail"]


def test_a_hip_of_long_ago_asks_for_training():
    card, is_chosen = training_of(broken("S72.001A", 60))
    assert is_chosen
    assert "walk by next day" in card["detail"]


def test_a_discharge_asks_if_physiotherapy_knows():
    asked = leave(leaving_chart(*everything_arranged(), broken("S32.012A", 20)))
    assert asked[0]["summary"].endswith(KNOWS)


@pytest.mark.parametrize(
    ("code", "days"), [("S72.001A", 120), ("S72.001A", 20), ("S22.41XA", 20)]
)
def test_a_discharge_asks_nothing_of_what_healed_or_carries_nothing(code, days):
    assert not leave(leaving_chart(*everything_arranged(), broken(code, days)))


UNSTABLE = [
    *("Unstable fracture of L1", "Unstable burst fracture L1"),
    *("Instabile LWK-1-Fraktur", "Fracture instable de L1"),
    *("Fractura inestable de L1", "Frattura instabile di L1"),
    *("Instabiele fractuur L1", "Niestabilne złamanie L1"),
    *("L1不稳定骨折", "L1 불안정 골절"),
]


@pytest.mark.parametrize("title", UNSTABLE)
def test_words_of_an_unstable_fracture_ask_as_its_code_does(title):
    told = worded(title, days=20)
    asked = leave(leaving_chart(*everything_arranged(), told))
    assert asked[0]["summary"].endswith(KNOWS)


@pytest.mark.parametrize("title", [*UNSTABLE[:4], "Stable fracture of L1"])
def test_words_of_one_that_healed_ask_nothing(title):
    days = 20 if title.startswith("Stable") else 400
    told = worded(title, days=days) | {"recordedDate": days_ago(days)}
    assert not leave(leaving_chart(*everything_arranged(), told))
