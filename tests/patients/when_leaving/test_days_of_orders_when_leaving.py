"""Orders of other operations when the patient leaves, by the day they were carried out."""

import pytest

from tests.chart_builders import days_ago
from tests.patients.leaving import act_ordered, summaries_beside

OPERATIONS = ["Laminectomy L1", "Laminektomie L3", "Repair of hip fracture"]
AGES_AGO = {"start": days_ago(400), "end": days_ago(399)}


def carried_out(title, days, **members):
    order = act_ordered(title, days=days or 1, status="completed", **members)
    if days is None:
        del order["authoredOn"]
    return summaries_beside(order)


@pytest.mark.parametrize("title", OPERATIONS)
@pytest.mark.parametrize(
    ("days", "members"),
    [
        (1, {}),
        (None, {}),
        (400, {"occurrenceDateTime": days_ago(1)}),
        (None, {"occurrenceDateTime": days_ago(1)}),
    ],
)
def test_one_of_these_days_or_of_none_is_to_be_read(title, days, members):
    assert len(carried_out(title, days, **members)) == 1


@pytest.mark.parametrize("title", OPERATIONS)
@pytest.mark.parametrize(
    ("days", "members"),
    [
        (400, {}),
        (None, {"occurrenceDateTime": days_ago(400)}),
        (None, {"occurrencePeriod": AGES_AGO}),
    ],
)
def test_one_of_long_ago_is_not(title, days, members):
    assert carried_out(title, days, **members) == []


def test_a_standing_order_of_long_ago_is_not_of_these_days():
    planned = {"occurrencePeriod": {"start": days_ago(400), "end": days_ago(-30)}}
    order = act_ordered("Laminectomy L1", days=400, **planned)
    assert summaries_beside(order) == []
