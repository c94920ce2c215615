"""A stage in front of the kidneys' name, and a dialysis that is over."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import card_of


def card_with(title):
    return card_of(problem("I10", number="q", code={"text": title}))


@pytest.mark.parametrize(
    "title",
    [
        "Stadium 4 Niereninsuffizienz",
        "Stadium IV der chronischen Niereninsuffizienz",
        "Stad. 5 CKD",
    ],
)
def test_a_stage_in_front_is_read(title):
    assert card_with(title)["summary"].startswith("Severe kidney disease")


def test_a_lower_stage_is_none():
    assert "kidney" not in card_with("Stadium 3 Niereninsuffizienz")["summary"]


@pytest.mark.parametrize(
    "title", ["Dialysis until 2019", "Haemodialysis until May 2019"]
)
def test_a_dialysis_that_ended_is_open(title):
    card = card_with(title)
    assert "ialysis" not in card["summary"]
    assert "Not known" in card["detail"]
    assert "below the usual" not in card["detail"]


def test_one_that_goes_on_is_there():
    assert card_with("Dialysis since 2019")["summary"].startswith("Dialysis")
