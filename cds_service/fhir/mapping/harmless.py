"""Recognise exact names of diseases that are harmless here, by `harmless.toml`.

An entry with one of them is no malignancy, infection or injury of the spine. If it
began since the operation it may be grave all the same.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.clauses import names
from cds_service.fhir.mapping.language import Pattern, either
from cds_service.fhir.mapping.official_titles import OfficialTitles
from cds_service.fhir.mapping.text_rules import LONGEST_TITLE, folded, folded_pattern
from cds_service.fhir.raw_json import Json, objects, text

# around a name: bullets, dashes, stops
NAME_ENDS = re.compile(r"^[\s\-*•.,;:]+|[\s.,;:]+$")
_NOTHING = r"(?!)"
_SPACES = re.compile(r"\s+")
# How a disease counts if it began since the operation; "" is everyday.
News = Literal["grave", "seldom", ""]


NO_TITLES = OfficialTitles()


class _Social(DataTable):
    categories: tuple[str, ...]
    category_systems: tuple[str, ...]
    titles: tuple[str, ...]


class _Asides(DataTable):
    """Words that may stand next to a name.

    Attributes:
        tags: in brackets at its end.
        since: before a year in brackets.
        empty: words of a classification at its end, which say nothing.
        empty_before: the same at its beginning.
        never_bare: words of names that count only as they are listed.
    """

    tags: tuple[str, ...] = Field(min_length=1)
    since: tuple[str, ...] = Field(min_length=1)
    empty: tuple[Pattern, ...] = ()
    empty_before: tuple[Pattern, ...] = Field(default=(), alias="empty-before")
    never_bare: tuple[Pattern, ...] = Field(default=(), alias="never-bare")


class _Vertebrae(DataTable):
    """Spellings of a vertebra, or of two; a name has `@` in their place."""

    level: tuple[Pattern, ...] = Field(min_length=1)
    and_: tuple[Pattern, ...] = Field(alias="and", min_length=1)
    second: tuple[Pattern, ...] = Field(min_length=1)


class HarmlessFile(DataFile):
    """`harmless.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        titles: names by language, of what is everyday also when it is new.
        seldom: names of what is not.
        grave: names of what is grave when it is new.
        ward: names of complaints and states of every ward, which say nothing more.
        social: categories and names of entries on work, home and schooling.
        asides: words that a name may have next to it.
        vertebrae: spellings of a vertebra.
    """

    reviewed: bool
    titles: Mapping[str, tuple[str, ...]]
    seldom: Mapping[str, tuple[str, ...]] = {}
    grave: Mapping[str, tuple[str, ...]] = {}
    ward: Mapping[str, tuple[str, ...]] = {}
    social: _Social
    asides: _Asides
    vertebrae: _Vertebrae


class HarmlessTitles:
    """The names of the file, folded."""

    def __init__(
        self, content: HarmlessFile, official: OfficialTitles = NO_TITLES
    ) -> None:
        """Fold the names once.

        Args:
            content: the names of the file.
            official: titles of everyday codes, which count as such names.
        """
        tags = either(map(re.escape, content.asides.tags))
        self._tag = re.compile(rf"\s*\((?:{tags})\)\s*$")
        since = either(map(re.escape, content.asides.since))
        self._year = re.compile(rf"\((?:(?:{since}) )?(?:19|20)\d\d\)$")
        empty = either(map(folded_pattern, content.asides.empty)) or _NOTHING
        # At the end alone: "unspecified complications" are not empty.
        self._empty_end = re.compile(rf"[\s,;(\[:、-]+(?:{empty})[)\]]?$")
        self._empty = re.compile(empty)
        before = either(map(folded_pattern, content.asides.empty_before)) or _NOTHING
        self._empty_start = re.compile(rf"^(?:{before})\s*")
        level, and_ = either(content.vertebrae.level), either(content.vertebrae.and_)
        second = rf"(?:{either(content.vertebrae.second)})?[ -]?\d{{1,2}}"
        self._level = re.compile(
            rf"(?:{level})(?:\s?(?:{and_})\s?{second})?(?![a-z0-9])"
        )
        bare = either(map(folded_pattern, content.asides.never_bare)) or _NOTHING
        self._never_bare = re.compile(bare)
        self._seldom = self._names(content.seldom)
        self._grave = self._names(content.grave)
        worse = self._seldom | self._grave
        ward = self._names(content.ward)
        self._ward = ward | (self._folded(official.of_ward) - worse)
        harmless = self._folded(official.harmless) - worse - ward
        self._titles = self._names(content.titles) | worse | harmless
        self._social = frozenset(map(self._plain, content.social.titles))
        self._categories = frozenset(content.social.categories)
        self._systems = frozenset(content.social.category_systems)

    def is_harmless(self, words: str) -> bool:
        """Tell if a text is one of the names, or several with a comma between."""
        return bool(self._names_in(words, self._titles | self._social))

    def is_of_ward(self, words: str) -> bool:
        """Tell if a text names complaints of every ward, and nothing that is seldom.

        It may name everyday diseases next to them.
        """
        everyday = (self._titles | self._social) - self._seldom - self._grave
        return bool(self._names_in(words, everyday | self._ward))

    def news_in(self, words: str) -> News:
        """Tell how a harmless text counts if it began since: its gravest name does."""
        found = self._names_in(words, self._titles | self._social)
        if found & self._grave:
            return "grave"
        return "seldom" if found & self._seldom else ""

    @property
    def everyday(self) -> frozenset[str]:
        """The names, folded, of what is everyday also when it is new."""
        return self._titles - self._seldom - self._grave

    @property
    def seldom(self) -> frozenset[str]:
        """The names, folded, of what is not everyday when it is new."""
        return self._seldom

    def is_social(self, condition: Json, words: Iterable[str]) -> bool:
        """Tell if an entry's category or words are about work, home or schooling."""
        for category in objects(condition.get("category")):
            if any(map(self._is_social_code, objects(category.get("coding")))):
                return True
        titles = list(words)
        return bool(titles) and all(
            len(title) <= LONGEST_TITLE and self._plain(title) in self._social
            for title in titles
        )

    def _is_social_code(self, coding: Mapping[str, Any]) -> bool:
        system = text(coding.get("system"))
        return (
            system in self._systems
            or f"{system}|{text(coding.get('code'))}" in self._categories
        )

    def _names(self, titles: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        return self._folded(one for some in titles.values() for one in some)

    def _folded(self, titles: Iterable[str]) -> frozenset[str]:
        return frozenset(map(self._plain, titles))

    def _names_in(self, words: str, known: frozenset[str]) -> frozenset[str]:
        """Return the names of which a text consists; none if a part is not known."""
        if len(words) > LONGEST_TITLE:
            return frozenset()
        whole = self._plain(words)
        # A title may have such words itself, and they may be those of its code.
        for name in (whole, self._without_empty(whole)):
            if name in known:
                return frozenset({name})
        parts = frozenset(
            self._without_empty(part)
            for part in map(self._plain, names(words))
            if not self._empty.fullmatch(part)
        )
        return parts if len(parts) > 1 and parts <= known else frozenset()

    def _without_empty(self, name: str) -> str:
        """Return a name without the words at its ends that say nothing."""
        if self._never_bare.search(name):
            return name
        name = self._empty_start.sub("", name)
        while (bare := self._empty_end.sub("", name)) != name:
            name = bare
        return name

    def _plain(self, words: str) -> str:
        """Return a name in lower case, with `@` for a vertebra.

        Accents, tag, year and the signs around it are left out.
        """
        bare = NAME_ENDS.sub("", self._tag.sub("", folded(words)))
        name = self._level.sub(" @ ", self._year.sub("", bare))
        return _SPACES.sub(" ", NAME_ENDS.sub("", name)).strip()
