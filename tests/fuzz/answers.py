"""What must hold of every answer with cards, whatever was sent."""

import json
from functools import lru_cache
from typing import Any

from tests.canaries import CANARY
from tests.card_rules import faults_of
from tests.chart_builders import ASSESSMENTS, texts_of
from tests.fuzz.bases import STRANGERS_NUMBERS
from tests.generated_patients import Signing
from tests.patients.rules import RULES_OF_ANY_REQUEST


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
    assert [fault for rule in RULES_OF_ANY_REQUEST for fault in rule(cards, Signing((), ()))] == []
    words = "\n".join(text for card in cards for text in texts_of(card))
    assert not CANARY.search(words), words
    assert "stranger" not in words
    for number in STRANGERS_NUMBERS:
        assert str(abs(number)) not in words
    assert not {abs(value) for value in inputs_of(cards)} & {abs(number) for number in STRANGERS_NUMBERS}


def inputs_of(cards: list[dict[str, Any]]) -> list[float]:
    """Every number of an input, wherever it stands for programs."""
    found: list[float] = []
    for card in cards:
        for outcome in card.get("extension", {}).get(ASSESSMENTS, ()):
            for model in outcome.get("models", ()):
                found += [one[name] for one in model["inputs"] for name in ("value", "used")]
    return [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]
