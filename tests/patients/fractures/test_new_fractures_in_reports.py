"""A report since the operation calls a fracture new, and names no vertebra."""

import pytest

from tests.chart_builders import Resource
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import imaging


def cards_with(words: str, days: int = 1) -> list[Resource]:
    """The cards of somebody for whom all else is arranged."""
    return leave(leaving_chart(*everything_arranged(), imaging(words, days=days)))


@pytest.mark.parametrize(
    "words",
    [
        "New fracture.",
        "Acute fracture.",
        "New thoracic fracture.",
        "Cement in good position. New fracture.",
        "Frische Fraktur.",
        "Neue Fraktur.",
        "Fracture récente.",
        "Nouvelle fracture.",
        "Fractura aguda.",
        "Nueva fractura.",
        "Frattura recente.",
        "Nieuwe fractuur.",
        "Świeże złamanie.",
        "新鮮骨折。",
        "새로운 골절.",
        "胸椎新鲜骨折。",
    ],
)
def test_a_new_fracture_without_a_vertebra_is_to_be_read(words: str) -> None:
    (card,) = cards_with(words)
    assert "Read before leaving." in card["summary"]
    assert "new fracture in a report (" in card["detail"] + card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "No new fracture. Cement well placed.",
        "No new or acute fracture.",
        "No acute or new vertebral fractures. Cement well placed.",
        "Acute fracture of L1.",
        "Acute fracture L1. Cement well placed.",
        "Old fracture.",
        "Clinical history: recent compression fracture. Cement in situ at L1, no leak.",
        "Cement in the acute fracture, good position.",
        "Status post kyphoplasty for acute fracture.",
        "Keine neue Fraktur. Zement regelrecht.",
        "Pas de nouvelle fracture. Ciment en place.",
        "Sin nueva fractura. Cemento bien colocado.",
        "Nessuna nuova frattura. Cemento in sede.",
        "未见新发骨折。骨水泥位置良好。",
    ],
)
def test_a_denial_and_the_treated_fracture_make_no_card(words: str) -> None:
    assert cards_with(words) == []


def test_a_report_from_before_the_operation_makes_none() -> None:
    assert cards_with("New fracture.", days=5) == []


@pytest.mark.parametrize(
    "words",
    [
        "Acute fracture of the left hip is excluded.",
        "Frische Fraktur der Hüfte ausgeschlossen.",
        "새로운 골절 없음.",
        "새로운 골절은 보이지 않음.",
    ],
)
def test_one_that_is_excluded_is_no_injury(words: str) -> None:
    cards = cards_with(words)
    said = " ".join(card["summary"] for card in cards)
    assert "recent fracture" not in said
    assert "new fracture" not in said
