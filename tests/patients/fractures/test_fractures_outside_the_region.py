"""An order that names no level, whose code names the lumbar or the thoracic spine."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected, imaging

LUMBAR, THORACIC = "22514", "22513"
L3, T8 = "S32.030A", "S22.060A"


def broken(code, *, days=5, **members):
    number = code.replace(".", "")
    return dated(codeable(ICD, code), days=days, number=number, **members)


def signed(*entries, code=LUMBAR):
    """Return the cards of an order of this code that names no level."""
    return cards_of(*entries, order=kyphoplasty(None, code=code))


@pytest.mark.parametrize(
    ("code", "fracture"),
    [
        (LUMBAR, T8),
        (THORACIC, L3),
        (LUMBAR, "M48.54XA"),
        (THORACIC, "M48.56XA"),
    ],
)
def test_a_fracture_outside_the_region_is_another_or_the_order_is_wrong(code, fracture):
    cards = signed(broken(fracture), code=code)
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "earlier vertebral fracture not excluded" in detail
    assert "another fresh fracture" in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    ("code", "fracture"),
    [
        (LUMBAR, L3),
        (THORACIC, T8),
        (LUMBAR, "M48.56XA"),
        (LUMBAR, "M80.08XA"),
    ],
)
def test_a_fracture_in_the_region_is_the_treated_one(code, fracture):
    cards = signed(broken(fracture), code=code)
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


def test_an_unnamed_fracture_does_not_settle_it():
    cards = signed(broken("M80.08XA"), broken(T8))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


def test_next_to_a_fracture_in_the_region_it_is_another():
    cards = signed(broken(L3), broken(T8))
    assert "Two fractures at once" in cards["rehabilitation"]["summary"]
    assert "the fracture of T7-T8 heals" in cards["braceLimit"]["summary"]


def test_a_report_that_names_one_leaves_it_open():
    report = imaging("Compression fracture of T8.")
    order = kyphoplasty(None)
    assert "below the usual" not in card_of(report, order=order)["detail"]
    report = imaging("Compression fracture of L3.")
    assert "below the usual" in card_of(report, order=order)["detail"]


def test_the_code_of_two_levels_may_be_of_two_regions():
    order = kyphoplasty(None, quantityQuantity={"value": 2})
    cards = cards_of(broken(T8), order=order)
    assert "fresh fracture (" not in cards["braceLimit"]["detail"]
