"""An order whose words tell of an earlier augmentation, or of a further level."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import CPT, codeable
from tests.patients.reassuring import card_of

OPEN = "earlier vertebral fracture not excluded"
REVISIONS = [
    "Revision kyphoplasty L1",
    "Kyphoplasty revision",
    "Revision vertebroplasty",
    "Rekyphoplastie",
    "Revisionskyphoplastie LWK 1",
    "Recifoplastia L1",
]
FURTHER = [
    "Kyphoplasty L1 additional level",
    "Kyphoplasty L1 add-on level",
    "Kyphoplasty L1 each additional",
]


@pytest.mark.parametrize("words", REVISIONS)
@pytest.mark.parametrize(
    "place",
    [
        lambda words: kyphoplasty() | {"code": codeable(CPT, "22514", words)},
        lambda words: kyphoplasty() | {"code": {"text": words}},
        lambda words: kyphoplasty(note=[{"text": words}]),
        lambda words: kyphoplasty(orderDetail=[{"text": words}]),
    ],
    ids=["title", "words", "note", "detail"],
)
def test_a_revision_leaves_an_earlier_fracture_open(words, place):
    detail = card_of(order=place(words))["detail"]
    assert "below the usual" not in detail
    assert OPEN in detail


@pytest.mark.parametrize("words", FURTHER)
def test_a_title_for_a_further_level_is_of_two_fractures(words):
    card = card_of(order=kyphoplasty() | {"code": {"text": words}})
    assert "below the usual" not in card["detail"]
    assert card["summary"].startswith("Two fractures at once")


@pytest.mark.parametrize(
    "words",
    ["Kyphoplasty L1", "Balloon kyphoplasty L1", "Kyphoplasty L1, no additional level"],
)
def test_a_plain_title_is_of_one_first_operation(words):
    card = card_of(order=kyphoplasty() | {"code": {"text": words}})
    assert OPEN not in card["detail"]
    assert "Two fractures" not in card["summary"]
