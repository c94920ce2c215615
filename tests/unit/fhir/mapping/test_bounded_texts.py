"""No text is normalised or searched beyond its limit; what is cut off stays open."""

import sys
import unicodedata
from types import SimpleNamespace

import pytest

from cds_service.fhir.mapping.texts import text_rules
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    UNREAD,
    folded,
    folded_pattern,
    normal,
    without_accents,
)
from tests.builders import terminology

MOST_OF_ONE = 7  # characters that one becomes
LONG = 300_000
UNITS = ["\ufdfa", "a", "ü", "腰椎 ", "e\u0301", "\u321d a"]


@pytest.mark.parametrize("fold", [folded, without_accents, normal])
@pytest.mark.parametrize("unit", UNITS)
def test_what_is_folded_is_bounded(fold, unit):
    assert len(fold(unit * LONG)) <= MOST_OF_ONE * LONGEST_TEXT + 1


@pytest.mark.parametrize("unit", UNITS)
def test_no_more_than_the_limit_is_normalised(unit, monkeypatch):
    lengths = []

    def normalize(form, text):
        lengths.append(len(text))
        return unicodedata.normalize(form, text)

    monkeypatch.setattr(text_rules, "unicodedata", SimpleNamespace(normalize=normalize))
    terminology().clauses.read(unit * LONG)
    assert max(lengths, default=0) <= MOST_OF_ONE * LONGEST_TEXT + 1


def test_no_character_becomes_more_than_a_few():
    signs = (chr(one) for one in range(sys.maxunicode + 1))
    assert max(len(without_accents(one)) for one in signs) <= MOST_OF_ONE


@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_was_cut_is_not_read(unit):
    words = terminology()
    text = "osteoporosis " + unit * LONG
    assert folded(text).endswith(UNREAD)
    assert not words.text_concepts(folded(text))
    assert not words.text_concepts(text)


def test_a_text_at_the_limit_is_read_whole():
    text = "ordinary " * ((LONGEST_TEXT - 13) // 9) + "osteoporosis"
    assert folded(text) == text
    assert "osteoporosis" in terminology().text_concepts(text)


SIGNS = [".", "…", "-", "· ", "-\n", "_", ",;", "(", "、", "*\t", ". \n"]


@pytest.mark.parametrize("fold", [folded, without_accents, normal])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_line_of_signs_is_short(fold, sign):
    # Patterns try each split of it: 700 dots in a dosage held all calls up for 14 s.
    assert len(fold(f"T12 {sign * 4000} L1")) < 100


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("T-score" + "." * 80 + " -2.7", " -2.7"),
        ("T-score" + "…" * 80 + "<= 40", "<= 40"),
        ("grip" + "_" * 80 + "+12 kg", "__+12 kg"),
    ],
)
def test_what_stands_next_to_a_word_stays(text, end):
    assert folded(text).endswith(end)


def test_a_line_of_signs_ends_the_line_that_it_ended():
    assert "\n" in folded("no fall" + "-" * 50 + "\n" + "-" * 50 + "diabetes")


@pytest.mark.parametrize("letter", ["a", "1", "腰", "ü"])
def test_no_run_of_letters_is_searched_whole(letter):
    # A picture in letters; it leaves its text open, and neither end becomes a word.
    words = folded("osteoporosis " + letter * 3000)
    assert max(map(len, words.split())) <= 402
    assert UNREAD in words
    assert not terminology().text_concepts(words)


def test_a_long_sentence_without_signs_is_read():
    text = "第一腰椎骨粗鬆症性" + "の" * 200
    assert folded(text) == text


def test_the_signs_of_a_pattern_stay():
    pattern = "(?<!%)(?<!% )(?<!%  )(?<!%   )(?<!#)é"
    assert folded_pattern(pattern) == pattern.replace("é", "e")
