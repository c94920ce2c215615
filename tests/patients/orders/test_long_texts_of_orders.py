"""Of a signing with very long texts, the beginnings are read and the card says so."""

import pytest

from cds_service.fhir.orders.order_lengths import (
    ROOM_FOR_ORDERS,
    ROOM_FOR_WORDS,
    longest_order,
    longest_text,
    with_short_orders,
)
from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    order_sign,
)
from tests.chart_builders import brace as tlso
from tests.patients.reassuring import reassuring_record, selected

WORDS = "Patient seen on the ward, pain on movement, walks with a frame. "


def _answer(*drafts, order=None):
    body = order_sign(reassuring_record(), order or kyphoplasty(), tlso(), *drafts)
    return by_topic(ask(body))


def _noted(number, length, end=""):
    note = (WORDS * (length // len(WORDS) + 1))[: length - len(end)] + end
    return drafted(
        "ServiceRequest", f"lab-{number}", code={"text": "CBC"}, note=[{"text": note}]
    )


@pytest.mark.parametrize(("many", "length"), [(3, 4000), (15, 1000), (1, 40_000)])
def test_long_texts_are_named_and_nothing_reassures(many, length):
    cards = _answer(*(_noted(number, length) for number in range(many)))
    detail = cards["rehabilitation"]["detail"]
    assert "the first" in detail
    assert "characters were read" in detail
    assert "below the usual" not in detail
    assert not [label for _topic, label in selected(cards) if "Set end" in label]


def test_an_order_set_with_instructions_is_read_whole():
    drafts = [_noted(number, 300) for number in range(12)]
    tumour = _noted(12, 900, end="Known bone metastasis L1.")
    detail = _answer(*drafts, tumour)["rehabilitation"]["detail"]
    assert "characters were read" not in detail
    assert "malignancy of bone not excluded" in detail


def test_an_order_whose_words_are_cut_is_not_corrected():
    cards = _answer(_noted(1, 200), order=kyphoplasty(note=[{"text": WORDS * 400}]))
    assert "characters were read" in cards["rehabilitation"]["detail"]
    long_brace = tlso(note=[{"text": WORDS * 400}])
    body = order_sign(reassuring_record(), kyphoplasty(), long_brace)
    limits = by_topic(ask(body))["braceLimit"]
    assert not [
        action
        for suggestion in limits.get("suggestions", ())
        for action in suggestion["actions"]
        if action["type"] == "update"
    ]


@pytest.mark.parametrize("lengths", [(9000,), (4000,) * 3, (300,) * 20 + (5000,)])
def test_short_texts_leave_their_room_to_the_longer_ones(lengths):
    texts = [{"text": "a b" * (length // 3)} for length in lengths]
    longest = longest_text({"entry": texts})
    read = sum(min(len(one["text"]), longest) for one in texts)
    assert read <= ROOM_FOR_WORDS
    assert read > ROOM_FOR_WORDS - len(lengths)


LINE = "check and call the ward if unwell; "


def _order_with_notes(many, *, first=(), number=1, **elements):
    lines = [*first, *(f"{line} {LINE * 4}" for line in range(many))]
    notes = [{"text": line} for line in lines]
    elements = {"code": {"text": "CBC"}, "note": notes} | elements
    return drafted("ServiceRequest", f"notes-{number}", **elements)


def _on_record(order):
    return {**order, "status": "active", "authoredOn": days_ago(1)}


def _of(*, drafts=(), record=()):
    body = order_sign(reassuring_record(*record), kyphoplasty(), tlso(), *drafts)
    return by_topic(ask(body))


# What a card says of drugs for these, and of what they are given for.
NAMED = ("denosumab", "Bone drug recorded", "dementia", "steroid", "tubercul", "cancer")


@pytest.mark.parametrize("many", [80, 100, 130])
@pytest.mark.parametrize("place", ["signed", "on record"])
def test_many_short_notes_name_no_drug_and_reassure_nobody(many, place):
    order = _order_with_notes(many)
    is_signed = place == "signed"
    drafts = [order] if is_signed else []
    record = [] if is_signed else [_on_record(order)]
    cards = _of(drafts=drafts, record=record)
    card = cards["rehabilitation"]
    shown = f"{card['summary']} {card['detail']}"
    assert not [word for word in NAMED if word in shown]
    assert "read" in card["detail"].partition("Not known")[2]
    assert "ask about bone drugs" in card["summary"]
    assert "below the usual" not in shown
    assert not selected(cards)


def test_many_orders_with_many_notes_are_cut_and_named():
    drafts = [_order_with_notes(30, number=number) for number in range(8)]
    detail = _of(drafts=drafts)["rehabilitation"]["detail"]
    assert "of all texts in 8 orders the first" in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize("place", ["signed", "on record"])
def test_a_drug_that_the_first_of_many_notes_name_is_named(place):
    order = _order_with_notes(90, first=["Prolia is given by the GP"])
    is_signed = place == "signed"
    drafts = [order] if is_signed else []
    record = [] if is_signed else [_on_record(order)]
    assert "enosumab" in _of(drafts=drafts, record=record)["rehabilitation"]["summary"]


def test_an_order_set_of_short_orders_is_read_whole():
    drafts = [_order_with_notes(2, number=number) for number in range(40)]
    assert "were read" not in _of(drafts=drafts)["rehabilitation"]["detail"]


@pytest.mark.parametrize("sizes", [(30_000,), (300,) * 30 + (20_000,), (3_000,) * 9])
def test_a_long_order_keeps_its_title_and_the_beginning_of_its_notes(sizes):
    orders = [_order_with_notes(size // 145, number=size) for size in sizes]
    bundle = {"entry": [{"resource": order} for order in orders]}
    longest = longest_order(bundle, longest_text(bundle))
    cut = [with_short_orders(order, longest) for order in orders]
    assert all(one["code"] == {"text": "CBC"} for one in cut)
    assert all(one["note"][0] == orders[0]["note"][0] for one in cut)
    words = sum(len(note["text"]) for one in cut for note in one["note"])
    assert words <= ROOM_FOR_ORDERS
    assert all(
        new is old
        for new, old, size in zip(cut, orders, sizes, strict=True)
        if size <= 300
    )
