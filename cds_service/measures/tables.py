"""Read tables of measurements: those that tools write, and those of departments."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import NamedTuple

from cds_service.core.vocabulary import GripSpec
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.measures import table_file
from cds_service.measures.definitions import Measure
from cds_service.measures.table_rows import (
    NUMBER_EXPECTED,
    OF_A_ROW,
    ImportContext,
    Table,
    cell_text,
    is_of_patients,
    levels_in,
    measure_and_unit,
)
from cds_service.measures.tool_tables import MORE_CELLS, NO_DAY, TOOLS, Reader, Tool
from cds_service.measures.values import (
    Contents,
    Reported,
    Source,
    read_answer,
    read_day,
    read_number,
)

DIGESTS = "https://kyphoplasty-cds.org/fhir/sid/file-sha256"
MOST_ROWS = 100_000
TWO_NUMBERS = "a comma that may mean thousands or decimals: write a point"


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


def _unclear_columns(
    table: Table, context: ImportContext, tool: Tool | None
) -> dict[str, str]:
    """Name the columns that leave open whose or of what the rows are, and why."""
    counts = Counter(column.lower() for column in table.columns if column)
    unclear = {
        f"column {column}": TWICE
        for column in table.columns
        if counts[column.lower()] > 1
    }
    owners = [column for column in table.columns if is_of_patients(column)]
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
        if is_filled and not (is_of_patients(column) or is_known(column)):
            name = f"column {column}" if column else "a column without a heading"
            unclear.setdefault(name, why)
    return unclear


def _ids_in(row: Mapping[str, str], columns: Iterable[str]) -> set[str]:
    return {row[column].removeprefix("Patient/") for column in columns}


def _rows_of_patient(table: Table, context: ImportContext, contents: Contents) -> Table:
    """Return the table with this patient's rows alone.

    Without a column of patients every row is of the one who was named.
    """
    columns = [column for column in table.columns if is_of_patients(column)]
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


NO_COLUMN = (
    "no column is named as a finding is; `kyphoplasty-cds measures` lists the names"
)
UNKNOWN_COLUMN = "no finding has this name"
NO_MEASURE = (
    "a finding that is not measured: it is read from lists of the record or from the"
    " order"
)


def _kind_of_findings(table: Table, context: ImportContext) -> tuple[str, Reader]:
    named = any(
        measure_and_unit(column, context.measures)[0] for column in table.columns
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
        measure, unit = measure_and_unit(column, context.measures)
        if measure is not None:
            columns[column] = (measure, unit)
        elif column.lower() not in OF_A_ROW and not is_of_patients(column):
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
    written_day, written_level = cell_text(row, "date"), cell_text(row, "level")
    method, device = cell_text(row, "method"), cell_text(row, "device")
    key = f"table {written_day} {written_level} {device} {method}"
    if isinstance(measure.quantity, GripSpec):
        # Trials of one hand may have the same value: each has a key of its own.
        before = sum(
            reported.measure is measure and reported.key.startswith(key)
            for reported in contents.reported
        )
        key = f"{key} {before}"
    levels = levels_in(written_level, context.terminology)
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
            study=cell_text(row, "study"),
        )
    )


def _why_not_taken(cell: _Cell, measure: Measure, terminology: Terminology) -> str:
    """Return why a cell gives no value; empty if it gives one."""
    day, level = cell_text(cell.row, "date"), cell_text(cell.row, "level")
    if day and read_day(day) is None:
        return NO_DAY.format(day=day)
    if level and not levels_in(level, terminology):
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
    named = (value[1] if value else "", cell.unit, cell_text(cell.row, "unit"))
    return [unit for unit in named if unit]
