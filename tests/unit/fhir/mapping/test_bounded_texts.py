"""No text is normalised or searched beyond its limit; what is cut off stays open."""

import sys
import unicodedata
from types import SimpleNamespace

import pytest

from cds_service.fhir.mapping import text_rules
from cds_service.fhir.mapping.text_rules import (
    LONGEST_TEXT,
    UNREAD,
    folded,
    normal,
    without_accents,
)
from tests.builders import terminology

MOST_OF_ONE = 7  # characters that one becomes
LONG = 300_000
UNITS = ["\ufdfa", "a", "ü", "腰椎 ", "e\u0301", "\u321d"]


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
    text = "x" * (LONGEST_TEXT - 13) + " osteoporosis"
    assert folded(text) == text
    assert "osteoporosis" in terminology().text_concepts(text)
