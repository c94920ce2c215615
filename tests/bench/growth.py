"""`make growth`: what an answer costs as record and audit log grow, and what more workers bring.

Each curve has its slope in double logarithms: 0 is flat, 1 is linear. Writes `deploy/growth.md` and its picture.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

import jinja2

from tests.bench.bodies import kyphoplasty_call
from tests.bench.load import Call, load
from tests.bench.review_pages import big_log, first_page, verify
from tests.bench.running import ROOT, Running
from tests.bench.servers import BENCH, CALL, Servers
from tests.bench.table import Bound, bounds_table, circumstances, markdown

OBSERVATIONS = (10, 30, 100, 300, 1_000, 3_000, 10_000)
ENTRIES = (1_000, 10_000, 100_000)
WORKERS = (1, 2, 4)
FLAT, LINEAR = 0.1, 1.1  # slopes up to which a curve is named so
CPU_SECONDS = 1.0  # to be measured at each point, in at most so many calls
MOST_CALLS, LEAST_CALLS = 40, 3
REPORT, PICTURE = ROOT / "deploy" / "growth.md", ROOT / "deploy" / "growth.svg"
TEMPLATE = Path(__file__).with_name("growth.svg.j2")
CALLS = count(1)
say = functools.partial(print, flush=True)


@dataclass(frozen=True)
class Curve:
    """One curve.

    Attributes:
        over: what grows.
        unit: of what is measured.
        points: size and cost.
    """

    title: str
    over: str
    unit: str
    points: tuple[tuple[float, float], ...]
    is_judged: bool = True

    @property
    def slope(self) -> float:
        """Of the straight line through all points in double logarithms, by least squares."""
        return _slope([(math.log(size), math.log(cost)) for size, cost in self.points])

    @property
    def steepest(self) -> float:
        """Of the biggest sizes alone: a fixed cost hides the growth of small ones."""
        far = [point for point in self.points if point[0] * 20 >= self.points[-1][0]]
        return _slope([(math.log(size), math.log(cost)) for size, cost in (far if len(far) > 1 else self.points)])

    @property
    def name(self) -> str:
        worst = max(self.slope, self.steepest)
        return "flat" if worst <= FLAT else "linear or better" if worst <= LINEAR else "worse than linear"


def main() -> int:
    """Measure all curves; ends with 1 where one is worse than linear."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=0, help="of the biggest audit log; else the biggest there is")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-growth-") as folder, Servers(Path(folder)) as servers:
        curves = [_by_observations(servers), *_by_entries(servers, chosen.entries), _by_workers(servers)]
    bounds = [
        Bound(
            curve.title, f"{curve.slope:.2f}, at the end {curve.steepest:.2f}", "at most linear", curve.name[0] != "w"
        )
        for curve in curves
        if curve.is_judged
    ]
    text = _report(curves, bounds)
    say("\n" + text)
    REPORT.write_text(text, encoding="utf-8")
    PICTURE.write_text(draw(curves), encoding="utf-8")
    say(f"written to {REPORT.relative_to(ROOT)} and {PICTURE.relative_to(ROOT)}")
    return int(any(one.holds is False for one in bounds))


def _by_observations(servers: Servers) -> Curve:
    service = servers.ours("observations", workers=1, DEADLINE_SECONDS="60")
    points = []
    for number in OBSERVATIONS:
        points.append((float(number), _cost(service, kyphoplasty_call(number, is_small=True))))
        say(f"{number} Observations: {points[-1][1]:.2f} ms of CPU")
    return Curve("an answer over so many Observations", "Observations in prefetch", "ms of CPU", tuple(points))


