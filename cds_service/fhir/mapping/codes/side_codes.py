"""Read the side of a hip or thigh, and hip replacements, by `side-codes.toml`."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import Closed, DataFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required

FILE = "side-codes.toml"
Side = Literal["side-right", "side-left"]


class _Sides(Closed):
    """Codes of each side.

    Attributes:
        why: what they are, for those who review the file.
    """

    why: str
    right: tuple[str, ...]
    left: tuple[str, ...]
    both: tuple[str, ...] = ()

    def of(self, code: str) -> tuple[Side, ...]:
        """Return the sides that one of these codes names."""
        sides: tuple[tuple[tuple[str, ...], Side], ...] = (
            (self.right, "side-right"),
            (self.left, "side-left"),
        )
        return tuple(side for own, side in sides if code in own or code in self.both)


class _Signs(_Sides):
    """Codes with a sign that is the side, by the patterns before it."""

    codes: tuple[Pattern, ...]


class _Concepts(_Sides):
    """Whole codes that are a side."""

    system: str


class _Extensions(_Sides):
    """Values of an extension whose address ends so."""

    ending: str


class _Joints(Closed):
    """Beginnings of codes by which the hip is replaced."""

    system: str
    why: str
    codes: tuple[str, ...]


class SideCodesFile(DataFile):
    """`side-codes.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
    """

    reviewed: bool
    signs: tuple[_Signs, ...]
    concepts: tuple[_Concepts, ...]
    extensions: tuple[_Extensions, ...]
    joints: tuple[_Joints, ...]


class SideCodes:
    """The codes of the file."""

    def __init__(self, content: SideCodesFile, systems: CodeSystems) -> None:
        """Index the file.

        Raises:
            DataFileError: a system is not in `systems.toml`, a code is faulty, or one
                sign is of two sides.
        """
        named = [one.system for one in content.concepts]
        named += [one.system for one in content.joints]
        for system in named:
            if system not in systems.specs:
                raise DataFileError(FILE, "system", f"{system} is not known")
        for row in (*content.signs, *content.concepts, *content.extensions):
            _check_once(row)
        for concepts in content.concepts:
            for code in (*concepts.right, *concepts.left, *concepts.both):
                if fault := systems.fault(concepts.system, code):
                    raise DataFileError(FILE, "concepts", fault)
        self._signs = [
            (re.compile(rf"(?:{'|'.join(row.codes)})(.)"), row) for row in content.signs
        ]
        self._concepts, self._extensions = content.concepts, content.extensions
        self._joints = tuple(code for row in content.joints for code in row.codes)

    def of_code(self, system: str, code: str) -> Iterator[Side]:
        """Yield the sides that a code, as written, names."""
        for pattern, row in self._signs:
            if match := pattern.match(code):
                yield from row.of(match[1])
        for concepts in self._concepts:
            if concepts.system == system:
                yield from concepts.of(code)

    def of_extension(self, url: str, code: str) -> Iterator[Side]:
        """Yield the sides that an extension of a code names."""
        for extension in self._extensions:
            if url.lower().endswith(extension.ending):
                yield from extension.of(code.strip().upper())

    def is_of_joint(self, code: str) -> bool:
        """Tell if a code, as written, is of a replaced hip."""
        return code.startswith(self._joints)


def _check_once(row: _Sides) -> None:
    """Refuse a code that is of two sides.

    Raises:
        DataFileError: it is.
    """
    codes = (*row.right, *row.left, *row.both)
    if len({*codes}) < len(codes):
        raise DataFileError(FILE, row.why, "a code is of two sides")


def load_side_codes(folders: Sequence[Path], systems: CodeSystems) -> SideCodes:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return SideCodes(required(folders, FILE, SideCodesFile)[1], systems)
