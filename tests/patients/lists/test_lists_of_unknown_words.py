"""A problem list of which nothing was understood reassures nobody, and is named."""

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.patients.reassuring import REASSURING, dated

UNKNOWN = (
    "xyzzy|Taxi|aide ménagère|key safe in situ|Zuzahlungsbefreit|Hausnotruf"
    "|Ernährung per os|Transport by taxi"
)


def detail_with(*listed: Resource) -> str:
    """The detail for good values next to this problem list."""
    values = measured("bmd-t-score", -1.5), measured("bmi", 27)
    record = [patient(), *values, *listed, *quiet_lists()[1:]]
    cards = by_topic(ask(order_sign(record, kyphoplasty())))
    return str(cards["rehabilitation"]["detail"])


@pytest.mark.parametrize("words", UNKNOWN.split("|"))
def test_unknown_words_alone_say_nothing_below_the_usual(words: str) -> None:
    detail = detail_with(dated({"text": words}, days=100))
    assert REASSURING not in detail
    assert "1 entry of the problem list not understood" in detail


@pytest.mark.parametrize("words", UNKNOWN.split("|"))
def test_nor_do_they_next_to_a_known_disease(words: str) -> None:
    listed = problem("hypertension"), dated({"text": words}, days=100)
    assert REASSURING not in detail_with(*listed)


def test_a_list_that_was_understood_does() -> None:
    assert REASSURING in detail_with(problem("hypertension"))


def test_an_empty_list_does_not() -> None:
    assert REASSURING not in detail_with()