def _by_entries(servers: Servers, entries: int) -> Iterator[Curve]:
    """An answer, the first review page and verifying, each over logs of growing size."""
    biggest = entries or big_log(BENCH).entries
    sizes = sorted({*ENTRIES, max(biggest, *ENTRIES)})
    costs: dict[str, list[tuple[float, float]]] = {"answer": [], "page": [], "verify": []}
    for size in sizes:
        log = big_log(BENCH, size)
        copy = servers.folder / "log.sqlite3"
        shutil.copyfile(log.path, copy)
        service = servers.ours(f"entries-{size}", workers=1, database=f"sqlite:///{copy}", DEADLINE_SECONDS="60")
        costs["answer"].append((size, _cost(service, kyphoplasty_call())))
        service.stop()
        for left in servers.folder.glob("log.sqlite3*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        costs["page"].append((size, first_page(log)))
        costs["verify"].append((size, verify(log)))
        say(f"{size:,} entries: " + ", ".join(f"{name} {found[-1][1]:.2f}" for name, found in costs.items()))
    yield Curve(
        "an answer over a log of so many entries", "entries of the audit log", "ms of CPU", tuple(costs["answer"])
    )
    yield Curve("the first review page", "entries of the audit log", "ms", tuple(costs["page"]))
    yield Curve("verifying the log", "entries of the audit log", "s", tuple(costs["verify"]))


def _by_workers(servers: Servers) -> Curve:
    points = []
    for workers in WORKERS:
        service = servers.ours(f"workers-{workers}", workers=workers)
        call = Call(CALL, kyphoplasty_call())
        load(service, call, seconds=2, connections=8, folder=servers.folder)  # warm
        rounds = [load(service, call, seconds=4, connections=8, folder=servers.folder).rate for _ in range(3)]
        points.append((float(workers), statistics.median(rounds)))
        service.stop()
        say(f"{workers} workers: {points[-1][1]:.1f} answers/s")
    title = f"answers a second with so many workers ({os.cpu_count()} cores, with the load generator)"
    return Curve(title, "workers", "answers/s", tuple(points), is_judged=False)


def _cost(service: Running, body: str) -> float:
    """Milliseconds of processor time for one answer, one call after another."""
    for _ in range(2):
        _call(service, body)  # warm
    calls, before = 0, service.cpu_seconds()
    while calls < LEAST_CALLS or (calls < MOST_CALLS and service.cpu_seconds() - before < CPU_SECONDS):
        _call(service, body)
        calls += 1
    return (service.cpu_seconds() - before) * 1000 / calls


def _call(service: Running, body: str) -> None:
    number = next(CALLS)
    own = body.replace("@P@", f"p{number:07}").replace(
        "@H@", f"{number:08x}-0000-4000-8000-{time.time_ns() % 16**12:012x}"
    )
    status, answer = service.ask(CALL, own.encode())
    if status != 200:
        raise RuntimeError(f"{status}: {answer[:300]!r}")


def _slope(points: Sequence[tuple[float, float]]) -> float:
    middle = statistics.fmean(x for x, _ in points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * y for x, y in points) / spread


def _report(curves: Sequence[Curve], bounds: Sequence[Bound]) -> str:
    parts = [
        "# How cost grows\n",
        f"`make growth`: {circumstances()} Slopes are of straight lines in double logarithms: 0 is flat, 1 linear.\n",
        "![the curves](growth.svg)\n",
    ]
    for curve in curves:
        heads = (curve.over, *(f"{size:,.0f}" for size, _ in curve.points), "slope", "at the end", "")
        cells = (
            curve.unit,
            *(f"{cost:.3g}" for _, cost in curve.points),
            f"{curve.slope:.2f}",
            f"{curve.steepest:.2f}",
        )
        parts += [f"**{curve.title}**\n", markdown(heads, [(*cells, curve.name if curve.is_judged else "")]), ""]
    return "\n".join([*parts, bounds_table(bounds), ""])


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis from pixel to pixel."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        span = math.log10(self.high) - math.log10(self.low)
        return self.start + (self.end - self.start) * (math.log10(value) - math.log10(self.low)) / span

    @property
    def ticks(self) -> list[float]:
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        decades = [10.0**one for one in exponents if self.low <= 10.0**one <= self.high]
        return decades if len(decades) > 1 else [one for one in (1.0, 2.0, 4.0) if self.low <= one <= self.high]


def draw(curves: Sequence[Curve]) -> str:
    """All curves as one SVG, two beside each other, in double logarithms."""
    panels = []
    for place, curve in enumerate(curves):
        x0, y0 = 70 + 400 * (place % 2), 40 + 260 * (place // 2)
        sizes, costs = [size for size, _ in curve.points], [cost for _, cost in curve.points]
        x = _Axis(min(sizes) / 1.3, max(sizes) * 1.3, x0, x0 + 300)
        y = _Axis(
            10 ** math.floor(math.log10(min(costs))), 10 ** math.ceil(math.log10(max(costs) * 1.01)), y0 + 180, y0
        )
        dots = [(x.at(size), y.at(cost)) for size, cost in curve.points]
        panels.append({"curve": curve, "x": x, "y": y, "dots": dots, "lines": list(pairwise(dots))})
    height = 40 + 260 * ((len(curves) + 1) // 2)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(panels=panels, width=820, height=height)


if __name__ == "__main__":
    raise SystemExit(main())
