"""Several entries of one operation are one, and the one with the day tells it."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.codes import CPT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave

L1, L3 = coded("S32.010A", days=20), coded("S32.030A", days=19)
TAKES = statement("alendronate", "M05BA04", 1)
NO_STAY: dict[str, Any] = {"encounter": None}
THIS_MONTH, THIS_YEAR = "2026-11", "2026"
NOT_TREATED = "recent fracture of L3 not treated"
PERHAPS = "recent fracture of L3 perhaps not treated"


def of_l3(number: str = "l3", **members: Any) -> Resource:
    """An entry of the operation of L3."""
    return kyphoplasty_done("L3", number=number, **members)


def titled(words: str) -> Resource:
    """A code of the operation with this title."""
    return {"code": codeable(CPT, "22514") | {"text": words}, "bodySite": None}


def details(*operations: Resource, broken: tuple[Resource, ...] = (L1, L3)) -> str:
    """What the cards say of somebody for whom all else is arranged; may be empty."""
    cards = leave(chart(*broken, *operations, *everything_arranged(), TAKES))
    return " ".join(f"{card['summary']} {card['detail']}" for card in cards)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(
            (kyphoplasty_done(**titled("Kyphoplasty L1, L3 aborted")), of_l3()),
            id="left by a title, done that day",
        ),
        pytest.param(
            (kyphoplasty_done(**titled("Kyphoplasty L1, L3 aborted")), of_l3(days=1)),
            id="left by a title, done a day later",
        ),
        pytest.param(
            (kyphoplasty_done(), of_l3("a", status="not-done"), of_l3("b")),
            id="not done, and done that day",
        ),
        pytest.param(
            (kyphoplasty_done(), of_l3("a", status="stopped"), of_l3("b", days=1)),
            id="broken off, and done a day later",
        ),
        pytest.param((kyphoplasty_done(), of_l3(performedDateTime=None)), id="no day"),
        pytest.param(
            (kyphoplasty_done(), of_l3(performedDateTime=None, **NO_STAY)),
            id="no day, no stay",
        ),
        *(
            pytest.param(
                (
                    kyphoplasty_done(**NO_STAY),
                    of_l3(performedDateTime=on, **NO_STAY),
                ),
                id=on,
            )
            for on in (THIS_MONTH, THIS_YEAR)
        ),
    ],
)
def test_what_any_entry_treated_is_treated(entries: tuple[Resource, ...]) -> None:
    assert details(*entries) == ""


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param(
            (
                kyphoplasty_done(),
                kyphoplasty_done(number="b", **titled("Kyphoplasty L3 aborted")),
            ),
            PERHAPS,
            id="an entry of its own is titled so",
        ),
        pytest.param(
            (
                kyphoplasty_done(),
                of_l3("a", status="unknown"),
                of_l3("b", status="not-done", days=3),
            ),
            PERHAPS,
            id="perhaps done after it was not",
        ),
        pytest.param(
            (
                kyphoplasty_done(),
                of_l3("a", status="unknown", days=3),
                of_l3("b", status="not-done"),
            ),
            NOT_TREATED,
            id="not done after it perhaps was",
        ),
    ],
)
def test_entries_that_contradict_are_told_by_their_days(
    entries: tuple[Resource, ...], said: str
) -> None:
    assert said in details(*entries)


def test_the_title_that_leaves_it_counts_against_an_older_order() -> None:
    asked = of_patient(
        "ServiceRequest",
        "order",
        status="active",
        intent="order",
        code={"text": "Kyphoplasty L1 and L3"},
        authoredOn=days_ago(4),
    )
    done = kyphoplasty_done(**titled("Kyphoplasty L1, L3 aborted"))
    assert NOT_TREATED in details(done, asked)


@pytest.mark.parametrize("on", [THIS_MONTH, THIS_YEAR])
def test_the_exact_day_of_another_entry_is_that_of_the_operation(on: str) -> None:
    """L3 broke a day after the operation."""
    broken = (L1, coded("S32.030A", days=1))
    entries = (kyphoplasty_done(), of_l3(performedDateTime=on))
    assert NOT_TREATED in details(*entries, broken=broken)


def test_an_entry_by_month_is_no_earlier_operation() -> None:
    by_month = of_l3(performedDateTime=THIS_MONTH, **NO_STAY)
    record = chart(L1, L3, kyphoplasty_done(), by_month)
    (card,) = leave((*record, ordered("rehabilitation", days=1)))
    assert "kyphoplasty L1 and L3 (18 Nov): two fractures at once" in card["summary"]
    assert card["indicator"] == "info"


def test_one_of_the_month_before_is() -> None:
    by_month = of_l3(performedDateTime="2026-10", **NO_STAY)
    record = chart(L1, L3, kyphoplasty_done(), by_month)
    (card,) = leave((*record, ordered("rehabilitation", days=1)))
    assert "second vertebral fracture in 2 years" in card["summary"]
