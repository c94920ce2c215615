"""No small count can be had from what a page shows, nor from several pages.

An attacker solves the sums: every number of hidden cells that fits what is shown is
tried. No 0 is hidden, so that a hidden cell is known to be at least 1.
"""

from collections import Counter
from itertools import product
from typing import get_args

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from cds_service.core.earlier_cards.course_after_signing import STATES, STEPS, When
from cds_service.review.committee import PAGE
from cds_service.review.committee_tables import tables_of, with_small_hidden
from cds_service.review.small_counts import AND_HIDDEN, HIDDEN, add_up

YEARS = ("2025", "2026")
UNITS = ("north", "south")
SIGNED = ("rehabilitation", "braceLimit")
TOPICS = (*SIGNED, "discharge")
REASONS = ("patientDeclines", "considered", "alreadyArranged")
RULES = {
    "rehabilitation": ("bone-treatment", "dietitian"),
    "braceLimit": ("brace-correction",),
    "discharge": ("still-open",),
}
MONTHS = (1, 2, 3)  # a year of three months keeps the solver quick


def drawn(seed):
    """Counts as `count_months` gives them, small and large, and the truth below them.

    The truth is by month, card, unit and what became of the card.
    """
    random = np.random.default_rng(seed)
    counts, truth = Counter(), Counter()
    for year, month, topic, unit in product(YEARS, MONTHS, TOPICS, UNITS):
        at = f"{year}-{month:02}"
        cards = int(random.choice([0, 1, 2, 3, 4, 6, 9, 14, 30]))
        accepted, overridden, none = map(
            int, random.multinomial(cards, [0.3, 0.3, 0.4])
        )
        whole = random.multinomial(overridden, [0.5, 0.3, 0.2]).tolist()
        found = {"shown": cards, "accepted": accepted, "overridden": overridden}
        for name, number in found.items():
            counts[at, topic, "", name] += number
            if topic in SIGNED:
                counts[at, "", "", f"unit:{name}:{unit}"] += number
        counts[at, topic if topic not in SIGNED else "", "", "answer"] += cards
        counts[at, "", "", "band:refracture:above"] += cards * (topic in SIGNED)
        for reason, number in zip(REASONS, whole, strict=True):
            counts[at, topic, "", f"reason:{reason}"] += number
            truth[at, topic, unit, reason] = number
        truth[at, topic, unit, "accepted"], truth[at, topic, unit, "none"] = (
            accepted,
            none,
        )
        for rule in RULES[topic][:1]:  # the rule of every card of this topic
            counts[at, topic, rule, "fired"] += cards
            counts[at, topic, rule, "accepted"] += accepted
            counts[at, topic, rule, "overridden"] += overridden
    return Counter({key: count for key, count in counts.items() if count}), truth


def pages(counts):
    """What an attacker sees: each year alone, and both."""
    years = {
        year: with_small_hidden(tables_of(counts, f"{year}-01", f"{year}-12"))
        for year in YEARS
    }
    both = {name: add_up([years[year][name] for year in YEARS]) for name in PAGE}
    return {**years, "both": both}


def least(text):
    """What a cell of a page is at least, if a part of it is hidden; else None."""
    if text == HIDDEN:
        return 1
    shown, _, _ = text.partition(AND_HIDDEN)
    return int(shown.replace("\u202f", "")) + 1 if text != shown else None


def bounds(mask, rows, totals, low, least_of):
    """The least and the most that a sum of counts can be."""
    known = [LinearConstraint(np.array(rows), totals, totals)]
    if low:
        known.append(LinearConstraint(np.array(low), least_of, np.inf))
    whole, found = np.ones(len(mask)), []
    for sign in (1, -1):
        result = milp(
            sign * mask, constraints=known, integrality=whole, bounds=Bounds(0, 500)
        )
        found.append(round(sign * result.fun))
    return tuple(found)


