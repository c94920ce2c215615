"""Three hundred typical orders: how often they warn, how long they are, and the rules of every card."""

import statistics

import pytest

from tests.patients.charts import cards_of
from tests.patients.rules import RULES
from tests.patients.typical import (
    LEAST_OWN,
    LEAST_TELLING,
    LONGEST,
    MEDIAN_WORDS,
    MOST_WARNINGS,
    MOST_WORDS,
    Tally,
    typical_orders,
)

TREATED = ("alendronate", "risedronate", "teriparatide", "prednisone")
ORDERS = list(typical_orders(300))


@pytest.fixture(scope="module")
def found():
    return Tally(ORDERS)


def test_few_orders_are_warned_of(found):
    assert found.warnings <= MOST_WARNINGS


def test_most_patients_get_a_figure_of_their_own(found):
    assert found.share("own") >= LEAST_OWN, found.figures


def test_most_summaries_name_a_fact_and_an_act(found):
    assert found.telling >= LEAST_TELLING


def test_an_answer_is_read_in_half_a_minute(found):
    assert statistics.median(found.words) <= MEDIAN_WORDS
    assert found.longest <= MOST_WORDS


def test_summaries_are_short(found):
    longest = max(found.summaries, key=len)
    assert len(longest) <= LONGEST, longest


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.__name__)
def test_every_card_of_a_typical_order_keeps_the_rule(rule):
    broken = [
        (fault, number)
        for number, one in enumerate(ORDERS)
        for fault in rule(cards_of(one), one)
    ]
    assert broken == [], f"{len(broken)} times"
