"""Drop names of concepts and codes from a text.

The rest has to be plain (`plain/plain_words.py`).
"""

import re
from collections.abc import Iterable, Mapping
from string import ascii_lowercase

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded

LEAST_CODE = 4  # characters; a shorter one may be a word or a number


def without_names(
    words: str,
    concepts: frozenset[str],
    terminology: Terminology,
    *,
    most: int,
    site_words: str = "",
    signs: Mapping[str, str] | None = None,
) -> str:
    """Drop the names of these concepts from a text.

    A rule may fit a part of a word, such as `endocrinolog`; the whole word is dropped.

    Args:
        words: a title, a reason or a note.
        concepts: those whose names are dropped.
        terminology: the service's terminology.
        most: names that are dropped at most; further ones stay, and are not plain.
        site_words: as in `Terminology.text_places`.
        signs: text that replaces the name of a concept, by concept.
    """
    remainder = folded(words)
    for _ in range(most):
        places = terminology.text_places(remainder, concepts, site_words)
        if not places:
            break
        name = min(places, key=lambda concept: places[concept])
        start, end = places[name]
        sign = (signs or {}).get(name, "")
        before = remainder[:start].rstrip(ascii_lowercase)
        after = remainder[end:].lstrip(ascii_lowercase)
        # Folded anew: places are those in a folded text, which closes up blanks.
        remainder = folded(f"{before} {sign} {after}")
    return remainder


def without_codes(words: str, codes: Iterable[str]) -> str:
    """Drop codes that a text repeats as whole words: `TLSO (L0456)`."""
    for code in codes:
        if len(code) >= LEAST_CODE:
            words = re.sub(rf"(?<![^\W_]){re.escape(code)}(?![^\W_])", " ", words)
    return words
