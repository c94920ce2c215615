"""A vertebra behind which a fracture is denied is neither broken nor treated."""

import pytest

from tests.builders import terminology
from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

DENIED = {
    "L4 edema, no fracture": [],
    "L4 without acute fracture": [],
    "T12 and L1 edema, no fracture": [],
    "L1 fracture, L4 edema, no fracture": ["L1"],
    "L4 no fracture, L1 fracture": ["L1"],
    "L2 acute, L3 without acute fracture": ["L2"],
    "kyphoplasty L1, L4 edema, no fracture": ["L1"],
    "Kyphoplasty L1, L2, L4 no fracture": ["L1", "L2"],
    "Fraktur L1, L4 Ödem, keine Fraktur": ["L1"],
    "BWK 12 Fraktur, LWK 1 keine frische Fraktur": ["T12"],
    "L2 fracturé, L4 œdème sans fracture": ["L2"],
    "fractura L1, L4 edema sin fractura": ["L1"],
    "L1 frattura, L4 edema senza frattura": ["L1"],
    "fractuur L1, L4 oedeem zonder fractuur": ["L1"],
    "złamanie L1, L4 bez złamania": ["L1"],
    "L1 骨折, L4 骨折なし": ["L1"],
    "L1骨折，L4无骨折": ["L1"],
    "L1 골절, L4 골절 없음": ["L1"],
}
KEPT = {
    "Kyphoplasty L1, no fracture": ["L1"],
    "Kyphoplasty for pain L1 w/o fx": ["L1"],
    "Kyphoplasty L1, no fracture elsewhere": ["L1"],
    "Kyphoplasty L1 and L3, no fracture L4": ["L1", "L3"],
    "L1 fracture, no new fracture": ["L1"],
    "L1 compression fracture, no other fracture": ["L1"],
    "L1 VCF, no retropulsion": ["L1"],
    "L1 osteoporotic, no fracture line": ["L1"],
    "L1 Ödem, keine Fraktur der Hinterkante": ["L1"],
    "L1 fracture, L4 edema": ["L1", "L4"],
    "L1骨折，无其他骨折": ["L1"],
    "L1 fracture. No fracture": ["L1"],
}


@pytest.mark.parametrize(("words", "levels"), DENIED.items())
def test_a_vertebra_that_is_not_broken_is_not_treated(words, levels):
    assert [*terminology().levels.treated(words)] == levels


@pytest.mark.parametrize(("words", "levels"), KEPT.items())
def test_another_denial_leaves_it(words, levels):
    assert [*terminology().levels.treated(words)] == levels


@pytest.mark.parametrize("words", ["L1 fracture. L4 edema, no fracture"])
def test_it_makes_no_second_fracture(words):
    order = kyphoplasty("L1", reasonCode=[{"text": words}])
    cards = by_topic(ask(order_sign(reassuring_record(), order)))
    assert "Two fractures" not in cards["rehabilitation"]["summary"]
