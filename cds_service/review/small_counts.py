"""Tables of counts from which no small count can be worked out, not even by sums.

Counts of 1 to 4 are hidden. A single hidden cell could be computed from a known total,
so the next smallest cell is hidden too. Since no 0 is hidden, readers know that each
hidden cell is at least 1. If the total leaves little more than that for the hidden
cells, the next smallest is hidden as well.

The hidden cells of a calendar year are always the same, and a longer period adds up
only the shown cells of its years. So two questions reveal no more than one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

SMALLEST = 5
HIDDEN = "…"  # 1 to 4, or a count that would reveal such a count
AND_HIDDEN = " + …"  # behind a sum of which a part is hidden
Place = tuple[str, str]  # row and column


class Line(NamedTuple):
    """Cells that add up to a number that is shown, here or in another table."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One table of a year, or of several.

    Attributes:
        values: values of the cells that are shown, or will be.
        hidden: cells that are not shown; readers may know that they are not 0.
        parts: columns that add up to a number that is known, or to a column, `whole`.
        whole: the column that the parts add up to; empty if the table has none.
        rests: columns that are not shown, each with the two shown ones of which it is
            the difference: whoever sees both can compute it.
        has_totals: the sum of each column is known.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: Mapping[Place, int]
    hidden: frozenset[Place] = frozenset()
    parts: tuple[str, ...] = ()
    whole: str = ""
    rests: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    has_totals: bool = False

    def cell_text(self, row: str, column: str) -> str:
        """Write the cell as the page shows it."""
        value = self.values.get((row, column), 0)
        is_hidden = (row, column) in self.hidden
        return count_text(value, is_hidden=is_hidden)

    def total_text(self, column: str) -> str:
        """Write the sum of what is shown of a column."""
        is_hidden = any((row, column) in self.hidden for row in self.rows)
        total = sum(self.shown(row, column) for row in self.rows)
        return count_text(total, is_hidden=is_hidden)

    def shown(self, row: str, column: str) -> int:
        """Return the count as far as it is shown: 0 if it is hidden."""
        return self.values.get((row, column), 0)

    @property
    def lines(self) -> Iterable[Line]:
        """Yield the lines whose sum is known."""
        for row in self.rows:
            if self.parts:
                yield self.line_of(row)
            for rest, (_, part) in self.rests.items():
                yield Line(((row, part), (row, rest)))
        if self.has_totals:
            for column in (*self.columns, *self.rests):
                yield Line(tuple((row, column) for row in self.rows))

    def line_of(self, row: str) -> Line:
        """Return the parts of a row."""
        return Line(tuple((row, column) for column in self.parts))


def count_text(value: int, *, is_hidden: bool) -> str:
    """Write a count, of which a part may be hidden."""
    number = f"{value:,}".replace(",", "\u202f")
    if not is_hidden:
        return number
    return f"{number}{AND_HIDDEN}" if value else HIDDEN


def hide(
    table: Counted,
    also: Iterable[Place] = (),
    more: Iterable[Line] = (),
    stated: Mapping[Place, int] | None = None,
) -> Counted:
    """Hide the small counts of one year, and those that would reveal them.

    Args:
        also: cells that are hidden because of what another table shows.
        more: lines whose sum another table shows.
        stated: the least values of cells that another table reveals.
    """
    values = {**table.values, **_rests(table)}
    small = {place for place, value in values.items() if 0 < value < SMALLEST}
    hidden = small | {place for place in also if values.get(place)}
    lines = [*table.lines, *more]
    while True:
        least = _least(table, hidden, stated or {})
        extra = set[Place]()
        for line in lines:
            within = hidden.intersection(line.places)
            beyond = sum(values[place] - least[place] for place in within)
            is_computable = len(within) == 1 or beyond < SMALLEST
            smallest = _smallest(line, values, hidden)
            if within and is_computable and smallest is not None:
                extra.add(smallest)
        if not extra:
            break
        hidden |= extra
    in_sight = {
        place: value for place, value in table.values.items() if place not in hidden
    }
    return replace(table, values=in_sight, hidden=frozenset(hidden & set(table.values)))


def _rests(table: Counted) -> Mapping[Place, int]:
    """Return the differences that are not shown."""
    return {
        (row, rest): table.values[row, whole] - table.values[row, part]
        for rest, (whole, part) in table.rests.items()
        for row in table.rows
    }


def _least(
    table: Counted, hidden: set[Place], stated: Mapping[Place, int]
) -> Mapping[Place, int]:
    """Return, for each hidden cell, the least value that readers can infer."""
    least = {place: max(1, stated.get(place, 1)) for place in hidden}
    for row, column in hidden:
        if column == table.whole:
            parts = table.line_of(row).places
            known = sum(least.get(place, table.values[place]) for place in parts)
            least[row, column] = max(least[row, column], known)
    return least


def _smallest(
    line: Line, values: Mapping[Place, int], hidden: set[Place]
) -> Place | None:
    """Return the smallest cell of a line that is shown and not 0; None without one."""
    others = [
        (values[place], place)
        for place in line.places
        if values.get(place) and place not in hidden
    ]
    return min(others)[1] if others else None


def add_up(tables: Sequence[Counted]) -> Counted:
    """Add up what the tables of several years show."""
    first = tables[0]
    places = {place for table in tables for place in table.values}
    values = {
        place: sum(table.values.get(place, 0) for table in tables) for place in places
    }
    rows = tuple(dict.fromkeys(row for table in tables for row in table.rows))
    hidden = frozenset().union(*(table.hidden for table in tables))
    return replace(first, rows=rows, values=values, hidden=hidden)


@dataclass(slots=True)
class PageTable:
    """A table for the page.

    Attributes:
        title: title of the first column.
        rows: of each its name, its cells as text, and the length of its bar, 0 to 1.
        total: label and cells of the row of sums.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, list[str], float | None]]
    total: tuple[str, list[str]] | None = None


def page_table(
    table: Counted, title: str, total: str = "", *, has_bars: bool = True
) -> PageTable:
    """Make the table of the page.

    Args:
        total: label of the row of sums; empty for none.
        has_bars: bars show the first column.
    """
    first = table.columns[0]
    most = max((table.shown(row, first) for row in table.rows), default=0) or 1
    rows = []
    for row in table.rows:
        cells = [table.cell_text(row, column) for column in table.columns]
        has_bar = has_bars and (row, first) not in table.hidden
        bar = table.shown(row, first) / most if has_bar else None
        rows.append((row, cells, bar))
    sums = [table.total_text(column) for column in table.columns]
    last = (total, sums) if total else None
    return PageTable(title, table.columns, rows, last)
