"""Two vertebrae were treated before the patient leaves: at one operation, or at two.

She leaves on 20 November 2026, after L1 two days ago; the site looks back 30 days.
"""

from typing import Any

import pytest

from tests.chart_builders import Asked, Resource, days_ago, ordered
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    SERVICE,
    discharge,
    kyphoplasty_done,
    leave,
    leaving_chart,
)

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


# Other tests of this file are of the days within the site's thirty.
LONG = 60
WARD = {"reference": "Encounter/ward-7"}


def long_stayer(*record: Resource, began: int = LONG) -> tuple[Resource, ...]:
    """Somebody who leaves, admitted so many days ago, with these procedures."""
    stay = {"period": {"start": days_ago(began)}}
    entries = chart(coded("M80.08XA", days=LONG), *record)
    return tuple(
        one | stay if one["resourceType"] == "Encounter" else one for one in entries
    )


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"encounter": WARD}, id="a department's contact"),
        pytest.param(NOT_NAMED, id="no stay"),
    ],
)
def test_what_was_done_in_a_long_stay_is_of_it(named):
    (card,) = leave(long_stayer(kyphoplasty_done(days=45, **named)))
    assert card["summary"].startswith("Leaving after kyphoplasty L1")


def test_what_was_done_before_a_long_stay_is_not_of_it():
    done = kyphoplasty_done(days=45, **NOT_NAMED)
    assert leave(long_stayer(done, began=40)) == []


def test_what_names_another_stay_in_hospital_is_not_of_it():
    body = discharge(long_stayer(kyphoplasty_done(days=45, encounter=WARD)))
    ours = body["prefetch"]["encounter"]
    assert by_call(body)
    other = {name: ours[name] for name in ours if name != "period"} | {"id": "ward-7"}
    entries = [{"resource": one} for one in (ours, other)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    body["prefetch"]["encounter"] = bundle
    assert by_call(body) == []


def by_call(body: dict[str, Any]) -> list[Resource]:
    """The cards that this call shows."""
    reply = Asked().client.post(f"/cds-services/{SERVICE}", json=body)
    cards: list[Resource] = reply.get_json()["cards"]
    return cards


def test_a_long_stay_that_could_not_be_read_leaves_an_entry():
    asked = Asked()
    done = kyphoplasty_done(days=45, **NOT_NAMED)
    assert leave(long_stayer(done), asked, failed=("encounter",)) == []
    (entry,) = asked.log.entries
    assert entry.content == {"nearMisses": [], "proceduresUnread": True}
