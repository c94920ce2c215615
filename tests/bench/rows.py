"""Rows of answers a second: who is asked what, over how many connections, and beside which other row it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from tests.bench.bodies import kyphoplasty_call, live_call, other_call
from tests.bench.load import Call, Measured
from tests.bench.servers import CALL, Servers
from tests.bench.table import Bound

CONNECTIONS = 8
MOST_COST = 50  # of a full answer in processor time, as a multiple of the fixed one
FULL = Call(CALL, kyphoplasty_call(), cards=2)


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        server: name in `servers.MAKERS`.
        has_tokens: whether each call needs a token of its own.
        beside: rows whose rate its own is divided by, with the least ratio that is wanted, 0 for none.
    """

    name: str
    title: str
    server: str
    call: Callable[[Servers], Call]
    beside: Mapping[str, float] = field(default_factory=dict)
    connections: int = CONNECTIONS
    has_tokens: bool = False


ROWS = (
    Row("static", "baseline: Flask, two fixed cards", "baseline", lambda _: Call("/fixed", other_call(), cards=2)),
    Row(
        "other",
        "an order that is not ours",
        "sqlite",
        lambda _: Call(CALL, other_call(), cards=0),
        {"static": 0.5},
    ),
    Row(
        "other-full",
        "the same with 176 KB of prefetch",
        "sqlite",
        lambda _: Call(CALL, other_call(120), cards=0),
        {"static": 0},
    ),
    Row("sqlite", "kyphoplasty, 176 KB of prefetch, SQLite", "sqlite", lambda _: FULL, {"static": 0}),
    Row("postgres", "the same, PostgreSQL", "postgres", lambda _: FULL, {"sqlite": 0}),
    Row(
        "jwt",
        "the same, SQLite, a new token (ES384) in every call",
        "jwt",
        lambda _: FULL,
        {"sqlite": 0},
        has_tokens=True,
    ),
    Row(
        "live",
        "no prefetch, a FHIR server that needs 50 ms",
        "sqlite",
        lambda servers: Call(CALL, live_call(f"{servers.get('slow-fhir').url}/fhir"), cards=2),
        connections=1,
    ),
    Row("discovery", "discovery", "sqlite", lambda _: Call("/cds-services"), {"static": 0}),
)
BY_NAME = {row.name: row for row in ROWS}


@dataclass(frozen=True)
class Line:
    """What the rounds of one row gave together."""

    row: Row
    rounds: tuple[Measured, ...]

    def middle(self, name: str) -> float:
        """The median over the rounds of one figure of `Measured`."""
        return median(getattr(one, name) for one in self.rounds)

    @property
    def faults(self) -> int:
        """Answers that were refused or never came."""
        return sum(one.refused + one.broken for one in self.rounds)


@dataclass(frozen=True)
class Ratio:
    """Two rows divided by each other, round by round, since both had the same machine then.

    Attributes:
        rate: the median, the lowest and the highest.
        cpu: the same of what one answer costs the processor, the other row's cost divided by this one's.
    """

    rate: tuple[float, float, float]
    cpu: tuple[float, float, float]


def ratio(line: Line, other: Line) -> Ratio:
    """How fast the one is beside the other."""
    pairs = list(zip(line.rounds, other.rounds, strict=True))
    return Ratio(
        rate=_spread([one.rate / base.rate for one, base in pairs]),
        cpu=_spread([base.cpu / one.cpu for one, base in pairs]),
    )


def _spread(values: list[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


def bounds(lines: Mapping[str, Line]) -> list[Bound]:
    """What is wanted of ratios, and that nothing was refused."""
    found = []
    for line in lines.values():
        for name, least in line.row.beside.items():
            if least and name in lines:
                middle = ratio(line, lines[name]).rate[0]
                found.append(Bound(f"{line.row.name} / {name}", f"{middle:.2f}", f"at least {least}", middle >= least))
    if {"sqlite", "static"} <= lines.keys():
        cost = 1 / ratio(lines["sqlite"], lines["static"]).cpu[0]
        what = "processor time of sqlite / static"
        found.append(Bound(what, f"{cost:.0f}", f"at most {MOST_COST}", cost <= MOST_COST))
    lost = sum(line.faults for line in lines.values())
    if lines:
        found.append(Bound("answers refused or lost", str(lost), "none", lost == 0))
    return found
