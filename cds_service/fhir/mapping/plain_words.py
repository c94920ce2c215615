"""Tells whether words are plain.

They are on a brace order, a dose, a referral, a note on a value, in a report of any
kind or of bone density, in the reason of an order, or next to the code of a disease.

Each has a folder of its own, `mappings/plain-words/` that of brace orders. What is not
in the list is not understood: no brace is shortened against its author's words, and no
entry counts as a dose, as an order or as a value against those next to it. The lists
name what is harmless, never what is not.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from cds_service.core.data_file import read_toml, validated
from cds_service.fhir.mapping.durations import LONGEST_TEXT, DurationRules
from cds_service.fhir.mapping.language import Examples, Pattern
from cds_service.fhir.mapping.overlay import files_in_force
from cds_service.fhir.mapping.text_rules import (
    KEPT_TEXTS,
    LONGEST_KEPT,
    folded,
    folded_pattern,
)
from cds_service.outgoing.deadline import check_time

BRACES = "plain-words"
DOSES = "plain-dose-words"
REFERRALS = "plain-referral-words"
VALUES = "plain-value-words"
REPORTS = "plain-report-words"
REASONS = "plain-reason-words"
TITLES = "plain-title-words"
DENSITIES = "plain-density-words"
PLAIN_FOLDERS = (
    *(BRACES, DOSES, REFERRALS, VALUES, REPORTS, REASONS, TITLES, DENSITIES),
)
# Signs that only divide words; any other, `?` or an arrow, may say something.
_DIVIDES = r"[\s.,;:()\[\]/&+×*\"'’\-–—、。，；：（）・]"
# No word begins or ends within another one in Latin letters; Chinese and Japanese write
# no spaces.
_APART = r"(?:(?<![a-z0-9])|(?![a-z0-9]))(?:%s)(?:(?![a-z0-9])|(?<![a-z0-9]))"

# Matches nothing itself: a phrase goes before a word of it, however guarded.
_LOOKS_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")


class PlainWordsFile(Examples):
    """A file of one of the folders.

    Attributes:
        words: patterns of the plain words.
        earlier: of a report: what calls a fracture an old one. Plain words as well, as
            far as tumour and infection go.
    """

    words: tuple[Pattern, ...] = Field(min_length=1)
    earlier: tuple[Pattern, ...] = ()


class PlainWords:
    """The plain words of all languages, compiled.

    Attributes:
        words: as the files write them.
        durations: reads the lengths of time next to them.
        earlier: words that call a fracture an old one.
    """

    def __init__(
        self,
        words: Sequence[str],
        durations: DurationRules | None,
        earlier: Sequence[str] = (),
    ) -> None:
        """Keep the words; lengths of time are read by `durations`, if they are."""
        self.words, self.durations = tuple(words), durations
        self.earlier = tuple(earlier)
        whole = sorted(
            {folded_pattern(word) for word in words},
            key=lambda word: (-len(_LOOKS_BEHIND.sub("", word)), word),
        )
        self._any = _APART % "|".join(whole)
        self._kept = lru_cache(KEPT_TEXTS)(self._are_all)

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(rf"(?>(?:{_DIVIDES}|{self._any})*)")

    @cached_property
    def _word(self) -> re.Pattern[str]:
        # Asked of a few texts and by commands, so compiled at the first one.
        return re.compile(self._any)

    def are_all(
        self, text: str, *, is_title: bool = False, has_lengths: bool = True
    ) -> bool:
        """Tell if nothing is left of a text without lengths of time and plain words.

        Args:
            text: of an order.
            is_title: as in `DurationRules.read`.
            has_lengths: the lengths in this text are read; if they are not, one is
                left.
        """
        look = self._kept if len(text) <= LONGEST_KEPT else self._are_all
        return look(text, is_title=is_title, has_lengths=has_lengths)

    def _are_all(self, text: str, *, is_title: bool, has_lengths: bool) -> bool:
        if len(text) > LONGEST_TEXT:
            return False
        check_time()
        remainder = text
        if has_lengths and self.durations:
            remainder = self.durations.without_times(text, is_title=is_title)
        return self._plain.fullmatch(folded(remainder)) is not None

    @cached_property
    def _old(self) -> re.Pattern[str]:
        return re.compile(_APART % "|".join(map(folded_pattern, self.earlier)))

    def names_earlier(self, text: str) -> bool:
        """Tell if words call something old or known, as a fracture of long ago."""
        return bool(self.earlier) and self._old.search(folded(text)) is not None

    def names_any(self, text: str) -> bool:
        """Tell if one of the words is in a text."""
        return self._word.search(folded(text)) is not None

    def left_in(self, text: str) -> tuple[str, ...]:
        """List words of a text that are not plain: a site reads its own files so."""
        remainder = text[:LONGEST_TEXT]
        if self.durations:
            remainder = self.durations.without_times(remainder, is_title=True)
        remainder = folded(remainder)
        return tuple(
            filter(None, re.split(rf"{_DIVIDES}+", self._word.sub(" ", remainder)))
        )


class PlainLists(NamedTuple):
    """The plain words of each kind of text.

    Attributes:
        densities: of a report of bone density; those of reports, values and reasons
            are plain too.
    """

    braces: PlainWords
    doses: PlainWords
    referrals: PlainWords
    values: PlainWords
    reports: PlainWords
    reasons: PlainWords
    titles: PlainWords
    densities: PlainWords

    def by_folder(self) -> Mapping[str, PlainWords]:
        """Return the lists by the folder of their files."""
        return {
            BRACES: self.braces,
            DOSES: self.doses,
            REFERRALS: self.referrals,
            VALUES: self.values,
            REPORTS: self.reports,
            REASONS: self.reasons,
            TITLES: self.titles,
            DENSITIES: self.densities,
        }


def load_all_plain(
    folders: Sequence[Path], durations: DurationRules, bone_drugs: Sequence[str]
) -> PlainLists:
    """Load the plain words of each kind of text, from all files of its folder together.

    Args:
        folders: `mappings/`, and the overlays that lie over it.
        durations: of a brace or a referral a length of time is read; of a dose it is
            part of its words.
        bone_drugs: their names, plain next to a dose.

    Raises:
        DataFileError: a file is wrong.
    """
    kinds = (REPORTS, VALUES, REASONS)
    reports, values, reasons = (_words(folders, one) for one in kinds)
    densities = [*_words(folders, DENSITIES), *reports, *values, *reasons]
    return PlainLists(
        braces=PlainWords(_words(folders, BRACES), durations),
        doses=PlainWords([*_words(folders, DOSES), *bone_drugs], None),
        referrals=PlainWords(_words(folders, REFERRALS), durations),
        values=PlainWords(values, None),
        reports=PlainWords(reports, durations, _earlier(folders)),
        reasons=PlainWords(reasons, durations),
        titles=PlainWords(_words(folders, TITLES), durations),
        densities=PlainWords(densities, durations),
    )


def plain_of_braces(folders: Sequence[Path]) -> PlainWords:
    """Load the plain words of brace orders, to be looked at without their lengths.

    Raises:
        DataFileError: a file is wrong.
    """
    return PlainWords(_words(folders, BRACES), None)


def _words(folders: Sequence[Path], folder: str) -> list[str]:
    return [word for one in _files(folders, folder) for word in one.words]


def _earlier(folders: Sequence[Path]) -> list[str]:
    return [word for one in _files(folders, REPORTS) for word in one.earlier]


def _files(folders: Sequence[Path], folder: str) -> list[PlainWordsFile]:
    paths = files_in_force(folders, folder, ".toml").values()
    return [validated(PlainWordsFile, read_toml(path), path) for path in paths]
