"""Another bone that a text names beside a broken vertebra, and no fracture of it."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, dated, end_is_selected

NAMED = [
    "Fracture L1, pelvis",
    "Fracture L1 and pelvis",
    "Fracture L1, hip",
    "Fracture L1, left hip",
    "Fracture L1, femur",
    "Fracture L1; wrist right",
    "Fraktur LWK 1, Becken",
    "Fracture L1, bassin",
    "Fractura L1, pelvis",
    "Fractura L1 y pelvis",
    "Frattura L1, bacino",
    "L1骨折，骨盆",
]


@pytest.mark.parametrize("words", NAMED)
@pytest.mark.parametrize("code", ["M80.08XA", "S32.010A"])
def test_another_bone_as_text_of_a_fracture_is_open(code, words):
    cards = cards_of(dated(codeable(ICD, code, words), days=10))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", NAMED)
def test_so_it_is_in_the_reason_of_the_order(words):
    reason = codeable(ICD, "M80.08XA", words)
    cards = cards_of(order=kyphoplasty(reasonCode=[reason]))
    assert "below the usual" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Fracture L1",
        "Fracture of vertebra, lumbar region",
        "Fraktur LWK 1",
        "Osteoporotic compression fracture L1, lumbar spine",
        "Fracture L1, no hip fracture",
        "Osteoporosis with pathological fracture, vertebra L1",
    ],
)
def test_a_fracture_of_the_vertebra_alone_is_plain(words):
    cards = cards_of(dated(codeable(ICD, "M80.08XA", words), days=10))
    assert "below the usual" in cards["rehabilitation"]["detail"]