class Attacker:
    """Linear sums over the true counts, and what pages tell of them."""

    def __init__(self, truth):
        self.names = [
            (f"{year}-{month:02}", *rest)
            for year, month, *rest in product(
                YEARS, MONTHS, TOPICS, UNITS, ("accepted", "none", *REASONS)
            )
        ]
        self.truth = [truth[name] for name in self.names]
        self.rows, self.totals = [], []
        self.low, self.least = [], []

    def mask(self, year=None, month=None, topic=None, unit=None, what=None):
        return np.array(
            [
                (year is None or at.startswith(year))
                and (month is None or int(at[5:]) == month)
                and (topic is None or of in topic)
                and (unit is None or place == unit)
                and (what is None or one in what)
                for at, of, place, one in self.names
            ],
            dtype=float,
        )

    def told(self, text, **places):
        """A cell of a page: a sum that is shown, or the least that it can be."""
        if (hidden := least(text)) is not None:
            self.low.append(self.mask(**places))
            self.least.append(hidden)
            return
        self.rows.append(self.mask(**places))
        self.totals.append(int(text.replace("\u202f", "")))

    def read(self, year, page):
        columns = {
            "Accepted": ("accepted",),
            "Overridden": REASONS,
            "No feedback": ("none",),
            "Cards": None,
        }
        year = None if year == "both" else year
        names = {"rehabilitation": "rehabilitation", "brace limit": "braceLimit"}
        for column, what in columns.items():
            signed = {"topic": SIGNED, "what": what}
            self.told(page["monthly"].total_text(column), year=year, **signed)
            self.told(page["cards"].total_text(column), year=year, **signed)
            for row in page["monthly"].rows:
                number = (
                    ("Jan", "Feb", "Mar").index(row[:3]) + 1
                    if row[:3] in "JanFebMar"
                    else 0
                )
                if number:
                    self.told(
                        page["monthly"].cell_text(row, column),
                        year=row[-4:],
                        month=number,
                        **signed,
                    )
            self.told(page["units"].total_text(column), year=year, **signed)
            for unit in page["units"].rows:
                text = page["units"].cell_text(unit, column)
                self.told(text, year=year, unit=unit, **signed)
            for name in ("cards", "discharges"):
                for title in page[name].rows:
                    topic = names.get(title.lower(), title)
                    text = page[name].cell_text(title, column)
                    self.told(text, year=year, topic=(topic,), what=what)
        text = page["reasons"].total_text("Overridden")
        self.told(text, year=year, what=REASONS)
        for row in page["reasons"].rows:
            title, _, reason = row.partition(": ")
            topic = names.get(title.lower(), title)
            text = page["reasons"].cell_text(row, "Overridden")
            self.told(text, year=year, topic=(topic,), what=(reason,))
        for row in page["rules"].rows:
            title, _, _ = row.partition(": ")
            topic = names.get(title.lower(), title)
            for column, of in (
                ("Fired", None),
                ("Accepted", ("accepted",)),
                ("Overridden", REASONS),
            ):
                self.told(
                    page["rules"].cell_text(row, column),
                    year=year,
                    topic=(topic,),
                    what=of,
                )

    def bounds_of(self, mask):
        return bounds(mask, self.rows, self.totals, self.low, self.least)


# No hidden cell is 0: of 11 that told each of two months, of 21 what three hidden reasons
# are together.
@pytest.mark.parametrize("seed", [*range(5), 11, 21])
def test_no_small_count_follows_from_all_pages_together(seed):
    counts, truth = drawn(seed)
    attacker = Attacker(truth)
    for year, page in pages(counts).items():
        attacker.read(year, page)
    assert np.array_equal(np.array(attacker.rows) @ attacker.truth, attacker.totals)
    asked = [
        *({"year": year, "topic": (topic,)} for year, topic in product(YEARS, TOPICS)),
        *(
            {"year": year, "month": month, "topic": SIGNED}
            for year, month in product(YEARS, MONTHS)
        ),
        *(
            {"year": year, "unit": unit, "topic": SIGNED}
            for year, unit in product(YEARS, UNITS)
        ),
    ]
    for places, what in product(asked, (("accepted",), REASONS, ("none",), None)):
        mask = attacker.mask(**places, what=what)
        count = int(mask @ attacker.truth)
        if 0 < count < 5:
            low, high = attacker.bounds_of(mask)
            assert low < high, (places, what, count)


def test_a_whole_year_with_large_counts_is_shown():
    counts = Counter()
    for month in range(1, 13):
        at = f"2026-{month:02}"
        counts[at, "", "", "answer"] = 20
        counts[at, "rehabilitation", "", "shown"] = 20
        counts[at, "rehabilitation", "", "accepted"] = 12
        counts[at, "rehabilitation", "", "overridden"] = 8
        counts[at, "rehabilitation", "", "reason:patientDeclines"] = 8
    shown = pages(counts)["2026"]
    assert shown["monthly"].cell_text("May 2026", "Accepted") == "12"
    assert shown["monthly"].total_text("Accepted") == "144"
    assert shown["cards"].cell_text("rehabilitation", "Overridden") == "96"
    assert (
        shown["reasons"].cell_text("rehabilitation: patientDeclines", "Overridden")
        == "96"
    )


