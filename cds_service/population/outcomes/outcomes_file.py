"""OUTCOMES.csv: a site's own patients, one row for each augmentation.

Columns are named as the findings. What cannot be read counts as missing and is named
with its row; it is never guessed.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, TypeVar

from cds_service.core.anatomy import SPINE
from cds_service.core.derivations.derived import derive
from cds_service.core.earlier_cards.course_after_signing import STEPS
from cds_service.core.findings import Finding, Findings, Gap, Provenance, Value
from cds_service.core.models.study_tables import Outcome
from cds_service.core.orders import AugmentationOrder, Procedure, TreatedLevels
from cds_service.core.risk.assessment import OUTCOMES
from cds_service.core.vocabulary import ChangeSpec, FindingSpec, QuantitySpec
from cds_service.errors import CdsError
from cds_service.measures.table_file import (
    AmbiguousNumber,
    Table,
    number_in,
    read_table,
)
from cds_service.population.outcomes.follow_up import (
    Days,
    FollowUp,
    contradiction_of,
    follow_up_of,
)

# Columns in addition to findings and outcomes.
PLAIN = ("id", "date", "confirmed")
FOLLOWED = ("event-date", "last-contact", "died")
GROUPING = ("hospital", "period", "language", "ethnicity")
# `outcomes` writes these, and the steps of the loop, for the person who confirms; they
# are not read.
FOR_PEOPLE = ("event", "pain-at-12-months", "resources")
# Also as Excel writes them in German, French and Spanish.
YES = frozenset(
    {"1", "true", "yes", "y", "wahr", "ja", "vrai", "oui", "verdadero", "sí"}
)
NO = frozenset({"0", "false", "no", "n", "falsch", "nein", "faux", "non", "falso"})
# How statistics programs and Excel write an empty cell.
EMPTY = frozenset({"na", "n/a", "#n/a", "nan", "null", "."})
DEATH_WITHOUT_DAY = "day not stated"
MOST_BAD_CELLS = 0.05  # of a column's rows; more, and the column is not what it seems
ONE_SLIP = 1  # cell of a column may be bad, however short the file
GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00)?)?")
T_SCORE: Final = "bmd-t-score"
REFRACTURE: Final = "refracture"
WORDS = {
    "sex": ("male", "female"),
    "procedure": ("PKP", "PVP"),
    "mna-category": ("A", "B", "C"),
}
JUNCTION = ("T10", "T11", "T12", "L1", "L2")
MOST_NAMED = 20
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPatient:
    """One row of the file.

    Attributes:
        row: in the file; the heading is row 1.
        day: day of the procedure.
        findings: as known on that day; every other name of the vocabulary is a gap.
        outcomes: by outcome; one that is not known is absent.
        months: time over which each outcome was counted, if the file says.
        follow_up: until a refracture, death or loss, if the file says.
        groups: `hospital`, `period` and the like, if the file says.
        confirmed: a person looked at the row; None if the file has no such column.
    """

    row: int
    id: str
    day: date | None
    findings: Findings
    outcomes: Mapping[Outcome, bool]
    months: Mapping[Outcome, int]
    follow_up: FollowUp | None
    groups: Mapping[str, str]
    confirmed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesFile:
    """A file that was read.

    Attributes:
        digest: sha256 of its bytes.
        faults: unknown columns and cells that could not be read, with row and column;
            never their content.
        repeated: ids in more than one row.
        question: what a person has to look at before these rows change any figure;
            empty if there is nothing.
    """

    patients: tuple[LocalPatient, ...]
    digest: str
    faults: tuple[str, ...]
    repeated: int
    question: str = ""


def read_outcomes(
    path: Path, specs: Mapping[str, FindingSpec], today: date
) -> OutcomesFile:
    """Read the file: CSV of any common form, or Excel.

    A row of a procedure after today is not used.

    Raises:
        CdsError: it is not such a table, a heading appears twice, a column cannot be
            read in more than 5 % of the rows, or no row has an outcome.
    """
    table = read_table(path)
    head = _headings(path, table)
    rows = _read_rows(table, head, specs, today)
    patients = rows.patients
    faults = [*_unknown_columns(head, specs), *rows.faults]
    _refuse_bad_columns(path.name, rows.bad_cells, len(patients), faults)
    if not any(patient.outcomes for patient in patients):
        raise CdsError(
            f"{path.name}: no row has an outcome (outcome-refracture or"
            " outcome-residual-pain)"
        )
    ids = Counter(patient.id for patient in patients if patient.id)
    question = _question_of(rows.t_scores)
    questions = [question] if question else []
    return OutcomesFile(
        patients=tuple(patients),
        digest=table.digest,
        faults=(*questions, *faults),
        repeated=sum(count > 1 for count in ids.values()),
        question=question,
    )


class _Rows(NamedTuple):
    """The rows of a table.

    Attributes:
        patients: of the rows that are used.
        t_scores: of all rows, as written.
        faults: what was not read, in the order of the rows.
        bad_cells: how many cells of a column could not be read.
    """

    patients: list[LocalPatient]
    t_scores: list[float]
    faults: list[str]
    bad_cells: Counter[str]


def _read_rows(
    table: Table, head: Sequence[str], specs: Mapping[str, FindingSpec], today: date
) -> _Rows:
    """Read the rows.

    One of a procedure after today is not used, nor is one with a cell too many.
    """
    bad_cells: Counter[str] = Counter()
    patients: list[LocalPatient] = []
    t_scores: list[float] = []
    faults: list[str] = []
    for number, cells in enumerate(table.rows[1:], start=2):
        size = f"row {number}: {len(cells)} cells under {len(head)} headings"
        if any(cells[len(head) :]):
            # A comma within a cell, as in T12,L1 without quotes, moves all that follows
            # into other columns.
            faults.append(f"{size}; the row is not used")
        elif any(cells):
            named = _by_heading(head, cells)
            row = _Row(number, named, specs, table.delimiter)
            patient = row.patient()
            if len(cells) < len(head):
                faults.append(f"{size}; the last ones are taken as missing")
            faults += row.faults
            bad_cells.update(row.bad_columns)
            if row.t_score is not None:
                t_scores.append(row.t_score)
            if patient.day is None or patient.day <= today:
                patients.append(patient)
            else:
                faults.append(f"row {number}, date: after today; the row is not used")
    return _Rows(patients, t_scores, faults, bad_cells)


def _headings(path: Path, table: Table) -> list[str]:
    """Return the headings of a table, in small letters.

    Raises:
        CdsError: a heading appears twice.
    """
    head = [name.lower() for name in table.rows[0]]
    counts = Counter(filter(None, head))
    if twice := [name for name, count in counts.items() if count > 1]:
        raise CdsError(f"{path.name}: the column {twice[0]} appears twice")
    return head


def _by_heading(head: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row by heading; those that say `not known` are empty."""
    return {
        name: "" if cell.lower() in EMPTY else cell
        for name, cell in zip(head, cells, strict=False)
    }


