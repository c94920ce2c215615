"""A year in the title of an order dates the order, or an operation of long ago."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, order_sign
from tests.patients.reassuring import reassuring_record

OPEN = "the order's code not understood"


def rehabilitation(words, **members):
    order = drafted("ServiceRequest", "order", code={"text": words}, **members)
    cards = by_topic(ask(order_sign(reassuring_record(), order)))
    return cards.get("rehabilitation")


@pytest.mark.parametrize(
    "words",
    [
        *("Kyphoplasty 2026 L1", "Kyphoplasty (2026) L1", "BKP 2026 L1"),
        *("Kyphoplastie 2026 LWK 1", "Cifoplastia 2026 L1", "椎体成形术 2026 L1"),
        *("Kyphoplasty 2026 T12, L1", "Kyphoplasty L1 2026", "Kyphoplasty 2026"),
    ],
)
def test_the_year_of_the_order_is_its_own(words):
    assert OPEN not in rehabilitation(words)["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("Kyphoplasty 2024 L1", "Kyphoplasty 2019 T12, L1", "Kyphoplasty L1 2019"),
        *("s/p kyphoplasty 2026 L1", "Z.n. Kyphoplastie 2026 LWK 1"),
        *("Previous kyphoplasty 2026 L1", "Kyphoplasty done 2026 L1"),
    ],
)
def test_one_of_years_ago_is_not_ordered(words):
    assert rehabilitation(words) is None


@pytest.mark.parametrize("words", ["Kyphoplasty 2026 L1", "Kyphoplasty L1 2026"])
def test_a_draft_without_a_day_is_asked_about(words):
    assert OPEN in rehabilitation(words, authoredOn=None)["detail"]


@pytest.mark.parametrize("when", ["2026", "2026-11", "2026-12-01"])
def test_the_year_for_which_it_is_ordered_is_its_own(when):
    card = rehabilitation(
        "Kyphoplasty 2026 L1", authoredOn=None, occurrenceDateTime=when
    )
    assert OPEN not in card["detail"]


def test_a_draft_of_last_year_is_ordered_and_asked_about():
    assert OPEN in rehabilitation("Kyphoplasty 2025 L1")["detail"]
