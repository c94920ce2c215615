"""Run tasks in parallel until a deadline.

Unfinished tasks are abandoned and do not block the request.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, TypeVar

from cds_service.outgoing.deadline import Deadline

MAX_PARALLEL = 20  # as many as the queries of a record, so that they all go out at once

Key = TypeVar("Key")
Result = TypeVar("Result")


class Raised(NamedTuple):
    """An exception of a task, for the thread that asked."""

    error: BaseException


Waiting = queue.SimpleQueue[tuple[Key, Callable[[], Result]]]
# The result of a task, or whatever it raised.
Done = queue.SimpleQueue[tuple[Key, Result | Raised]]


def run_side_by_side(
    tasks: Mapping[Key, Callable[[], Result]], until: Deadline
) -> dict[Key, Result]:
    """Run the tasks and return, by key, the results of those that finished in time.

    The result is empty if no thread can be started.

    The threads are daemons, so a task that hangs (in a DNS lookup, for example) does
    not keep the process alive.

    Raises:
        BaseException: whatever a task raised.
    """
    waiting: Waiting[Key, Result] = queue.SimpleQueue()
    done: Done[Key, Result] = queue.SimpleQueue()
    for item in tasks.items():
        waiting.put(item)
    started = 0
    # If no more threads are available, the existing ones do all tasks.
    with suppress(RuntimeError):
        for _ in range(min(MAX_PARALLEL, len(tasks))):
            threading.Thread(
                target=_work, args=(waiting, done, until), name="fhir", daemon=True
            ).start()
            started += 1
    return _collect(len(tasks), done, until) if started else {}


def _work(
    waiting: Waiting[Key, Result], done: Done[Key, Result], until: Deadline
) -> None:
    while until.left > 0:
        try:
            key, task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((key, task()))
        # The thread that asked gets it and raises it.
        except BaseException as error:  # noqa: BLE001
            done.put((key, Raised(error)))


def _collect(count: int, done: Done[Key, Result], until: Deadline) -> dict[Key, Result]:
    results: dict[Key, Result] = {}
    while len(results) < count:
        try:
            key, result = done.get(timeout=max(0.0, until.left))
        except queue.Empty:
            break
        if isinstance(result, Raised):
            raise result.error
        results[key] = result
    return results
