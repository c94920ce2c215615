"""What must hold of every answer with cards, whatever was sent."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from tests.canaries import CANARY
from tests.card_rules import faults_of
from tests.chart_builders import ASSESSMENTS, texts_of
from tests.fuzz.bases import STRANGERS_NUMBERS
from tests.generated_patients import Signing
from tests.patients.rules import RULES_OF_ANY_REQUEST, none_is_none

# What the cards alone tell; the other rule holds them against a record, which is broken
# here.
RULES_OF_THE_CARDS = tuple(
    rule for rule in RULES_OF_ANY_REQUEST if rule is not none_is_none
)


def check_answer(document: Any) -> None:
    """The protocol's rules and ours; no free text of the record in words for people; nothing of another patient."""
    _check(json.dumps(document))


@lru_cache(maxsize=4096)
def _check(text: str) -> None:
    """Many changes of a request do not change its answer: each answer is checked once."""
    document = json.loads(text)
    assert faults_of(document) == []
    cards = document["cards"]
    if not cards:
        return
    assert [
        fault for rule in RULES_OF_THE_CARDS for fault in rule(cards, Signing((), ()))
    ] == []
    words = "\n".join(text for card in cards for text in texts_of(card))
    assert not CANARY.search(words), words
    assert "stranger" not in words
    for number in STRANGERS_NUMBERS:
        assert str(abs(number)) not in words
    assert not {abs(value) for value in inputs_of(cards)} & {
        abs(number) for number in STRANGERS_NUMBERS
    }


def inputs_of(cards: list[dict[str, Any]]) -> list[float]:
    """Every number of an input, wherever it stands for programs."""
    return _numbers(one[name] for one in _inputs(cards) for name in ("value", "used"))


def measured_of(cards: list[dict[str, Any]]) -> list[float]:
    """Every number of an input that was measured, as it stands in the record; an age is counted."""
    measured = (one for one in _inputs(cards) if "Observation/" in one["source"])
    return _numbers(one["value"] for one in measured)


def _inputs(cards: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for card in cards:
        for outcome in card.get("extension", {}).get(ASSESSMENTS, ()):
            for model in outcome.get("models", ()):
                yield from model["inputs"]


def _numbers(values: Iterable[Any]) -> list[float]:
    return [
        value
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
