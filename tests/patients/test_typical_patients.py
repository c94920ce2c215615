"""Three hundred typical orders: how often they warn, how long they are, and the rules of every card."""

import statistics

import pytest

from tests.chart_builders import by_topic
from tests.patients.charts import cards_of
from tests.patients.reading import count_words, text_of
from tests.patients.rules import RULES
from tests.patients.typical import LONGEST, MEAN_LENGTH, MOST_WARNINGS, MOST_WORDS, Tally, typical_orders

TREATED = ("alendronate", "risedronate", "teriparatide", "prednisone")
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


def test_the_card_of_the_typical_patient_is_shorter():
    """P3: one level, nobody warned, no figure that may be printed, nothing on record that needs a line of its own."""
    plain = [signing for signing in ORDERS if is_plain(signing)]
    assert len(plain) > 15
    for signing in plain:
        card = by_topic(cards_of(signing))["rehabilitation"]
        is_usual = not any(one["isRecommended"] for one in card["suggestions"] if "rehabilitation" in one["label"])
        if card["indicator"] == "info" and "%" not in card["summary"] and is_usual:
            assert count_words(card) <= 90, text_of(card)


def is_plain(signing):
    """T-score and BMI and no other measure; problems that many have; no bone drug; nothing but the one order."""
    ids: dict[str, set[str]] = {}
    for one in signing.record:
        ids.setdefault(one["resourceType"], set()).add(one["id"])
    return (
        ids.keys() <= {"Patient", "Observation", "Condition", "MedicationRequest", "Procedure"}
        and ids.get("Observation") == {"o-bmi", "o-bmd-t-score"}
        and ids.get("Condition", set()) <= {"c-I10", "c-E785", "c-E119", "c-M810", "c-I4891", "c-J449"}
        and not ids.get("MedicationRequest", set()) & {f"m-{name}" for name in TREATED}
        and len(signing.drafts) == 1
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.__name__)
def test_every_card_of_a_typical_order_keeps_the_rule(rule):
    broken = [(fault, number) for number, one in enumerate(ORDERS) for fault in rule(cards_of(one), one)]
    assert broken == [], f"{len(broken)} times"
