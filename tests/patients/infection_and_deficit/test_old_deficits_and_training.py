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
    "title",
    [
        *("Both legs gave way", "legs giving way, back pain", "les jambes lâchent"),
        *("Kann nicht mehr gehen", "no puede caminar", "Kan niet meer lopen"),
        *("歩行不能 腰痛", "无法行走", "nie może chodzić", "걸을 수 없음"),
        "known lumbar stenosis, both legs gave way",
    ],
)
def test_no_training_next_to_plain_words_of_yesterday(title):
    entry = problem("x", number="g", days=1, code={"text": title})
    card = cards_of(entry)["rehabilitation"]
    assert OFFER not in {one["label"] for one in card.get("suggestions", ())}
    assert "balance training" not in card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        *("unable to walk since years", "known inability to walk since polio"),
        *("Gehunfähig seit Jahren", "Foot drop, old", "myelopathy, chronic"),
        *("陈旧性足下垂", "Zustand nach Kaudasyndrom", "cannot walk 2012"),
    ],
)
def test_training_is_offered_next_to_plain_words_of_what_is_old(title):
    assert OFFER in offers(title)


@pytest.mark.parametrize("title", ["bottumor", "podejrzenie sepsa"])
def test_an_entry_that_was_not_understood_names_no_unstable_spine(title):
    entry = problem("x", number="g", days=10, code={"text": title})
    card = cards_of(entry)["rehabilitation"]
    assert "not excluded" in card["summary"]
    assert OFFER in {one["label"] for one in card["suggestions"]}
    assert "unstable" not in card["detail"]
