"""A T-score that is dated by a year alone."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, measured, order_sign
from tests.patients.reassuring import reassuring_record


@pytest.mark.parametrize("day", ["2021", "2023", "2024"])
def test_a_t_score_of_a_year_is_of_its_first_day(day):
    old = measured("bmd-t-score", -1.5, number="year") | {"effectiveDateTime": day}
    rest = [
        entry
        for entry in reassuring_record()
        if entry.get("valueQuantity", {}).get("value") != -1.5
    ]
    card = by_topic(ask(order_sign([*rest, old], kyphoplasty())))["rehabilitation"]
    assert "below the usual" not in card["detail"]
