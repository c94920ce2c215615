"""What is signed or on record at a kyphoplasty gets the same answer in ten languages.

Each cell of `orders_by_language.toml` is written as its language says it, not as our
words do. The languages of `apart` get another answer, which says no less by its colour.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.chart_builders import (
    ask,
    brace,
    days_ago,
    drafted,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    ordered,
    problem,
)
from tests.patients.reassuring import quiet_record, reassuring_record

LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "ja", "zh", "ko")
ITEMS = tomllib.loads(
    Path(__file__).with_name("orders_by_language.toml").read_text(encoding="utf-8")
)
COLOURS = ("info", "warning")
CELLS = [
    (item, language)
    for item, row in ITEMS.items()
    for language in LANGUAGES
    if language not in row.get("apart", ())
]
APART = [
    (item, language) for item, row in ITEMS.items() for language in row.get("apart", ())
]


def on_record(place: str, words: str) -> list[dict[str, Any]]:
    """Return the record in which these words stand at this place."""
    kind, _, days = place.partition(" ")
    if days:
        return reassuring_record(medicine(kind, int(days), words))
    if kind == "value":
        found = measured("bmd-t-score", -3.1)
        found["code"] = {**found["code"], "text": words}
        return quiet_record(measured("bmi", 27), found)
    if kind == "problem":
        entry = problem("x", days=30, code={"text": words})
        return quiet_record(measured("bmi", 27), entry)
    if kind == "placed":
        falls = problem("R29.6", days=30)
        return reassuring_record(ordered("o1", code={"text": words}), falls)
    return reassuring_record()


def medicine(kind: str, days: int, words: str) -> dict[str, Any]:
    """Return a drug on record, of a title and after a bar the dosage."""
    title, _, dosage = words.partition(" | ")
    named = {"medicationCodeableConcept": {"text": title}}
    told = {"text": dosage}
    if kind == "given":
        elements = {"effectiveDateTime": days_ago(days), **named}
        return of_patient(
            "MedicationAdministration", "g1", status="completed", **elements
        )
    if kind == "prescribed":
        return drug("alendronate", days=days, dosageInstruction=[told], **named)
    period = {"start": days_ago(900)}
    if kind == "stopped":
        period["end"] = days_ago(days)
    status = "active" if kind == "taken" else "stopped"
    elements = {"status": status, "effectivePeriod": period, "dosage": [told]}
    return of_patient("MedicationStatement", "t1", **elements, **named)


def signed(place: str, words: str) -> list[dict[str, Any]]:
    """Return the orders of a signing in which these words stand at this place."""
    code = {"text": words}
    if place == "operation":
        return [drafted("ServiceRequest", "kypho", code=code)]
    if place == "bed":
        return [kyphoplasty(), drafted("ServiceRequest", "bed", code=code)]
    if place == "brace":
        return [kyphoplasty(), brace() | {"codeCodeableConcept": code}]
    if place == "reason":
        return [kyphoplasty(reasonCode=[code]), brace()]
    if place == "note":
        return [kyphoplasty(note=[code]), brace()]
    return [kyphoplasty()]


def answer(item: str, language: str) -> list[tuple[Any, ...]]:
    """Return what each card says first, its colour, acts and what is not known."""
    place, words = ITEMS[item]["at"], ITEMS[item][language]
    cards = ask(order_sign(on_record(place, words), *signed(place, words)))
    return [
        (
            card["source"]["topic"]["code"],
            card["summary"],
            card["indicator"],
            [
                (one["label"], one.get("isRecommended", False))
                for one in card.get("suggestions", ())
            ],
            [line for line in card["detail"].splitlines() if "Not known" in line],
        )
        for card in cards
    ]


def colour(answered: list[tuple[Any, ...]]) -> int:
    """Return the highest colour of these cards, as a rank; -1 without a card."""
    return max((COLOURS.index(one[2]) for one in answered), default=-1)


@pytest.mark.parametrize(("item", "language"), CELLS)
def test_an_order_in_other_words_gets_the_same_answer(item, language):
    assert answer(item, language) == answer(item, "en")


@pytest.mark.parametrize(("item", "language"), APART)
def test_an_answer_that_differs_is_in_no_lower_colour(item, language):
    assert colour(answer(item, language)) >= colour(answer(item, "en"))


def test_each_item_is_written_in_all_languages():
    assert len(ITEMS) >= 40
    for item, row in ITEMS.items():
        assert set(row) - {"apart"} == {"at", "en", *LANGUAGES}, item