def _unknown_columns(
    head: Sequence[str], specs: Mapping[str, FindingSpec]
) -> list[str]:
    of_outcomes = (
        f"{kind}-{outcome}" for outcome in OUTCOMES for kind in ("outcome", "months")
    )
    known = {*specs, *PLAIN, *FOLLOWED, *GROUPING, *STEPS, *FOR_PEOPLE, *of_outcomes}
    return [
        f"column {name!r} is not known and not used"
        for name in head
        if name not in known
    ]


def _refuse_bad_columns(
    name: str, bad_cells: Mapping[str, int], rows: int, faults: Sequence[str]
) -> None:
    """Refuse a file with a column that is hardly what its heading says.

    Raises:
        CdsError: more than 5 % of the cells of a column cannot be read.
    """
    most = max(ONE_SLIP, MOST_BAD_CELLS * rows)
    for column, count in bad_cells.items():
        if count > most:
            first = next(fault for fault in faults if f", {column}: " in fault)
            raise CdsError(
                f"{name}: {count} of {rows} rows cannot be read in the column {column},"
                f" the first: {first.partition(';')[0]}"
            )


def _question_of(t_scores: Sequence[float]) -> str:
    """Ask if T-scores have lost their sign; patients like these lie below 0."""
    if not t_scores or median(t_scores) <= 0:
        return ""
    return f"{T_SCORE}: the median is {median(t_scores):+.1f}; was the minus sign lost?"


