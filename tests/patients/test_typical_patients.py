"""Three hundred typical orders: how often they warn, how long they are, and the rules of every card."""

import statistics

import pytest

from tests.patients.charts import cards_of
from tests.patients.rules import RULES
from tests.patients.typical import (
    LONGEST,
    MEAN_LENGTH,
    MOST_WARNINGS,
    MOST_WORDS,
    OWN_FIGURES,
    Tally,
    typical_orders,
)

ORDERS = list(typical_orders(300))


@pytest.fixture(scope="module")
def found():
    return Tally(ORDERS)


def test_few_orders_are_warned_of(found):
    assert found.warnings <= MOST_WARNINGS


def test_an_answer_is_read_in_a_minute(found):
    assert statistics.median(found.words) <= MOST_WORDS


def test_summaries_are_short(found):
    assert len(found.summaries[0]) <= LONGEST, found.summaries[0]
    assert statistics.mean(map(len, found.summaries)) <= MEAN_LENGTH


def test_most_orders_have_a_figure_of_their_own(found):
    assert found.own >= OWN_FIGURES


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.__name__)
def test_every_card_of_a_typical_order_keeps_the_rule(rule):
    broken = [(fault, number) for number, one in enumerate(ORDERS) for fault in rule(cards_of(one), one)]
    assert broken == [], f"{len(broken)} times"
