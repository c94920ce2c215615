"""How easily the patient's page is read, by each language's own index.

English: Flesch's reading ease. German: Amstad's variant of it. Chinese has no such
index: characters between two marks are counted.
"""

import re

import pytest

from cds_service.core.handout.handout import SENTENCES
from tests.chart_builders import open_service
from tests.patients.leaving import SERVICE

BLANKS = {
    "drug": "denosumab",
    "next": "28 May",
    "ask": "us",
    "by": "4 May",
    "training": "4 May",
    "off": "5 May",
    "phone": "112",
}
# as in the published tables: 80 and more is read by children of eleven
EASY = 80
EASY_GERMAN = 60  # Amstad: plain language
LONGEST_CHINESE = 12  # characters between two marks, on average
MOST_WORDS = 12
VOWELS = {"en": "[aeiouy]+", "de": "[aeiouyäöü]+"}


def sentences(language: str) -> list[str]:
    found = open_service().hooks[SERVICE].handouts[language].sentences
    return [text.format_map(BLANKS) for text in found.values()]


def syllables(word: str, language: str) -> int:
    """Count as the index does, by groups of vowels; a silent e at the end is none."""
    lower = word.lower()
    if language == "en" and re.search("[^aeiouyl]e$", lower):
        lower = lower[:-1]
    return max(1, len(re.findall(VOWELS[language], lower)))


def measures(language: str) -> tuple[float, float]:
    """Words in a sentence, and syllables in a word, on average."""
    text = " ".join(sentences(language))
    parts = [one for one in re.split(r"[.:!?]\s*", text) if one.strip()]
    words = re.findall(r"[^\W\d_]+", text)
    counted = sum(syllables(word, language) for word in words)
    return len(words) / len(parts), counted / len(words)


def test_english_is_easy_by_flesch() -> None:
    long, heavy = measures("en")
    assert 206.835 - 1.015 * long - 84.6 * heavy >= EASY


def test_german_is_plain_by_amstad() -> None:
    long, heavy = measures("de")
    assert 180 - long - 58.5 * heavy >= EASY_GERMAN


def test_chinese_has_short_clauses() -> None:
    text = "".join(sentences("zh"))
    clauses = [one for one in re.split("[，。：、]", text) if one]
    lengths = [len(re.findall("[\u4e00-\u9fff]", one)) for one in clauses]
    assert sum(lengths) / len(lengths) <= LONGEST_CHINESE


def test_english_sentences_have_at_most_twelve_words() -> None:
    for text in sentences("en"):
        for sentence in text.split(". "):
            assert len(re.findall(r"[^\W_]+", sentence)) <= MOST_WORDS + 1, sentence


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_every_language_has_every_sentence_and_the_same_blanks(language: str) -> None:
    handouts = open_service().hooks[SERVICE].handouts
    own, english = handouts[language].sentences, handouts["en"].sentences
    assert tuple(own) == SENTENCES
    for name in SENTENCES:
        blanks = [sorted(re.findall(r"\{(\w+)\}", one[name])) for one in (own, english)]
        assert blanks[0] == blanks[1]
    assert handouts[language].reviewed is False
