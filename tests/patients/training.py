"""What the tests of training share: a patient who falls, the buttons of a card."""

from typing import Any

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

REFER = "Refer to rehabilitation"
WALK = "walk by next day"
FALLS = dated(codeable(ICD, "R29.6"), days=30) | {"id": "falls"}


def ordered(title: str, **members: Any) -> Resource:
    """Return an order of yesterday, in force."""
    order = {
        "status": "active",
        "intent": "order",
        "code": {"text": title},
        "authoredOn": days_ago(1),
    }
    return of_patient("ServiceRequest", "activity", **order | members)


def chosen(card: Resource) -> set[str]:
    """Name the buttons of a card that are pre-selected."""
    return {one["label"] for one in card["suggestions"] if one.get("isRecommended")}


def detail_without_training(*entries: Resource) -> str:
    """Return the detail of the card of one who falls; nothing chooses training."""
    card = card_of(FALLS, *entries)
    assert REFER not in chosen(card)
    assert WALK not in card["detail"]
    return str(card["detail"])


def assert_training_is_chosen(*entries: Resource) -> None:
    """Let nothing limit training of one who falls."""
    card = card_of(FALLS, *entries)
    assert REFER in chosen(card)
    assert WALK in card["detail"]
