"""Read tables of measurements: those that tools write, and those of departments."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from cds_service.core.vocabulary import GripSpec
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.measures import table_file
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.values import (
    Contents,
    Note,
    Remark,
    Reported,
    Source,
    Supplement,
    measure_named,
    read_answer,
    read_day,
    read_number,
)

DIGESTS = "https://kyphoplasty-cds.org/fhir/sid/file-sha256"
MOST_ROWS = 100_000
NUMBER_EXPECTED = "no number"
TWO_NUMBERS = "a comma that may mean thousands or decimals: write a point"


class Table(NamedTuple):
    """A table as text.

    Attributes:
        name: name of the file.
        digest: SHA-256 of its bytes.
        rows: the number of each line, and its cells by column.
        too_long: numbers of the lines with more cells than columns.
        delimiter: the sign between cells; a tab for Excel.
    """

    name: str
    digest: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    too_long: tuple[int, ...] = ()
    delimiter: str = "\t"


@dataclass(frozen=True, slots=True)
class ImportContext:
    """All that a reader of tables needs in addition to the table.

    Attributes:
        patient: id of the patient; rows of others are passed over.
        stated: day, levels and method, as the person who imports states them.
        findings: every name of the vocabulary.
    """

    measures: Measures
    terminology: Terminology
    patient: str
    stated: Supplement
    findings: Container[str]

    def has(self, column: str) -> bool:
        """Tell if a table of findings may have this column."""
        name = column.lower()
        measure, _ = _measure_and_unit(column, self.measures)
        return measure is not None or name in OF_A_ROW or name in self.findings


def table_of(name: str, file: table_file.Table) -> Table | None:
    """Make a table of these rows, the first of which names the columns.

    None if there are fewer than two columns, or too many rows.
    """
    lines = file.rows
    if len(lines[0]) < 2 or len(lines) > MOST_ROWS:
        return None
    columns = tuple(map(_heading, lines[0]))
    rows, too_long = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if any(cells[len(columns) :]):
            # A comma in a cell, as in 22,5 without quotes, shifts all cells after it.
            too_long.append(number)
        elif any(cells):
            # Last cells that a row leaves out are empty.
            whole = zip_longest(columns, cells[: len(columns)], fillvalue="")
            rows.append((number, dict(whole)))
    return Table(
        name, file.digest, columns, tuple(rows), tuple(too_long), file.delimiter
    )


def read_table(table: Table, context: ImportContext) -> Source:
    """Read a table by the names of its columns."""
    columns = {column.lower() for column in table.columns}
    tool = next((tool for tool in TOOLS if tool.needed <= columns), None)
    contents = Contents(table.name)
    if tool:
        kind, reader = tool.kind, tool.reader
    else:
        kind, reader = _kind_of_findings(table, context)
    for number in table.too_long:
        contents.refuse(f"row {number}", "", MORE_CELLS)
    unclear = _unclear_columns(table, context, tool) if kind else {}
    for what, why in unclear.items():
        contents.refuse("", what, why)
    if not unclear:
        reader(_rows_of_patient(table, context, contents), context, contents)
    return Source(
        name=table.name,
        kind=kind,
        system=DIGESTS,
        identity=table.digest,
        reported=tuple(contents.reported),
        refused=tuple(contents.refused),
    )


# --- whose the rows are

PATIENT = frozenset({"patient", "id", "patientid", "subject"})
OTHER_PATIENTS = "of other patients; --patient names the one that is imported"
NOBODYS = "it names no patient: its cell in the column of patients is empty"
TWO_OWNERS = "two columns say whose it is, and differ"
TWICE = "the heading of several columns: keep only the one that counts"
NO_OWNER = (
    "a column that is not known may say whose a row is: name the column of patients"
    " 'patient', or remove this one"
)
OF_WHAT = (
    "a column that is not known may say of what or of when a value is, or that it does"
    " not count: remove it"
)
NOT_OF_TOOL = (
    "no column of this tool's own table: it may say whose, of what or of when a value"
    " is; remove it, or name the columns after the findings"
)


def _heading(text: str) -> str:
    """Return a heading without invisible signs, as a zero-width space."""
    plain = unicodedata.normalize("NFKC", text)
    signs = (sign for sign in plain if unicodedata.category(sign) != "Cf")
    return " ".join("".join(signs).split())


def _is_of_patients(column: str) -> bool:
    return re.sub(r"[\W_]", "", column.lower()) in PATIENT


def _unclear_columns(
    table: Table, context: ImportContext, tool: "Tool | None"
) -> dict[str, str]:
    """Name the columns that leave open whose or of what the rows are, and why."""
    counts = Counter(column.lower() for column in table.columns if column)
    unclear = {
        f"column {column}": TWICE
        for column in table.columns
        if counts[column.lower()] > 1
    }
    owners = [column for column in table.columns if _is_of_patients(column)]
    if tool is not None:
        is_known, why = tool.has, NOT_OF_TOOL
    else:
        is_known, why = context.has, OF_WHAT if owners else NO_OWNER
    # In rows of other patients, such a column does not matter.
    mine = [
        row
        for _, row in table.rows
        if not owners or context.patient in _ids_in(row, owners)
    ]
    for column in table.columns:
        is_filled = any(row[column] for row in mine)
        if is_filled and not (_is_of_patients(column) or is_known(column)):
            name = f"column {column}" if column else "a column without a heading"
            unclear.setdefault(name, why)
    return unclear


def _ids_in(row: Mapping[str, str], columns: Iterable[str]) -> set[str]:
    return {row[column].removeprefix("Patient/") for column in columns}


def _rows_of_patient(table: Table, context: ImportContext, contents: Contents) -> Table:
    """Return the table with this patient's rows alone.

    Without a column of patients every row is of the one who was named.
    """
    columns = [column for column in table.columns if _is_of_patients(column)]
    if not columns:
        return table
    mine, others = [], 0
    for number, row in table.rows:
        owners = _ids_in(row, columns) - {""}
        if owners == {context.patient}:
            mine.append((number, row))
        elif context.patient in owners:
            contents.refuse(f"row {number}", " and ".join(columns), TWO_OWNERS)
        elif owners:
            others += 1
        else:
            contents.refuse(f"row {number}", " and ".join(columns), NOBODYS)
    if others:
        noun = "rows" if others > 1 else "row"
        contents.refuse("", f"{others} {noun}", OTHER_PATIENTS)
    return table._replace(rows=tuple(mine))


# --- Comp2Comp

COMP2COMP = "Comp2Comp"
MORE_CELLS = "more cells than headings: a value may be in the wrong column"
WITH_CORTEX = (
    "the mean of the whole vertebra, with its cortex; it reads 43 to 103 HU too high"
)
PREDICTED = "a T-score predicted from CT, not measured by DXA"
SEVERAL_ROWS = "in several rows; which of them counts is not said"
NO_DAY = "the date {day} is not written as year-month-day"
TWO_DAYS = "its rows are of several days"
ALL_MUSCLE = "all muscle of the slice, not the psoas, nor erector spinae and multifidus"


def _read_spine_metrics(
    table: Table, context: ImportContext, contents: Contents
) -> None:
    """Read `ROI HU` of each level: the mean of a ball in its trabecular bone."""
    hu = context.measures["ct-attenuation"]
    counts = Counter(
        (_cell(row, "level").lower(), _cell(row, "date"))
        for _, row in table.rows
        if _cell(row, "roi hu")
    )
    for number, row in table.rows:
        level, written_day = _cell(row, "level"), _cell(row, "date")
        place = f"row {number}, {level}"
        _refuse_other_columns(row, place, contents)
        text = _cell(row, "roi hu")
        if not text:
            continue
        levels = _levels(level, context.terminology)
        value = read_number(text)
        if value is None or not levels:
            why = "no level that is known" if value else NUMBER_EXPECTED
            contents.refuse(place, f"ROI HU {text}", why)
            continue
        why = _why_no_day([row]) or (
            SEVERAL_ROWS if counts[level.lower(), written_day] > 1 else ""
        )
        if why:
            contents.refuse(place, f"ROI HU {text}", why)
            continue
        contents.reported.append(
            Reported(
                measure=hu,
                where=f"{table.name}, {place}",
                key=_joined(f"{COMP2COMP} {table.digest} {level}", written_day),
                number=value[0],
                day=read_day(written_day),
                levels=levels,
                method=_joined("trabecular ROI, axial", context.stated.method),
                device=COMP2COMP,
            )
        )


def _refuse_other_columns(
    row: Mapping[str, str], place: str, contents: Contents
) -> None:
    """Refuse HU with the cortex, and T-scores that are computed from HU."""
    for column, text in row.items():
        if column.lower() in ("seg hu", "segmentation hu") and text:
            contents.refuse(place, f"{column} {text}", WITH_CORTEX)
        elif "t-score" in column.lower() or "t score" in column.lower():
            contents.refuse(place, f"{column} {text}", PREDICTED)


def _refuse_all_muscle(
    table: Table, context: ImportContext, contents: Contents
) -> None:
    del context  # every reader has it
    for column in table.columns:
        if "csa" in column.lower() or "hu" in column.lower().split():
            contents.refuse("", column, ALL_MUSCLE)


# --- MuscleMap

MUSCLEMAP = "MuscleMap"
MULTIFIDUS, ERECTOR, PSOAS = ("5101", "5102"), ("5111", "5112"), ("5121", "5122")
WHOLE_MUSCLE = "of the whole muscle ({slices} slices), not of one slice"
NO_THICKNESS = "an area needs the thickness of the slice: give --slice-thickness"
NO_LEVEL = "the level of the slice is not stated: give --level L4"
NO_METHOD = (
    "the method that separates fat from muscle is not stated; the file's own name has"
    " it (gmm, kmeans, dixon, average)"
)
BOTH_NEEDED = "the row of one side or muscle is missing"
FAT_METHODS = ("gmm", "kmeans", "dixon", "average", "goutallier")
MM_OF_CM = Decimal(10)


def _read_musclemap(table: Table, context: ImportContext, contents: Contents) -> None:
    """Read area and fat of the psoas, and fat of the back muscles.

    They are read only of one slice, and of both sides together.
    """
    rows = {_label(row): row for _, row in table.rows}
    counts = Counter(_label(row) for _, row in table.rows)
    wanted = (
        ("psoas-total-area", PSOAS),
        ("psoas-fat-fraction", PSOAS),
        ("es-mf-fat-fraction", (*MULTIFIDUS, *ERECTOR)),
    )
    for name, labels in wanted:
        sides = [rows[label] for label in labels if label in rows]
        if not sides:
            continue
        measure = context.measures[name]
        how = _how_measured(name, table, context.stated)
        why = (
            _why_not_one_slice(sides, context.stated)
            or _why_no_day(sides)
            or _why_not_once([counts[label] for label in labels])
            or how.lack
        )
        value = None if why else _of_slice(sides, how.thickness)
        place = f"labels {', '.join(labels)}"
        if value is None:
            contents.refuse(place, measure.finding.title, why or NUMBER_EXPECTED)
            continue
        millimetres, remarks = "", tuple[Remark, ...]()
        if how.thickness is not None:
            millimetres = str(how.thickness)
            remarks = (Remark(Note.OF_ONE_SLICE, millimetres),)
        contents.reported.append(
            Reported(
                measure=measure,
                where=f"{table.name}, {place}",
                key=f"{MUSCLEMAP} {table.digest} {name} {millimetres}",
                number=value,
                day=read_day(_cell(sides[0], "date")),
                levels=("L4",),
                method=_joined(how.method, context.stated.method),
                device=MUSCLEMAP,
                remarks=remarks,
            )
        )
    _refuse_other_muscles(table, contents)


class _HowMeasured(NamedTuple):
    """The way in which MuscleMap measured a muscle.

    Attributes:
        method: in words.
        thickness: of the slice, of which an area is made; None for fat.
        lack: why its rows are no measure; empty if they may be one.
    """

    method: str
    thickness: Decimal | None
    lack: str


def _how_measured(name: str, table: Table, stated: Supplement) -> _HowMeasured:
    if name.endswith("-area"):
        lack = NO_THICKNESS if stated.thickness is None else ""
        return _HowMeasured("one axial slice", stated.thickness, lack)
    named = (method for method in FAT_METHODS if method in table.name.lower())
    by = next(named, "")
    lack = "" if by else NO_METHOD
    return _HowMeasured(f"one axial slice, fat by {by}", None, lack)


def _refuse_other_muscles(table: Table, contents: Contents) -> None:
    for number, row in table.rows:
        if (label := _label(row)) not in (*PSOAS, *MULTIFIDUS, *ERECTOR):
            contents.refuse(
                f"row {number}",
                _cell(row, "anatomy") or f"label {label}",
                "no muscle of a measure here",
            )


def _label(row: Mapping[str, str]) -> str:
    return _cell(row, "label").removesuffix(".0")


def _why_not_once(counts: Sequence[int]) -> str:
    """Return why these labels, by their number of rows, are not in one row each."""
    if 0 in counts:
        return BOTH_NEEDED
    return SEVERAL_ROWS if set(counts) != {1} else ""


def _why_no_day(rows: Iterable[Mapping[str, str]]) -> str:
    """Return why the column `date` of these rows names no day; empty if it does."""
    written = {_cell(row, "date") for row in rows}
    if len(written) > 1:
        return TWO_DAYS
    day = "".join(written)
    return NO_DAY.format(day=day) if day and read_day(day) is None else ""


def _why_not_one_slice(rows: Sequence[Mapping[str, str]], stated: Supplement) -> str:
    slices = {_cell(row, "slices with segmentation").removesuffix(".0") for row in rows}
    if slices != {"1"}:
        return WHOLE_MUSCLE.format(
            slices=" and ".join(sorted(filter(None, slices))) or "an unknown number of"
        )
    return "" if stated.levels == ("L4",) else NO_LEVEL


def _of_slice(
    rows: Sequence[Mapping[str, str]], thickness: Decimal | None
) -> Decimal | None:
    """Compute the area in cm² if there is a thickness, else the share of fat in %.

    Both are of all rows together.
    """
    totals = [_number(row, "total volume (ml)") for row in rows]
    fats = [_number(row, "fat volume (ml)") for row in rows]
    if None in totals:
        return None
    total = sum(filter(None, totals), Decimal(0))
    if thickness is not None:
        return round(total / (thickness / MM_OF_CM), 3)
    if None in fats or not total:
        return None
    return round(sum(filter(None, fats), Decimal(0)) / total * 100, 2)


# --- tables of the findings' names

OF_A_ROW = ("date", "level", "method", "device", "unit", "study")
NO_COLUMN = (
    "no column is named as a finding is; `kyphoplasty-cds measures` lists the names"
)
UNKNOWN_COLUMN = "no finding has this name"
NO_MEASURE = (
    "a finding that is not measured: it is read from lists of the record or from the"
    " order"
)


def _kind_of_findings(table: Table, context: ImportContext) -> tuple[str, "Reader"]:
    named = any(
        _measure_and_unit(column, context.measures)[0] for column in table.columns
    )
    return ("table of findings", _read_findings) if named else ("", _refuse_unknown)


def _refuse_unknown(table: Table, context: ImportContext, contents: Contents) -> None:
    del context  # every reader has it
    contents.refuse("", ", ".join(table.columns)[:120], NO_COLUMN)


def _read_findings(table: Table, context: ImportContext, contents: Contents) -> None:
    """Read a table with one row for each patient and day.

    Every column that is named as a finding is read.
    """
    columns: dict[str, tuple[Measure, str]] = {}
    for column in table.columns:
        measure, unit = _measure_and_unit(column, context.measures)
        if measure is not None:
            columns[column] = (measure, unit)
        elif column.lower() not in OF_A_ROW and not _is_of_patients(column):
            why = NO_MEASURE if column.lower() in context.findings else UNKNOWN_COLUMN
            contents.refuse("", f"column {column}", why)
    for number, row in table.rows:
        for column, (measure, unit) in columns.items():
            if row.get(column, ""):
                _take_cell(
                    _Cell(table, number, row, column, unit), measure, context, contents
                )


class _Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        line: number of the row in the file.
        unit: the unit that the column names; empty if it names none.
    """

    table: Table
    line: int
    row: Mapping[str, str]
    column: str
    unit: str

    @property
    def text(self) -> str:
        return self.row[self.column]


