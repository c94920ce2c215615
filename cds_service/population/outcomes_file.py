"""OUTCOMES.csv: a site's own patients, one row for each augmentation.

Columns are named as the findings. What cannot be read counts as missing and is named with its row; it is never guessed.
"""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from cds_service.core.assessment import OUTCOMES
from cds_service.core.derived import SPINE, derive
from cds_service.core.facts import AugmentationOrder, Finding, Findings, Gap, Procedure, Provenance, Value
from cds_service.core.study import Outcome
from cds_service.core.vocabulary import FindingSpec
from cds_service.errors import CdsError

# Besides findings and outcomes. The last ones are written by `outcomes` for the person who confirms, and not read.
PLAIN = ("id", "date", "confirmed")
FOR_PEOPLE = ("last-contact", "died", "event", "pain-at-12-months", "resources")
YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
WORDS = {"sex": ("male", "female"), "procedure": ("PKP", "PVP"), "mna-category": ("A", "B", "C")}
JUNCTION = ("T10", "T11", "T12", "L1", "L2")
MOST_NAMED = 20
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPatient:
    """One row of the file.

    Attributes:
        row: in the file; the heading is row 1.
        day: of the procedure.
        findings: as known on that day; every other name of the vocabulary is a gap.
        outcomes: by outcome; one that is not known is absent.
        months: within which the outcome was counted, by outcome, where the file says.
        confirmed: a person looked at the row; None where the file has no such column.
    """

    row: int
    id: str
    day: date | None
    findings: Findings
    outcomes: Mapping[Outcome, bool]
    months: Mapping[Outcome, int]
    confirmed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesFile:
    """A file that was read.

    Attributes:
        digest: sha256 of its bytes.
        faults: unknown columns and cells that could not be read, with row and column; never their content.
        repeated: ids in more than one row.
    """

    patients: tuple[LocalPatient, ...]
    digest: str
    faults: tuple[str, ...]
    repeated: int


