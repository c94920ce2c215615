"""`make endurance`: a long mixed run with faults, a steady rate, five times the capacity, SIGTERM under load.

Writes `deploy/endurance.md` where the run was not shortened; ends with 1 where an invariant or a bound does not hold.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean

from tests.bench.bodies import kyphoplasty_call
from tests.bench.running import ROOT, Running
from tests.bench.table import Bound, bounds_table, circumstances, markdown
from tests.endurance.draining import drain
from tests.endurance.mixed_run import ALLOWANCE_SECONDS, DEADLINE_SECONDS, SERVE, Ran, run
from tests.endurance.open_loop import Calls, open_loop
from tests.live_service import CALL
from tests.postgres_server import find_programs, postgres_server

REPORT = ROOT / "deploy" / "endurance.md"
STEADY_RATE, STEADY_SECONDS, STEADY_MILLISECONDS = 50, 60, 500
OVERLOAD, OVERLOAD_SECONDS, GOODPUT, SHED_MILLISECONDS = 5, 15, 0.8, 50
GAIN_MEGABYTES, GAIN_DESCRIPTORS = 1.0, 0.5  # of a worker in a minute: no more than what a slope of noise may be
QUIET_SHARE = 0.1  # of the processors, for others: beyond it nothing about time is judged
SHED = (429, 503)
SPARING = 0.8  # of the time with all faults: so long workers are spared behind it, to see whether they grow
say = functools.partial(print, flush=True)


def main() -> int:
    """Run all parts, print the report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=20261120)
    options.add_argument("--sqlite", action="store_true", help="though PostgreSQL is here")
    chosen = options.parse_args()
    programs = None if chosen.sqlite else find_programs()
    with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-endurance-") as place, ExitStack() as stack:
        postgres = stack.enter_context(postgres_server(programs)) if programs else None
        seconds = chosen.minutes * 60
        spared = chosen.minutes * SPARING
        spans = f"{chosen.minutes:g} minutes with all faults, {spared:g} more in which no worker is killed"
        say(f"{spans}; seed {chosen.seed}, {'PostgreSQL' if postgres else 'SQLite'}")
        mixed = _folder(place, "mixed")
        ran = run(mixed, seconds=seconds, sparing_seconds=seconds * SPARING, seed=chosen.seed, postgres=postgres)
        for fault in ran.broken:
            say(f"BROKEN: {fault}")
        say("load, overload, SIGTERM")
        steady, peaks, over = _load(_folder(place, "load"))
        draining, drained = _drained(_folder(place, "drained"))
    bounds = [*_of_run(ran), *_of_load(steady, peaks, over), *drained]
    head = f"`make endurance MINUTES={chosen.minutes:g} SEED={chosen.seed}`: {circumstances()} {spans}."
    text = "\n".join(
        [
            "# What it endures\n",
            f"{head}\n",
            *_told(ran),
            *_loads(steady, peaks, over),
            draining,
            "",
            bounds_table(bounds),
            "",
        ]
    )
    say("\n" + text)
    if chosen.minutes >= 10:
        REPORT.write_text(text, encoding="utf-8")
        say(f"written to {REPORT.relative_to(ROOT)}")
    return int(any(one.holds is False for one in bounds))


def _folder(place: str, name: str) -> Path:
    folder = Path(place, name)
    folder.mkdir()
    return folder


def _of_run(ran: Ran) -> Iterator[Bound]:
    is_quiet = ran.watch.foreign <= QUIET_SHARE
    yield Bound("invariants broken", str(len(ran.broken)), "none", not ran.broken)
    late = sum(len(found) for where, found in ran.late().items() if "stopped" not in where)
    allowed = f"none beyond {DEADLINE_SECONDS:g} s + {ALLOWANCE_SECONDS * 1000:.0f} ms, stopped workers' aside"
    yield Bound("late answers", str(late), allowed, late == 0 if is_quiet else None)
    slopes = ran.watch.slopes(ran.spared_since)
    wanted = f"under {GAIN_MEGABYTES:g} MB and {GAIN_DESCRIPTORS:g} files"
    if slopes is None:
        yield Bound("a worker's gain in a minute", "too short to say", wanted, None)
    else:
        memory, files = slopes
        is_flat = memory < GAIN_MEGABYTES and files < GAIN_DESCRIPTORS
        yield Bound("a worker's gain in a minute", f"{memory:+.2f} MB, {files:+.2f} files", wanted, is_flat)


