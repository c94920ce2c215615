"""An unstable spine in the words or codes of the order itself."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    drug,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import reassuring_record, selected

FALLS = [
    problem("R29.6", number="falls", days=30),
    problem("W19", number="fall", days=20),
    drug("alendronate", days=300),
]


def chosen(order):
    return selected(by_topic(ask(order_sign(reassuring_record(*FALLS), order))))


def is_training_chosen(order):
    return any("rehabilitation" in label for _, label in chosen(order))


def test_training_is_chosen_beside_a_plain_fracture():
    assert is_training_chosen(kyphoplasty(reasonCode=[{"text": "Fracture L1"}]))


WORDS = [
    "Spinal instability",
    "Luxation L1",
    "Dislocation L1",
    "Dislocation",
    "burst fracture with posterior wall",
    "instabile Fraktur",
    "retropulsed fragment L1",
    "instabilité rachidienne",
    "inestabilidad vertebral",
    "instabiele fractuur",
    "niestabilne złamanie",
    "不安定性骨折",
    "不稳定骨折",
    "불안정 골절",
]


@pytest.mark.parametrize("words", WORDS)
def test_training_is_not_chosen_beside_words_of_an_unstable_spine(words):
    assert not is_training_chosen(kyphoplasty(reasonCode=[{"text": words}]))
    reason = codeable(ICD, "M80.08XA", words)
    assert not is_training_chosen(kyphoplasty(reasonCode=[reason]))
    title = codeable(CPT, "22514", f"Kyphoplasty L1, {words}")
    assert not is_training_chosen(kyphoplasty() | {"code": title})
    assert not is_training_chosen(kyphoplasty(note=[{"text": words}]))


@pytest.mark.parametrize("code", ["S13.101A", "S23.101A", "S33.101A", "M53.2X6"])
def test_nor_is_it_beside_its_codes(code):
    assert not is_training_chosen(kyphoplasty(reasonCode=[codeable(ICD, code)]))


@pytest.mark.parametrize(
    "words", ["Luxation L1", "Dislocation L1", "T12/L1 dislocation"]
)
def test_a_dislocated_vertebra_offers_no_training(words):
    order = kyphoplasty(reasonCode=[{"text": words}])
    card = by_topic(ask(order_sign(reassuring_record(), order)))["rehabilitation"]
    assert "Refer to rehabilitation" not in str(card.get("suggestions"))
