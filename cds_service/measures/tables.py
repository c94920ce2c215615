"""Reads tables of measurements: those that tools write, and those of departments."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cds_service.core.vocabulary import GripSpec
from cds_service.fhir.mapping.level_text import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.measures import table_file
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.values import (
    Findings,
    Reported,
    Source,
    Told,
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
        name: of the file.
        digest: of its bytes, SHA-256.
        rows: each with the number of its line, by column.
        delimiter: between cells; a tab for Excel.
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
        told: what the person who imports has said.
        findings: every name of the vocabulary.
    """

    measures: Measures
    terminology: Terminology
    patient: str
    told: Told
    findings: Container[str]


def table_of(name: str, file: table_file.Table) -> Table | None:
    """Make a table of these rows, the first of which names the columns.

    None if there are fewer than two columns, or too many rows.
    """
    lines = file.rows
    if len(lines[0]) < 2 or len(lines) > MOST_ROWS:
        return None
    columns = lines[0]
    rows, too_long = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if any(cells[len(columns) :]):
            # A comma in a cell, as in 22,5 without quotes, shifts all cells after it.
            too_long.append(number)
        elif any(cells):
            rows.append((number, dict(zip(columns, cells, strict=False))))
    return Table(
        name, file.digest, columns, tuple(rows), tuple(too_long), file.delimiter
    )


def read_table(table: Table, context: ImportContext) -> Source:
    """Read a table by the names of its columns."""
    columns = {column.lower() for column in table.columns}
    kind, reader = next(
        ((kind, reader) for kind, needed, reader in KINDS if needed <= columns),
        ("", None),
    )
    found = Findings(table.name)
    if reader is None:
        kind, reader = _kind_of_findings(table, context)
    for number in table.too_long:
        found.refuse(f"row {number}", "", MORE_CELLS)
    reader(table, context, found)
    return Source(
        name=table.name,
        kind=kind,
        system=DIGESTS,
        identity=table.digest,
        reported=tuple(found.reported),
        refused=tuple(found.refused),
    )


# --- Comp2Comp

COMP2COMP = "Comp2Comp"
MORE_CELLS = "more cells than headings: a value may be in the wrong column"
WITH_CORTEX = (
    "the mean of the whole vertebra, with its cortex; it reads 43 to 103 HU too high"
)
PREDICTED = "a T-score predicted from CT, not measured by DXA"
ALL_MUSCLE = "all muscle of the slice, not the psoas, nor erector spinae and multifidus"


def _read_spine_metrics(table: Table, context: ImportContext, found: Findings) -> None:
    """Read `ROI HU` of each level: of a ball in trabecular bone, placed by the tool."""
    hu = context.measures["ct-attenuation"]
    for number, row in table.rows:
        level = _cell(row, "level")
        place = f"row {number}, {level}"
        for column, text in row.items():
            if column.lower() in ("seg hu", "segmentation hu") and text:
                found.refuse(place, f"{column} {text}", WITH_CORTEX)
            elif "t-score" in column.lower() or "t score" in column.lower():
                found.refuse(place, f"{column} {text}", PREDICTED)
        text = _cell(row, "roi hu")
        if not text:
            continue
        levels = _levels(level, context.terminology)
        value = read_number(text)
        if value is None or not levels:
            why = "no level that is known" if value else NUMBER_EXPECTED
            found.refuse(place, f"ROI HU {text}", why)
            continue
        found.reported.append(
            Reported(
                measure=hu,
                where=f"{table.name}, {place}",
                key=f"{COMP2COMP} {table.digest} {level}",
                number=value[0],
                levels=levels,
                method=_joined("trabecular ROI, axial", context.told.method),
                device=COMP2COMP,
            )
        )


def _refuse_all_muscle(table: Table, context: ImportContext, found: Findings) -> None:
    del context  # every reader has it
    for column in table.columns:
        if "csa" in column.lower() or "hu" in column.lower().split():
            found.refuse("", column, ALL_MUSCLE)


# --- MuscleMap

