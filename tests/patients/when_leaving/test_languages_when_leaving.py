"""The same sentence of a ward, in ten languages, gets the same card of a discharge."""

import functools
import tomllib
from pathlib import Path

import pytest

from tests.patients.leaving import act_noting, summaries_beside, worn_now

SENTENCES = tomllib.loads(
    Path(__file__).with_name("sentences_by_language.toml").read_text(encoding="utf-8")
)
GROUPS = [(group, name) for group, names in SENTENCES.items() for name in names]
# Its words of Japanese ask to be read as those of English do, and name no illness.
READ_ALIKE = {("leak", "Japanese")}
LANGUAGES = [one for one in SENTENCES["told"]["foot"] if one != "English"]


@functools.cache
def answer(group, name, language):
    """What the card says first of somebody of whom this is noted."""
    words = SENTENCES[group][name][language]
    if group == "brace":
        return summaries_beside(worn_now(note=[{"text": words}]))
    return summaries_beside(act_noting(words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_of_the_ward_gets_the_english_answer(language):
    differ = {
        name: (SENTENCES[group][name][language], answer(group, name, language))
        for group, name in GROUPS
        if (name, language) not in READ_ALIKE
        and answer(group, name, language) != answer(group, name, "English")
    }
    assert differ == {}


def test_words_that_name_nothing_are_read_all_the_same():
    for name, language in READ_ALIKE:
        (ours,), (english,) = (
            answer("told", name, one) for one in (language, "English")
        )
        assert ours.endswith("Read before leaving.")
        assert english.endswith("Read before leaving.")


def test_what_is_told_asks_and_what_is_plain_does_not():
    asks = {name for group, name in GROUPS if answer(group, name, "English")}
    assert asks == {*SENTENCES["told"], *SENTENCES["brace"]}


def test_each_sentence_is_there_in_ten_languages():
    for group, name in GROUPS:
        assert [*SENTENCES[group][name]] == ["English", *LANGUAGES]
