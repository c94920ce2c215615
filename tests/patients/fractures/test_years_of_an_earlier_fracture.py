"""An earlier vertebral fracture that its year or month dates may lie within two years."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    order_sign,
    problem,
    strong_and_nourished,
)


def card_with(onset):
    fracture = problem("M48.54XA", number="earlier", days=30, onsetDateTime=onset)
    body = order_sign([*strong_and_nourished(), fracture], kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


@pytest.mark.parametrize("onset", ["2024", "2024-11", "2024-12", "2025", "2025-06"])
def test_the_last_day_that_the_date_allows_decides(onset):
    card = card_with(onset)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in 2 years")


@pytest.mark.parametrize("onset", ["2023", "2024-10", "2024-11-18"])
def test_what_was_surely_longer_ago_is_an_older_one(onset):
    card = card_with(onset)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture (")
