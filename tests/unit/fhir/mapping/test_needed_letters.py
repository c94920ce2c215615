"""The letters that a pattern needs stand in each text that it fits."""

import random
import re
import warnings

import pytest

from cds_service.fhir.mapping.needed_letters import needed_letters

PARTS = (
    *"abc \\()[]{}?*+|^$.!=",
    "(?:",
    "(?!",
    "(?=",
    "(?<!",
    "(?>",
    "\\b",
    "[ab]",
    ")?",
)
PARTS += ("(?P<a>", "{2}", "{0,1}", ")*", ")+", "a?", "ab", "ca", "|", ")", "(")


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("metasta", {"metasta"}),
        (r"\bcord (compress|injuries)", {"compress", "injuries"}),
        ("colou?red", {"colo"}),
        ("no+dule", {"dule"}),
        ("ab|c", {"ab", "c"}),
        ("(ab|c)de", {"de"}),
        ("(old )?fracture", {"fracture"}),
        ("(old ){0,3}fracture", {"fracture"}),
        ("(old ){2}fracture", {"fracture"}),
        ("x(?=long)", {"x"}),
        ("(?<!no )x", {"x"}),
        ("(?P<name>long)x", {"x"}),
        (r"\(ab[(]c", {"ab"}),
        ("[ab]c", {"c"}),
        ("骨(折|转移)", {"骨"}),
        ("(a(bcd|efg)|hij)+", {"bcd", "efg", "hij"}),
        ("abc|[de]", {"abc", ""}),
        (r"\d+", {""}),
    ],
)
def test_of_what_has_to_be_there_the_longest_letters_are_needed(pattern, letters):
    assert set(needed_letters(pattern)) == letters


@pytest.mark.parametrize("seed", range(4))
def test_no_pattern_fits_a_text_without_its_letters(seed):
    draw, tried = random.Random(seed), 0
    while tried < 3_000:
        pattern = "".join(draw.choices(PARTS, k=draw.randint(1, 9)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            try:
                search = re.compile(pattern).search
            except re.error:
                continue
        tried += 1
        texts = ("".join(draw.choices("aabbc (=!", k=6)) for _ in range(12))
        for text in filter(search, texts):
            assert any(one in text for one in needed_letters(pattern)), (pattern, text)
