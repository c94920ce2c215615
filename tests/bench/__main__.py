"""`make bench`: the service beside a fixed Flask answer on the same server, as ratios; ends with 1 where a bound fails.

The servers and the load generator share this machine, so absolute figures hold for it
alone; ratios are taken round by round. `deploy/bench.md` holds the last whole run.
"""

import argparse
import functools
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from cds_service.settings import Settings
from tests.bench.bodies import kyphoplasty_call, other_call
from tests.bench.hanging import longest_wait
from tests.bench.load import Call, Measured, check, load
from tests.bench.review_pages import slowest_page
from tests.bench.running import megabytes, tree_seconds
from tests.live_service import CALL
from tests.postgres_server import find_programs, postgres_server
from tests.running_service import RunningService

REPORT = Path(__file__).resolve().parents[2] / "deploy" / "bench.md"
CONNECTIONS, STARTS, WARM_SECONDS = 8, 5, 3
WORKERS = ("--workers", "2")
ONE_WORKER = ("--workers", "1")
# As operators have them who set nothing; `RunningService` has others.
USUAL = {
    "KYPHOPLASTY_CDS_LOG_LEVEL": Settings().log_level,
    "KYPHOPLASTY_CDS_DEADLINE_SECONDS": str(Settings().deadline_seconds),
}
OTHER, FULL = Call(CALL, other_call(), cards=0), Call(CALL, kyphoplasty_call(), cards=2)
ROWS = {
    "static": (
        "Flask, two fixed cards",
        "static",
        Call("/fixed", other_call(), cards=2),
    ),
    "other": ("an order that is not ours", "sqlite", OTHER),
    "sqlite": ("kyphoplasty, 176 KB of prefetch, SQLite", "sqlite", FULL),
    "postgres": ("the same, PostgreSQL", "postgres", FULL),
}
ENTRIES = 100_000  # of the audit log behind the review pages
say = functools.partial(print, flush=True)


class Fixed(RunningService):
    """The server of `baseline_app.py`."""

    def _program(self) -> list[str | Path]:
        return [Path(__file__).with_name("baseline_app.py")]


@dataclass(frozen=True)
class Bound:
    """What was found, and the most or the least that is wanted of it."""

    what: str
    found: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.most is None or self.found <= self.most) and (
            self.least is None or self.found >= self.least
        )

    def cells(self) -> tuple[str, ...]:
        wanted = (
            f"at most {self.most:g}"
            if self.most is not None
            else f"at least {self.least:g}"
        )
        found = f"{self.found:.2f}" if self.found < 10 else f"{self.found:.0f}"
        return (
            self.what,
            f"{found}{self.unit}",
            f"{wanted}{self.unit}",
            "ok" if self.holds else "NOT",
        )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--seconds", type=float, default=3, help="of one row in one round"
    )
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-bench-") as name,
        ExitStack() as stack,
    ):
        folder = Path(name)
        servers = _servers(folder, stack)
        found = _measure(servers, folder, chosen.rounds, chosen.seconds)
        memory = max(megabytes(worker) for worker in servers["sqlite"].workers())
        bounds = [
            *_ratios(found),
            Bound("memory of a worker, PSS", memory, " MB", most=150),
        ]
    with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-bench-") as name:
        started, first = _start(Path(name))
        bounds += [
            Bound("start to the first card", started, " s", most=3),
            Bound("processor time, first answer / second", first, most=4),
        ]
        address, seconds = slowest_page(Path(name), ENTRIES)
        bounds.append(
            Bound(
                f"slowest review page, {ENTRIES:,} entries ({address})",
                seconds,
                " s",
                most=1,
            )
        )
    bounds += _hanging()
    text = _report(found, bounds, chosen.rounds, chosen.seconds)
    say("\n" + text)
    REPORT.write_text(text, encoding="utf-8")
    return int(not all(one.holds for one in bounds))


def _servers(folder: Path, stack: ExitStack) -> Mapping[str, RunningService]:
    """Those that are measured side by side, and answer; PostgreSQL where it is installed."""
    servers = {
        "static": stack.enter_context(Fixed(folder / "static", arguments=WORKERS)),
        "sqlite": stack.enter_context(
            RunningService(folder / "sqlite", arguments=WORKERS, environment=USUAL)
        ),
    }
    if programs := find_programs():
        url = stack.enter_context(postgres_server(programs)).new_database()
        settings = USUAL | {"KYPHOPLASTY_CDS_DATABASE_URL": url}
        postgres = RunningService(
            folder / "postgres", arguments=WORKERS, environment=settings
        )
        servers["postgres"] = stack.enter_context(postgres)
    return servers


