"""Results since the operation that tell of another fracture, or are not final yet."""

import pytest

from tests.chart_builders import ordered
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
)
from tests.patients.reassuring import imaging


def summaries(*entries):
    """Return what the cards of a discharge say at which nothing else is open."""
    cards = leave(leaving_chart(*everything_arranged(), *entries))
    return [card["summary"] for card in cards]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("New fracture L2.", "L2"),
        ("Acute compression fracture of T12. Cement at L1.", "T12"),
        ("Frische Fraktur LWK 3.", "L3"),
        ("신선 압박골절 흉추 12번", "T12"),
    ],
)
@pytest.mark.parametrize("days", [0, 2])
def test_a_report_since_the_operation_that_names_another_fracture(words, place, days):
    (said,) = summaries(imaging(words, days=days))
    assert f"recent fracture of {place} perhaps not treated" in said


@pytest.mark.parametrize(
    "words",
    [
        "Acute fracture of L1.",
        "Status post kyphoplasty L1. No new fracture.",
        "Cement at L1. No fracture of L2.",
        "Cement at L1. Degenerative changes L4-5.",
    ],
)
def test_a_report_of_the_treated_fracture_is_none(words):
    assert summaries(imaging(words, days=0)) == []


def test_a_report_of_long_before_the_operation_is_none():
    assert summaries(imaging("Acute fracture of L2.", days=40)) == []


@pytest.mark.parametrize("status", ["preliminary", "partial", "registered"])
def test_a_result_of_pathology_that_is_not_final_is_pending(status):
    (said,) = summaries(pathology(status=status))
    assert "biopsy result pending" in said


def test_a_final_result_of_that_day_or_later_settles_it():
    early = pathology(status="preliminary", days=1, number="early")
    assert summaries(early, pathology(days=0)) == []


def test_a_result_of_an_order_is_pending_once():
    biopsy = ordered("biopsy", days=2, number="bio")
    (said,) = summaries(biopsy, pathology(status="preliminary", order="bio"))
    assert said.count("pending") == 1
