"""An order of mobilisation that is not to be performed says "do not mobilise"."""

from typing import Any

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
from tests.codes import UCUM
from tests.patients.reassuring import (
    REASSURING,
    cards_of,
    end_is_selected,
    reassuring_record,
)

REHABILITATION = "Refer to rehabilitation"


def forbidden(title: str, **members: Any) -> Any:
    said: dict[str, Any] = {"status": "active", "intent": "order"}
    said |= {"authoredOn": days_ago(2), "code": {"text": title}}
    return of_patient("ServiceRequest", "no", **said | {"doNotPerform": True} | members)


def is_open(cards: Any) -> bool:
    told = any(REASSURING in card["detail"] for card in cards.values())
    return not (told or end_is_selected(cards))


MOVING = [
    *("Mobilisation", "Out of bed", "Sitting up", "Ambulation", "Walking"),
    *("Mobilisation aus dem Bett", "Aufstehen", "Mise au fauteuil", "Movilización"),
    *("Mobilizzazione", "Mobilisatie", "Pionizacja", "離床", "下床活动", "보행"),
]


@pytest.mark.parametrize("title", MOVING)
def test_it_leaves_the_spine_open(title: str) -> None:
    cards = cards_of(forbidden(title))
    assert is_open(cards)
    detail = cards["rehabilitation"]["detail"]
    assert "an entry forbids moving the patient" in detail
    assert "walk by next day" not in detail


@pytest.mark.parametrize("title", ["Mobilisation", "Sitting up"])
def test_so_does_one_that_is_signed_now(title: str) -> None:
    draft = drafted("ServiceRequest", "no", code={"text": title}, doNotPerform=True)
    signed = order_sign(reassuring_record(), kyphoplasty(), brace(), draft)
    assert is_open(by_topic(ask(signed)))


@pytest.mark.parametrize("title", ["Mobilisation", "Aufstehen"])
def test_it_says_what_the_words_say(title: str) -> None:
    worded = cards_of(forbidden("Do not mobilise", doNotPerform=None))
    assert is_open(worded)
    assert is_open(cards_of(forbidden(title)))


HOURS = {"value": 6, "unit": "h", "system": UCUM, "code": "h"}


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(forbidden(title), id=title)
            for title in (
                *("Shoulder mobilisation", "Weight bearing left leg", "Lifting"),
                *("Knie mobilisieren", "Walking alone", "Biopsy", "MRI lumbar spine"),
                *("Blood transfusion", "Full blood count"),
            )
        ),
        pytest.param(forbidden("Mobilisation", status="revoked"), id="withdrawn"),
        pytest.param(
            forbidden(
                "Mobilisation",
                occurrenceTiming={"repeat": {"boundsDuration": HOURS}},
            ),
            id="for six hours",
        ),
        pytest.param(forbidden("Mobilisation", doNotPerform=False), id="to be done"),
    ],
)
def test_what_forbids_no_moving_leaves_it_as_it_is(entry: Any) -> None:
    detail = cards_of(entry)["rehabilitation"]["detail"]
    assert REASSURING in detail
    assert "forbids moving" not in detail
