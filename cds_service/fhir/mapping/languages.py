"""Recognises texts in languages without rules, so that an entry we cannot read does not count as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.overlay import required
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, without_accents

_WORDS = re.compile("[a-z]+")
_ANY_WORD = re.compile("[A-Za-z]+")
_VOWELS = frozenset("aeiouy")
_LETTERS = re.compile(r"[^\W\d_]")


class _LanguagesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = Field(alias="schema")
    letters: str
    others: Mapping[str, tuple[str, ...]]
    abbreviations: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Languages:
    """The letters of the languages that we read, and words of other languages with the same letters.

    Attributes:
        abbreviations: abbreviations whose meaning is known and not relevant.
        qualifiers: words that mean nothing alone: `stage`, `left`.
    """

    letters: re.Pattern[str]
    others: frozenset[str]
    abbreviations: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()

    def can_read(self, text: str) -> bool:
        """Whether a text has words, all of them in languages that we read; not if it is over `LONGEST_TEXT`."""
        if len(text) > LONGEST_TEXT:
            return False
        found = _LETTERS.findall(text.lower())
        if len(found) < 2 and not any(one > "\u2e80" for one in found):  # one Chinese character may be a word
            return False
        return not self.is_foreign(text) and self._names_something(text)

    def is_foreign(self, text: str) -> bool:
        """Whether a text has letters or words of a language that we do not read."""
        if not all(one.isascii() or self.letters.match(one) for one in _LETTERS.findall(text.lower())):
            return True
        return not self.others.isdisjoint(_WORDS.findall(without_accents(text.lower())))

    def _names_something(self, text: str) -> bool:
        """Whether the text has more than ambiguous abbreviations and qualifiers."""
        words = _ANY_WORD.findall(without_accents(text))
        return any(self._is_name(word) for word in words) or any(one > "\u2e80" for one in text)

    def _is_name(self, word: str) -> bool:
        lower = word.lower()
        if lower in self.qualifiers:
            return False
        is_spelt_out = len(word) > 4 or (len(word) == 4 and not word.isupper())
        return (is_spelt_out and not _VOWELS.isdisjoint(lower)) or lower in self.abbreviations


def load_languages(folders: Sequence[Path]) -> Languages:
    """Load the languages in force.

    Raises:
        DataFileError: the file is missing or wrong.
    """
    _, listed = required(folders, "languages.toml", _LanguagesFile)
    try:
        letters = re.compile(f"[{listed.letters}]")
    except re.error as error:
        raise DataFileError("languages.toml", "letters", f"is no set of characters: {error}") from error
    others = frozenset(word for words in listed.others.values() for word in words)
    return Languages(letters, others, frozenset(listed.abbreviations), frozenset(listed.qualifiers))
