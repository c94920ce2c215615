"""An operation says of a vertebra, next to its title, that it was left: perhaps so.

L1 and L3 broke three weeks ago, and the title names both.
"""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import CPT, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    STAY,
    TREATED,
    everything_arranged,
    kyphoplasty_done,
    leave,
)

BROKEN = (coded("S32.010A", days=20), coded("S32.030A", days=19))
TAKES = statement("alendronate", "M05BA04", 1)
PERHAPS = "recent fracture of L3 perhaps not treated. Who follows it up?"
CODED = {
    "code": codeable(CPT, "22514"),
    "bodySite": [codeable(SCT, TREATED[one]) for one in ("L1", "L3")],
}
LEFT = [
    "L3 aborted",
    "L3 not done",
    "L3 not treated",
    "L3 abandoned due to poor visualisation",
    "Unable to access L3",
    "L1 treated; L3 could not be accessed",
    "Cement into L1. L3 was not done because of bleeding.",
    "Only L1 treated",
    "LWK 3 nicht durchgeführt",
    "LWK 1 zementiert, LWK 3 abgebrochen",
    "L3 abandonnée",
    "L3 non réalisée",
    "L3 no realizada",
    "L3 non eseguita",
    "L3 niet uitgevoerd",
    "L3 nie wykonano",
    "L3未行",
    "L3中止",
]
NOT_LEFT = [
    "Planned L1 and L3",
    "Biopsy L3 not done",
    "L3 biopsy not done",
    "Biopsie LWK 3 nicht durchgeführt",
    "Biopsie L3 non réalisée",
    "Biopsia L3 no realizada",
    "Biopsia L3 non eseguita",
    "Biopt L3 niet uitgevoerd",
    "Biopsja L3 nie wykonano",
    "L3生検未施行",
    "L3活检未行",
    "L3 left pedicle not accessible, right used",
    "Right pedicle L3 aborted, left used",
    "LWK 3 linker Pedikel nicht zugänglich, rechts verwendet",
    "L3 treated via left pedicle",
    "L3 MRI not done",
    "L3 height restoration not possible",
    "L2 not treated",
    "Conservative treatment failed",
]


def operated(**members: Any) -> Resource:
    """The operation of two days ago."""
    said = {
        "status": "completed",
        "code": {"text": "Kyphoplasty L1 and L3"},
        "performedDateTime": days_ago(2),
        "encounter": {"reference": f"Encounter/{STAY}"},
    }
    return of_patient("Procedure", "done", **said | members)


def order(levels: str, days: int) -> Resource:
    """An active order of an operation, written so many days ago."""
    said = {"code": {"text": f"Kyphoplasty {levels}"}, "authoredOn": days_ago(days)}
    return of_patient(
        "ServiceRequest", "order", status="active", intent="order", **said
    )


def details(*operations: Resource) -> list[str]:
    """The summary and detail of the cards of somebody for whom all else is arranged."""
    cards = leave(chart(*BROKEN, *operations, *everything_arranged(), TAKES))
    return [f"{card['summary']} {card['detail']}" for card in cards]


@pytest.mark.parametrize("words", LEFT)
@pytest.mark.parametrize("title", [{}, CODED], ids=["in words", "by codes"])
def test_a_note_that_calls_it_left_asks(words: str, title: Resource) -> None:
    (said,) = details(operated(note=[{"text": words}], **title))
    assert PERHAPS in said


@pytest.mark.parametrize(
    "members",
    [
        {"outcome": {"text": "L3 aborted"}},
        {"statusReason": {"text": "L3 aborted"}},
        {"followUp": [{"text": "L3 aborted"}]},
        {"bodySite": [{"text": "L3 aborted"}]},
        {"extension": [{"url": "http://x.org/a", "valueString": "L3 aborted"}]},
        {"text": {"status": "additional", "div": "<div><p>L3 aborted</p></div>"}},
    ],
    ids=lambda members: next(iter(members)),
)
def test_so_does_any_other_element_on_its_course(members: Resource) -> None:
    (said,) = details(operated(**members))
    assert PERHAPS in said


@pytest.mark.parametrize("words", NOT_LEFT)
@pytest.mark.parametrize("element", ["note", "outcome"])
def test_what_is_of_something_else_asks_nothing_of_it(words: str, element: str) -> None:
    said = {"note": [{"text": words}], "outcome": {"text": words}}
    cards = details(operated(**{element: said[element]}))
    assert not any("not treated" in card for card in cards)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"note": [{"text": "Not done"}]}, id="note"),
        pytest.param({"outcome": {"text": "Procedure abandoned"}}, id="outcome"),
        pytest.param({"note": [{"text": "L3 aborted"}]}, id="its vertebra"),
    ],
)
def test_an_entry_of_one_vertebra_says_so_of_the_whole(members: Resource) -> None:
    (said,) = details(kyphoplasty_done(), kyphoplasty_done("L3", number="b", **members))
    assert PERHAPS in said


def test_the_only_vertebra_was_perhaps_not_treated() -> None:
    alone = kyphoplasty_done(note=[{"text": "L1 aborted"}])
    record = chart(BROKEN[0], alone, *everything_arranged(), TAKES)
    (card,) = leave(record)
    assert "recent fracture of L1 perhaps not treated" in card["summary"]


@pytest.mark.parametrize("days", [1, 2])
def test_another_entry_that_treated_it_settles_it(days: int) -> None:
    left = operated(note=[{"text": "L3 aborted"}])
    again = kyphoplasty_done("L3", days=days, number="again")
    assert not any("not treated" in card for card in details(left, again))


def test_an_order_from_before_it_was_not_carried_out() -> None:
    left = operated(note=[{"text": "L3 aborted"}])
    (said,) = details(left, order("L1 and L3", 4))
    assert PERHAPS in said


def test_an_order_since_then_is_to_treat_it_once_it_has_a_day() -> None:
    left = operated(note=[{"text": "L3 aborted"}])
    (said,) = details(left, order("L3", 1))
    assert PERHAPS in said
    planned = order("L3", 1) | {"status": "active", "occurrenceDateTime": days_ago(-5)}
    assert not any("not treated" in card for card in details(left, planned))


def test_a_vertebra_that_was_left_counts_for_no_other() -> None:
    fourth = coded("S32.040A", days=18)
    sites = [codeable(SCT, TREATED[one]) for one in ("L1", "L3")]
    done = operated(
        code=codeable(CPT, "22514"), bodySite=sites, note=[{"text": "L3 abandoned"}]
    )
    record = (coded("S32.010A", days=20), fourth, done, order("L1 and L4", 5))
    cards = leave(chart(*record, *everything_arranged(), TAKES))
    assert any("L4" in card["summary"] + card["detail"] for card in cards)
