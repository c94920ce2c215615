"""A title that tells of more vertebrae than it names is not of one vertebra."""

import json

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

COUNTED = {
    "5-839.a1 Kyphoplastie LWK 1": "Two fractures",
    "Kyphoplastie LWK 1 (OPS 5-839.a2)": "Three fractures",
    "5-839.a3 Kyphoplastie LWK 1": "Four fractures",
    "5-839.91 Vertebroplastie LWK 1": "Two fractures",
    "22515 Kyphoplasty L1": "Two fractures",
    "22514/22515 Kyphoplasty L1": "Two fractures",
    "22514-22515 Kyphoplasty L1": "Two fractures",
    "22514, 22515 x2 kyphoplasty L1": "Three fractures",
    "L1 BKP 2椎体": "Two fractures",
    "L1 双椎体PKP": "Two fractures",
    "L1 풍선성형술 2분절": "Two fractures",
}
PERHAPS_MORE = [
    *("Kyphoplasty L1 x2", "Kyphoplasty x2 L1", "L1 BKP x2"),
    *("Kyphoplasty L1 +1 level", "Kyphoplasty L1 + 1", "Kyphoplastie LWK 1 + 1 Etage"),
]
ONE = [
    *("5-839.a0 Kyphoplastie LWK 1", "22514 Kyphoplasty L1", "Kyphoplasty L1 x1"),
    *("L2椎体后凸成形术", "腰2椎体后凸成形术", "腰椎2椎体PKP", "L3椎体 PKP"),
]


def card_of(title):
    order = kyphoplasty() | {"code": {"text": title}}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))["rehabilitation"]


@pytest.mark.parametrize(("title", "summary"), COUNTED.items())
def test_a_code_or_number_in_a_title_counts(title, summary):
    assert card_of(title)["summary"].startswith(summary)


@pytest.mark.parametrize("title", PERHAPS_MORE)
def test_a_title_that_may_tell_of_more_reassures_nobody(title):
    assert "below the usual" not in json.dumps(card_of(title))


@pytest.mark.parametrize("title", ONE)
def test_a_title_of_one_vertebra_stays_one(title):
    assert "below the usual" in json.dumps(card_of(title))


@pytest.mark.parametrize("title", ["22514, 22515 Kyphoplasty L1, L2", "L1、2椎体PKP"])
def test_vertebrae_that_are_named_are_counted_once(title):
    assert card_of(title)["summary"].startswith("Two fractures")
