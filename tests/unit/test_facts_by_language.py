"""A report, a reason or a note says the same in ten languages, and is answered alike.

Each cell of `facts_by_language.toml` is written as a radiologist or surgeon of its
language would say it, not as our words do. A fact may be there, denied, suspected, past
or of a relative. The languages of `apart` get another answer, in no lower colour, and
`why` says which.
"""

import functools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    kyphoplasty,
    measured,
    order_sign,
    ordered,
)
from tests.codes import LOINC, codeable
from tests.patients.reassuring import imaging, quiet_record, reassuring_record

LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "ja", "zh", "ko")
FACTS = tomllib.loads(
    Path(__file__).with_name("facts_by_language.toml").read_text(encoding="utf-8")
)
COLOURS = ("info", "warning")
# What a note stands at, and the value that it is about.
NOTED = {"grip-strength": 14, "gait-speed": 0.5}
TITLED = {"grip-strength": 14, "gait-speed": 0.5, "bmd-t-score": -3.3, "bmi": 17}


def on_record(place: str, words: str) -> list[Resource]:
    """Return the record in which these words stand at this place."""
    said = {"text": words}
    kind, _, name = place.partition(" ")
    if kind == "report":
        return reassuring_record(imaging(words, days=4))
    if kind == "density":
        report = imaging(words, days=20, code={"text": "DXA"})
        return quiet_record(measured("bmi", 27), report)
    if kind == "order":
        consult = {"text": "Consult internal medicine"}
        return reassuring_record(ordered("o1", code=consult, reasonCode=[said]))
    if kind == "therapy":
        return reassuring_record(ordered("rehabilitation", reasonCode=[said]))
    if kind == "noted":
        return noted(name, words)
    return titled(name, words) if kind == "titled" else reassuring_record()


def noted(name: str, words: str) -> list[Resource]:
    """Return the record of a value with this note."""
    note = [{"text": words}]
    if name == "bmd-t-score":
        return quiet_record(measured("bmi", 27), measured(name, -3.1, note=note))
    if name == "weight":
        height, weight = measured("height", 1.6), measured(name, 41, note=note)
        return quiet_record(measured("bmd-t-score", -1.5), weight, height)
    return reassuring_record(measured(name, NOTED[name], note=note))


def titled(name: str, words: str) -> list[Resource]:
    """Return the record of a value that is called so."""
    value = {"value": 22, "unit": "mL/min/{1.73_m2}"}
    if name == "egfr":
        found = measured("gait-speed", 1, code=codeable(LOINC, "33914-3"))
        found["valueQuantity"] |= value | {"code": value["unit"]}
    else:
        found = measured(name, TITLED[name])
    found["code"] = {**found["code"], "text": words}
    others = [
        measured(other, usual)
        for other, usual in (("bmi", 27), ("bmd-t-score", -1.5))
        if other != name
    ]
    return quiet_record(*others, found)


def signed(place: str, words: str) -> list[Resource]:
    """Return the orders of a signing in which these words stand at this place."""
    said = {"text": words}
    if place == "reason":
        return [kyphoplasty(reasonCode=[said]), brace()]
    if place == "note":
        return [kyphoplasty(note=[said]), brace()]
    if place == "brace":
        return [kyphoplasty(), brace(reasonCode=[said])]
    return [kyphoplasty(), brace()]


@functools.cache
def answer(fact: str, language: str) -> tuple[Any, ...]:
    """Return what each card says first, its colour, acts and what is not known."""
    place, words = FACTS[fact]["at"], FACTS[fact][language]
    cards = ask(order_sign(on_record(place, words), *signed(place, words)))
    return tuple(
        (
            card["source"]["topic"]["code"],
            card["summary"],
            card["indicator"],
            tuple(
                (one["label"], one.get("isRecommended", False))
                for one in card.get("suggestions", ())
            ),
            "below the usual" in card["detail"],
            tuple(line for line in card["detail"].splitlines() if "Not known" in line),
        )
        for card in cards
    )


def colour(answered: tuple[Any, ...]) -> int:
    """Return the highest colour of these cards, as a rank; -1 without a card."""
    return max((COLOURS.index(one[2]) for one in answered), default=-1)


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_in_other_words_gets_the_same_answer(fact):
    apart = FACTS[fact].get("apart", ())
    differ = {
        language: (FACTS[fact][language], answer(fact, language))
        for language in LANGUAGES
        if language not in apart and answer(fact, language) != answer(fact, "en")
    }
    assert differ == {}


@pytest.mark.parametrize("fact", [one for one in FACTS if "apart" in FACTS[one]])
def test_an_answer_that_differs_is_in_no_lower_colour(fact):
    for language in FACTS[fact]["apart"]:
        assert colour(answer(fact, language)) >= colour(answer(fact, "en")), language


def test_each_fact_is_written_in_all_languages():
    assert len(FACTS) >= 60
    for fact, row in FACTS.items():
        assert set(row) - {"apart", "why"} == {"at", "en", *LANGUAGES}, fact
        assert ("why" in row) == ("apart" in row), fact
