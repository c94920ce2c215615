"""Tells whether words are plain.

They are on a brace order, a dose, a referral, a note on a value, in a report of any
kind or of bone density, in the reason of an order, or next to the code of a disease.

Each has a folder of its own, `mappings/plain-words/` that of brace orders. What is not
in the list is not understood: no brace is shortened against its author's words, and no
entry counts as a dose, as an order or as a value against those next to it. The lists
name what is harmless, never what is not.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from cds_service.core.data_file import read_toml, validated
from cds_service.fhir.mapping.bound_words import BoundList, BoundWords, all_plain
from cds_service.fhir.mapping.durations import DurationRules
from cds_service.fhir.mapping.language import Examples, Pattern
from cds_service.fhir.mapping.overlay import files_in_force
from cds_service.fhir.mapping.plain_patterns import PlainWords

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


class PlainWordsFile(Examples):
    """A file of one of the folders.

    Attributes:
        words: patterns of the plain words.
        earlier: of a report: what calls a fracture an old one. Plain words as well, as
            far as tumour and infection go.
        others: of a report: what says of a broken vertebra that it is not new, or not
            the only one.
        sound: of a report: of what a sentence may consist that names a vertebra and
            does not say that it broke.
        bound: of a reason: words that are plain only next to the fracture.
    """

    words: tuple[Pattern, ...] = Field(min_length=1)
    earlier: tuple[Pattern, ...] = ()
    others: tuple[Pattern, ...] = ()
    sound: tuple[Pattern, ...] = ()
    bound: BoundList = BoundList()


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
    sound: PlainWords
    others: PlainWords
    bound: BoundWords
    bound_in_titles: BoundWords
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
    bound = [one.bound for one in _files(folders, REASONS)]
    reasons = [*_words(folders, REASONS), *all_plain(bound)]
    reports = _files(folders, REPORTS)
    kinds = (REPORTS, VALUES)
    of_reports, of_values = (_words(folders, one) for one in kinds)
    densities = [*_words(folders, DENSITIES), *of_reports, *of_values, *reasons]
    return PlainLists(
        braces=PlainWords(_words(folders, BRACES), durations),
        doses=PlainWords([*_words(folders, DOSES), *bone_drugs], None),
        referrals=PlainWords(_words(folders, REFERRALS), durations),
        values=PlainWords(of_values, None),
        reports=PlainWords(of_reports, durations, _earlier(folders)),
        reasons=PlainWords(reasons, durations),
        titles=PlainWords(_words(folders, TITLES), durations),
        sound=PlainWords([word for one in reports for word in one.sound], durations),
        others=PlainWords([word for one in reports for word in one.others], None),
        bound=BoundWords(bound, reasons, of_reports, durations),
        bound_in_titles=BoundWords(
            bound, [*reasons, *_words(folders, TITLES)], of_reports, durations
        ),
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
