"""Check the `letters` of a language: those that its texts have besides a to z.

A text counts as read if all its letters belong to languages that we read. With a letter
too many, a list in a language without words here would count as "no".
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LETTER = re.compile(r"[^\W\d_]")
# From here on there are too many signs to list, so they come as ranges.
_UNLISTED = "\u2e80"
# Letters of units and proteins, which every language writes.
_SIGNS = frozenset("µαβγ")
# First words of a sign's Unicode name that are not its script.
_SCRIPTS = {
    "IDEOGRAPHIC": "CJK",
    "MASCULINE": "LATIN",
    "FEMININE": "LATIN",
    "HIRAGANA": "KANA",
    "KATAKANA": "KANA",
    "KATAKANA-HIRAGANA": "KANA",
}
_NAMED_AT_MOST = 12


def _letters_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the small letters of these texts besides a to z."""
    signs = {sign for text in texts for sign in LETTER.findall(text.lower())}
    return frozenset(sign for sign in signs if not sign.isascii() and _is_letter(sign))


def listed_letters(letters: str) -> frozenset[str]:
    """Return the letters that a file's `letters` name, one by one or as a range.

    Raises:
        ValueError: a sign in it is no small letter, or a range is not of Chinese,
            Japanese or Korean signs.
    """
    listed: set[str] = set()
    place = 0
    while place < len(letters):
        first, is_range = letters[place], letters[place + 1 : place + 2] == "-"
        last = letters[place + 2 : place + 3] if is_range else first
        if is_range and not _UNLISTED <= first <= last:
            message = (
                f"{letters[place : place + 3]!r} is no range of Chinese, Japanese or"
                " Korean signs; list other letters one by one"
            )
            raise ValueError(message)
        signs = map(chr, range(ord(first), ord(last) + 1))
        some = {sign for sign in signs if not is_range or _is_letter(sign)}
        if wrong := next((one for one in some if not _is_small_letter(one)), None):
            message = f"{wrong!r} is no small letter besides a to z"
            raise ValueError(message)
        listed |= some
        place += 3 if is_range else 1
    return frozenset(listed)


def faults_of(
    letters: str, texts: Iterable[str], read: frozenset[str]
) -> Iterator[str]:
    """Yield what is wrong with the letters of a file.

    Args:
        letters: as in the file.
        texts: the file's own words and examples.
        read: the letters of all languages whose lists are read.
    """
    try:
        listed = listed_letters(letters)
    except ValueError as error:
        yield str(error)
        return
    own = _letters_in(texts)
    if lacking := sorted(own - read - listed):
        yield (
            "lack letters of the file's own words and examples:"
            f" {_some(lacking)}; texts with them would stay not understood"
        )
    scripts = {_script(sign) for sign in own} | {"LATIN"}
    if strange := sorted(
        sign for sign in listed - _SIGNS if _script(sign) not in scripts
    ):
        yield (
            "have letters of a script in which the file has no word:"
            f" {_some(strange)}; another language in them would count as read"
        )


def _some(signs: list[str]) -> str:
    more = ["…"] if len(signs) > _NAMED_AT_MOST else []
    return " ".join([*signs[:_NAMED_AT_MOST], *more])


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign).startswith("L")


def _is_small_letter(sign: str) -> bool:
    return _is_letter(sign) and not sign.isascii() and sign == sign.lower()


def _script(sign: str) -> str:
    name = unicodedata.name(sign, "").removeprefix("HALFWIDTH ")
    first = name.partition(" ")[0]
    return _SCRIPTS.get(first, first)
