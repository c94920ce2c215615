"""A brace that only the follow-up or the note of the operation orders has to end."""

from typing import Any

import pytest

from tests.patients.leaving import page_after, summaries_after, worn_now

PLACES = ["followUp", "note"]
WORN = [
    *("TLSO for 12 weeks", "TLSO bis auf Weiteres", "TLSO until further notice"),
    *("LSO for life", "Korsett für 12 Wochen", "corset lombaire jusqu'à nouvel ordre"),
    *("Corset 3 mois", "TLSO hasta nuevo aviso", "busto fino a nuovo ordine"),
    *("TLSO tot nader order", "TLSO do odwołania", "Gorset przez 12 tygodni"),
    *(
        "コルセット3ヶ月",
        "TLSO 当面の間",
        "TLSO 12周",
        "TLSO 直至另行通知",
        "TLSO 추후 통보 시까지",
    ),
]


def told(words: str, place: str) -> dict[str, Any]:
    return {place: [{"text": words}]}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", WORN)
def test_a_brace_that_only_the_operation_tells_of_is_asked_about(
    words: str, place: str
) -> None:
    (summary,) = summaries_after(**told(words, place))
    assert "who ends the" in summary


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", ["TLSO for 6 weeks", "Mieder 6 Wochen"])
def test_one_that_ends_in_time_asks_nothing(words: str, place: str) -> None:
    assert summaries_after(**told(words, place)) == []
    # It was not signed as an order.
    assert "braceOff" not in page_after(**told(words, place))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "words",
    [
        *("TLSO for 12 weeks leg weak", "TLSO 6 weeks incontinent"),
        *("corset 6 semaines jambe faible", "TLSO 12 weeks pedicle breach"),
        *("TLSO 12 weeks pneumonia", "TLSO for 12 weeks wound red"),
    ],
)
def test_what_else_is_said_there_is_read(words: str, place: str) -> None:
    (summary,) = summaries_after(**told(words, place))
    assert "Examine before leaving" in summary or "Read before leaving" in summary


@pytest.mark.parametrize(
    "words",
    [
        "Failed conservative treatment with TLSO for 12 weeks",
        "Pain despite corset for 3 months",
    ],
)
def test_one_of_before_is_none(words: str) -> None:
    assert summaries_after(**told(words, "followUp")) == []


def test_an_order_of_one_goes_before() -> None:
    order = worn_now(note=[{"text": "for 6 weeks"}])
    assert summaries_after(order, **told("TLSO for 12 weeks", "note")) == []
