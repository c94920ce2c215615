"""Read the tables that tools write: of spine metrics, and of muscles."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from cds_service.measures.table_rows import (
    NUMBER_EXPECTED,
    ImportContext,
    Table,
    cell_text,
    joined,
    levels_in,
    number_in,
)
from cds_service.measures.values import (
    Contents,
    Note,
    Remark,
    Reported,
    Supplement,
    read_day,
    read_number,
)

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
        (cell_text(row, "level").lower(), cell_text(row, "date"))
        for _, row in table.rows
        if cell_text(row, "roi hu")
    )
    for number, row in table.rows:
        level, written_day = cell_text(row, "level"), cell_text(row, "date")
        place = f"row {number}, {level}"
        _refuse_other_columns(row, place, contents)
        text = cell_text(row, "roi hu")
        if not text:
            continue
        levels = levels_in(level, context.terminology)
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
                key=joined(f"{COMP2COMP} {table.digest} {level}", written_day),
                number=value[0],
                day=read_day(written_day),
                levels=levels,
                method=joined("trabecular ROI, axial", context.stated.method),
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
                day=read_day(cell_text(sides[0], "date")),
                levels=("L4",),
                method=joined(how.method, context.stated.method),
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
                cell_text(row, "anatomy") or f"label {label}",
                "no muscle of a measure here",
            )


def _label(row: Mapping[str, str]) -> str:
    return cell_text(row, "label").removesuffix(".0")


def _why_not_once(counts: Sequence[int]) -> str:
    """Return why these labels, by their number of rows, are not in one row each."""
    if 0 in counts:
        return BOTH_NEEDED
    return SEVERAL_ROWS if set(counts) != {1} else ""


def _why_no_day(rows: Iterable[Mapping[str, str]]) -> str:
    """Return why the column `date` of these rows names no day; empty if it does."""
    written = {cell_text(row, "date") for row in rows}
    if len(written) > 1:
        return TWO_DAYS
    day = "".join(written)
    return NO_DAY.format(day=day) if day and read_day(day) is None else ""


def _why_not_one_slice(rows: Sequence[Mapping[str, str]], stated: Supplement) -> str:
    slices = {
        cell_text(row, "slices with segmentation").removesuffix(".0") for row in rows
    }
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
    totals = [number_in(row, "total volume (ml)") for row in rows]
    fats = [number_in(row, "fat volume (ml)") for row in rows]
    if None in totals:
        return None
    total = sum(filter(None, totals), Decimal(0))
    if thickness is not None:
        return round(total / (thickness / MM_OF_CM), 3)
    if None in fats or not total:
        return None
    return round(sum(filter(None, fats), Decimal(0)) / total * 100, 2)


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
