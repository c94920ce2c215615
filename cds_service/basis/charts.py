"""Describe the plots of the basis page: tables whose rows have marks on an axis.

Every mark has its numbers next to it. So the plot needs no colour, no script and no
second table for readers who cannot see it. The page draws a description as it is;
nothing here knows HTML.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cds_service.core.words.wording import number_text

Shape = Literal["thick", "thin", "point", "tick", "bar", "no-effect", "beyond", "zero"]
Ends = tuple[float, float]
PROBABILITY: Ends = (0.0, 1.0)
# 0 to 100 %, whatever is shown: a scale that starts elsewhere makes small differences
# look large.
PERCENT_AXIS = tuple((float(share), f"{share} %") for share in (0, 50, 100))
_TEXTS: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_name("charts.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark, in percent of the axis; `left` and `right` are equal for a point."""

    shape: Shape
    left: float
    right: float

    @property
    def width(self) -> float:
        """Return the width in percent of the axis."""
        return round(self.right - self.left, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a plot: its name, its numbers in words, its marks."""

    label: str
    cells: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One plot.

    Attributes:
        id: its table in `charts.toml`.
        caption: what it shows, in sentences.
        key: what each shape in it means.
        columns: headings of the label and of the cells.
        axis: positions in percent with their labels; none if each row has a scale of
            its own.
    """

    id: str
    title: str
    caption: str
    key: tuple[tuple[Shape, str], ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    axis: tuple[tuple[float, str], ...] = ()


def chart(
    chart_id: str,
    rows: Sequence[Row],
    axis: tuple[tuple[float, str], ...] = (),
    *,
    of: str = "",
    **words: str,
) -> Chart:
    """Return the plot with these rows, and the words of `charts.toml` around it.

    Args:
        of: the study, if several have such a plot.
    """
    texts = _TEXTS["figures"] | _TEXTS[chart_id]
    title = texts["title"].format_map(words)
    if of:
        title = f"{title} ({of})"
    has_marks = any(row.marks for row in rows)
    return Chart(
        id=chart_id,
        title=title,
        caption=texts["caption"].format_map(words),
        key=tuple((shape, meaning) for shape, meaning in texts["key"]),
        columns=tuple(texts["columns"]),
        rows=tuple(rows),
        axis=axis if has_marks else (),
    )


def say(word: str, **words: str | int) -> str:
    """Return a phrase of `charts.toml`, its placeholders filled."""
    return str(_TEXTS["words"][word]).format_map(words)


def sum_row(label: str, log_odds: float, reads: str = "", note: str = "") -> Row:
    """Make the row of a sum of log odds."""
    cells = ("", "", "", signed_text(log_odds), reads)
    return Row(label=label, cells=cells, note=note, is_sum=True)


def at(shape: Shape, value: float, axis: Ends = PROBABILITY) -> Mark:
    """Mark one value; a value beyond the axis is at its end."""
    place = _place(value, axis)
    return Mark(shape, place, place)


def span(shape: Shape, ends: Ends, axis: Ends = PROBABILITY) -> Mark:
    """Mark the span from one value to another, either first."""
    low, high = sorted(ends)
    return Mark(shape, _place(low, axis), _place(high, axis))


def _place(value: float, axis: Ends) -> float:
    low, high = axis
    return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 2)


def log_odds_axis(
    values: Sequence[float],
) -> tuple[Ends, tuple[tuple[float, str], ...]]:
    """Make a scale of whole log odds, 0 in the middle, that holds all values.

    Returns:
        The ends in log odds, and the labels by their position in percent.
    """
    most = float(max([1, *(math.ceil(abs(value)) for value in values)]))
    labels = (
        (0.0, signed_text(-most, 0)),
        (50.0, "0"),
        (100.0, signed_text(most, 0)),
    )
    return (-most, most), labels


def signed_text(value: float, decimals: int = 2) -> str:
    """Write `+0.58`, `−0.40`."""
    number = number_text(value, decimals)
    return number if number.startswith("−") else f"+{number}"