MUSCLEMAP = "MuscleMap"
MULTIFIDUS, ERECTOR, PSOAS = ("5101", "5102"), ("5111", "5112"), ("5121", "5122")
WHOLE_MUSCLE = "of the whole muscle ({slices} slices), not of one slice"
NO_THICKNESS = "an area needs the thickness of the slice; --slice-thickness says it"
NO_LEVEL = "at which level the slice lies is not said; --level L4 says it"
NO_METHOD = (
    "how fat was told from muscle is not said; the file's own name says it (gmm,"
    " kmeans, dixon, average)"
)
BOTH_NEEDED = "the row of one side or muscle is missing"
FAT_METHODS = ("gmm", "kmeans", "dixon", "average", "goutallier")
MM_OF_CM = Decimal(10)


def _read_musclemap(table: Table, context: ImportContext, found: Findings) -> None:
    """Read area and fat of the psoas, and fat of the back muscles.

    Only of one slice, and of both sides together.
    """
    rows = {
        _cell(row, "label").removesuffix(".0"): (number, row)
        for number, row in table.rows
    }
    fat_method = next((one for one in FAT_METHODS if one in table.name.lower()), "")
    wanted = (
        ("psoas-total-area", PSOAS),
        ("psoas-fat-fraction", PSOAS),
        ("es-mf-fat-fraction", (*MULTIFIDUS, *ERECTOR)),
    )
    for name, labels in wanted:
        present = [rows[label] for label in labels if label in rows]
        if not present:
            continue
        measure = context.measures[name]
        is_area = name.endswith("-area")
        sides = [row for _, row in present]
        thickness = context.told.thickness if is_area else None
        why = _why_not_one_slice(sides, context.told)
        if not why and len(present) != len(labels):
            why = BOTH_NEEDED
        if not why and is_area and thickness is None:
            why = NO_THICKNESS
        if not why and not is_area and not fat_method:
            why = NO_METHOD
        value = None if why else _of_slice(sides, thickness)
        place = f"labels {', '.join(labels)}"
        if value is None:
            found.refuse(place, measure.finding.title, why or NUMBER_EXPECTED)
            continue
        way, notes, millimetres = f"one axial slice, fat by {fat_method}", [], ""
        if is_area:
            millimetres = str(thickness)
            way = "one axial slice"
            notes = [f"Millilitres of one slice over its {millimetres} mm."]
        found.reported.append(
            Reported(
                measure=measure,
                where=f"{table.name}, {place}",
                key=f"{MUSCLEMAP} {table.digest} {name} {millimetres}",
                number=value,
                levels=("L4",),
                method=_joined(way, context.told.method),
                device=MUSCLEMAP,
                notes=tuple(notes),
            )
        )
    for number, row in table.rows:
        label = _cell(row, "label").removesuffix(".0")
        if label not in (*PSOAS, *MULTIFIDUS, *ERECTOR):
            found.refuse(
                f"row {number}",
                _cell(row, "anatomy") or f"label {label}",
                "no muscle of a measure here",
            )


def _why_not_one_slice(rows: Sequence[Mapping[str, str]], told: Told) -> str:
    slices = {_cell(row, "slices with segmentation").removesuffix(".0") for row in rows}
    if slices != {"1"}:
        return WHOLE_MUSCLE.format(
            slices=" and ".join(sorted(filter(None, slices))) or "nobody knows how many"
        )
    return "" if told.levels == ("L4",) else NO_LEVEL


