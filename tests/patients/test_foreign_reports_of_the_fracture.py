"""A report in another language denies a tumour as one in English does."""

import pytest

from tests.patients.reassuring import cards_of, end_is_selected, imaging
from tests.tables import cases

NOT_UNDERSTOOD = "the words of an imaging report not fully understood"
BELOW = "below the usual"


@pytest.mark.parametrize("conclusion", cases(__file__, "ordinary"))
def test_an_ordinary_report_leaves_nothing_open(conclusion):
    cards = cards_of(imaging(conclusion))
    detail = cards["rehabilitation"]["detail"]
    assert NOT_UNDERSTOOD not in detail
    assert BELOW in detail
    assert end_is_selected(cards)


@pytest.mark.parametrize("conclusion", cases(__file__, "grave"))
def test_what_is_no_plain_denial_stays_open(conclusion):
    cards = cards_of(imaging(conclusion))
    assert BELOW not in cards["rehabilitation"]["detail"]
    has_end = bool(cards.get("braceLimit", {}).get("suggestions"))
    assert not (has_end and end_is_selected(cards))
