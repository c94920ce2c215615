"""Read and write the codes below the is-a filters of value sets.

They are in `mappings/expanded/<concept>.txt`. A hospital that has a release of SNOMED
CT expands the filters once, by `kyphoplasty-cds mappings expand`. The service reads
sorted codes and never asks a terminology server.
"""

import csv
import io
import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cds_service.core.data_file import label
from cds_service.errors import CdsError, DataFileError
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.files.overlay import files_in_force

FOLDER, SUFFIX = "expanded", ".txt"
SNOMED = "http://snomed.info/sct"
IS_A = "116680003"  # |Is a (attribute)|
# SNOMED CT Release File Specifications: the inferred relationships, as they are now.
RELATIONSHIPS = re.compile(
    r"x?sct2_Relationship_\w*Snapshot\w*_(?P<edition>[A-Z0-9]+)_(?P<date>\d{8})\.txt"
)
_HEAD = re.compile(
    r"# (?P<system>\S+) edition (?P<edition>\S+) date (?P<date>\d{4}-\d\d-\d\d) is-a"
    r" (?P<roots>\S+)"
)


class Expansion(NamedTuple):
    """The codes below the roots of a filter, the roots included.

    Attributes:
        roots: the filter's roots when it was expanded, sorted.
        codes: sorted as text.
    """

    system: str
    edition: str
    date: str
    roots: tuple[str, ...]
    codes: tuple[str, ...]

    def holds(self, system: str, code: str) -> bool:
        """Tell if a canonical code is one of them."""
        if system != self.system:
            return False
        place = bisect_left(self.codes, code)
        return place < len(self.codes) and self.codes[place] == code

    def written(self) -> str:
        """Return the file: edition and date in the first line, then one code a line."""
        roots = ",".join(self.roots)
        head = f"# {self.system} edition {self.edition} date {self.date} is-a {roots}"
        return "\n".join((head, *self.codes, ""))


class Release(NamedTuple):
    """One release of a terminology: each concept's children."""

    system: str
    edition: str
    date: str
    children: Mapping[str, Sequence[str]]

    def expansion(self, roots: Iterable[str]) -> Expansion:
        """Return the roots and all below them."""
        codes: set[str] = set()
        waiting = sorted({*roots})
        ordered = tuple(waiting)
        while waiting:
            code = waiting.pop()
            if code not in codes:
                codes.add(code)
                waiting += self.children.get(code, ())
        return Expansion(
            self.system, self.edition, self.date, ordered, tuple(sorted(codes))
        )


def read_expansions(
    folders: Sequence[Path], systems: CodeSystems
) -> Mapping[str, Expansion]:
    """Read the expansions in force, by concept.

    Raises:
        DataFileError: a file is not what `mappings expand` writes.
    """
    files = files_in_force(folders, FOLDER, SUFFIX)
    return {concept: _expansion(path, systems) for concept, path in files.items()}


def _expansion(path: Path, systems: CodeSystems) -> Expansion:
    try:
        first, *codes = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DataFileError(label(path), "", f"cannot be read: {error}") from error
    head = _HEAD.fullmatch(first)
    if head is None:
        raise DataFileError(
            label(path),
            "line 1",
            "needs system, edition, date and the roots of its filter",
        )
    if fault := _fault_of(codes, head["system"], systems):
        raise DataFileError(label(path), *fault)
    roots = tuple(head["roots"].split(","))
    return Expansion(head["system"], head["edition"], head["date"], roots, tuple(codes))


def _fault_of(
    codes: Sequence[str], system: str, systems: CodeSystems
) -> tuple[str, str] | None:
    last = ""
    for number, code in enumerate(codes, 2):
        if code <= last:
            return f"line {number}", "the codes are not sorted, or one appears twice"
        if fault := systems.fault(system, code):
            return f"line {number}", fault
        last = code
    return None if codes else ("line 2", "holds no code")


def outdated(
    expansions: Mapping[str, Expansion], roots: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield a line for each expansion whose filter has other roots now."""
    for concept, expansion in sorted(expansions.items()):
        if tuple(sorted(roots.get(concept, ()))) != expansion.roots:
            yield (
                f"{FOLDER}/{concept}{SUFFIX}: older than its filter; run mappings"
                " expand again"
            )


def read_release(source: Path) -> Release:
    """Read the is-a relationships of a SNOMED CT release.

    The path may be the package, its folder, or the file itself.

    Raises:
        CdsError: it holds no snapshot of relationships, or one that cannot be read.
    """
    try:
        name, lines = _relationships(source)
        match = RELATIONSHIPS.fullmatch(name)
        if match is None:
            raise CdsError(f"{source}: no sct2_Relationship_Snapshot file is in it")
        children: dict[str, list[str]] = {}
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["active"] == "1" and row["typeId"] == IS_A:
                children.setdefault(row["destinationId"], []).append(row["sourceId"])
    except (OSError, KeyError, ValueError, csv.Error, zipfile.BadZipFile) as error:
        raise CdsError(
            f"{source}: cannot be read as a release of SNOMED CT ({error})"
        ) from error
    if not children:
        raise CdsError(f"{source}: {name} holds no is-a relationship")
    day = match["date"]
    return Release(
        SNOMED, match["edition"], f"{day[:4]}-{day[4:6]}-{day[6:]}", children
    )


def _relationships(source: Path) -> tuple[str, Iterable[str]]:
    """Return the name of the file of relationships and its lines."""
    if source.is_dir():
        paths = (
            path
            for path in sorted(source.rglob("*.txt"))
            if RELATIONSHIPS.fullmatch(path.name)
        )
        source = next(paths, source)
    if source.suffix.lower() != ".zip":
        lines = _lines(source) if source.is_file() else ()
        return source.name, lines
    with zipfile.ZipFile(source) as package:
        names = [
            name
            for name in sorted(package.namelist())
            if RELATIONSHIPS.fullmatch(Path(name).name)
        ]
    if not names:
        return "", ()
    return Path(names[0]).name, _packed(source, names[0])


def _packed(source: Path, name: str) -> Iterator[str]:
    with zipfile.ZipFile(source) as package, package.open(name) as file:
        yield from io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from file
