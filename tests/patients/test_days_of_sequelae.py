"""The sequela of a fracture begins after it: its day is not that of the fracture."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, dated

PRESENT = dated(codeable(ICD, "S32.010A"), days=20, number="present")


def card_with(code, *, days=40, words=""):
    told = codeable(ICD, code) | ({"text": words} if words else {})
    return cards_of(PRESENT, dated(told, days=days))["rehabilitation"]


@pytest.mark.parametrize("days", [40, 700])
@pytest.mark.parametrize("code", ["S32.050S", "S22.060S", "M80.08XS"])
def test_a_sequela_is_an_earlier_fracture_without_a_date(code, days):
    card = card_with(code, days=days)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture, T")


def test_a_sequela_of_the_treated_vertebra_may_be_of_this_fracture():
    card = card_with("S32.010S", words="Sequela of fracture of L1")
    assert card["indicator"] == "info"
    assert "earlier vertebral fracture not excluded" in card["detail"]
    assert not card["summary"].startswith("Earlier")


def test_the_year_in_its_title_is_that_of_the_fracture():
    card = card_with("S22.060S", words="Sequela of T8 fracture 2018")
    assert card["summary"].startswith("Earlier vertebral fracture")
    assert "Oct 2026" not in card["summary"]


def test_a_sequela_of_a_hip_fracture_leaves_that_open():
    card = card_with("S72.001S")
    assert card["indicator"] == "info"
    assert "hip fracture within 2 years not excluded" in card["detail"]


def test_one_of_long_ago_is_no_hip_fracture_of_two_years():
    assert "ip fracture" not in card_with("S72.001S", days=3000)["detail"]


def test_a_later_encounter_is_dated_as_before():
    summary = card_with("S22.060D", days=700)["summary"]
    assert summary.startswith("Second vertebral fracture in 2 years")
