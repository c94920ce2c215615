"""Of a signing with very long texts, the beginnings are read and the card says so."""

import pytest

from cds_service.fhir.orders.order_lengths import ROOM_FOR_WORDS, longest_text
from tests.chart_builders import ask, by_topic, drafted, kyphoplasty, order_sign
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
