"""What an answer tells a surgeon: colour, risk, what it reassures of, what is pre-selected."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.chart_builders import ASSESSMENTS, Resource, by_topic, texts_of
from tests.patients.reading import text_of
from tests.patients.rules import refracture_of

Cards = Sequence[Resource]
COLOURS = ("none", "info", "warning")  # the first: no card
STEPS = (
    "1 in 20",
    "1 in 10",
    "1 in 8",
    "1 in 6",
    "1 in 5",
    "1 in 4",
    "1 in 3",
    "2 in 5",
    "1 in 2",
)
ENTRIES = re.compile(r"\b\d+ (medication )?(entry|entries)\b")
# What calms whoever reads it; orders and reports that are named are not. "None given"
# and "no loaded bending" do not.
REASSURING = re.compile(
    r"below the usual|no bone drug|none in #|too early to judge|nothing to change"
    r"|\bcontinue\b|next due",
    re.IGNORECASE,
)


def told(cards: Cards) -> Any:
    """Everything that a person reads or signs, and every figure.

    How many entries a list has, and the ids of what is offered, are left out.
    """
    return [
        (
            card["source"]["topic"]["code"],
            card["indicator"],
            [ENTRIES.sub("# entries", text) for text in texts_of(card)],
            [_offer(one) for one in card.get("suggestions", ())],
            _figures(card),
        )
        for card in cards
    ]


def _offer(suggestion: Mapping[str, Any]) -> Any:
    actions = [
        {**one, "resource": {**one["resource"], "id": ""}}
        for one in suggestion["actions"]
    ]
    return suggestion["label"], suggestion["isRecommended"], actions


def _figures(card: Mapping[str, Any]) -> Any:
    outcomes = card.get("extension", {}).get(ASSESSMENTS, ())
    return [
        (
            one["outcome"],
            one.get("said"),
            [_figure(each) for each in one.get("models", ())],
        )
        for one in outcomes
    ]


def _figure(model: Mapping[str, Any]) -> Any:
    inputs = [(one["name"], _rounded(one["used"])) for one in model["inputs"]]
    return model["model"], _rounded(model.get("risk")), inputs


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def essence(cards: Cards) -> Any:
    """Summaries, colours, buttons and figures: all but the lines of the detail."""
    return [
        (topic, indicator, texts[0], offers, figures)
        for topic, indicator, texts, offers, figures in told(cards)
    ]


def colour(cards: Cards) -> int:
    """The strongest colour; no card is the least."""
    return max((COLOURS.index(card["indicator"]) for card in cards), default=0)


def step(cards: Cards) -> int | None:
    """The step of the ladder that is said, at least or not; None where none is given."""
    said = (refracture_of(list(cards)) or {}).get("said")
    if said is None:
        return None
    if said["words"].startswith("more"):
        return len(STEPS)
    found = re.search(r"\d in \d+", said["words"])
    assert found, said
    return STEPS.index(found[0])


def is_at_least(cards: Cards) -> bool:
    """The risk is said as a lower limit."""
    said = (refracture_of(list(cards)) or {}).get("said")
    return bool(said and said["atLeast"])


def words(cards: Cards) -> str:
    """All texts of all cards."""
    return ENTRIES.sub("# entries", "\n".join(map(text_of, cards)))


def reassurances(cards: Cards) -> set[str]:
    """Which phrases calm."""
    return {found[0].lower() for found in REASSURING.finditer(words(cards))}


def chosen(cards: Cards) -> set[tuple[str, str]]:
    """What is pre-selected, by topic and label."""
    return {
        (topic, one["label"])
        for topic, card in by_topic(cards).items()
        for one in card.get("suggestions", ())
        if one["isRecommended"]
    }
