"""What the narrative of the kyphoplasty's own order adds to its elements."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import cards_of

WRITTEN = ("additional", "extensions")
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">%s</div>'


def detail_of(words, status="additional"):
    narrative = {"status": status, "div": XHTML % words}
    cards = cards_of(order=kyphoplasty(text=narrative))
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("status", WRITTEN)
@pytest.mark.parametrize(
    ("words", "open_finding"),
    [
        ("V.a. Spondylodiszitis L1/2", "spinal infection not excluded"),
        ("Bone metastases 2026", "malignancy of bone not excluded"),
        ("Spinal cord compression", "neurological deficit"),
        ("Xyzzy plugh", "the order's text not understood"),
    ],
)
def test_it_leaves_open_what_a_note_would(words, open_finding, status):
    detail = detail_of(words, status)
    assert open_finding in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("V.a. Spondylodiszitis L1/2", "generated"),
        ("Kyphoplasty L1", "additional"),
        ("Balloon kyphoplasty L1, osteoporotic fracture", "extensions"),
    ],
)
def test_one_that_adds_nothing_is_left_out(words, status):
    detail = detail_of(words, status)
    assert "Not known" not in detail
    assert "below the usual" in detail
