"""Tell of which organ an examination is, by `report-organs.toml`.

A report of the spine has to be understood whole. Of one that is certainly of another
organ only what it names counts.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.code_systems import CodeSystems
from cds_service.fhir.mapping.language import Pattern
from cds_service.fhir.mapping.overlay import required
from cds_service.fhir.mapping.text_rules import (
    KEPT_TEXTS,
    LONGEST_KEPT,
    folded,
    folded_pattern,
    joined,
)

FILE = "report-organs.toml"
# What an examination is of: the trunk with the spine in it, or a part without any.
Organ = Literal["apart", "trunk"]
# A sign after which words are no longer those of a denial.
_SIGNS = r"[\d.:;()\[\]–—?]"


class _Codes(Closed):
    """Codes of examinations of one system."""

    system: str
    apart: tuple[str, ...] = ()
    trunk: tuple[str, ...] = ()


class ReportOrgansFile(DataFile):
    """`report-organs.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        apart: words of examinations in which no vertebra is seen.
        trunk: words of those that show the spine as well, and of organs next to it.
        spine: words of the spine and of the whole skeleton.
        grave: words that count in a report of any organ.
        breaks: words after which a denial ends.
        codes: codes of examinations.
    """

    reviewed: bool
    apart: tuple[Pattern, ...]
    trunk: tuple[Pattern, ...]
    spine: tuple[Pattern, ...]
    grave: tuple[Pattern, ...]
    breaks: tuple[Pattern, ...]
    codes: tuple[_Codes, ...]


class ReportOrgans:
    """The words and codes of the file; a pattern is compiled when it is first asked."""

    def __init__(
        self, content: ReportOrgansFile, denials: Sequence[str], systems: CodeSystems
    ) -> None:
        """Index the file.

        Args:
            content: the file.
            denials: words that deny what comes after them.
            systems: the code systems.
        """
        self._content, self._denials = content, denials
        self._systems = systems
        self._by_code: dict[tuple[str, str], Organ] = {}
        for codes in content.codes:
            for code in codes.apart:
                self._by_code[systems.normalise(codes.system, code)] = "apart"
            for code in codes.trunk:
                self._by_code[systems.normalise(codes.system, code)] = "trunk"
        self._kept = lru_cache(KEPT_TEXTS)(self._of_words)

    def of_codes(self, codes: Iterable[tuple[str, str]]) -> Organ | None:
        """Return the organ of an examination's codes; None if none is in the file."""
        named = {self._by_code.get(self._systems.normalise(*one)) for one in codes}
        return self.whole(named)

    @staticmethod
    def whole(named: Collection[Organ | None]) -> Organ | None:
        """Return the organ of an examination of several: the trunk if one is of it."""
        if "trunk" in named:
            return "trunk"
        return "apart" if "apart" in named else None

    def of_words(self, words: str) -> Organ | None:
        """Return the organ that words name; None if they name no organ of the file."""
        look = self._kept if len(words) <= LONGEST_KEPT else self._of_words
        return look(words)

    def _of_words(self, words: str) -> Organ | None:
        plain = folded(words)
        if self._trunk.search(plain):
            return "trunk"
        return "apart" if self._apart.search(plain) else None

    def names_spine(self, words: str) -> bool:
        """Tell if words name the spine, a part of it or the whole skeleton."""
        return self._spine.search(folded(words)) is not None

    def mentions_grave(self, words: str) -> bool:
        """Tell if words name what is grave, denied or not."""
        return self._grave.search(folded(words)) is not None

    def names_grave(self, stretch: str) -> bool:
        """Tell if a stretch of a sentence names what is grave, and does not deny it.

        A word is denied if only names come between it and the denial: "no focal mass",
        but not "no biopsy of the mass".
        """
        plain = folded(stretch)
        return any(
            not self._is_denied(plain[: match.start()])
            for match in self._grave.finditer(plain)
        )

    def _is_denied(self, before: str) -> bool:
        denials = [*self._denied.finditer(before)]
        return bool(denials) and not self._broken.search(before, denials[-1].end())

    @cached_property
    def _apart(self) -> re.Pattern[str]:
        return _any_of(self._content.apart)

    @cached_property
    def _trunk(self) -> re.Pattern[str]:
        return _any_of(self._content.trunk)

    @cached_property
    def _spine(self) -> re.Pattern[str]:
        return _any_of(self._content.spine)

    @cached_property
    def _grave(self) -> re.Pattern[str]:
        return _any_of(self._content.grave)

    @cached_property
    def _denied(self) -> re.Pattern[str]:
        words = "|".join(map(folded_pattern, self._denials))
        return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")

    @cached_property
    def _broken(self) -> re.Pattern[str]:
        words = "|".join(map(folded_pattern, self._content.breaks))
        return re.compile(rf"\b(?:{words})\b|{_SIGNS}")


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(joined(f"(?:{folded_pattern(one)})" for one in patterns))


def load_report_organs(
    folders: Sequence[Path], denials: Sequence[str], systems: CodeSystems
) -> ReportOrgans:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    content = required(folders, FILE, ReportOrgansFile)[1]
    return ReportOrgans(content, denials, systems)