def read_outcomes(path: Path, specs: Mapping[str, FindingSpec], today: date) -> OutcomesFile:
    """Read the file: comma or semicolon, UTF-8. A row of a procedure after today is not used.

    Raises:
        CdsError: it is no such table, a heading stands twice, or no row has an outcome.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CdsError(f"{path.name} cannot be read: {error}") from error
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    if not rows:
        raise CdsError(f"{path.name} is empty")
    head = [name.strip().lower() for name in rows[0]]
    if twice := [name for name, count in Counter(filter(None, head)).items() if count > 1]:
        raise CdsError(f"{path.name}: the column {twice[0]} stands twice")
    known = {*specs, *PLAIN, *FOR_PEOPLE, *(f"{kind}-{one}" for one in OUTCOMES for kind in ("outcome", "months"))}
    faults = [f"column {name!r} is not known and not used" for name in head if name not in known]
    patients = []
    for number, cells in enumerate(rows[1:], start=2):
        size = f"row {number}: {len(cells)} cells under {len(head)} headings"
        if any(cell.strip() for cell in cells[len(head) :]):
            # A comma within a cell, as in T12,L1 without quotes, moves all that follows into other columns.
            faults.append(f"{size}; the row is not used")
        elif any(cell.strip() for cell in cells):
            row = _Row(number, dict(zip(head, (cell.strip() for cell in cells), strict=False)), specs)
            patient = row.patient()
            faults += [f"{size}; the last ones are taken as missing"] if len(cells) < len(head) else []
            faults += row.faults
            if patient.day is None or patient.day <= today:
                patients.append(patient)
            else:
                faults.append(f"row {number}, date: after today; the row is not used")
    if not any(one.outcomes for one in patients):
        raise CdsError(f"{path.name}: no row has an outcome (outcome-refracture or outcome-residual-pain)")
    ids = Counter(one.id for one in patients if one.id)
    return OutcomesFile(
        patients=tuple(patients),
        digest=hashlib.sha256(raw).hexdigest(),
        faults=tuple(faults),
        repeated=sum(count > 1 for count in ids.values()),
    )


def say_faults(faults: Sequence[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(faults) - MOST_NAMED
    return [*faults[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]


class _BadCell(ValueError):
    """A cell that cannot be read, and why; never with its content."""


class _Row:
    """The cells of one row; what cannot be read is noted in `faults`."""

    def __init__(self, number: int, cells: Mapping[str, str], specs: Mapping[str, FindingSpec]) -> None:
        self.number, self.cells, self.specs = number, cells, specs
        self.faults: list[str] = []

    def patient(self) -> LocalPatient:
        day = self._cell("date", _day)
        read = {name: self._cell(name, partial(_value, spec)) for name, spec in self.specs.items()}
        outcomes = {name: self._cell(f"outcome-{name}", _yes_no) for name in OUTCOMES}
        months = {name: self._cell(f"months-{name}", _months) for name in OUTCOMES}
        return LocalPatient(
            row=self.number,
            id=self.cells.get("id", ""),
            day=day,
            findings=self._findings({name: value for name, value in read.items() if value is not None}, day),
            outcomes={name: value for name, value in outcomes.items() if value is not None},
            months={name: value for name, value in months.items() if value is not None},
            confirmed=bool(self._cell("confirmed", _yes_no)) if "confirmed" in self.cells else None,
        )

    def _cell(self, column: str, read: Callable[[str], Read]) -> Read | None:
        """The cell's value; None where it is empty, or cannot be read and was noted."""
        text = self.cells.get(column, "")
        try:
            return read(text) if text else None
        except _BadCell as error:
            self.faults.append(f"row {self.number}, {column}: {error}; taken as missing")
            return None

    def _findings(self, given: Mapping[str, Value], day: date | None) -> Findings:
        """The row's values, and what follows from them, as for a live order."""
        source = Provenance(f"row {self.number}", "context", "", "", "")
        known = {
            name: Finding(name=name, value=value, unit=self.specs[name].unit, observed=day, provenance=(source,))
            for name, value in given.items()
        }
        gaps = {name: Gap(name=name, reason="absent", detail="not in the file") for name in self.specs.keys() - known}
        levels = tuple(str(given["treated-levels"]).split(",")) if "treated-levels" in given else ()
        procedure, count = given.get("procedure"), given.get("level-count")
        side: Procedure | None = "PKP" if procedure == "PKP" else "PVP" if procedure == "PVP" else None
        junction = given.get("tl-junction", any(one in JUNCTION for one in levels) if levels else None)
        order = AugmentationOrder(
            references=(f"row {self.number}",),
            procedure=side,
            levels=levels,
            level_count=len(levels) or (None if count is None else int(count)),
            tl_junction=None if junction is None else bool(junction),
        )
        return derive(Findings(known, gaps), self.specs, order, sarcopenia_criteria="study")


def _value(spec: FindingSpec, text: str) -> Value:
    if spec.name == "treated-levels":
        levels = [one.upper() for one in text.replace(",", " ").replace("/", " ").split()]
        if not levels or not set(levels) <= set(SPINE):
            raise _BadCell("no levels from T1 to L5")
        return ",".join(levels)
    if spec.name in WORDS:
        found = next((word for word in WORDS[spec.name] if word.lower() == text.lower()), None)
        if found is None:
            raise _BadCell(f"not one of {', '.join(WORDS[spec.name])}")
        return found
    is_number = spec.kind in ("quantity", "change") or spec.unit != "1" or spec.name in ("plvi", "level-count")
    return _number(spec, text) if is_number else _yes_no(text)


def _number(spec: FindingSpec, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _BadCell(f"no number in {spec.unit}") from None
    if not math.isfinite(value) or (spec.range and not spec.range[0] <= value <= spec.range[1]):
        raise _BadCell(f"not plausible in {spec.unit}")
    return value


def _yes_no(text: str) -> bool:
    if text.lower() not in YES_NO:
        raise _BadCell("neither 1, true, yes nor 0, false, no")
    return YES_NO[text.lower()]


def _months(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise _BadCell("no number of months")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _BadCell("no date like 2026-05-01") from None
