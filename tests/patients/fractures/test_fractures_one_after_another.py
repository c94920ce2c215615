"""Another vertebra that broke after the treated one, and before it got cement.

A fracture that did not heal is treated weeks later, and by then the next one may be
there: a second fracture within two years, not two of one day.
"""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.inpatients import cards_by_topic, chart, coded

L1, L2, T8 = "S32.010A", "S32.020A", "S22.060A"


def first_card(*fractures, level="L1"):
    """The first card for a kyphoplasty of this vertebra, with these fractures."""
    return cards_by_topic(chart(*fractures), (kyphoplasty(level),))["rehabilitation"]


@pytest.mark.parametrize("days", [45, 60, 120, 170])
@pytest.mark.parametrize(
    "newer",
    [
        pytest.param([coded(L2, days=3)], id="the next vertebra"),
        pytest.param([coded(L2, days=3), coded(T8, days=3)], id="two others"),
        pytest.param([coded(L2, days=10)], id="ten days ago"),
    ],
)
def test_a_newer_fracture_of_another_vertebra_is_a_second_one(days, newer):
    card = first_card(coded(L1, days=days), *newer)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in ")
    assert "below" not in card["detail"]


def test_a_treated_vertebra_without_its_site_is_older_than_another():
    card = first_card(coded("M80.08XA", days=60), coded(L2, days=3))
    assert card["summary"].startswith("Second vertebral fracture in ")


def test_fractures_within_a_month_are_one_event():
    card = first_card(coded(L1, days=25), coded(L2, days=3))
    assert "Second vertebral fracture" not in card["summary"]


def test_a_later_entry_of_the_same_vertebra_is_no_second_fracture():
    card = first_card(coded(L1, days=60), coded("M48.56XA", days=3))
    assert "Second vertebral fracture" not in card["summary"]


def test_a_newer_fracture_keeps_the_warning_of_three_at_once():
    """More is known than without the day of the treated one, and nothing is better."""
    newer = [coded(L2, days=3), coded(T8, days=3)]
    assert first_card(*newer)["indicator"] == "warning"
    assert first_card(coded(L1, days=60), *newer)["indicator"] == "warning"
