"""Over the whole flow: an order of before this fracture shortens nothing (rule E6)."""

import pytest

from tests.chart_builders import (
    cards_for,
    kyphoplasty,
    labels,
    ordered,
    patient,
    problem,
    quiet_lists,
)

LIAISON = "Refer to fracture liaison service"


def is_liaison_offered(*record):
    cards = cards_for((patient(), *quiet_lists(), *record), kyphoplasty())
    return LIAISON in labels(cards["rehabilitation"])


def fracture(days):
    return problem("M80.08XA", number="fracture", days=days, onsetDateTime=None)


@pytest.mark.parametrize(
    ("record", "is_offered"),
    [
        pytest.param((), True, id="nothing ordered"),
        pytest.param((ordered("bone-treatment", days=5),), False, id="this week"),
        pytest.param(
            (ordered("bone-treatment", days=2700),), True, id="of 2019, still open"
        ),
        pytest.param(
            (ordered("bone-treatment", days=80),),
            False,
            id="80 days ago, fracture not known",
        ),
        pytest.param(
            (ordered("bone-treatment", days=5, status="completed"),),
            True,
            id="not active",
        ),
        pytest.param(
            (fracture(20), ordered("bone-treatment", days=10)),
            False,
            id="since the fracture",
        ),
        pytest.param(
            (fracture(20), ordered("bone-treatment", days=40)),
            True,
            id="before the fracture",
        ),
    ],
)
def test_an_order_counts_since_the_fracture(record, is_offered):
    assert is_liaison_offered(*record) is is_offered


def test_an_order_that_ended_does_not_count():
    over = ordered(
        "bone-treatment",
        days=60,
        occurrencePeriod={"start": "2026-09-21", "end": "2026-11-01"},
    )
    assert is_liaison_offered(over)
