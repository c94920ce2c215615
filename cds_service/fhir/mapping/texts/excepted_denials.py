"""Find the denial of all but a place: the `no` of `no metastases except in L2`.

There is one at that place, so that the text is read as `metastases in L2`.
"""

import re
from collections.abc import Iterable

from cds_service.fhir.mapping.files.language import Exceptions, any_of

VERTEBRA = r"[ctld]h?w?k? ?\d[\d/-]*"


class ExceptedDenials:
    """Takes such denials out of texts, by the words of all languages."""

    def __init__(self, tables: Iterable[Exceptions]) -> None:
        """Compile the words of these languages."""
        tables = [*tables]
        self._before = [_before(one) for one in tables if one.denial and one.by]
        self._behind = [
            _behind(one) for one in tables if one.denial_behind and one.by_behind
        ]

    def blanked(self, words: str) -> str:
        """Return folded words with blanks for these denials and their `except`."""
        for pattern in self._before:
            words = pattern.sub(_name_alone, words)
        for pattern in self._behind:
            words = pattern.sub(_without_denial, words)
        return words


def _before(table: Exceptions) -> re.Pattern[str]:
    """Compile, in groups, a denial, the name behind it, and the exception.

    A denial ends at the end of its word, or, as the French `d'`, behind a sign.
    """
    place = rf"(?>{VERTEBRA}|{_words(table, 'place')})(?!{_another(table)})"
    denial = rf"(\b{_words(table, 'denial')}(?:\b|(?<=\W)))"
    ends = rf"(?:{any_of([table], 'ends')}|{any_of([table], 'denial')})\b"
    word = rf"(?!{ends})[\w-]+"
    name = rf" ?{word}(?: {word}){{0,3}}"
    exception = rf"({_words(table, 'by')})"
    small = rf"\W{{1,2}}(?:{_words(table, 'small')}\b\W?)*"
    return re.compile(rf"{denial}({name},? ){exception}(?={small}{place})")


def _another(table: Exceptions) -> str:
    """Return a pattern of what a place may have that was not denied.

    "Except the L1 compression fracture" excepts no metastasis. It stands next to the
    place, behind two words at most: "except L3, a lesion causing oedema" does.
    """
    limits = rf"(?:{any_of([table], 'ends')}|{any_of([table], 'by_what')})\b"
    word = rf"(?!{limits})[\w-]+"
    between = rf"\w*(?:[ -]{word}){{0,2}}?[ -](?!{limits})"
    return rf"(?:{between})?\w{{0,20}}?{_words(table, 'other')}"


def _behind(table: Exceptions) -> re.Pattern[str]:
    """Compile an excepted place, the name and, in a group, the denial behind it."""
    place = rf"(?:{VERTEBRA}[椎번]?|{_words(table, 'place')})"
    name = r"[,，]?[^。．.,，、;]{0,12}?"
    denial = any_of([table], "denial_behind")
    return re.compile(rf"{place}{_words(table, 'by_behind')}{name}({denial})")


def _words(table: Exceptions, name: str) -> str:
    return rf"(?:{any_of([table], name)})"


def _name_alone(found: re.Match[str]) -> str:
    denial, name, exception = found.groups()
    return " " * len(denial) + name + " " * len(exception)


def _without_denial(found: re.Match[str]) -> str:
    before = found[0][: found.start(1) - found.start()]
    return before + " " * len(found[1])
