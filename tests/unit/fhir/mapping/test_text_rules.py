"""Rules of words name the same whether they are tried together or one by one."""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.data_file import PACKAGE
from cds_service.fhir.mapping.files.language import in_one_row, read_languages
from cds_service.fhir.mapping.texts.both import GRAVE_IF_BOTH
from cds_service.fhir.mapping.texts.text_rules import (
    TextRule,
    TextRules,
    folded,
    folded_pattern,
    joined,
    text_rules,
)
from tests.builders import MAPPINGS, terminology

WORD_EXAMPLES = Path(__file__).parents[3] / "word_examples"
WRITTEN_OUT_PARTS = PACKAGE / "fhir/mapping/texts/written_out.toml"


def read_all(folder: Path) -> list[dict[str, Any]]:
    return [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.toml"))
    ]


def with_shared(words: dict[str, Any], language: dict[str, Any]) -> dict[str, Any]:
    """The words of a concept; those of shared lists among what rules it out."""
    shared = [
        word
        for name in words.get("none-of", ())
        for word in language["rules-out"][name]
    ]
    return {**words, "none": [*words.get("none", ()), *shared]}


LANGUAGES = [
    {
        concept: with_shared(words, one)
        for concept, words in one.items()
        if isinstance(words, dict) and "any" in words
    }
    for one in read_all(MAPPINGS / "texts")
]
RULES = {
    concept: {
        kind: [
            re.compile(folded_pattern(in_one_row(word)))
            for language in LANGUAGES
            for word in language.get(concept, {}).get(kind, ())
        ]
        for kind in ("any", "short", "none", "harmless")
    }
    for concept in {name for language in LANGUAGES for name in language}
}
SHOWN = sorted(
    {
        text
        for concepts in read_all(WORD_EXAMPLES / "texts")
        for texts in concepts.values()
        for kind in texts
        for text in texts[kind]
    }
)
# Between a Latin letter and a Chinese or Japanese one stands a border of words.
BORDER = re.compile("(?<=[a-z])(?=[\u3040-\u9fff])|(?<=[\u3040-\u9fff])(?=[a-z])")
STROKES = {  # no accents to Unicode
    **str.maketrans("łŁøØđĐ", "lLoOdD"),
    **str.maketrans({"ß": "ss", "ẞ": "SS", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}),
}
# What German words with umlauts are in the letters of old systems.
WRITTEN_OUT = {
    re.sub("[äöü]", lambda one: f"{'aou'['äöü'.index(one[0])]}e", part): part
    for part in tomllib.loads(WRITTEN_OUT_PARTS.read_text(encoding="utf-8"))["parts"]
}
UPPER = {"i": "I", "s": "S", "k": "\u212aK"}  # a Kelvin sign is a K


def bare(text: str) -> str:
    """In lower case, without the accents of Latin letters."""
    letters = [
        one
        for one in unicodedata.normalize("NFKD", text.translate(STROKES))
        if not 0x300 <= ord(one) < 0x370
    ]
    plain = unicodedata.normalize("NFC", "".join(letters)).lower()
    written_out = "|".join(sorted(WRITTEN_OUT, key=len, reverse=True))
    usual = re.sub(written_out, lambda one: WRITTEN_OUT[one[0]], plain)
    return usual.translate(str.maketrans("äöü", "aou"))


