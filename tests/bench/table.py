"""Tables as markdown that is also readable in a terminal, and bounds with their verdict."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Bound:
    """One thing that is wanted, and whether it holds; None was not measured at the size that it is about."""

    what: str
    found: str
    wanted: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        return {True: "ok", False: "NOT", None: "not judged"}[self.holds]


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns stand under each other; all but the first are right-aligned."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    rule = [("-" * width if place == 0 else "-" * (width - 1) + ":") for place, width in enumerate(widths)]
    return "\n".join(
        "| " + " | ".join(_aligned(place, cell, widths[place]) for place, cell in enumerate(row)) + " |"
        for row in (heads, rule, *rows)
    )


def _aligned(place: int, cell: str, width: int) -> str:
    return cell.ljust(width) if place == 0 else cell.rjust(width)


def bounds_table(bounds: Sequence[Bound]) -> str:
    """All of them."""
    return markdown(
        ("Bound", "found", "wanted", ""), [(one.what, one.found, one.wanted, one.verdict) for one in bounds]
    )


def circumstances() -> str:
    """When and on what it was measured."""
    load = os.getloadavg()[0]
    return f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, load {load:.1f} at the end."
