"""Tables of counts with small cells hidden, and the bars beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

SMALLEST = 5
HIDDEN = "< 5"  # one of 1 to 4
WITHHELD = "…"  # large enough, but it would reveal a hidden count
BAR_WIDTH = 330
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table ready for display.

    Attributes:
        title: of the first column.
        rows: label and cells.
        total: cells of the last row; None if there is no such row.
        hidden: positions of cells that are not shown.
    """

    title: str
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    total: tuple[str, tuple[int, ...]] | None
    hidden: frozenset[Place]
    extra: tuple[str, tuple[str, ...]] | None = field(default=None)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """Labels and cells as texts."""
        found = []
        for row, (label, values) in enumerate(zip(self.labels, self.values, strict=True)):
            cells = [self._cell(row, column, value) for column, value in enumerate(values)]
            found.append((label, cells + ([self.extra[1][row]] if self.extra else [])))
        return found

    @property
    def total_cells(self) -> list[str]:
        """The last row as texts."""
        return [_say(value) for value in self.total[1]] if self.total else []

    def bars(self, column: int) -> list[tuple[str, str, int | None]]:
        """Label, text and width in pixels of one bar for each row; a hidden count has no width."""
        cells = [(row[column], (place, column) in self.hidden) for place, row in enumerate(self.values)]
        most = max([1, *(value for value, is_hidden in cells if not is_hidden)])
        widths = [None if is_hidden else round(value / most * BAR_WIDTH) for value, is_hidden in cells]
        texts = [self._cell(place, column, value) for place, (value, _) in enumerate(cells)]
        return list(zip(self.labels, texts, widths, strict=True))

    def with_shares(self, title: str, shares: Sequence[str], whole: int) -> Grid:
        """Add a column of shares, empty where the underlying count is hidden."""
        texts = ("" if (row, 0) in self.hidden or whole < SMALLEST else text for row, text in enumerate(shares))
        return replace(self, columns=(*self.columns, title), extra=(title, tuple(texts)))

    def _cell(self, row: int, column: int, value: int) -> str:
        return _say(value) if (row, column) not in self.hidden or value < SMALLEST else WITHHELD


def make_grid(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
    *,
    parts: Iterable[Sequence[int]] = (),
    total: str = "",
) -> Grid:
    """Make the table, with its small cells hidden.

    Args:
        parts: columns that add up to another one, so that a single hidden cell among them could be computed.
        total: label of the row of sums; without it there is no such row.
    """
    values = tuple(tuple(cells) for _, cells in rows)
    sums = tuple(sum(row[column] for row in values) for column in range(len(columns)))
    hidden = _hide(values, [tuple(part) for part in parts], has_total=bool(total))
    labels = tuple(label for label, _ in rows)
    return Grid(title, tuple(columns), labels, values, (total, sums) if total else None, hidden)


def share(part: int, whole: int) -> str:
    """The share in whole percent; empty if there is nothing to divide by."""
    return f"{part / whole:.0%}".replace("%", " %") if whole else ""


def _hide(values: Sequence[Sequence[int]], parts: Sequence[Sequence[int]], *, has_total: bool) -> frozenset[Place]:
    """Hide small cells; while a line has a single hidden cell, hide one more, so that no sum reveals it."""
    hidden = {(r, c) for r, row in enumerate(values) for c, value in enumerate(row) if 0 < value < SMALLEST}
    lines = [[(r, c) for c in part] for r in range(len(values)) for part in parts]
    if has_total and values:
        lines += [[(r, c) for r in range(len(values))] for c in range(len(values[0]))]
    while True:
        more = {place for line in lines if (place := _next_smallest(values, line, hidden))}
        if not more - hidden:
            return frozenset(hidden)
        hidden |= more


def _next_smallest(values: Sequence[Sequence[int]], line: Sequence[Place], hidden: set[Place]) -> Place | None:
    if len(hidden.intersection(line)) != 1:
        return None
    others = [(values[r][c], (r, c)) for r, c in line if (r, c) not in hidden and values[r][c] > 0]
    return min(others)[1] if others else None


def _say(value: int) -> str:
    return HIDDEN if 0 < value < SMALLEST else f"{value:,}".replace(",", "\u202f")
