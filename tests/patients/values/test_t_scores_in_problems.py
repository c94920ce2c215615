"""A lower T-score in the words of a diagnosis or of the order, next to a measured one."""

import pytest

from tests.chart_builders import kyphoplasty, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

NOT_USED = "another T-score not used (its words name a lower one)"


def unknown(card):
    return card["detail"].partition("**Not known:**")[2]


def titled(title, code="M81.0", note=(), **members):
    notes = [{"text": one} for one in note]
    more = ({"note": notes} if notes else {}) | members
    return problem("x", number="x", days=30, code=codeable(ICD, code, title), **more)


@pytest.mark.parametrize(
    "entry",
    [
        titled("Osteoporosis, T-score hip -3.6"),
        titled("Osteoporosis", note=["DXA hip -3.6"]),
        titled("Osteoporosis", note=["hip -3.6"]),
        titled("Osteoporosis, hip -3.6/-1.5 SD"),
        titled("Osteoporosis, DEXA spine -4"),
        titled("Osteoporosis hip -3.6 2026"),
        titled("Osteoporose (T-Wert Hüfte -3,6)"),
        titled("Ostéoporose, DMO col fémoral -3,6"),
        titled("Osteoporosis, DXA cadera -3,6"),
        titled("骨粗鬆症 大腿骨頸部 -3.6"),
        titled("Hypertension", "I10", note=["T-score -4.0"]),
        titled("Hypertension", "I10", note=["T -4.0"]),
        titled("Vitamin D deficiency, T-score -4.0", "E55.9"),
    ],
)
def test_a_lower_t_score_in_a_diagnosis_is_named(entry):
    card = card_of(entry)
    assert NOT_USED in unknown(card)
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "order",
    [
        kyphoplasty(reasonCode=[{"text": "Osteoporosis hip -3.6"}]),
        kyphoplasty(note=[{"text": "DXA 2026: hip -3.6"}]),
        kyphoplasty(reasonCode=[{"text": "L1 fracture, T-Wert -3,6"}]),
    ],
)
def test_a_lower_t_score_in_the_order_is_named(order):
    card = card_of(order=order)
    assert NOT_USED in unknown(card)
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        titled("Osteoporosis, T-score hip -1.5"),
        titled("Osteoporosis, T-score spine -1.2"),
        titled("Osteoporosis - 2 fractures"),
        titled("Osteoporosis, fracture L1 -4"),
        titled("Osteoporosis 2019-2021"),
        titled("Osteoporosis -08/2019"),
        titled("Osteoporosis, Z-score -2.9"),
        titled("Osteoporosis; BMI change -3.5"),
        titled("Osteopenia (T-score -1.0 to -2.5)", "M85.80"),
        titled("Obesity, BMI change -3.5", "E66.9"),
        titled("Myopia, sphere -3.5 dpt", "H52.1"),
        titled("Osteoporosis", note=["Mother: osteoporosis, T-score -3.6"]),
        titled("Osteoporosis, T-score -3.6", recordedDate="2009-05-01"),
    ],
)
def test_another_number_below_zero_is_none(entry):
    assert NOT_USED not in unknown(card_of(entry))
