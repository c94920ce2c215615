"""Knows the exact names of diseases that exclude others (`mappings/harmless.toml`)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.clauses import names
from cds_service.fhir.mapping.text_rules import LONGEST_TITLE, folded
from cds_service.fhir.raw_json import Json, objects, text

_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|morphologic abnormality|event|context"
    r"|person)\)\s*$"
)
_ENDS = re.compile(r"^[\s\-*•.,;:]+|[\s.,;:]+$")
# A vertebra, or two: `@` in a name stands for it.
_LEVEL = re.compile(
    r"(?:(?<![a-z0-9])(?:th|[tdl]|lwk|bwk|lumbar |thoracic )[ -]?\d{1,2}"
    r"|\d{1,2}\. ?(?:lwk|bwk)|第\d{1,2}[腰胸]椎|[腰胸]椎?\d{1,2})"
    r"(?:\s?(?:[-/+&,、]|und|and|et|y|e)\s?(?:th|[tdls]|lwk|bwk|腰|胸)?["
    r" -]?\d{1,2})?(?![a-z0-9])"
)
_SPACES = re.compile(r"\s+")
_YEARS = re.compile(r"\((?:since |seit |depuis |desde |dal )?(?:19|20)\d\d\)$")


class _Social(DataTable):
    categories: tuple[str, ...]
    category_systems: tuple[str, ...]
    titles: tuple[str, ...]


class HarmlessFile(DataFile):
    """`harmless.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        titles: names by language.
        social: categories and names of entries on work, home and schooling.
    """

    reviewed: bool
    titles: Mapping[str, tuple[str, ...]]
    social: _Social


class HarmlessTitles:
    """The names of the file, folded."""

    def __init__(self, content: HarmlessFile) -> None:
        """Fold the names once."""
        self._titles = {
            _plain(one) for titles in content.titles.values() for one in titles
        }
        self._social = {_plain(one) for one in content.social.titles}
        self._categories = frozenset(content.social.categories)
        self._systems = frozenset(content.social.category_systems)

    def is_harmless(self, words: str) -> bool:
        """Report a text that is one of the names, or several with a comma between."""
        if len(words) > LONGEST_TITLE:
            return False
        if self._is_name(words):
            return True
        parts = names(words)
        return len(parts) > 1 and all(self._is_name(one) for one in parts)

    def is_social(self, condition: Json, words: Iterable[str]) -> bool:
        """Report an entry on work, home or schooling.

        Its category says so, or all of its words.
        """
        for category in objects(condition.get("category")):
            if any(map(self._is_social_code, objects(category.get("coding")))):
                return True
        titles = list(words)
        return bool(titles) and all(
            len(one) <= LONGEST_TITLE and _plain(one) in self._social for one in titles
        )

    def _is_social_code(self, coding: Mapping[str, Any]) -> bool:
        system = text(coding.get("system"))
        return (
            system in self._systems
            or f"{system}|{text(coding.get('code'))}" in self._categories
        )

    def _is_name(self, words: str) -> bool:
        plain = _plain(words)
        return plain in self._titles or plain in self._social


def _plain(words: str) -> str:
    """Return the name in lower case, bare.

    It loses accents, tag and year, and the signs around it.
    """
    bare = _ENDS.sub("", _TAG.sub("", folded(words)))
    return _SPACES.sub(
        " ", _ENDS.sub("", _LEVEL.sub(" @ ", _YEARS.sub("", bare)))
    ).strip()