def first_faults(faults: Sequence[str]) -> list[str]:
    """Return the first faults, and a line that counts the others."""
    more = len(faults) - MOST_NAMED
    ending = [f"and {more} more"] if more > 0 else []
    return [*faults[:MOST_NAMED], *ending]


class _BadCell(ValueError):
    """A cell that cannot be read, and why; never with its content."""


class _Row:
    """The cells of one row; what cannot be read is noted in `faults`."""

    def __init__(
        self,
        number: int,
        cells: Mapping[str, str],
        specs: Mapping[str, FindingSpec],
        delimiter: str,
    ) -> None:
        self.number, self.cells, self.specs = number, cells, specs
        self.delimiter = delimiter
        self.faults: list[str] = []
        self.bad_columns: list[str] = []
        self.t_score: float | None = None  # as written, whatever is made of it

    def patient(self) -> LocalPatient:
        day = self._cell("date", _day)
        read = {
            name: self._cell(name, partial(_value, spec, self.delimiter))
            for name, spec in self.specs.items()
        }
        t_score = read.get(T_SCORE)
        self.t_score = None if t_score is None else float(t_score)
        outcomes = {
            name: self._cell(f"outcome-{name}", self._yes_no) for name in OUTCOMES
        }
        months = {name: self._cell(f"months-{name}", self._months) for name in OUTCOMES}
        follow_up = self._follow_up(day, months[REFRACTURE], outcomes)
        return LocalPatient(
            row=self.number,
            id=self.cells.get("id", ""),
            day=day,
            findings=self._findings(
                {name: value for name, value in read.items() if value is not None}, day
            ),
            outcomes={
                name: value for name, value in outcomes.items() if value is not None
            },
            months={name: value for name, value in months.items() if value is not None},
            follow_up=follow_up,
            groups={
                name: self.cells[name] for name in GROUPING if self.cells.get(name)
            },
            confirmed=(
                bool(self._cell("confirmed", self._yes_no))
                if "confirmed" in self.cells
                else None
            ),
        )

    def _follow_up(
        self,
        day: date | None,
        months: int | None,
        outcomes: dict[Outcome, bool | None],
    ) -> FollowUp | None:
        """Return how the follow-up ended, and set the outcome that its days imply.

        An outcome that the days contradict becomes None.
        """
        is_undated_death = self.cells.get("died", "").lower() == DEATH_WITHOUT_DAY
        days = Days(
            procedure=day,
            event=self._cell("event-date", _day),
            last_contact=self._cell("last-contact", _day),
            died=None if is_undated_death else self._cell("died", _day),
        )
        outcome = outcomes[REFRACTURE]
        if why := contradiction_of(days, months, outcome=outcome):
            self._note(f"outcome-{REFRACTURE}", why)
            outcomes[REFRACTURE] = None
            return None
        follow_up = follow_up_of(days, months, outcome=outcome)
        if follow_up is not None:
            outcomes[REFRACTURE] = follow_up.outcome
            if outcome is False and follow_up.outcome is None:
                self.faults.append(
                    f"row {self.number}, outcome-{REFRACTURE}: 0, but last-contact is"
                    " long before the time was over; taken as lost"
                )
        return follow_up

    def _yes_no(self, text: str) -> bool:
        return _yes_no(text, self.delimiter)

    def _months(self, text: str) -> int:
        return _months(text, self.delimiter)

    def _cell(self, column: str, read: Callable[[str], Read]) -> Read | None:
        """Return the cell's value; None if it is empty, or unreadable and noted."""
        text = self.cells.get(column, "")
        try:
            return read(text) if text else None
        except _BadCell as error:
            self._note(column, str(error))
            return None

    def _note(self, column: str, why: str) -> None:
        self.faults.append(f"row {self.number}, {column}: {why}; taken as missing")
        self.bad_columns.append(column)

    def _findings(self, values: Mapping[str, Value], day: date | None) -> Findings:
        """Return the row's values, and what follows from them, as for a live order."""
        source = Provenance(f"row {self.number}", "context", "", "", "")
        known = {
            name: Finding(
                name=name,
                value=value,
                unit=self.specs[name].unit,
                observed=day,
                provenance=(source,),
            )
            for name, value in values.items()
        }
        gaps = {
            name: Gap(name=name, reason="absent", detail="not in the file")
            for name in self.specs.keys() - known
        }
        levels = (
            tuple(str(values["treated-levels"]).split(","))
            if "treated-levels" in values
            else ()
        )
        procedure, count = values.get("procedure"), values.get("level-count")
        side: Procedure | None = None
        if procedure == "PKP":
            side = "PKP"
        elif procedure == "PVP":
            side = "PVP"
        in_junction = any(level in JUNCTION for level in levels) if levels else None
        junction = values.get("tl-junction", in_junction)
        order = AugmentationOrder(
            references=(f"row {self.number}",),
            procedure=side,
            levels=TreatedLevels(
                names=levels,
                count=len(levels) or (None if count is None else int(count)),
                is_at_junction=None if junction is None else bool(junction),
            ),
        )
        return derive(
            Findings(known, gaps), self.specs, order, sarcopenia_criteria="study"
        )


