"""Tell which texts are of a language that we read: others support no "no".

The words are in `languages.toml`.
"""

import re
from collections.abc import Container, Iterable, Mapping

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.files.language import Language
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    compiled_words,
    folded,
    folded_words,
    normal,
    within_limit,
    without_accents,
)

_WORDS = re.compile("[a-z]+")
_ANY_WORD = re.compile("[A-Za-z]+")
_VOWELS = frozenset("aeiouy")
_MICRO = "μ"  # the Greek letter, which `normal` makes of the sign of micrograms
# The language of a BCP 47 tag (`sv`, `pt-BR`, as some servers write it `sv_SE`), alone
# or before its region. `und`, `mul`, `mis` and `zxx` name none, `qaa` to `qtz` are
# anybody's.
_TAG = re.compile(
    r"(?!(?:und|mul|mis|zxx|q[a-t][a-z])(?:[-_]|\Z))([a-z]{2,3})(?:[-_][a-z0-9_-]+)?"
)


class LanguagesFile(DataFile):
    """`languages.toml`.

    Attributes:
        others: frequent words of other languages with the same letters as ours, by
            language.
        abbreviations: abbreviations that we know and do not look for.
        qualifiers: words that say nothing alone: `stage`, `left`.
    """

    others: Mapping[str, tuple[str, ...]]
    abbreviations: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()


class Languages:
    """The signs of languages that we read, and of those that we do not.

    Letters decide; then frequent words of other languages with the same letters; then
    names in languages whose files state no letters, since only their names are read.
    """

    def __init__(
        self,
        content: LanguagesFile,
        languages: Mapping[str, Language],
        things: Container[str],
    ) -> None:
        """Take as readable the languages whose files state their letters.

        The frequent words of such a language do not count as foreign.

        Args:
            content: `languages.toml`.
            languages: by code.
            things: concepts whose words name a thing, as those of a value set do. The
                words of the others are everyday ones, which languages share.
        """
        letters = {
            code: language.letters
            for code, language in languages.items()
            if language.letters is not None
        }
        self._codes = frozenset(letters)
        self._letters = re.compile(f"[{''.join(letters.values())}]")
        self._others = {
            word
            for code, words in content.others.items()
            if code not in letters
            for word in words
        }
        self._abbreviations = content.abbreviations
        self._qualifiers = content.qualifiers
        unread = [one for one in languages.values() if one.letters is None]
        read = [one for one in languages.values() if one.letters is not None]
        concepts = {concept for one in unread for concept in one.concepts}
        self._names = [
            (name, _names_of(concept, read))
            for concept in sorted(concepts)
            if concept in things and (name := _names_of(concept, unread))
        ]

    def can_read(self, text: str) -> bool:
        """Tell if a text has words, all of them in languages that we read.

        A text over `LONGEST_TEXT` is not read.
        """
        if len(text) > LONGEST_TEXT:
            return False
        letters = LETTER.findall(text.lower())
        # one Chinese character may be a word
        if len(letters) < 2 and not any(one > "\u2e80" for one in letters):
            return False
        if self.is_foreign(text):
            return False
        # It must say more than ambiguous abbreviations and qualifiers.
        has_name = any(map(self._is_name, _ANY_WORD.findall(without_accents(text))))
        return has_name or any(sign > "\u2e80" for sign in text)

    def is_tag_foreign(self, tag: str) -> bool:
        """Tell if `Resource.language` names a language that we do not read.

        A tag that is missing, or names no language, says nothing.
        """
        named = _TAG.fullmatch(tag.strip().lower())
        return named is not None and named[1] not in self._codes

    def is_foreign(self, text: str) -> bool:
        """Tell if a text has letters or words of a language that we do not read.

        A text over `LONGEST_TEXT` counts as one. So does a text with a name that only
        such a language has: the words around the name are not read.
        """
        text = within_limit(text)
        # Japanese lists write `ＯＤ錠５ｍｇ`, whose signs are no letters of their own.
        for sign in LETTER.findall(normal(text).lower()):
            if not (sign.isascii() or sign == _MICRO or self._letters.match(sign)):
                return True
        plain = folded(text)
        if not self._others.isdisjoint(_WORDS.findall(plain)):
            return True
        return any(
            name.search(plain) and not (ours and ours.search(plain))
            for name, ours in self._names
        )

    def _is_name(self, word: str) -> bool:
        lower = word.lower()
        if lower in self._qualifiers:
            return False
        if lower in self._abbreviations:
            return True
        is_spelt_out = len(word) > 4 or (len(word) == 4 and not word.isupper())
        return is_spelt_out and not _VOWELS.isdisjoint(lower)


def with_letters(
    languages: Mapping[str, Language], letters: Mapping[str, str]
) -> Mapping[str, Language]:
    """Return the languages, those that state no letters with the ones given here."""
    return {
        code: language.model_copy(update={"letters": letters[code]})
        if language.letters is None and code in letters
        else language
        for code, language in languages.items()
    }


def _names_of(concept: str, languages: Iterable[Language]) -> re.Pattern[str] | None:
    """Compile the names that these languages have for a concept."""
    names = [
        name
        for language in languages
        if concept in language.concepts
        for name in language.concepts[concept].any
    ]
    return compiled_words(folded_words(names))
