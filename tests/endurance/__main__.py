"""`make endurance`: a long mixed run with faults, and a steady rate.

Writes `deploy/endurance.md` where the run was not shortened; ends with 1 where an invariant or a bound does not hold.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.bench.bodies import kyphoplasty_call
from tests.bench.running import ROOT, Running
from tests.bench.table import Bound, bounds_table, circumstances, markdown
from tests.endurance.mixed_run import ALLOWANCE_SECONDS, DEADLINE_SECONDS, SERVE, Ran, run
from tests.endurance.open_loop import Calls, open_loop
from tests.live_service import CALL
from tests.postgres_server import find_programs, postgres_server

REPORT = ROOT / "deploy" / "endurance.md"
STEADY_RATE, STEADY_SECONDS, STEADY_MILLISECONDS = 50, 60, 500
GAIN_MEGABYTES, GAIN_DESCRIPTORS = 1.0, 0.5  # of a worker in a minute: no more than what a slope of noise may be
QUIET_SHARE = 0.1  # of the processors, for others: beyond it nothing about time is judged
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
        say("load")
        steady = _load(_folder(place, "load"))
    bounds = [*_of_run(ran), *_of_load(steady)]
    head = f"`make endurance MINUTES={chosen.minutes:g} SEED={chosen.seed}`: {circumstances()} {spans}."
    text = "\n".join(
        [
            "# What it endures\n",
            f"{head}\n",
            *_told(ran),
            *_loads(steady),
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


def _load(folder: Path) -> Calls:
    """A steady rate; short prefetch, SQLite."""
    body = kyphoplasty_call(20)
    with Running("load", SERVE, folder, {"DATABASE_URL": f"sqlite:///{folder / 'audit.sqlite3'}"}) as service:
        service.wait_for("/health/ready")
        series = functools.partial(open_loop, service, CALL, body, folder)
        series(seconds=2)  # warm
        return series(seconds=STEADY_SECONDS, rate=STEADY_RATE)


def _of_load(steady: Calls) -> Iterator[Bound]:
    _, slow = steady.times(200) or (0.0, float("inf"))
    wrong = sum(number for status, number in steady.statuses.items() if status != 200)
    yield Bound(
        f"{STEADY_RATE} calls/s for {STEADY_SECONDS} s",
        f"p95 {slow:.0f} ms, {wrong} not answered 200",
        f"p95 at most {STEADY_MILLISECONDS} ms, none",
        slow <= STEADY_MILLISECONDS and not wrong,
    )


def _loads(steady: Calls) -> Iterator[str]:
    heads = ("Load", "calls", "by status", "answers/s", "p50, p95 ms", "generator behind")
    row = (
        f"{STEADY_RATE} calls/s",
        str(len(steady.answers)),
        ", ".join(f"{status or 'none'}: {number}" for status, number in sorted(steady.statuses.items())),
        f"{steady.rate(within=DEADLINE_SECONDS):.1f}",
        "{:.0f}, {:.0f}".format(*(steady.times(200) or (0, 0))),
        f"{steady.behind:.0f} ms",
    )
    yield markdown(heads, [row])
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
