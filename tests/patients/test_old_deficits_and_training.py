"""An old deficit that words name takes no offer of training away (cards page, E10)."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of

OFFER = "Refer to rehabilitation"


def offers(title, **members):
    entry = problem("x", number="g", days=10, code={"text": title}, **members)
    card = cards_of(entry)["rehabilitation"]
    return {one["label"] for one in card.get("suggestions", ())}


@pytest.mark.parametrize(
    "title",
    [
        *("old foot drop", "known foot drop since polio", "alte Fußheberparese"),
        *("chronic foot drop", "foot drop 2012", "ancien pied tombant"),
    ],
)
def test_training_is_offered_next_to_an_old_deficit(title):
    assert OFFER in offers(title)


@pytest.mark.parametrize("title", ["suspected foot drop", "V.a. Kaudasyndrom"])
def test_it_is_not_next_to_one_that_may_be_new(title):
    assert OFFER not in offers(title)


@pytest.mark.parametrize(
    "title", ["bottumor", "podejrzenie sepsa", "Geen pijn bij botmetastasen"]
)
def test_an_entry_that_was_not_understood_names_no_unstable_spine(title):
    entry = problem("x", number="g", days=10, code={"text": title})
    card = cards_of(entry)["rehabilitation"]
    assert "not excluded" in card["summary"]
    assert OFFER in {one["label"] for one in card["suggestions"]}
    assert "unstable" not in card["detail"]