def _value(spec: FindingSpec, delimiter: str, text: str) -> Value:
    if spec.name == "treated-levels":
        levels = [
            level.upper() for level in text.replace(",", " ").replace("/", " ").split()
        ]
        if not levels or not set(levels) <= set(SPINE):
            raise _BadCell("no levels from T1 to L5")
        return ",".join(levels)
    if spec.name in WORDS:
        word = next(
            (word for word in WORDS[spec.name] if word.lower() == text.lower()), None
        )
        if word is None:
            raise _BadCell(f"not one of {', '.join(WORDS[spec.name])}")
        return word
    is_number = (
        isinstance(spec, QuantitySpec | ChangeSpec)
        or spec.unit != "1"
        or spec.name in ("plvi", "level-count")
    )
    return _number(spec, delimiter, text) if is_number else _yes_no(text, delimiter)


def _number(spec: FindingSpec, delimiter: str, text: str) -> float:
    try:
        value = number_in(text, delimiter)
    except AmbiguousNumber:
        raise _BadCell("a comma that may mean thousands or decimals") from None
    except ValueError:
        raise _BadCell(f"no number in {spec.unit}") from None
    if not math.isfinite(value) or not spec.is_plausible(value):
        raise _BadCell(f"not plausible in {spec.unit}")
    return value


def _yes_no(text: str, delimiter: str) -> bool:
    """Read yes or no; statistics programs write them as `1.0` and `0.0`."""
    word = text.lower()
    if word in YES or word in NO:
        return word in YES
    try:
        value = number_in(text, delimiter)
    except ValueError:
        value = math.nan
    if value not in (0, 1):
        raise _BadCell("neither 1, true, yes nor 0, false, no")
    return value == 1


def _months(text: str, delimiter: str) -> int:
    try:
        value = number_in(text, delimiter)
    except ValueError:
        value = 0
    if not 1 <= value < math.inf or value != int(value):
        raise _BadCell("no number of months")
    return int(value)


def _day(text: str) -> date:
    """Read `2026-05-01` or `1.5.2026`.

    A day with slashes is refused: either number may be the month.
    """
    german = GERMAN_DAY.fullmatch(text)
    try:
        if german:
            day, month, year = map(int, german.groups())
            return date(year, month, day)
        iso = ISO_DAY.fullmatch(text)
        if iso:
            return date.fromisoformat(iso[1])
    except ValueError:
        pass  # the 31st of April
    raise _BadCell("no date like 2026-05-01")