def _take_cell(
    cell: _Cell, measure: Measure, context: ImportContext, contents: Contents
) -> None:
    """Report the value of a cell, or refuse it."""
    place, row = f"row {cell.line}", cell.row
    if why := _why_not_taken(cell, measure, context.terminology):
        contents.refuse(place, f"{cell.column} {cell.text}", why)
        return
    value = None if measure.is_boolean else read_number(cell.text)
    written_day, written_level = _cell(row, "date"), _cell(row, "level")
    method, device = _cell(row, "method"), _cell(row, "device")
    key = f"table {written_day} {written_level} {device} {method}"
    if isinstance(measure.quantity, GripSpec):
        # Trials of one hand may have the same value: each has a key of its own.
        before = sum(
            reported.measure is measure and reported.key.startswith(key)
            for reported in contents.reported
        )
        key = f"{key} {before}"
    levels = _levels(written_level, context.terminology)
    contents.reported.append(
        Reported(
            measure=measure,
            where=f"{cell.table.name}, {place}",
            key=key,
            number=value[0] if value else None,
            unit=next(iter(_units_of(cell)), ""),
            answer=read_answer(cell.text) if measure.is_boolean else None,
            day=read_day(written_day),
            levels=levels if measure.file.level else (),
            method=method,
            device=device,
            study=_cell(row, "study"),
        )
    )


