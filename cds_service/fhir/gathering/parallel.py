"""Runs tasks in parallel until a deadline.

Unfinished tasks are abandoned and do not block the request.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from cds_service.outgoing.deadline import Deadline

MAX_PARALLEL = 20  # as many as the queries of a record, so that they all go out at once

Key = TypeVar("Key")
Result = TypeVar("Result")


def run_side_by_side(
    tasks: Mapping[Key, Callable[[], Result]], until: Deadline
) -> dict[Key, Result]:
    """Run the tasks and return the results of those that finished in time.

    By key; none if no thread can be started.

    The threads are daemons, so a task that hangs (in a DNS lookup, for example) does
    not keep the process alive.

    Raises:
        BaseException: whatever a task raised.
    """
    waiting: queue.SimpleQueue[tuple[Key, Callable[[], Result]]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Key, Result | None, BaseException | None]] = (
        queue.SimpleQueue()
    )
    for item in tasks.items():
        waiting.put(item)
    started = 0
    # no more threads available: the existing ones do all tasks
    with suppress(RuntimeError):
        for _ in range(min(MAX_PARALLEL, len(tasks))):
            threading.Thread(
                target=_work, args=(waiting, done, until), name="fhir", daemon=True
            ).start()
            started += 1
    return _collect(len(tasks), done, until) if started else {}


def _work(waiting: queue.SimpleQueue, done: queue.SimpleQueue, until: Deadline) -> None:  # type: ignore[type-arg]
    while until.left > 0:
        try:
            key, task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((key, task(), None))
        # It is handed to the thread that asked, which raises it.
        except BaseException as error:  # noqa: BLE001
            done.put((key, None, error))


def _collect(count: int, done: queue.SimpleQueue, until: Deadline) -> dict:  # type: ignore[type-arg]
    results: dict = {}  # type: ignore[type-arg]
    while len(results) < count:
        try:
            key, result, error = done.get(timeout=max(0.0, until.left))
        except queue.Empty:
            break
        if error is not None:
            raise error
        results[key] = result
    return results
