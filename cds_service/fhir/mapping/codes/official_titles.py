"""Sort the official titles of everyday codes, by `official-titles.toml`.

A diagnosis in words alone is often the title of its code, letter for letter. It says
what the code says, and no more: so its code decides if it is harmless, or of a ward.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.codes.complication_codes import ComplicationCodes
from cds_service.fhir.raw_json import Json

FILE = "official-titles.toml"


class TitlesOfSystem(Closed):
    """Titles of one system in one language.

    Attributes:
        why: what they are, for those who review the file.
        complaints: they name complaints or findings of the laboratory, which support no
            "no" whatever their codes do: something else may be the cause.
        by_code: the titles of each code.
    """

    system: str
    language: str
    why: str
    complaints: bool = False
    by_code: Mapping[str, tuple[str, ...]]


class OfficialTitlesFile(DataFile):
    """`official-titles.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
    """

    reviewed: bool
    titles: tuple[TitlesOfSystem, ...]


class OfficialTitles(NamedTuple):
    """The titles whose codes are everyday.

    Attributes:
        harmless: those whose codes support a "no" as well.
        of_ward: the others, which only ask for nothing.
    """

    harmless: tuple[str, ...] = ()
    of_ward: tuple[str, ...] = ()


def sorted_titles(
    content: OfficialTitlesFile,
    codes: ComplicationCodes,
    excludes: Callable[[Json], bool],
) -> OfficialTitles:
    """Sort titles by their codes; one whose code is not everyday is left out.

    Args:
        content: the file in force.
        codes: says which codes are everyday.
        excludes: tells if a codeable concept supports a "no" to what is grave.
    """
    harmless = list[str]()
    of_ward = list[str]()
    for some, code, titles in _listed(content):
        if is_quiet(some.system, code, codes):
            coded = {"coding": [{"system": some.system, "code": code}]}
            is_harmless = not some.complaints and excludes(coded)
            (harmless if is_harmless else of_ward).extend(titles)
    return OfficialTitles(tuple(harmless), tuple(of_ward))


def _listed(
    content: OfficialTitlesFile,
) -> Iterator[tuple[TitlesOfSystem, str, tuple[str, ...]]]:
    for some in content.titles:
        for code, titles in some.by_code.items():
            yield some, code, titles


def is_quiet(system: str, code: str, codes: ComplicationCodes) -> bool:
    """Tell if a diagnosis of this code that is new at a discharge asks for nothing."""
    if codes.is_acute(system, code) or codes.is_nerve_root(system, code):
        return False
    is_of_ward = codes.is_of_ward(system, code) and not codes.is_seldom(system, code)
    return is_of_ward or codes.is_everyday(system, code)
