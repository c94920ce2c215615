"""Recognise codes of harmless chapters, by `harmless-codes.toml`.

A code in no value set is not harmless for that reason: no list holds every code of a
tumour, an infection or a palsy. So the file names the chapters that have none of these,
and every other code leaves them open.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path

from cds_service.core.data_file import Closed, DataFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.files.overlay import required

FILE = "harmless-codes.toml"
KEPT_CODES = 4096
LONGEST_KEPT_CODE = 200  # characters of system and code
Span = tuple[str, str]


class CodeRange(Closed):
    """Harmless codes of one system.

    Attributes:
        why: what they are, for those who review the file.
        harmless: beginnings of codes, and ranges of them.
        but: those among them that are not.
    """

    system: str
    why: str
    harmless: tuple[str, ...]
    but: tuple[str, ...] = ()


class VagueCodes(Closed):
    """Harmless codes of one system that are vague, or social.

    Attributes:
        why: what they are, for those who review the file.
        codes: beginnings of codes, and ranges of them.
    """

    system: str
    why: str
    codes: tuple[str, ...]


NO_LISTS: Mapping[str, Sequence[VagueCodes]] = {}


class HarmlessCodesFile(DataFile):
    """`harmless-codes.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        vague: the vague codes of each system. Its other codes count, whatever is
            written next to them.
        social: the codes of each system that name no disease, but work, home, money or
            schooling.
        training: the codes of complaints for which the back is trained.
        complaints: the codes of other complaints that name no tumour, and no cause.
        elsewhere: the chapters of diseases of other organs, without tumours.
    """

    reviewed: bool
    ranges: tuple[CodeRange, ...]
    vague: tuple[VagueCodes, ...]
    social: tuple[VagueCodes, ...] = ()
    training: tuple[VagueCodes, ...] = ()
    complaints: tuple[VagueCodes, ...] = ()
    elsewhere: tuple[VagueCodes, ...] = ()


class HarmlessCodes:
    """The ranges of a file by system."""

    def __init__(
        self,
        ranges: Sequence[CodeRange],
        systems: CodeSystems,
        file: str,
        lists: Mapping[str, Sequence[VagueCodes]] = NO_LISTS,
    ) -> None:
        """Index the ranges of a file.

        Args:
            ranges: the harmless codes.
            systems: the code systems.
            file: the name of the file, for messages.
            lists: the other lists of the file, by name.

        Raises:
            DataFileError: a system is not in `systems.toml` or has two tables of one
                list, or a range is not valid.
        """
        self._systems = systems
        tables: Iterable[CodeRange | VagueCodes] = chain(ranges, *lists.values())
        for table in tables:
            if table.system not in systems.specs:
                raise DataFileError(file, "system", f"{table.system} is not known")
        self._lists = {
            name: _by_system(name, tables, file) for name, tables in lists.items()
        }
        ordered = sorted(ranges, key=lambda code_range: code_range.system)
        self._ranges: Mapping[str, Sequence[tuple[list[Span], list[Span]]]] = {
            system: [
                (_spans(code_range.harmless, file), _spans(code_range.but, file))
                for code_range in listed
            ]
            for system, listed in groupby(ordered, lambda code_range: code_range.system)
        }

        # The codes of a hospital's lists recur all day.
        self._kept_holds = lru_cache(KEPT_CODES)(self._look_holds)
        self._kept_may_hold = lru_cache(KEPT_CODES)(self._look_may_hold)

    def holds(self, system: str, code: str) -> bool:
        """Tell if a canonical code is in a harmless range of its system."""
        is_short = len(system) + len(code) <= LONGEST_KEPT_CODE
        look = self._kept_holds if is_short else self._look_holds
        return look(system, code)

    def may_hold(self, system: str, code: str) -> bool:
        """Tell if a harmless range holds some code that begins so: `K57` of `K57.0`."""
        is_short = len(system) + len(code) <= LONGEST_KEPT_CODE
        look = self._kept_may_hold if is_short else self._look_may_hold
        return look(system, code)

    def is_vague(self, system: str, code: str) -> bool:
        """Tell if a code says so little that the words next to it count.

        In a system without a list of vague codes, all are vague.
        """
        ancestors = self._systems.lineage(system)
        listed = self._lists.get("vague", {})
        spans = [listed[name] for name in ancestors if name in listed]
        plain = code.replace(".", "")
        return not spans or any(_may_be_in(plain, vague) for vague in spans)

    def is_social(self, system: str, code: str) -> bool:
        """Tell if a code names no disease, but work, home, money or schooling."""
        return self.is_among("social", system, code)

    def is_for_training(self, system: str, code: str) -> bool:
        """Tell if a code names a complaint for which the back is trained."""
        return self.is_among("training", system, code)

    def is_complaint(self, system: str, code: str) -> bool:
        """Tell if a code names a complaint, and neither a tumour nor its cause."""
        return self.is_among("complaints", system, code) or self.is_for_training(
            system, code
        )

    def is_elsewhere(self, system: str, code: str) -> bool:
        """Tell if a code is in a chapter of other organs, which holds no tumour."""
        return self.is_among("elsewhere", system, code)

    def is_among(self, name: str, system: str, code: str) -> bool:
        """Tell if a canonical code is in the list of this name."""
        listed = self._lists.get(name, {})
        spans = map(listed.get, self._systems.lineage(system))
        plain = code.replace(".", "")
        return any(_is_in(plain, some) for some in filter(None, spans))

    def _look_holds(self, system: str, code: str) -> bool:
        plain = code.replace(".", "")
        return any(
            _is_in(plain, harmless) and not _may_be_in(plain, but)
            for ancestor in self._systems.lineage(system)
            for harmless, but in self._ranges.get(ancestor, ())
        )

    def _look_may_hold(self, system: str, code: str) -> bool:
        plain = code.replace(".", "")
        return any(
            _may_be_in(plain, harmless) and not _is_in(plain, but)
            for ancestor in self._systems.lineage(system)
            for harmless, but in self._ranges.get(ancestor, ())
        )


def load_harmless_codes(folders: Sequence[Path], systems: CodeSystems) -> HarmlessCodes:
    """Load the ranges of the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    content = required(folders, FILE, HarmlessCodesFile)[1]
    return HarmlessCodes(content.ranges, systems, FILE, lists_of(content))


def lists_of(content: DataFile) -> dict[str, tuple[VagueCodes, ...]]:
    """Return the lists of codes of a file, by the names of its fields."""
    return {
        name: getattr(content, name)
        for name, field in type(content).model_fields.items()
        if field.annotation == tuple[VagueCodes, ...]
    }


def _by_system(
    name: str, tables: Sequence[VagueCodes], file: str
) -> dict[str, list[Span]]:
    """Return the codes of a list by system."""
    listed: dict[str, list[Span]] = {}
    for table in tables:
        if table.system in listed:
            message = f"{table.system} has two tables: write its codes into one"
            raise DataFileError(file, name, message)
        listed[table.system] = _spans(table.codes, file)
    return listed


def _spans(written: Sequence[str], file: str) -> list[Span]:
    spans = []
    for span in written:
        # two full stops if codes hold a hyphen, as those of OPS do
        between = ".." if ".." in span else "-"
        first, _, last = (part.replace(".", "") for part in span.partition(between))
        last = last or first
        if len(first) != len(last) or not first or first > last:
            raise DataFileError(file, "ranges", f"{span} is no range")
        spans.append((first, last))
    return spans


def _is_in(code: str, spans: Sequence[Span]) -> bool:
    return any(first <= code[: len(first)] <= last for first, last in spans)


def _may_be_in(code: str, spans: Sequence[Span]) -> bool:
    """Tell if a span holds the code, or one that begins with it: `K57` of `K57.0`."""
    return any(
        first[: len(code)] <= code[: len(first)] <= last[: len(code)]
        for first, last in spans
    )
