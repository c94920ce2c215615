"""Braces that are called otherwise than most are asked about when the patient leaves."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart


def cards_with(title: str) -> list[Any]:
    """The cards of somebody for whom all but this brace is arranged."""
    brace = of_patient(
        "DeviceRequest",
        "worn",
        status="active",
        intent="order",
        authoredOn=days_ago(1),
        codeCodeableConcept={"text": title},
    )
    drug = statement("alendronate", "M05BA04", 1)
    cards: list[Any] = leave(leaving_chart(*everything_arranged(), drug, brace))
    return cards


@pytest.mark.parametrize(
    "title",
    [
        "4-Punkt-Orthese",
        "Vier-Punkt-Mieder",
        "Miederversorgung",
        "硬性支具",
        "Bustino",
        "Faja semirrígida",
        "Clamshell brace",
    ],
)
def test_who_ends_a_brace_of_this_name_is_asked(title: str) -> None:
    (card,) = cards_with(title)
    assert "who ends the back brace" in card["summary"]


@pytest.mark.parametrize("title", ["4-Punkt-Knieorthese", "软性颈托"])
def test_no_other_brace_is_asked_about(title: str) -> None:
    assert cards_with(title) == []
