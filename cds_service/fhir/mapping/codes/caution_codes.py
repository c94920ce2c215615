"""Recognise codes of what labels of bone drugs warn of, by `caution-codes.toml`.

These codes are no value sets: `Terminology` does not ask for them, so a code in this
file is neither known nor judged by it. It is only named next to a drug.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from cds_service.core.data_file import Closed, DataFile
from cds_service.core.findings import CautionKind
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.codes.harmless_codes import HarmlessCodes, VagueCodes
from cds_service.fhir.mapping.files.overlay import required

FILE = "caution-codes.toml"
SNOMED = "http://snomed.info/sct"  # its codes are whole
Counts = Literal["event", "history", "state", "recent"]


class _Caution(Closed):
    """One thing that labels warn of, in one code system.

    Attributes:
        kind: the kind of the drugs.
        name: as cards say it.
        counts: if it counts for ever, and by which day.
        days: for how long it counts, if it is `recent`.
        codes: beginnings of codes, and ranges of them.
    """

    kind: CautionKind
    name: str
    counts: Counts
    days: int = 0
    system: str
    codes: tuple[str, ...]


class CautionCodesFile(DataFile):
    """`caution-codes.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
    """

    reviewed: bool
    cautions: tuple[_Caution, ...] = ()


class Caution(NamedTuple):
    """The warnings in the labels of a kind of drugs, as cards say them."""

    kind: CautionKind
    name: str
    counts: Counts
    days: int


class CautionCodes:
    """The codes of the file."""

    def __init__(self, content: CautionCodesFile, systems: CodeSystems) -> None:
        """Index the file.

        Raises:
            DataFileError: a system is not in `systems.toml`, is twice in one caution,
                or a code or range is not valid.
        """
        rows: dict[Caution, list[VagueCodes]] = {}
        for row in content.cautions:
            whole = row.codes if row.system == SNOMED else ()
            for fault in filter(
                None, (systems.fault(row.system, one) for one in whole)
            ):
                raise DataFileError(FILE, "cautions", fault)
            caution = Caution(row.kind, row.name, row.counts, row.days)
            table = VagueCodes(system=row.system, why=row.name, codes=row.codes)
            rows.setdefault(caution, []).append(table)
        self.names = frozenset(one.name for one in rows)
        self._cautions = tuple(rows)
        lists = {str(place): rows[one] for place, one in enumerate(rows)}
        self._codes = HarmlessCodes((), systems, FILE, lists)

    def of(self, system: str, code: str) -> Iterator[Caution]:
        """Yield what a canonical code warns of."""
        for place, caution in enumerate(self._cautions):
            if self._codes.is_among(str(place), system, code):
                yield caution


def load_caution_codes(folders: Sequence[Path], systems: CodeSystems) -> CautionCodes:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return CautionCodes(required(folders, FILE, CautionCodesFile)[1], systems)
