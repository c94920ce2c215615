"""Observed / expected by quarter for the committee: a table with a mark in each row.

It comes from the site folder (`validate --quarters`), not from the log, which knows no
outcome.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cds_service.review.small_counts import PageTable

WIDEST = 4.0  # the axis is a log scale from 1/4 to 4; beyond, a mark is at its end
COLUMNS = ("Patients", "Observed", "Expected", "Observed / expected", "95 %")


class QuarterTable(NamedTuple):
    """One model's quarters.

    Attributes:
        places: places of each row's interval and ratio on the axis, in percent.
    """

    caption: str
    measured: str
    table: PageTable
    places: Sequence[tuple[float, float, float]]


def quarter_tables(
    cards: Mapping[str, Mapping[str, Any]],
) -> Sequence[QuarterTable]:
    """Return the tables of the models that a site has measured; by their cards."""
    return [
        _table(name, card["observedExpected"])
        for name, card in cards.items()
        if "observedExpected" in card
    ]


def _table(model: str, measured: Mapping[str, Any]) -> QuarterTable:
    quarters = measured["quarters"]
    rows = [
        (
            quarter["quarter"],
            [
                str(quarter["n"]),
                str(quarter["events"]),
                f"{quarter['expected']:.1f}",
                f"{quarter['ratio']:.2f}",
                f"{quarter['interval'][0]:.2f} to {quarter['interval'][1]:.2f}",
            ],
            None,
        )
        for quarter in quarters
    ]
    return QuarterTable(
        caption=f"Observed / expected by quarter: {model} {measured['version']}",
        measured=measured["measured"],
        table=PageTable("Quarter", COLUMNS, rows),
        places=[
            (
                _place(quarter["interval"][0]),
                _place(quarter["interval"][1]),
                _place(quarter["ratio"]),
            )
            for quarter in quarters
        ],
    )


def _place(ratio: float) -> float:
    at = 0.5 + math.log(ratio) / (2 * math.log(WIDEST))
    return round(100 * min(1.0, max(0.0, at)), 2)
