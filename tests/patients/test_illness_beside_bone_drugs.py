"""An infarct, a clot or Paget's disease on record is named next to the bone drug."""

from typing import Any

import pytest

from tests.patients.inpatients import (
    ALENDRONATE,
    ROMOSOZUMAB,
    TERIPARATIDE,
    cards_by_topic,
    chart,
    coded,
    given,
    statement,
)
from tests.patients.leaving import leave, leaving_chart

RALOXIFENE = "G03XC01"
ROMO = given("romosozumab", ROMOSOZUMAB, 5)
NAMES = {
    RALOXIFENE: "raloxifene",
    TERIPARATIDE: "teriparatide",
    ALENDRONATE: "alendronate",
}
NOTHING = ("nothing to change", "continue", "Give it")


def rehabilitation(*record: Any) -> Any:
    return cards_by_topic(chart(coded("M80.08XA"), *record))["rehabilitation"]


@pytest.mark.parametrize("days", [10, 60, 330])
@pytest.mark.parametrize("code", ["I21.4", "I63.9", "I61.9"])
def test_an_infarct_or_stroke_of_the_year_is_named(code: str, days: int) -> None:
    card = rehabilitation(ROMO, coded(code, days=days))
    assert "yocardial infarction or stroke" in card["summary"]
    assert "check the drug first" in card["summary"]
    assert not any(one in card["summary"] + card["detail"] for one in NOTHING)


@pytest.mark.parametrize(
    ("drug", "code", "says"),
    [
        (RALOXIFENE, "I82.4Y9", "hrombosis or embolism"),
        (RALOXIFENE, "I26.99", "hrombosis or embolism"),
        (RALOXIFENE, "I63.9", "yocardial infarction or stroke"),
        (TERIPARATIDE, "M88.9", "Paget's disease"),
        (TERIPARATIDE, "E21.0", "yperparathyroidism or high calcium"),
        (TERIPARATIDE, "E83.52", "yperparathyroidism or high calcium"),
    ],
)
@pytest.mark.parametrize("start", [5, 700])
def test_so_is_what_other_labels_forbid(
    drug: str, code: str, says: str, start: int
) -> None:
    card = rehabilitation(taken(drug, start), coded(code, days=30))
    assert says in card["summary"]
    assert "nothing to change" not in card["detail"]


def taken(drug: str, start: int) -> Any:
    return statement(NAMES[drug], drug, start)


@pytest.mark.parametrize(
    "record",
    [
        (ROMO, coded("I21.4", days=800)),
        (ROMO, coded("I25.2", days=60)),
        (ROMO, coded("I10", days=60)),
        (ROMO, coded("I82.4Y9", days=60)),
        (taken(ALENDRONATE, 5), coded("I21.4", days=60)),
        (taken(ALENDRONATE, 5), coded("M88.9", days=60)),
    ],
)
def test_what_the_label_does_not_name_is_not(record: Any) -> None:
    assert "check the drug first" not in rehabilitation(*record)["summary"]


def test_no_dose_is_asked_for_when_leaving() -> None:
    romo = given("romosozumab", ROMOSOZUMAB, 1)
    cards = leave(leaving_chart(romo, coded("I21.4", days=60)))
    told = " ".join(one["summary"] + one["detail"] for one in cards)
    assert "yocardial infarction or stroke" in told
    assert "Give it" not in told
