"""Answers to the questions of an order, which come with it."""

import pytest

from tests.chart_builders import (
    PATIENT,
    ask,
    brace,
    by_topic,
    kyphoplasty,
    order_sign,
)
from tests.patients.reassuring import end_is_selected, reassuring_record


def signed(*drafts):
    body = order_sign(reassuring_record(), kyphoplasty(), brace(), *drafts)
    return by_topic(ask(body))


def answers(status, answer="breast cancer 2024, bone metastases"):
    asked = {"linkId": "1", "text": "History of cancer?"}
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "t",
        "status": status,
        "subject": {"reference": f"Patient/{PATIENT}"},
        "item": [{**asked, "answer": [{"valueString": answer}]}],
    }


@pytest.mark.parametrize("status", ["in-progress", "completed", "amended", "stopped"])
def test_answers_that_come_with_the_order_are_read_whatever_their_status(status):
    cards = signed(answers(status))
    detail = cards["rehabilitation"]["detail"]
    assert "malignancy of bone" in detail.partition("**Not known:**")[2]
    assert "below the usual" not in detail
    assert not end_is_selected(cards)


def test_answers_that_were_entered_in_error_say_nothing():
    cards = signed(answers("entered-in-error"))
    assert "below the usual" in cards["rehabilitation"]["detail"]
