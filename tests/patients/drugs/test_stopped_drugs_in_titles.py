"""A diagnosis that says in its title that denosumab was stopped is asked about."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, dose, ordered, problem
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import appointment, kyphoplasty_done, leave


def beside_denosumab(words: str, *, days: int = 6) -> list[Any]:
    """The cards next to a diagnosis, if the next denosumab is booked and all else is."""
    told = problem("x", number="g", code={"text": words}, recordedDate=days_ago(days))
    return leave(
        chart(
            coded("M80.08XA", days=20),
            kyphoplasty_done(),
            ordered("rehabilitation", days=1),
            dose("denosumab", days=146),
            statement("denosumab", "M05BX04", 170),
            appointment("Denosumab injection", day="2026-12-28"),
            told,
        )
    )


@pytest.mark.parametrize(
    "words",
    [
        "Osteoporosis on denosumab stopped",
        "Osteoporosis - denosumab stopped",
        "Osteoporosis, denosumab, stopped 2026",
        "Osteoporose, Denosumab sistiert",
        "Osteoporose unter Denosumab, aufgegeben",
        "Ostéoporose sous denosumab, arrêté",
        "Osteoporosis, denosumab suspendido",
        "Osteoporose, denosumab gestopt",
        "骨粗鬆症 デノスマブ中止",
    ],
)
@pytest.mark.parametrize("days", [6, 100])
def test_the_next_dose_is_doubted(words: str, days: int) -> None:
    (card,) = beside_denosumab(words, days=days)
    assert "denosumab perhaps withheld or changed" in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "Osteoporosis, denosumab quit",
        "Osteoporosis, previous denosumab",
        "Osteoporose, Z.n. Denosumab",
        "Osteoporoza, stan po denosumab",
    ],
)
def test_a_drug_of_before_is_not_understood(words: str) -> None:
    assert beside_denosumab(words)


@pytest.mark.parametrize(
    "words",
    [
        "Osteoporosis on denosumab",
        "Osteoporose, Denosumab",
        "Osteoporosis on denosumab since 2024",
        "Ex-smoker, stopped 2010",
        "Ex-Raucher, 2010 aufgegeben",
        "Old osteoporosis, denosumab",
    ],
)
def test_one_that_is_taken_asks_nothing(words: str) -> None:
    assert not [
        card
        for card in beside_denosumab(words)
        if "withheld" in card["summary"] or "not understood" in card["summary"]
    ]
