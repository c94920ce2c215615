"""Orders of a signing name the augmentation that is signed with them."""

import pytest

from tests.chart_builders import (
    blood_count_for,
    brace,
    cards_for,
    kyphoplasty,
    of_patient,
    strong_and_nourished,
)
from tests.patients.reassuring import cards_of

OF_THIS = [
    "After kyphoplasty L1",
    "s/p kyphoplasty L1",
    "Status post kyphoplasty L1",
    "Nach Kyphoplastie LWK 1",
]
OF_ANOTHER = [
    "After kyphoplasty L3",
    "s/p kyphoplasty L3",
    "After kyphoplasty L1 and L3",
    "After kyphoplasty L1 2019",
    "Old fracture L1",
]


def detail_with(words):
    said = {"code": {"text": "Physiotherapy"}, "reasonCode": [{"text": words}]}
    therapy = of_patient(
        "ServiceRequest", "therapy", status="draft", intent="order", **said
    )
    cards = cards_for(strong_and_nourished(), kyphoplasty(), brace(), therapy)
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("words", OF_THIS)
def test_the_operation_of_now_is_no_earlier_one(words):
    assert "earlier vertebral fracture" not in detail_with(words)


@pytest.mark.parametrize("words", OF_ANOTHER)
def test_another_operation_leaves_an_earlier_fracture_open(words):
    assert "earlier vertebral fracture not excluded" in detail_with(words)


@pytest.mark.parametrize("words", ["After kyphoplasty L3", "Nach Kyphoplastie LWK 3"])
def test_an_order_on_record_that_names_one_leaves_it_open(words):
    assert (
        "below the usual"
        not in cards_of(blood_count_for(words))["rehabilitation"]["detail"]
    )