def by_search(text: str) -> frozenset[str]:
    """Concepts by the words of the files alone."""
    plain = BORDER.sub(" ", bare(text))

    def has(concept: str, kind: str) -> bool:
        return any(word.search(plain) for word in RULES[concept][kind])

    def is_harmless(concept: str) -> bool:
        words = sorted(
            (word.pattern for word in RULES[concept]["harmless"]), key=len, reverse=True
        )
        return bool(words) and not re.sub(
            rf"\b({'|'.join(words)})\b|[\W\d_]", "", plain
        )

    is_spinal = has("spine", "any") and not has("spine", "none")
    return frozenset(
        name
        for name in RULES
        if (has(name, "any") or (is_spinal and has(name, "short")))
        and not has(name, "none")
        and not is_harmless(name)
    )


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words that rules fit, in any case, among others."""
    parts = draw(
        st.lists(st.sampled_from(SHOWN) | st.text(max_size=8), min_size=1, max_size=3)
    )
    odd = draw(st.randoms(use_true_random=False))
    letters = (
        odd.choice((one, one.upper(), one.lower(), *UPPER.get(one.lower(), "")))
        for one in " ".join(parts)
    )
    return "".join(letters)


@settings(max_examples=100)
@given(text=texts())
def test_every_text_names_what_a_search_for_each_word_finds(text):
    named = by_search(text)
    assert terminology().text_concepts(text, frozenset(RULES)) == named
    assert terminology().text_concepts(text) == named & terminology().names
    for concept in RULES:
        assert terminology().text_concepts(text, frozenset({concept})) == named & {
            concept
        }


BOTH = [
    (re.compile("|".join(words)), re.compile(joined(words)))
    for rule in text_rules(read_languages([MAPPINGS])).values()
    for words in (rule.any, rule.short, rule.none, *rule.shared)
]


@settings(max_examples=50)
@given(text=texts())
def test_joined_words_match_what_a_bar_between_them_matches(text):
    plain = folded(text)
    for with_bars, quick in BOTH:
        spans = [
            [one.span() for one in each.finditer(plain)] for each in (with_bars, quick)
        ]
        assert spans[0] == spans[1], with_bars.pattern


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((r"(?:\bab|cd)", r"(?:\bx)"), "acd"),  # the border belongs to `ab` alone
        ((r"(?:\bx)", r"(?:\bab|cd)"), "acd"),
        ((r"(?:\ba)", r"(?:ab)", r"(?:\babc)"), "abc"),  # the first of three
        ((r"(?:\ba[(]b)", r"(?:\bc\(d)"), "a(b c(d"),
        ((r"(?:\b(a|b)c)", r"(?:\b(?!cd)c)"), "bc c cd"),
        ((r"(?:\b(a|b)\1)",), "ab bb"),  # refers to its bracket
    ],
)
def test_joined_words_keep_their_order_and_their_borders(words, text):
    with_bars, quick = re.compile("|".join(words)), re.compile(joined(words))
    assert [one.span() for one in quick.finditer(text)] == [
        one.span() for one in with_bars.finditer(text)
    ]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("\\bBIA\\b", "bia"),
        ("\\S\\W", "a "),
        ("\\D\\d", "a1"),
        ("Vertébroplastie", "vertebroplastie"),
        ("Wirbelkörper", "wirbelkorper"),
        ("バルーン", "バルーン"),
    ],
)
def test_a_pattern_is_folded_as_texts_are_and_its_classes_stay(pattern, text):
    assert re.fullmatch(folded_pattern(pattern), text)


def test_a_short_name_counts_beside_the_spine_alone():
    spine = TextRule(("lumbar",), none=("cornea",))
    rules = TextRules(
        {"kyphoplasty": TextRule(("kyphoplasty",), short=("pkp",))}, spine
    )
    assert rules.places("PKP lumbar") == {"kyphoplasty": (0, 3)}
    assert rules.places("PKP", site_words="Lumbar") == {"kyphoplasty": (0, 3)}
    for text, beside in (
        ("PKP", ""),
        ("PKP lumbar", None),
        ("PKP cornea", "lumbar"),
        ("PKP", "cornea, lumbar"),
    ):
        assert rules.places(text, beside) == {}
    assert rules.places("kyphoplasty", site_words=None) == {"kyphoplasty": (0, 11)}


def test_no_rules_name_nothing():
    assert TextRules({}, None).places("corset") == {}


def test_all_that_is_grave_of_both_is_a_concept_with_words():
    assert terminology().names >= GRAVE_IF_BOTH
