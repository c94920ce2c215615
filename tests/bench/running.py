"""What a process and those below it cost, looked at from outside; a port that nobody uses."""

import os
import socket
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> int:
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(word) for word in words[11:15])


def children(process: int) -> tuple[int, ...]:
    """Ids of the living processes that any thread of this one has started."""
    found: list[int] = []
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(word) for word in listed.read_text().split()]
    return tuple(found)


def tree_seconds(process: int) -> float:
    """Processor time of a process and of all below it, ended ones included."""
    return _ticks(process) / TICKS + sum(
        tree_seconds(child) for child in children(process)
    )


def megabytes(process: int) -> float:
    """What a process has in memory for itself, with its part of what it shares (PSS)."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
