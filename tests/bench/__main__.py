"""`make bench`: the service beside a fixed answer in one run, as ratios; ends with 1 where a bound does not hold.

All servers and the load generator share this machine. Absolute figures are for this machine alone; ratios are taken
round by round. `deploy/bench.md` is written when every row was measured.
"""

from __future__ import annotations

import argparse
import functools
import json
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import figures
from tests.bench.load import Call, Measured, load
from tests.bench.rows import BY_NAME, ROWS, Line, Row, bounds, ratio
from tests.bench.running import ROOT, Running
from tests.bench.servers import NotHere, Servers, tokens
from tests.bench.table import Bound, bounds_table, circumstances, markdown

REPORT = ROOT / "deploy" / "bench.md"
WARM_SECONDS = 3
say = functools.partial(print, flush=True)


def main() -> int:
    """Measure the rows that were asked for, or all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="*", metavar="ROW", help=", ".join((*BY_NAME, *figures.BY_NAME)))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3, help="of one row in one round")
    options.add_argument("--entries", type=int, default=0, help="of the audit log behind the review pages")
    chosen = options.parse_args()
    unknown = set(chosen.rows) - {*BY_NAME, *figures.BY_NAME}
    if unknown:
        options.error(f"no such row: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-bench-") as folder, Servers(Path(folder)) as servers:
        lines = _measure(servers, _wanted(chosen.rows), chosen.rounds, chosen.seconds)
        found = figures.measure(servers, lines, chosen.rows or tuple(figures.BY_NAME), chosen.entries)
    judged = [*bounds(lines), *(bound for figure in found for bound in figure.bounds)]
    text = _report(lines, found, judged, chosen.rounds, chosen.seconds)
    say("\n" + text)
    say(f"measured in {time.monotonic() - began:.0f} s")
    if not chosen.rows:
        REPORT.write_text(text, encoding="utf-8")
        say(f"written to {REPORT.relative_to(ROOT)}")
    return int(any(one.holds is False for one in judged))


def _wanted(names: Iterable[str]) -> tuple[Row, ...]:
    """These rows and those they stand beside, in order; all without names."""
    asked = set(names)
    if not asked:
        return ROWS
    for row in reversed(ROWS):
        if row.name in asked:
            asked |= set(row.beside)
    return tuple(row for row in ROWS if row.name in asked)


@dataclass(frozen=True)
class _Asked:
    """A row with its server running, and the rate to be expected, so that there are tokens enough."""

    row: Row
    server: Running
    call: Call
    folder: Path
    rate: float = 1500

    def load(self, seconds: float) -> Measured:
        number = int(self.rate * seconds * 2) + 200 if self.row.has_tokens else 0
        return load(
            self.server,
            self.call,
            seconds=seconds,
            connections=self.row.connections,
            folder=self.folder,
            tokens=tokens(number),
        )

    def check(self) -> None:
        """Ask once: the answer is the one that is meant to be measured.

        Raises:
            RuntimeError: it is another.
        """
        body = self.call.body.replace("@P@", "p0").replace("@H@", "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f")
        headers = {"Authorization": f"Bearer {tokens(1)[0]}"} if self.row.has_tokens else {}
        status, answer = self.server.ask(self.call.path, body.encode() if body else None, **headers)
        cards, wanted = len(json.loads(answer).get("cards", ())) if status == 200 else 0, self.call.cards
        is_right = wanted is None or (cards >= wanted and bool(cards) == bool(wanted))
        if status != 200 or not is_right:
            raise RuntimeError(f"{self.row.name}: {status}, {cards} cards, {answer[:300]!r}")


def _measure(servers: Servers, rows: Iterable[Row], rounds: int, seconds: float) -> dict[str, Line]:
    """Every row once a round."""
    asked: list[_Asked] = []
    for row in rows:
        try:
            one = _Asked(row, servers.get(row.server), row.call(servers), servers.folder)
        except NotHere as missing:
            say(f"{row.name} is left out: {missing}")
            continue
        one.check()
        asked.append(replace(one, rate=one.load(WARM_SECONDS).rate))  # which also warms it
    found: dict[str, list[Measured]] = {one.row.name: [] for one in asked}
    for number in range(rounds):
        for each in asked:
            one = each.load(seconds)
            found[each.row.name].append(one)
            said = f"{one.rate:8.1f} /s  {one.p50:7.1f} ms  {one.cpu:6.2f} ms of CPU"
            say(f"round {number + 1} {each.row.name:11} {said}{f'  {one.refused} refused' if one.refused else ''}")
    return {one.row.name: Line(one.row, tuple(found[one.row.name])) for one in asked}


def _report(
    lines: Mapping[str, Line], found: Iterable[figures.Figure], judged: list[Bound], rounds: int, seconds: float
) -> str:
    rows = [_cells(line, lines) for line in lines.values()]
    heads = ("Row", "ratio (lowest to highest)", "by CPU", "answers/s", "p50 ms", "p95 ms", "CPU ms", "lost")
    how = (
        f"`make bench`: {circumstances()} Two workers, eight connections (live: one), {rounds} rounds of {seconds:g} s,"
        " medians; the load generator shares the cores. Ratios are of answers a second in the same round; by CPU, of"
        " the servers' processor time for one answer (PostgreSQL's own is not counted). Absolute figures hold for this"
        " machine alone.\n"
    )
    parts = [
        "# What an answer costs\n",
        how,
        markdown(heads, rows) if rows else "",
        "",
        markdown(("Figure", "found"), [(one.title, one.found) for one in found]),
        "",
        bounds_table(judged),
    ]
    return "\n".join(parts) + "\n"


def _cells(line: Line, lines: Mapping[str, Line]) -> tuple[str, ...]:
    ratios = {name: ratio(line, lines[name]) for name in line.row.beside if name in lines}
    return (
        f"{line.row.name}: {line.row.title}",
        "; ".join(f"{one.rate[0]:.2f} ({one.rate[1]:.2f} to {one.rate[2]:.2f}) {name}" for name, one in ratios.items()),
        "; ".join(f"{one.cpu[0]:.2f}" for one in ratios.values()),
        f"{line.middle('rate'):.1f}",
        *(f"{line.middle(name):.1f}" for name in ("p50", "p95")),
        f"{line.middle('cpu'):.2f}",
        str(line.faults),
    )


if __name__ == "__main__":
    raise SystemExit(main())
