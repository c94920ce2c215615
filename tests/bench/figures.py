"""Figures that are no rates: the live answer over its slowest query, start, memory, pages of a big audit log."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from statistics import median

from tests.bench.bodies import kyphoplasty_call
from tests.bench.review_pages import LIMIT_MILLISECONDS, LIMIT_SECONDS, big_log, look_at_pages, verify
from tests.bench.rows import Line
from tests.bench.running import Running, megabytes
from tests.bench.servers import BENCH, CALL, SERVE, WORKERS, Servers
from tests.bench.slow_fhir import templates
from tests.bench.table import Bound

LIVE_MILLISECONDS, START_SECONDS, MEGABYTES = 25, 3.0, 150
MILLION = 1_000_000
JUDGED = 100_000  # entries of a log whose pages are held to their bound
STARTS = 5


@dataclass(frozen=True)
class Figure:
    """One figure and what is wanted of it."""

    title: str
    found: str
    bounds: tuple[Bound, ...]


@dataclass(frozen=True)
class Bench:
    """What a figure may look at.

    Attributes:
        entries: of the audit log that is wanted; 0 takes the biggest that is there.
    """

    servers: Servers
    lines: Mapping[str, Line]
    entries: int


def measure(servers: Servers, lines: Mapping[str, Line], names: Collection[str], entries: int) -> list[Figure]:
    """The figures of these names, and of those rows that have one."""
    bench = Bench(servers, lines, entries)
    return [figure for name, measured in BY_NAME.items() if name in names for figure in measured(bench)]


def _live(bench: Bench) -> list[Figure]:
    """The median answer without prefetch over the slowest of its queries asked alone."""
    if "live" not in bench.lines:
        return []
    server = bench.servers.get("slow-fhir")
    slowest = max(median(_timed(server, query) for _ in range(5)) for query in templates().values())
    found = bench.lines["live"].middle("p50")
    limit = slowest + LIVE_MILLISECONDS
    bound = Bound("live answer, median", f"{found:.1f} ms", f"at most {limit:.1f} ms", found <= limit)
    return [Figure("slowest query of the FHIR server, alone", f"{slowest:.1f} ms", (bound,))]


def _timed(server: Running, query: str) -> float:
    path = "/fhir/" + query.replace("{{context.patientId}}", "p1").replace("|", "%7C")
    began = time.perf_counter()
    assert server.ask(path)[0] == 200, path
    return (time.perf_counter() - began) * 1000


def _start(bench: Bench) -> list[Figure]:
    """From the start of the first process to the first answer with cards, with a new audit log."""
    body = kyphoplasty_call().replace("@P@", "p0").replace("@H@", "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f").encode()
    times = []
    for number in range(STARTS):
        log = f"sqlite:///{bench.servers.folder / f'start-{number}.sqlite3'}"
        command = (*SERVE, "--workers", str(WORKERS))
        with Running(f"start-{number}", command, bench.servers.folder, {"DATABASE_URL": log}) as running:
            times.append(running.wait_for(CALL, body))
    found = median(times)
    bound = Bound("start to the first card", f"{found:.2f} s", f"under {START_SECONDS:g} s", found < START_SECONDS)
    return [Figure("start to the first card", f"{found:.2f} s ({min(times):.2f} to {max(times):.2f})", (bound,))]


def _memory(bench: Bench) -> list[Figure]:
    """PSS of the biggest worker, after all load that it had."""
    server = bench.servers.get("sqlite")
    sizes = [megabytes(worker) for worker in server.workers()]
    bound = Bound("memory of a worker (PSS)", f"{max(sizes):.0f} MB", f"under {MEGABYTES} MB", max(sizes) < MEGABYTES)
    return [Figure("memory of each worker after load (PSS)", ", ".join(f"{one:.0f} MB" for one in sizes), (bound,))]


def _review(bench: Bench) -> list[Figure]:
    """The slowest review page over a big log, warm."""
    log = big_log(BENCH, bench.entries)
    pages = look_at_pages(log)
    worst = max(pages, key=lambda page: page.slowest)
    is_judged = log.entries >= JUDGED
    bound = Bound(
        "slowest review page",
        f"{worst.slowest:.0f} ms",
        f"under {LIMIT_MILLISECONDS} ms at {JUDGED:,} entries",
        worst.slowest < LIMIT_MILLISECONDS if is_judged else None,
    )
    usual = median(page.middle for page in pages)
    said = f"{worst.slowest:.0f} ms ({worst.address}); median of {len(pages)} pages {usual:.0f} ms"
    return [Figure(f"slowest review page, {log.entries:,} entries", said, (bound,))]


def _verify(bench: Bench) -> list[Figure]:
    """Verifying the same log from end to end."""
    log = big_log(BENCH, bench.entries)
    seconds = verify(log)
    bound = Bound(
        "verifying the audit log",
        f"{seconds:.0f} s",
        f"under {LIMIT_SECONDS} s at a million entries",
        seconds < LIMIT_SECONDS if log.entries >= MILLION else None,
    )
    return [Figure(f"verifying {log.entries:,} entries", f"{seconds:.1f} s", (bound,))]


BY_NAME: Mapping[str, Callable[[Bench], list[Figure]]] = {
    "live": _live,
    "start": _start,
    "memory": _memory,
    "review": _review,
    "verify": _verify,
}
