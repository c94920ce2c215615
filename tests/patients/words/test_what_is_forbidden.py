"""An order that forbids something says why: the reason is read, not the order."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, end_is_selected, reassuring_record


def forbidden(title, reason, **members):
    said = {
        "code": {"text": title},
        "doNotPerform": True,
        "reasonCode": [reason if isinstance(reason, dict) else {"text": reason}],
    }
    return said | members


REASONS = [
    pytest.param("Removal of brace", "Unstable fracture", id="unstable"),
    pytest.param("Mobilization out of bed", "Cord compression", id="cord"),
    pytest.param("Physical therapy", "Bone metastasis L1", id="metastasis"),
    pytest.param("Physical therapy", codeable(ICD, "C79.51"), id="code"),
    pytest.param("Physiotherapie", "bei Plasmozytom", id="de"),
    pytest.param("Mobilisation", "pending spread", id="words of no list"),
]


@pytest.mark.parametrize(("title", "reason"), REASONS)
def test_the_reason_of_a_prohibition_on_record_reassures_nobody(title, reason):
    entry = of_patient(
        "ServiceRequest",
        "no",
        status="active",
        intent="order",
        authoredOn=days_ago(2),
        **forbidden(title, reason),
    )
    cards = cards_of(entry)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(("title", "reason"), REASONS)
def test_nor_does_that_of_one_that_is_signed_now(title, reason):
    draft = drafted("ServiceRequest", "no", **forbidden(title, reason))
    cards = by_topic(
        ask(order_sign(reassuring_record(), kyphoplasty(), brace(), draft))
    )
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        pytest.param("Biopsy of bone metastasis", "Back pain", id="title"),
        pytest.param("Lifting", "Back pain", id="harmless reason"),
    ],
)
def test_what_is_forbidden_itself_tells_of_nothing(title, reason):
    entry = of_patient(
        "ServiceRequest",
        "no",
        status="active",
        intent="order",
        authoredOn=days_ago(2),
        **forbidden(title, reason),
    )
    assert "below the usual" in cards_of(entry)["rehabilitation"]["detail"]
