"""Drops from words what is understood by itself: names of concepts, and codes.

What remains is then asked whether it is plain (`plain_words.py`).
"""

import re
from collections.abc import Iterable, Mapping
from string import ascii_lowercase

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import folded

LEAST_CODE = 4  # a shorter one may be a word or a number of its own


def without_names(
    words: str,
    concepts: frozenset[str],
    terminology: Terminology,
    *,
    most: int,
    beside: str = "",
    signs: Mapping[str, str] | None = None,
) -> str:
    """Drop what words call these concepts, each name to the ends of its word.

    The rules know how names begin: `endocrinolog`.

    Args:
        words: of a title, a reason or a note.
        concepts: those whose names are dropped.
        terminology: the service's terminology.
        most: how many names are dropped; what is left then is not plain.
        beside: as in `Terminology.text_places`.
        signs: by concept, what stands in the place of its name.
    """
    remainder = folded(words)
    for _ in range(most):
        places = terminology.text_places(remainder, concepts, beside)
        if not places:
            break
        name = min(places, key=lambda concept: places[concept])
        start, end = places[name]
        sign = (signs or {}).get(name, "")
        before = remainder[:start].rstrip(ascii_lowercase)
        after = remainder[end:].lstrip(ascii_lowercase)
        remainder = f"{before} {sign} {after}"
    return remainder


def without_codes(words: str, codes: Iterable[str]) -> str:
    """Drop codes that words repeat, each a word of its own: `TLSO (L0456)`."""
    for code in codes:
        if len(code) >= LEAST_CODE:
            words = re.sub(rf"(?<![^\W_]){re.escape(code)}(?![^\W_])", " ", words)
    return words
