"""Ordinary reasons of orders are understood, and no plain words hide what is grave."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.entries.grave.grave_concepts import BROKEN_ASIDE
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from tests.builders import terminology
from tests.chart_builders import blood_count_for

TABLE = tomllib.loads(Path(__file__).with_name("ordinary_reasons.toml").read_text())
MOST_OPEN = 0.1  # of ordinary reasons


@pytest.mark.parametrize("language", TABLE["ordinary"])
def test_ordinary_reasons_are_understood(language):
    said = TABLE["ordinary"][language]
    open_ = [
        one for one in said if grave_concepts_of(blood_count_for(one), terminology())
    ]
    open_ += [
        one
        for one in said
        if grave_concepts_of(blood_count_for(one, "note"), terminology())
    ]
    assert len({*open_}) <= MOST_OPEN * len(said), open_


@pytest.mark.parametrize(
    ("language", "words"),
    [(name, one) for name, said in TABLE["grave"].items() for one in said],
)
def test_plain_words_hide_nothing_grave(language, words):
    for element in ("reasonCode", "note"):
        assert grave_concepts_of(blood_count_for(words, element), terminology()), (
            language
        )


@pytest.mark.parametrize("words", TABLE["fracture"]["said"])
def test_why_surgeons_operate_is_understood(words):
    assert grave_concepts_of(blood_count_for(words), terminology()) <= {BROKEN_ASIDE}


@pytest.mark.parametrize(
    ("language", "words"),
    [(name, one) for name, said in TABLE["composed"].items() for one in said],
)
def test_plain_words_do_not_add_up_to_something_grave(language, words):
    for element in ("reasonCode", "note"):
        named = grave_concepts_of(blood_count_for(words, element), terminology())
        assert named - {BROKEN_ASIDE}, language


# What is not of the fracture, in the words of the plain lists.
OTHERS = {
    "en": ["walking", "spinal stenosis", "knee pain"],
    "de": ["gehen", "spinalkanalstenose", "gangunsicherheit"],
    "fr": ["marche", "hernie discale", "autonomie"],
    "es": ["marcha", "estenosis de canal", "equilibrio"],
    "it": ["cammino", "equilibrio"],
    "nl": ["lopen", "staan"],
    "pl": ["chodzenie"],
    "pt": ["marcha", "equilibrio"],
    "zh": ["行走", "头晕"],
    "ja": ["歩行", "めまい"],
    "ko": ["보행", "어지러움"],
}


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_of_failing_is_plain_next_to_anything_but_the_fracture(language):
    """Each word of the table, and not examples of it."""
    path = Path("mappings/plain-reason-words") / f"{language}.toml"
    bound = tomllib.loads(path.read_text(encoding="utf-8"))["bound"]
    words = [one for one in bound["worse"] if not set(one) & set("()[]?|\\.*+")]
    assert words
    passed = [
        f"{word} {other}"
        for word in words
        for other in OTHERS[language]
        if is_reason_understood([f"{word} {other}"], frozenset(), terminology())
    ]
    assert not passed