def _of_slice(
    rows: Sequence[Mapping[str, str]], thickness: Decimal | None
) -> Decimal | None:
    """Compute the area in cm2 if there is a thickness, else the share of fat in %.

    Both are of all parts together.
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

PATIENT = ("patient", "id", "patient-id", "patient_id")
OF_A_ROW = (*PATIENT, "date", "level", "method", "device", "unit", "study")
OTHER_PATIENTS = "of other patients; --patient names the one that is imported"
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


def _refuse_unknown(table: Table, context: ImportContext, found: Findings) -> None:
    del context  # every reader has it
    found.refuse("", ", ".join(table.columns)[:120], NO_COLUMN)


def _read_findings(table: Table, context: ImportContext, found: Findings) -> None:
    """Read a table with one row for each patient and day.

    Every column that is named as a finding is read.
    """
    columns: dict[str, tuple[Measure, str]] = {}
    for column in table.columns:
        measure, unit = _measure_and_unit(column, context.measures)
        if measure is not None:
            columns[column] = (measure, unit)
        elif column.lower() not in OF_A_ROW:
            why = NO_MEASURE if column.lower() in context.findings else UNKNOWN_COLUMN
            found.refuse("", f"column {column}", why)
    others = 0
    for number, row in table.rows:
        if not _is_of(row, context.patient):
            others += 1
            continue
        for column, (measure, unit) in columns.items():
            if row.get(column, ""):
                _take_cell(
                    _Cell(table, number, row, column, unit), measure, context, found
                )
    if others:
        found.refuse("", f"{others} row{'s' if others > 1 else ''}", OTHER_PATIENTS)


class _Cell(NamedTuple):
    table: Table
    line: int
    row: Mapping[str, str]
    column: str
    unit: str


def _take_cell(
    cell: _Cell, measure: Measure, context: ImportContext, found: Findings
) -> None:
    text, row, place = cell.row[cell.column], cell.row, f"row {cell.line}"
    what = f"{cell.column} {text}"
    written_day, written_level = _cell(row, "date"), _cell(row, "level")
    day = read_day(written_day)
    levels = _levels(written_level, context.terminology)
    if written_day and day is None:
        found.refuse(
            place, what, f"the date {written_day} is not written as year-month-day"
        )
        return
    if written_level and not levels:
        found.refuse(place, what, f"the level {written_level} is not one of T1 to L5")
        return
    if table_file.may_be_thousands(text, cell.table.delimiter):
        found.refuse(place, what, TWO_NUMBERS)
        return
    value = None if measure.is_boolean else read_number(text)
    answer = read_answer(text) if measure.is_boolean else None
    if value is None and answer is None:
        found.refuse(
            place, what, "neither yes nor no" if measure.is_boolean else NUMBER_EXPECTED
        )
        return
    units = [
        one
        for one in ((value[1] if value else ""), cell.unit, _cell(row, "unit"))
        if one
    ]
    if len({context.terminology.units.canonical(one) or one for one in units}) > 1:
        found.refuse(place, what, f"two units: {' and '.join(units)}")
        return
    method, device = _cell(row, "method"), _cell(row, "device")
    key = f"table {written_day} {written_level} {device} {method}"
    is_grip = isinstance(measure.quantity, GripSpec)
    # Trials of one hand may have the same value: each counts, under a key of its own.
    before = sum(
        one.measure is measure and one.key.startswith(key) for one in found.reported
    )
    found.reported.append(
        Reported(
            measure=measure,
            where=f"{cell.table.name}, {place}",
            key=f"{key} {before}" if is_grip else key,
            number=value[0] if value else None,
            unit=units[0] if units else "",
            answer=answer,
            day=day,
            levels=levels if measure.file.level else (),
            method=method,
            device=device,
            study=_cell(row, "study"),
        )
    )


def _measure_and_unit(column: str, measures: Measures) -> tuple[Measure | None, str]:
    """Find the measure and the unit that a column names, as in `pma-rate [%]`."""
    name, _, rest = column.partition("[")
    return measure_named(name, measures), rest.rstrip("] ").strip()


def _is_of(row: Mapping[str, str], patient: str) -> bool:
    """Tell if a row is of this patient; without a column of patients, each row is."""
    named = next(
        (
            _cell(row, name)
            for name in PATIENT
            if any(name == column.lower() for column in row)
        ),
        None,
    )
    return named is None or named.removeprefix("Patient/") == patient


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


Reader = Callable[[Table, ImportContext, Findings], None]
KINDS: Sequence[tuple[str, set[str], Reader]] = (
    ("Comp2Comp, spine metrics", {"level", "roi hu"}, _read_spine_metrics),
    ("Comp2Comp, spine metrics", {"level", "seg hu"}, _read_spine_metrics),
    (
        "Comp2Comp, muscle and fat of a slice",
        {"level", "muscle csa (cm^2)"},
        _refuse_all_muscle,
    ),
    ("MuscleMap, results", {"anatomy", "label", "total volume (ml)"}, _read_musclemap),
    ("MuscleMap, results", {"anatomy", "label", "fat (%)"}, _read_musclemap),
)