def _why_not_taken(cell: _Cell, measure: Measure, terminology: Terminology) -> str:
    """Return why a cell gives no value; empty if it gives one."""
    day, level = _cell(cell.row, "date"), _cell(cell.row, "level")
    if day and read_day(day) is None:
        return NO_DAY.format(day=day)
    if level and not _levels(level, terminology):
        return f"the level {level} is not one of T1 to L5"
    if table_file.may_be_thousands(cell.text, cell.table.delimiter):
        return TWO_NUMBERS
    if measure.is_boolean:
        is_read, expected = read_answer(cell.text) is not None, "neither yes nor no"
    else:
        is_read, expected = read_number(cell.text) is not None, NUMBER_EXPECTED
    if not is_read:
        return expected
    units = _units_of(cell)
    is_one_unit = len({terminology.units.canonical(one) or one for one in units}) <= 1
    return "" if is_one_unit else f"two units: {' and '.join(units)}"


def _units_of(cell: _Cell) -> list[str]:
    """Return the units that the cell, its column and its row name."""
    value = read_number(cell.text)
    named = (value[1] if value else "", cell.unit, _cell(cell.row, "unit"))
    return [unit for unit in named if unit]


def _measure_and_unit(column: str, measures: Measures) -> tuple[Measure | None, str]:
    """Find the measure and the unit that a column names, as in `pma-rate [%]`."""
    name, _, unit = column.partition("[")
    return measure_named(name, measures), unit.rstrip("] ").strip()


