"""Finds the letters without which a pattern matches nothing.

Most texts name few of the concepts that there are. To look for these letters takes a
twentieth of the time of a search.
"""

import re
from collections.abc import Iterator
from functools import cache

_UNKNOWN = frozenset({""})  # every text holds it
_SIGN = re.compile(
    r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:[:>]|<?[=!])?)?|[|).^$]|(?P<letter>.))"
    r"(?:(?P<optional>[?*]|\{\d*,?\d*\})|(?P<repeated>\+))?[?+]?",
    re.DOTALL,
)
_PLAIN_BRACKETS = ("(", "(?:", "(?>")


@cache
def needed_letters(pattern: str) -> tuple[str, ...]:
    """Letters of which at least one group stands in each text that the pattern fits.

    An empty one says that this is not known.
    """
    return tuple(sorted(_needed(_SIGN.finditer(pattern))[0], key=len))


def _needed(signs: Iterator[re.Match[str]]) -> tuple[frozenset[str], bool]:
    """The letters up to the closing bracket, and if what is in it has to be there."""
    found, parts, letters = frozenset[str](), [_UNKNOWN], ""
    for one in signs:
        sign, is_needed = one[1], not one["optional"]
        if one["letter"] and is_needed:
            letters += sign
            if not one["repeated"]:
                continue
        parts.append(frozenset({letters}))
        letters = ""
        if sign in ("|", ")"):
            found, parts = found | _best(parts), [_UNKNOWN]
        if sign == ")":
            return found, is_needed
        if sign.startswith("("):
            inside, is_needed = _needed(signs)
            if is_needed and sign in _PLAIN_BRACKETS:
                parts.append(inside)
    return found | _best([*parts, frozenset({letters})]), True


def _best(parts: list[frozenset[str]]) -> frozenset[str]:
    """The letters that the fewest texts hold; all parts have to be there."""
    return max(parts, key=lambda part: min(map(len, part)))