def _measure(
    servers: Mapping[str, RunningService], folder: Path, rounds: int, seconds: float
) -> Mapping[str, tuple[Measured, ...]]:
    """Every row once a round, after a warm-up."""
    asked = {
        name: (servers[server], call)
        for name, (_, server, call) in ROWS.items()
        if server in servers
    }
    run = functools.partial(load, connections=CONNECTIONS, folder=folder)
    for server, call in asked.values():
        check(server, call)
        run(server, call, seconds=WARM_SECONDS)
    found: dict[str, list[Measured]] = {name: [] for name in asked}
    for number in range(rounds):
        for name, (server, call) in asked.items():
            one = run(server, call, seconds=seconds)
            found[name].append(one)
            say(
                f"round {number + 1} {name:9} {one.rate:8.1f} /s {one.p50:7.1f} ms {one.cpu:6.2f} ms of CPU"
            )
    return {name: tuple(measured) for name, measured in found.items()}


def _ratios(found: Mapping[str, tuple[Measured, ...]]) -> list[Bound]:
    def middle(name: str, figure: str) -> float:
        pairs = zip(found[name], found["static"], strict=True)
        return median(
            getattr(one, figure) / getattr(base, figure) for one, base in pairs
        )

    lost = sum(one.refused + one.broken for row in found.values() for one in row)
    return [
        Bound("answers a second, other / static", middle("other", "rate"), least=0.5),
        Bound("processor time, sqlite / static", middle("sqlite", "cpu"), most=50),
        Bound("answers refused or lost", lost, most=0),
    ]


def _start(folder: Path) -> tuple[float, float]:
    """Measure the start, with a new audit log; medians.

    Returns:
        Seconds from the start of the first process to the first answer with cards, and
        how many times the processor time of the second answer the first one took.
    """
    times: list[float] = []
    ratios: list[float] = []
    for number in range(STARTS):
        began = time.monotonic()
        with RunningService(
            folder / f"start-{number}", arguments=ONE_WORKER, environment=USUAL
        ) as running:
            spent = [tree_seconds(running.process_id)]
            for _ in range(2):
                check(running, FULL)
                if len(spent) == 1:
                    times.append(time.monotonic() - began)
                spent.append(tree_seconds(running.process_id))
            ratios.append((spent[1] - spent[0]) / (spent[2] - spent[1]))
    return median(times), median(ratios)


def _hanging() -> list[Bound]:
    """Other orders beside thirty that hang; none without PostgreSQL and nginx."""
    programs = find_programs()
    if programs is None or shutil.which("nginx") is None:
        return []
    with (
        postgres_server(programs) as postgres,
        tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-bench-") as name,
    ):
        share = longest_wait(Path(name), postgres.new_database())
    what = "longer wait of nine in ten while thirty hang, of the deadline"
    return [Bound(what, share, most=0.1)]


def _report(
    found: Mapping[str, tuple[Measured, ...]],
    bounds: list[Bound],
    rounds: int,
    seconds: float,
) -> str:
    rows = [
        (
            f"{name}: {ROWS[name][0]}",
            *(
                f"{median(getattr(one, figure) for one in row):.2f}"
                for figure in FIGURES
            ),
        )
        for name, row in found.items()
    ]
    how = (
        f"`make bench`: {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end."
        f" Two workers, {CONNECTIONS} connections, {rounds} rounds of {seconds:g} s, medians; the load generator shares"
        " the cores. CPU is the servers' processor time for one answer, without PostgreSQL's own. Absolute figures"
        " hold for this machine alone.\n"
    )
    parts = (
        "# What an answer costs\n",
        how,
        _table(("Row", *FIGURES.values()), rows),
        "",
        _table(("Bound", "found", "wanted", ""), [one.cells() for one in bounds]),
    )
    return "\n".join(parts) + "\n"


FIGURES = {"rate": "answers/s", "p50": "p50 ms", "p95": "p95 ms", "cpu": "CPU ms"}


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in (heads, ("---",) * len(heads), *rows)
    )


if __name__ == "__main__":
    raise SystemExit(main())
