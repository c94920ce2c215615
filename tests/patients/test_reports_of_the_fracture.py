"""An ordinary report of the treated fracture leaves nothing open, a grave one does."""

import pytest

from tests.patients.reassuring import cards_of, end_is_selected, imaging
from tests.tables import cases

NOT_UNDERSTOOD = "the words of an imaging report not fully understood"
BELOW = "below the usual"


@pytest.mark.parametrize("conclusion", cases(__file__, "ordinary"))
def test_an_ordinary_report_of_the_fracture_leaves_nothing_open(conclusion):
    cards = cards_of(imaging(conclusion))
    detail = cards["rehabilitation"]["detail"]
    assert NOT_UNDERSTOOD not in detail
    assert BELOW in detail
    assert end_is_selected(cards)


@pytest.mark.parametrize("conclusion", cases(__file__, "grave"))
def test_what_else_a_report_of_the_fracture_says_stays_open(conclusion):
    cards = cards_of(imaging(conclusion))
    assert BELOW not in cards["rehabilitation"]["detail"]
    assert not selects_an_end(cards)


@pytest.mark.parametrize("conclusion", cases(__file__, "other-fractures"))
def test_a_report_of_another_fracture_reassures_nobody(conclusion):
    detail = cards_of(imaging(conclusion))["rehabilitation"]["detail"]
    assert BELOW not in detail


def selects_an_end(cards):
    """Tell if an end of the brace is pre-selected; there may be no card of it."""
    has_end = bool(cards.get("braceLimit", {}).get("suggestions"))
    return has_end and end_is_selected(cards)
