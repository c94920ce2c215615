"""Where log lines go without anybody waiting for it: a reader that does not read costs lines, which are counted."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress

MOST_LINES = 10_000
GATHER_SECONDS = 0.02  # lines are written together: a thread woken for each would cost more than a foreign order
LAST_SECONDS = 1.0  # at the end of the process, for lines that are still there


class UnwaitedHandler(logging.Handler):
    """Writes lines to an open file from a thread of its own; the audit log is not among them."""

    def __init__(self, file: int, *, most_lines: int = MOST_LINES) -> None:
        """The thread starts with the first line.

        Args:
            file: a descriptor, since Python's own streams hold a lock that does not survive a fork.
            most_lines: that wait; more are dropped.
        """
        super().__init__()
        self._file = file
        self._most_lines = most_lines
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)
        atexit.register(self._end)

    def _begin_anew(self) -> None:
        """A thread and its locks do not survive a fork."""
        self._lines: deque[str] = deque()
        self._is_awake = threading.Event()
        self._is_written = threading.Event()
        self._is_written.set()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line, or drop it where too many wait."""
        if len(self._lines) < self._most_lines:
            self._lines.append(self.format(record))
        else:
            self._dropped += 1
        if not self._is_awake.is_set():
            self._is_awake.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="log-lines", daemon=True)
                with suppress(RuntimeError):  # no thread to be had now: the next line tries again
                    thread.start()
                    self._thread = thread

    def _run(self) -> None:
        while True:
            self._is_awake.wait()
            time.sleep(GATHER_SECONDS)
            self._is_written.clear()
            self._is_awake.clear()  # before the lines are taken: what comes from now on wakes the thread again
            self._write([self._lines.popleft() for _ in range(len(self._lines))])
            if self._dropped and not self._lines:
                dropped, self._dropped = self._dropped, 0
                self._write([json.dumps({"event": "log-lines-dropped", "lines": dropped})])
            self._is_written.set()

    def _write(self, lines: list[str]) -> None:
        octets = "".join(f"{line}\n" for line in lines).encode()
        with suppress(OSError):  # nobody reads any more, or the file is closed
            while octets:
                octets = octets[os.write(self._file, octets) :]

    def _end(self) -> None:
        until = time.monotonic() + LAST_SECONDS
        while (self._lines or self._is_awake.is_set()) and time.monotonic() < until:
            time.sleep(0.01)
        self._is_written.wait(max(0.0, until - time.monotonic()))
