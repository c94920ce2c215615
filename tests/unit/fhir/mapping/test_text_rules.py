"""Rules of words name the same whether or not the words are looked through for pieces first."""

from __future__ import annotations

import re
import tomllib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhir.mapping.text_rules import TextRule, TextRules, pieces_of
from tests.builders import MAPPINGS, terminology

LANGUAGES = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((MAPPINGS / "texts").glob("*.toml"))]
RULES = {
    concept: {
        kind: [word for language in LANGUAGES for word in language.get(concept, {}).get(kind, ())]
        for kind in ("any", "none")
    }
    for concept in {name for language in LANGUAGES for name in language}
}
WORDS = sorted({word for rule in RULES.values() for word in (*rule["any"], *rule["none"])})
# Letters that a search without case takes for one another.
ODD = {"i": "ıİI", "s": "ſS", "k": "\u212aK"}


def by_search(text: str) -> frozenset[str]:
    """Concepts by the words of the file alone."""
    plain = bare(text)

    def has(words: list[str]) -> bool:
        return any(re.search(bare(word), plain, re.IGNORECASE) for word in words)

    return frozenset(name for name, rule in RULES.items() if has(rule["any"]) and not has(rule["none"]))


def bare(text: str) -> str:
    """Without the accents of Latin letters."""
    letters = [one for one in unicodedata.normalize("NFKD", text) if not 0x300 <= ord(one) < 0x370]
    return unicodedata.normalize("NFC", "".join(letters))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words that rules fit, in any case and in odd letters, among others."""
    parts = draw(st.lists(st.one_of(*map(st.from_regex, WORDS), st.text(max_size=8)), min_size=1, max_size=3))
    odd = draw(st.randoms(use_true_random=False))
    letters = (odd.choice((one, one.upper(), one.lower(), *ODD.get(one.lower(), ""))) for one in " ".join(parts))
    return "".join(letters)


@settings(max_examples=300)
@given(text=texts())
def test_every_text_names_what_a_search_for_each_word_finds(text):
    named = by_search(text)
    assert terminology().text_concepts(text) == named
    for concept in RULES:
        assert terminology().text_concepts(text, frozenset({concept})) == named & {concept}


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("metasta", {"metasta"}),
        (r"\bBIA\b", {"bia"}),
        ("k[yi](ph|f)oplast", {"oplast"}),
        ("fem(oral|ur) neck", {" neck"}),
        ("(bone|spine) (tumou?r|cancer)", {"bone", "spine"}),
        ("(abc)?x", {"x"}),
        ("(abc)+", {"abc"}),
        ("a|", set()),
        (r"\d+", set()),
        ("ſtent", {"tent"}),
        ("椎体", {"椎体"}),
    ],
)
def test_what_a_pattern_cannot_do_without(pattern, pieces):
    assert pieces_of(pattern) == pieces


def test_one_rule_that_could_fit_anything_is_not_passed_over_for_the_pieces_of_the_others():
    """A site's own words may be of any kind."""
    rules = {concept: TextRule((re.compile(word),)) for concept, word in (("brace", "corset"), ("dose", r"\d+"))}
    assert TextRules(rules).concepts("20") == {"dose"}
    assert TextRules({"brace": rules["brace"]}).concepts("20") == frozenset()
    assert TextRules({}).concepts("corset") == frozenset()
