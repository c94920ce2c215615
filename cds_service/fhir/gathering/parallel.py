"""Tasks side by side until a deadline: who has not ended by then is left behind and holds up nobody."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from cds_service.deadline import Deadline

MAX_PARALLEL = 12
IDLE_SECONDS = 30.0  # after which a thread that has nothing to do ends

Key = TypeVar("Key")
Result = TypeVar("Result")


def run_side_by_side(tasks: Mapping[Key, Callable[[], Result]], until: Deadline) -> dict[Key, Result]:
    """The results of those that ended in time, by key; none where no thread is to be had.

    The threads are daemons: a task that hangs, in a name lookup for example, does not keep the process from ending.

    Raises:
        BaseException: what a task raised.
    """
    waiting: queue.SimpleQueue[tuple[Key, Callable[[], Result]]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Key, Result | None, BaseException | None]] = queue.SimpleQueue()
    for item in tasks.items():
        waiting.put(item)
    wanted = min(MAX_PARALLEL, len(tasks))
    if sum(_THREADS.run(partial(_work, waiting, done, until)) for _ in range(wanted)) == 0:
        return {}
    return _collect(len(tasks), done, until)


class _Threads:
    """Threads that stay for the next task: to start one costs more than most tasks do.

    There are as many as are needed: one that hangs is missed by nobody.
    """

    def __init__(self) -> None:
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)  # threads and their locks do not survive a fork

    def _begin_anew(self) -> None:
        self._changing = threading.Lock()
        self._free = 0
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self, work: Callable[[], None]) -> bool:
        """Begin this now; False where no thread is free and the system gives no other."""
        if not self._take_free_one():
            try:
                threading.Thread(target=self._serve, name="fhir", daemon=True).start()
            except RuntimeError:
                return False
        self._waiting.put(work)
        return True

    def _serve(self) -> None:
        while True:
            try:
                work = self._waiting.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                if self._take_free_one():  # else work is on its way
                    return
                continue
            work()
            del work  # it holds a patient's record
            with self._changing:
                self._free += 1

    def _take_free_one(self) -> bool:
        with self._changing:
            if not self._free:
                return False
            self._free -= 1
            return True


_THREADS = _Threads()


def _work(waiting: queue.SimpleQueue, done: queue.SimpleQueue, until: Deadline) -> None:  # type: ignore[type-arg]
    while until.left > 0:
        try:
            key, task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((key, task(), None))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked, which raises it
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
