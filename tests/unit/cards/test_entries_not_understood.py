"""Entries of the problem list in free words: what they take from a card, and what they leave."""

from typing import Any

import pytest

from tests.chart_builders import (
    Asked,
    brace,
    by_topic,
    cards_for,
    drafted,
    kyphoplasty,
    labels,
    of_patient,
    order_sign,
    problem,
    strong_and_nourished,
    thin_and_weak,
)
from tests.patients.reassuring import imaging


def in_words(text: str, number: str = "words") -> dict[str, Any]:
    """An active entry of the problem list without a code."""
    return problem("hypertension", number=number, code={"text": text})


def recommended(card: dict[str, Any]) -> list[str]:
    return [
        suggestion["label"]
        for suggestion in card["suggestions"]
        if suggestion.get("isRecommended")
    ]


def lines(card: dict[str, Any]) -> list[str]:
    return card["detail"].splitlines()


def test_nothing_is_below_beside_an_entry_that_only_words_describe():
    clear = cards_for(strong_and_nourished(), kyphoplasty())["rehabilitation"]
    opened = cards_for(
        [*strong_and_nourished(), in_words("Lump in breast")], kyphoplasty()
    )["rehabilitation"]
    assert "below the usual" in clear["detail"]
    assert "below" not in opened["detail"]
    assert "the usual 1 in 6" in opened["detail"]


def test_the_entries_are_counted_once_for_all_that_they_leave_open():
    words = [in_words("Qwertz", "one"), in_words("See letter of 3 May", "two")]
    card = cards_for([*strong_and_nourished(), *words], kyphoplasty())["rehabilitation"]
    assert [one for one in lines(card) if "Not known" in one] == [
        "- **Not known:** 2 entries of the problem list not understood"
    ]


def test_the_words_themselves_are_not_repeated():
    card = cards_for(
        [*strong_and_nourished(), in_words("Lump in breast")], kyphoplasty()
    )["rehabilitation"]
    assert "Lump" not in card["detail"]


@pytest.mark.parametrize(
    "record", [thin_and_weak(), strong_and_nourished()], ids=["weak", "strong"]
)
def test_buttons_and_figures_stay(record):
    clear = cards_for(record, kyphoplasty())["rehabilitation"]
    opened = cards_for([*record, in_words("Calo ponderale")], kyphoplasty())[
        "rehabilitation"
    ]
    assert labels(opened) == labels(clear)
    assert [one.get("isRecommended") for one in opened["suggestions"]] == [
        one.get("isRecommended") for one in clear["suggestions"]
    ]
    assert opened["summary"] == clear["summary"]
    told = [one for one in lines(clear) if "Risk" not in one]
    assert [
        one for one in lines(opened) if "Risk" not in one and "Not known" not in one
    ] == told


ORDINARY_REPORTS = [
    (
        "Acute L1 compression fracture with marrow edema. Facet arthropathy at L4-5 and"
        " L5-S1. Renal cyst on the left."
    ),
    "Deckplattenimpressionsfraktur LWK1 mit Ödem. Nebenbefundlich Nierenzyste links.",
]


@pytest.mark.parametrize("conclusion", ORDINARY_REPORTS, ids=["en", "de"])
def test_an_ordinary_report_takes_no_choice_of_training(conclusion: str):
    clear = cards_for(thin_and_weak(), kyphoplasty())["rehabilitation"]
    record = [*thin_and_weak(), imaging(conclusion)]
    read = cards_for(record, kyphoplasty())["rehabilitation"]
    assert recommended(read) == recommended(clear)
    assert "Refer to rehabilitation" in recommended(read)


def test_a_brace_is_corrected_as_before():
    drafts = (kyphoplasty(), brace())
    clear = cards_for(strong_and_nourished(), *drafts)
    opened = cards_for([*strong_and_nourished(), in_words("Lump in breast")], *drafts)
    assert [labels(card) for card in by_topic(opened.values()).values()] == [
        labels(card) for card in clear.values()
    ]


def test_their_codes_are_near_misses_and_their_words_are_not():
    coded = problem(
        "hypertension",
        number="local",
        code={"coding": [{"system": "urn:oid:1.2.3", "code": "4711"}]},
    )
    record = [*strong_and_nourished(), in_words("Lump in breast"), coded]
    asked = Asked()
    assert asked.post(order_sign(record, kyphoplasty())).status_code == 200
    near = asked.log.entries[-1].content["nearMisses"]
    assert {(one["kind"], one["system"], one["code"]) for one in near} == {
        ("problem", "", "(no code)"),
        ("problem", "urn:oid:1.2.3", "4711"),
    }


@pytest.mark.parametrize("place", ["on record", "in the signing"])
def test_so_are_the_codes_of_other_orders(place):
    code = {"coding": [{"system": "urn:oid:1.2.3", "code": "4712"}], "text": "Arm B"}
    order = {"status": "active", "intent": "order", "code": code}
    record, drafts = strong_and_nourished(), [kyphoplasty()]
    if place == "on record":
        record = [*record, of_patient("ServiceRequest", "other", **order)]
    else:
        drafts.append(drafted("ServiceRequest", "other", code=code))
    asked = Asked()
    assert asked.post(order_sign(record, *drafts)).status_code == 200
    (near,) = asked.log.entries[-1].content["nearMisses"]
    assert near == {"kind": "order-unread", "system": "urn:oid:1.2.3", "code": "4712"}


def test_an_entry_that_an_exact_name_explains_is_none():
    asked = Asked()
    body = order_sign(
        [*strong_and_nourished(), in_words("Chronic low back pain")], kyphoplasty()
    )
    assert asked.post(body).status_code == 200
    assert not asked.log.entries[-1].content.get("nearMisses")
