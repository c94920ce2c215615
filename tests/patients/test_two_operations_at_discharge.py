"""Two vertebrae were treated before the patient leaves: at one operation, or at two.

She leaves on 20 November 2026, after L1 two days ago; the site looks back 30 days.
"""

import pytest

from tests.chart_builders import Resource, days_ago, ordered
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave, leaving_chart

PHYSIOTHERAPY = ordered("rehabilitation", days=1)
ANOTHER = {"reference": "Encounter/stay-before"}
NOT_NAMED = {"encounter": None}


def t12(days: int, **members: object) -> Resource:
    return kyphoplasty_done("T12", days=days, number="t12", **members)


def leaver(*record: Resource, admitted: int | None = None) -> tuple[Resource, ...]:
    """Somebody who leaves, admitted so many days ago; None if no day is recorded."""
    began = {"period": {"start": days_ago(admitted)}} if admitted else {}
    return tuple(
        one | began if one["resourceType"] == "Encounter" else one
        for one in leaving_chart(*record, PHYSIOTHERAPY)
    )


TWO = [
    pytest.param(leaver(t12(25, encounter=ANOTHER)), id="another stay"),
    pytest.param(leaver(t12(5, encounter=ANOTHER)), id="another stay, this week"),
    pytest.param(leaver(t12(25, **NOT_NAMED)), id="a stay that is not named"),
    pytest.param(leaver(t12(25, **NOT_NAMED), admitted=4), id="before this stay began"),
]
ONE = [
    pytest.param(leaver(t12(5)), id="a second stage of this stay"),
    pytest.param(leaver(t12(2, **NOT_NAMED)), id="of the same day"),
    pytest.param(leaver(t12(3, **NOT_NAMED)), id="of the day before"),
    pytest.param(leaver(t12(2, encounter=ANOTHER)), id="in a visit of that day"),
    pytest.param(
        leaver(t12(5, encounter=ANOTHER), admitted=8), id="in a visit of this stay"
    ),
    pytest.param(leaver(t12(5, **NOT_NAMED), admitted=8), id="since this stay began"),
]


@pytest.mark.parametrize("record", TWO)
def test_a_vertebra_of_an_earlier_operation_is_an_earlier_fracture(record):
    (card,) = leave(record)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Leaving after kyphoplasty L1 (18 Nov): ")
    assert "second vertebral fracture in 2 years" in card["summary"]


@pytest.mark.parametrize("record", ONE)
def test_vertebrae_of_one_stay_are_of_one_operation(record):
    (card,) = leave(record)
    assert "kyphoplasty T12 and L1 (18 Nov): two fractures at once" in card["summary"]


@pytest.mark.parametrize(
    "other", [NOT_NAMED, {"encounter": ANOTHER}], ids=["no stay", "another stay"]
)
def test_without_this_stay_the_newest_operation_counts(other):
    done = kyphoplasty_done(encounter=None)
    record = chart(coded("M80.08XA", days=20), done, t12(25, **other), PHYSIOTHERAPY)
    (card,) = leave(record)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Leaving after kyphoplasty L1 (18 Nov): ")


SECOND_ENTRIES = [
    pytest.param("L1", 1, None, id="the same level"),
    pytest.param(None, 1, None, id="no level"),
    pytest.param("L1", 3, ANOTHER, id="the same level, of a visit of its own"),
    pytest.param("L1", 1, ANOTHER, id="the same level, billed the day after"),
]


@pytest.mark.parametrize(("level", "days", "stay"), SECOND_ENTRIES)
def test_a_second_entry_of_the_operation_is_no_earlier_one(level, days, stay):
    bill = kyphoplasty_done(level, days=days, number="bill", encounter=stay)
    (card,) = leave(leaver(bill))
    assert card["indicator"] == "info"
    assert "second vertebral fracture" not in card["summary"]
