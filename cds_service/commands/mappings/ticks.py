"""The table that a person ticks: what `mappings learn` proposes, one code a line.

It is made to be opened in a spreadsheet. A spreadsheet may change a code that looks
like a number or a date; the last column tells. A line that a person adds has none.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from cds_service.audit.exporting import safe_cell
from cds_service.errors import CdsError
from cds_service.fhir.learning.learned import WITHHELD, Learned, Proposal
from cds_service.measures.table_file import read_table

COLUMNS = (
    *("tick", "kind", "system", "code", "text", "seen", "answers", "mended"),
    *("means", "unit", "why", "check"),
)
NEEDED = frozenset({"tick", "system", "code", "means", "check"})
YES = frozenset({"yes", "y", "x", "1", "ja", "j", "oui", "sí", "si", "✓", "true"})
NO = frozenset({"no", "n", "0", "nein", "non", "-", "false"})
# what `safe_cell` puts before a sign that a spreadsheet would take for a formula
_QUOTED = re.compile(r'(^|;)\'(?=[ "]*[=+\-@])')


class LineFault(CdsError):
    """A line of the table that cannot be taken as it is."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Tick(NamedTuple):
    """A line that a person has decided.

    Attributes:
        means: a code of ours, or `SYSTEM|CODE` of a standard one; empty if the line
            says only that no meaning is known.
        unit: UCUM unit of a value that has none.
    """

    line: int
    tick: Literal["yes", "no"]
    system: str
    code: str
    text: str
    means: str
    unit: str


def write_ticks(file: Path, learned: Learned) -> None:
    """Write what was proposed, and then what no word explains, with an empty tick.

    Raises:
        CdsError: the file is there already: it may hold ticks.
    """
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as opened:
            table = csv.writer(opened)
            table.writerow(COLUMNS)
            for proposal in (*learned.proposals, *learned.others):
                if proposal.system:  # without one no map can name the code
                    table.writerow([safe_cell(cell) for cell in _cells(proposal)])
    except OSError as error:
        raise CdsError(f"{file}: cannot be written ({error.strerror})") from None


def _cells(proposal: Proposal) -> tuple[str | int, ...]:
    text = "" if proposal.text == WITHHELD else proposal.text
    cost = (proposal.seen, proposal.cost.answers, proposal.cost.mended)
    why = "; ".join(proposal.why)
    check = _check(proposal.system, proposal.code)
    own = ("", proposal.kind, proposal.system, proposal.code, text)
    return *own, *cost, proposal.proposed, proposal.unit, why, check


def _check(system: str, code: str) -> str:
    """Return eight letters that only this code has."""
    digest = hashlib.sha256(f"{system}|{code}".encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:8])


def read_ticks(file: Path) -> tuple[tuple[Tick, ...], tuple[LineFault, ...]]:
    """Read the lines that have a tick, and the faults of those that cannot be taken.

    Lines without a tick are left for another time.

    Raises:
        CdsError: it is not such a table.
    """
    heading, *rows = read_table(file).rows
    names = [name.casefold() for name in heading]
    if missing := sorted(NEEDED - set(names)):
        raise CdsError(f"{file}: no column {', '.join(missing)}")
    ticks: list[Tick] = []
    faults: list[LineFault] = []
    for number, row in enumerate(rows, start=2):
        try:
            ticks += _tick(number, dict(zip(names, row, strict=False)))
        except LineFault as fault:
            faults.append(fault)
    return tuple(ticks), tuple(faults)


def _tick(number: int, row: dict[str, str]) -> Iterator[Tick]:
    answer = row.get("tick", "").casefold()
    if not answer:
        return
    if answer not in YES | NO:
        raise LineFault(number, "tick is yes, no or empty")
    system, code = _as_written(number, row)
    means = row.get("means", "")
    if answer in YES and not means:
        fault = "means is empty: write a code of ours or SYSTEM|CODE"
        raise LineFault(number, fault)
    text, unit = row.get("text", ""), row.get("unit", "")
    tick: Literal["yes", "no"] = "yes" if answer in YES else "no"
    yield Tick(number, tick, system, code, text, means, unit)


def _as_written(number: int, row: dict[str, str]) -> tuple[str, str]:
    """Return the code as the record has it; of a line that a person added, as it is.

    Raises:
        LineFault: a spreadsheet has changed it, or a part of it is missing.
    """
    system = row["system"]
    if not row["check"]:
        if system and row["code"]:
            return system, row["code"]
        raise LineFault(number, "system or code is empty")
    for code in (row["code"], _QUOTED.sub(r"\1", row["code"])):
        if _check(system, code) == row["check"]:
            return system, code
    fault = "system or code is not what was written: open the file again, with the"
    raise LineFault(number, f"{fault} columns as text")