# --- cells


def _cell(row: Mapping[str, str], name: str) -> str:
    """Read the cell under this column, whatever the column's case."""
    return next((text for column, text in row.items() if column.lower() == name), "")


def _number(row: Mapping[str, str], name: str) -> Decimal | None:
    value = read_number(_cell(row, name))
    return value[0] if value and not value[1] else None


def _levels(text: str, terminology: Terminology) -> tuple[str, ...]:
    return in_order(frozenset(terminology.levels.named(text))) if text else ()


def _joined(*words: str) -> str:
    return "; ".join(filter(None, words))


Reader = Callable[[Table, ImportContext, Contents], None]


class Tool(NamedTuple):
    """A tool's table.

    Attributes:
        needed: columns by which it is known.
        own: the headings that the tool writes.
    """

    kind: str
    needed: frozenset[str]
    own: re.Pattern[str]
    reader: Reader

    def has(self, column: str) -> bool:
        """Tell if this is a column of the tool, or the day, which is read as well."""
        name = column.lower()
        return name == "date" or self.own.fullmatch(name) is not None


COMP2COMP_OWN = re.compile(
    r"level|index|.*\bhu|.*\bt[- ]score.*|.*\bcsa \(cm\^2\)|.*\((?:%|hu|mm|cm\^2)\)"
)
MUSCLEMAP_OWN = re.compile(
    r"anatomy|label|slices with segmentation|.*\((?:%|ml|hu|mm|mm\^2|cm\^2)\)"
    r"|.*\bintensity|.*\bdensity"
)
TOOLS: Sequence[Tool] = (
    Tool(
        "Comp2Comp, spine metrics",
        frozenset({"level", "roi hu"}),
        COMP2COMP_OWN,
        _read_spine_metrics,
    ),
    Tool(
        "Comp2Comp, spine metrics",
        frozenset({"level", "seg hu"}),
        COMP2COMP_OWN,
        _read_spine_metrics,
    ),
    Tool(
        "Comp2Comp, muscle and fat of a slice",
        frozenset({"level", "muscle csa (cm^2)"}),
        COMP2COMP_OWN,
        _refuse_all_muscle,
    ),
    Tool(
        "MuscleMap, results",
        frozenset({"anatomy", "label", "total volume (ml)"}),
        MUSCLEMAP_OWN,
        _read_musclemap,
    ),
    Tool(
        "MuscleMap, results",
        frozenset({"anatomy", "label", "fat (%)"}),
        MUSCLEMAP_OWN,
        _read_musclemap,
    ),
)