def warned(*months):
    """Counts of months, each with so many cards and warnings, and answers as many."""
    counts = Counter()
    for month, (cards, warnings) in enumerate(months, start=1):
        at = f"2026-{month:02}"
        counts[at, "", "", "answer"] = counts[at, "rehabilitation", "", "shown"] = cards
        counts[at, "", "", "partial"] = warnings
        counts[at, "rehabilitation", "", "warning"] = warnings
    return counts


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        pytest.param("Warnings", "Cards", id="warnings"),
        pytest.param("Partial", "Answers", id="partial"),
    ],
)
@pytest.mark.parametrize(
    "months",
    [
        pytest.param([(20, 18), (40, 20), (30, 12)], id="two-of-a-month"),
        pytest.param([(20, 19), (30, 29)], id="one-of-each-month"),
        pytest.param([(20, 18)], id="two-of-the-year"),
    ],
)
def test_a_small_rest_follows_from_no_difference(months, part, whole):
    """Of 20 cards 18 were warnings: so two were none."""
    table = pages(warned(*months))["2026"]["monthly"]
    cells = [
        (table.cell_text(row, whole), table.cell_text(row, part), cards - warnings)
        for row, (cards, warnings) in zip(table.rows, months, strict=False)
    ]
    cells.append(
        (table.total_text(whole), table.total_text(part), sum(a - b for a, b in months))
    )
    for all_of_them, some, rest in cells:
        if 0 < rest < 5:
            assert not (all_of_them.isdecimal() and some.isdecimal())
    assert table.cell_text("Jan 2026", whole) == "20"


# --- was it done


class LoopAttacker:
    """Knows what the page shows, and how many cards were accepted and overridden."""

    def __init__(self, counts):
        tables = tables_of(counts, "2026-01", "2026-12")
        shown = with_small_hidden(tables)
        self.cells = [
            (name, row, column)
            for name in ("loop", "steps")
            for row in tables[name].rows
            for column in tables[name].columns
        ]
        self.truth = np.array(
            [tables[name].shown(row, column) for name, row, column in self.cells]
        )
        self.rows, self.low, self.least = [], [], []
        for name in ("loop", "steps"):
            for row in shown[name].rows:
                for column in shown[name].columns:
                    self.told(shown[name].cell_text(row, column), name, row, column)
        for column in shown["loop"].columns:
            self.told(shown["loop"].total_text(column), "loop", None, column)
        for row in tables["loop"].rows:
            self.rows.append(self.mask("loop", row))
        read = self.mask("loop") - self.mask("loop", None, "Record not read")
        # each step is asked of every signing whose record was read
        self.rows += [read - self.mask("steps", row) for row in tables["steps"].rows]

    def mask(self, name, row=None, column=None):
        return np.array(
            [
                one == name and row in (None, at) and column in (None, of)
                for one, at, of in self.cells
            ],
            dtype=float,
        )

    def told(self, text, *place):
        if (hidden := least(text)) is not None:
            self.low.append(self.mask(*place))
            self.least.append(hidden)
        else:
            self.rows.append(self.mask(*place))

    def bounds_of(self, mask):
        sums = np.array(self.rows) @ self.truth
        return bounds(mask, self.rows, sums, self.low, self.least)


def looked_at(seed):
    """Small and large counts of what was done."""
    random = np.random.default_rng(seed)
    counts = Counter()
    signings = 0
    for card in ("accepted", "overridden", "none"):
        for state in STATES:
            count = int(random.choice([0, 0, 1, 2, 4, 7, 12, 25]))
            counts["2026-03", "", "", f"loop:{card}:{state}"] = count
            signings += count * (state != "not-read")
    for step in STEPS:
        parts = random.multinomial(signings, random.dirichlet([1, 0.3, 1, 0.3]))
        for when, count in zip(get_args(When), parts, strict=True):
            counts["2026-03", "", "", f"loop-step:{step}:{when}"] = int(count)
    return Counter({key: count for key, count in counts.items() if count})


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_of_what_was_done_follows_from_the_page(seed):
    attacker = LoopAttacker(looked_at(seed))
    for name, row, column in attacker.cells:
        asked = [attacker.mask(name, row, column)]
        asked += [attacker.mask(name, None, column)] if name == "loop" else []
        for mask in asked:
            count = int(mask @ attacker.truth)
            if 0 < count < 5:
                low, high = attacker.bounds_of(mask)
                assert low < high, (name, row, column, count)
