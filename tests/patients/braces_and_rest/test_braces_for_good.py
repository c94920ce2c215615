"""A brace that is for good, is to be removed, or has a most in its words."""

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.codes import HCPCS, codeable
from tests.patients.inpatients import chart, coded


def brace_card(words):
    draft = brace() | {"codeCodeableConcept": codeable(HCPCS, "L0456", words)}
    record = chart(coded("M80.08XA", days=20))
    return by_topic(ask(order_sign(record, kyphoplasty(), draft)))["braceLimit"]


def is_selected(card):
    return any(one.get("isRecommended") for one in card.get("suggestions", ()))


def new_words(card):
    return [
        action["resource"]["codeCodeableConcept"]["text"]
        for one in card.get("suggestions", ())
        for action in one["actions"]
    ]


@pytest.mark.parametrize(
    "words",
    [
        "TLSO na stałe",
        "TLSO stale",
        "TLSO en permanence",
        "TLSO per sempre",
        "TLSO para siempre",
        "Remove brace TLSO",
        "TLSO remove TLSO",
        "TLSO removed",
    ],
)
def test_no_end_is_selected_for_one_for_good_or_taken_off(words):
    assert not is_selected(brace_card(words))


@pytest.mark.parametrize(
    "words",
    [
        "TLSO remove for showering",
        "TLSO, may be removed at night",
        "TLSO take off in bed",
        "TLSO siempre al levantarse",
        "TLSO sempre in piedi",
        "TLSO jour et nuit",
    ],
)
def test_how_it_is_worn_still_is_plain(words):
    assert is_selected(brace_card(words))


@pytest.mark.parametrize(
    "words",
    [
        "TLSO not to be worn more than 12 weeks",
        "TLSO should not be worn for more than 12 weeks",
        "TLSO do not wear longer than 12 weeks",
        "TLSO ne pas porter plus de 12 semaines",
        "TLSO no llevar más de 12 semanas",
        "TLSO non portare oltre 12 settimane",
        "TLSO nie nosić dłużej niż 12 tygodni",
        "TLSO 不要佩戴超过12周",
    ],
)
def test_a_most_whose_denial_is_elsewhere_is_not_reworded(words):
    assert new_words(brace_card(words)) == []


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("TLSO not more than 12 weeks", "TLSO until 15 Jan 2027"),
        ("TLSO max 12 weeks", "TLSO until 15 Jan 2027"),
        ("TLSO not to exceed 12 weeks", "TLSO until 15 Jan 2027"),
        ("TLSO up to 12 weeks", "TLSO until 15 Jan 2027"),
        ("TLSO nicht länger als 12 Wochen", "TLSO bis 2027-01-15"),
        ("TLSO pas plus de 12 semaines", "TLSO jusqu'au 2027-01-15"),
        ("TLSO 最多12周", "TLSO 至2027-01-15"),
        ("TLSO for 12 weeks", "TLSO until 15 Jan 2027"),
    ],
)
def test_the_words_of_a_most_give_way_to_the_end(words, then):
    assert new_words(brace_card(words)) == [then]