def _told(ran: Ran) -> Iterator[str]:
    """The mixed run: calls, faults, late answers."""
    statuses: dict[str, Counter[int]] = {}
    for one in ran.sent:
        statuses.setdefault(one.kind, Counter())[one.status] += 1
    rows = [
        (kind, str(sum(found.values())), ", ".join(f"{status or 'none'}: {n}" for status, n in sorted(found.items())))
        for kind, found in sorted(statuses.items())
    ]
    yield markdown(("Call", "number", "by status"), rows)
    yield ""
    yield "Faults: " + ", ".join(f"{what} {number}" for what, number in sorted(ran.done.items())) + ".\n"
    late = {where: found for where, found in ran.late().items() if found}
    for where, found in late.items():
        yield f"Late by {max(found):.2f} s at most: {len(found)} answers, {where}.\n"
    highest, files = ran.watch.highest
    yield (
        f"Memory of a worker {ran.watch.usual:.0f} MB (PSS, median), at most {highest:.0f} MB: a reviewer's password is"
        f" checked in 64 MB, for a moment. Most open files {files}."
        f" Other programs had {ran.watch.foreign:.0%} of the processors.\n"
    )
    yield from (f"**Broken:** {fault}\n" for fault in ran.broken)


def _load(folder: Path) -> tuple[Calls, Sequence[Calls], Calls]:
    """A steady rate, the peak, five times the peak, and the peak again; short prefetch, SQLite.

    Twice the peak, since this machine may be faster at one moment than at the next.
    """
    body = kyphoplasty_call(20)
    with Running("load", SERVE, folder, {"DATABASE_URL": f"sqlite:///{folder / 'audit.sqlite3'}"}) as service:
        service.wait_for("/health/ready")
        series = functools.partial(open_loop, service, CALL, body, folder)
        series(seconds=2)  # warm
        steady = series(seconds=STEADY_SECONDS, rate=STEADY_RATE)
        peak = series(seconds=8)
        over = series(seconds=OVERLOAD_SECONDS, rate=OVERLOAD * max(1.0, peak.rate(within=DEADLINE_SECONDS)))
        again = series(seconds=8)
    return steady, (peak, again), over


def _of_load(steady: Calls, peaks: Sequence[Calls], over: Calls) -> Iterator[Bound]:
    _, slow = steady.times(200) or (0.0, float("inf"))
    wrong = sum(number for status, number in steady.statuses.items() if status != 200)
    yield Bound(
        f"{STEADY_RATE} calls/s for {STEADY_SECONDS} s",
        f"p95 {slow:.0f} ms, {wrong} not answered 200",
        f"p95 at most {STEADY_MILLISECONDS} ms, none",
        slow <= STEADY_MILLISECONDS and not wrong,
    )
    peak = fmean(one.rate(within=DEADLINE_SECONDS) for one in peaks)
    share = over.rate(within=DEADLINE_SECONDS) / max(peak, 0.001)
    yield Bound(
        f"goodput at {OVERLOAD} times the peak", f"{share:.0%} of the peak", f"at least {GOODPUT:.0%}", share >= GOODPUT
    )
    shed = over.times(*SHED)
    found = "nothing was shed" if shed is None else f"median {shed[0]:.0f} ms, p95 {shed[1]:.0f} ms"
    yield Bound(
        "answers that were shed",
        found,
        f"under {SHED_MILLISECONDS} ms",
        shed is not None and shed[1] < SHED_MILLISECONDS,
    )


def _loads(steady: Calls, peaks: Sequence[Calls], over: Calls) -> Iterator[str]:
    rows = [
        _row(f"{STEADY_RATE} calls/s", steady, *SHED),
        _row("peak, 8 connections", peaks[0], *SHED),
        _row(f"{OVERLOAD} times the peak", over, *SHED),
        _row("peak again", peaks[1], *SHED),
    ]
    heads = ("Load", "calls", "by status", "goodput/s", "200: p50, p95 ms", "shed: p50, p95 ms", "generator behind")
    yield markdown(heads, rows)
    yield ""


def _row(name: str, calls: Calls, *shed: int) -> tuple[str, ...]:
    def times(*statuses: int) -> str:
        found = calls.times(*statuses)
        return f"{found[0]:.0f}, {found[1]:.0f}" if found else ""

    return (
        name,
        str(len(calls.answers)),
        ", ".join(f"{status or 'none'}: {number}" for status, number in sorted(calls.statuses.items())),
        f"{calls.rate(within=DEADLINE_SECONDS):.1f}",
        times(200),
        times(*shed),
        f"{calls.behind:.0f} ms",
    )


def _drained(folder: Path) -> tuple[str, Sequence[Bound]]:
    found = drain(folder)
    lost = found.lost_before + found.lost_after
    text = (
        f"SIGTERM under load: {found.before} answers to calls begun before it and {found.after} after it, lost"
        f" {found.lost_before} and {found.lost_after}; ended with {found.code} in {found.seconds:.1f} s."
    )
    wanted = "none, exit code 0, `stop` at the end of the log"
    said = f"{lost}, exit code {found.code}, `{found.last}`"
    return text, [Bound("connections lost at SIGTERM", said, wanted, (lost, found.code, found.last) == (0, 0, "stop"))]


if __name__ == "__main__":
    raise SystemExit(main())
