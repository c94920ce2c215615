"""Observed / expected by quarter for the committee: a table with a mark in each row.

It comes from the site folder (`validate --quarters`), not from the log, which knows no
outcome.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cds_service.review.small_counts import Shown

WIDEST = 4.0  # the axis is a log scale from 1/4 to 4; beyond, a mark is at its end
COLUMNS = ("Patients", "Observed", "Expected", "Observed / expected", "95 %")


class QuarterTable(NamedTuple):
    """One model's quarters.

    Attributes:
        places: of each row's interval and ratio on the axis, in percent.
    """

    caption: str
    measured: str
    table: Shown
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


def _table(model: str, found: Mapping[str, Any]) -> QuarterTable:
    quarters = found["quarters"]
    rows = [
        (
            one["quarter"],
            [
                str(one["n"]),
                str(one["events"]),
                f"{one['expected']:.1f}",
                f"{one['ratio']:.2f}",
                f"{one['interval'][0]:.2f} to {one['interval'][1]:.2f}",
            ],
            None,
        )
        for one in quarters
    ]
    return QuarterTable(
        caption=f"Observed / expected by quarter: {model} {found['version']}",
        measured=found["measured"],
        table=Shown("Quarter", COLUMNS, rows),
        places=[
            (
                _place(one["interval"][0]),
                _place(one["interval"][1]),
                _place(one["ratio"]),
            )
            for one in quarters
        ],
    )


def _place(ratio: float) -> float:
    at = 0.5 + math.log(ratio) / (2 * math.log(WIDEST))
    return round(100 * min(1.0, max(0.0, at)), 2)
