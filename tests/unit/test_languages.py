"""The same record and orders, in words of ten languages, get the same answer."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    drug,
    kyphoplasty,
    measured,
    model,
    of_patient,
    order_sign,
    ordered,
    problem,
    thin_and_weak,
)
from tests.codes import codeable

WORDS = tomllib.loads(
    Path(__file__).with_name("words_by_language.toml").read_text(encoding="utf-8")
)
CARE = tomllib.loads(
    Path(__file__).with_name("conditions_by_language.toml").read_text(encoding="utf-8")
)
TITLES = tomllib.loads(
    Path(__file__).with_name("titles_by_language.toml").read_text(encoding="utf-8")
)


def answer_to(texts: list[str]) -> list[dict[str, Any]]:
    """The cards for a patient with these problems, in words alone."""
    problems = (
        problem(
            "", number=f"c-{number}", code={"text": words}, recordedDate="2026-10-20"
        )
        for number, words in enumerate(texts)
    )
    return ask(order_sign((problem("I10"), *problems), kyphoplasty("L1"), brace()))


def answer(language: str) -> list[dict[str, Any]]:
    words = WORDS[language]
    t_score = measured("bmd-t-score", -3.2)
    t_score["code"] = {**t_score["code"], "text": words["site"]}
    record = (
        *(
            one
            for one in thin_and_weak()
            if one["id"] not in (t_score["id"], "c-diabetes")
        ),
        t_score,
        problem(
            "E11.9",
            number="c-diabetes",
            code=codeable(
                "http://hl7.org/fhir/sid/icd-10-cm", "E11.9", words["diabetes"]
            ),
        ),
        drug("alendronate", medicationCodeableConcept={"text": words["drug"]}),
        ordered("rehabilitation", code={"text": words["therapy"]}),
        ordered("dietitian", code={"text": words["nutrition"]}),
        of_patient(
            "Procedure",
            "earlier",
            status="completed",
            code={"text": words["earlier"]},
            performedDateTime="2019-05-02",
        ),
    )
    drafts = (
        kyphoplasty(None, code="", number="kypho")
        | {"code": {"text": words["operation"]}},
        brace() | {"codeCodeableConcept": {"text": words["brace"]}},
    )
    cards = ask(order_sign(record, *drafts))
    # Ids are of one signing, and the orders that are signed are part of it: in other
    # words they are others.
    for card in cards:
        assert card.pop("uuid")
        for suggestion in card.get("suggestions", ()):
            assert suggestion.pop("uuid")
            resource = suggestion["actions"][0]["resource"]
            # a corrected order keeps its own words
            if suggestion["actions"][0]["type"] == "update":
                assert resource.pop("codeCodeableConcept") == {"text": words["brace"]}
            else:
                assert resource.pop("id")
    return cards


@pytest.mark.parametrize("language", [one for one in WORDS if one != "English"])
def test_the_same_record_in_other_words_gets_the_same_answer(language):
    assert answer(language) == answer("English")


def test_all_of_the_english_record_is_read():
    cards = by_topic(answer("English"))
    inputs = {
        one["name"]: one["value"]
        for one in model(cards, "sarcopenia-pvm-2022")["inputs"]
    }
    assert inputs["bmd-t-score"] == -3.2
    assert inputs["diabetes"] is True
    assert inputs["tl-junction"] is True
    said = cards["rehabilitation"]["summary"] + cards["rehabilitation"]["detail"]
    assert "lendron" in said
    assert "**Rehabilitation:**" not in said  # it is ordered
    assert "TLSO" in cards["braceLimit"]["summary"] + cards["braceLimit"]["detail"]


@pytest.mark.parametrize(
    "language", ["German", "French", "Spanish", "Italian", "Chinese"]
)
@pytest.mark.parametrize("group", CARE)
def test_conditions_in_other_words_get_the_same_answer(group, language):
    assert answer_to(CARE[group][language]) == answer_to(CARE[group]["English"])


@pytest.mark.parametrize("group", CARE)
def test_each_of_these_conditions_changes_the_answer(group):
    without = answer_to([])
    assert all(answer_to([words]) != without for words in CARE[group]["English"])


def summary_of(title: str) -> str:
    return by_topic(answer_to([title]))["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    ("english", "other"),
    [
        pytest.param(titles["English"], titles[language], id=f"{name}, {language}")
        for name, titles in TITLES.items()
        for language in titles
        if language != "English"
    ],
)
def test_a_title_in_other_words_leads_to_the_same_summary(english, other):
    assert summary_of(other) == summary_of(english)


def test_most_of_these_titles_change_the_summary():
    usual = by_topic(answer_to([]))["rehabilitation"]["summary"]
    led = [one for one in TITLES.values() if summary_of(one["English"]) != usual]
    assert len(led) > len(TITLES) / 2
