"""Log JSON lines to standard error: ids, numbers and places in our code.

They never hold a record, a token or a query.

Every line passes through `JsonLines`, whatever its logger. Our own lines are fields,
cut and escaped. From other packages only the message template is logged, since they put
addresses, statements and values into messages.
"""

import atexit
import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from cds_service.errors import NotAuthenticated

OURS = "kyphoplasty_cds"
CALLS = logging.getLogger(f"{OURS}.calls")
FAILURES = logging.getLogger(f"{OURS}.failures")
LONGEST = 200  # characters of one value; ids are shorter
MOST = 50  # members of one value
PLAIN = (int, float, type(None))
MOST_LINES = 10_000  # waiting lines; further ones are dropped and counted
SHOWN = 10  # unauthenticated calls of a minute, of each process
MINUTE = 60.0
# lines of a busy moment go out together: waking the writer for each costs more than the
# line
PAUSE_SECONDS = 0.005
LAST_SECONDS = 1.0  # at the end of the process, for waiting lines


class JsonLines(logging.Formatter):
    """One JSON object per line: time, level, fields, and the place of a failure."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the line in printable ASCII, so that no value can start a new line."""
        line: dict[str, Any] = {
            "time": (
                datetime.fromtimestamp(record.created, UTC).isoformat(
                    timespec="milliseconds"
                )
            ),
            "level": record.levelname,
            "logger": record.name,
        }
        if record.name.partition(".")[0] == OURS:
            line.update(
                _loggable(getattr(record, "fields", None) or {"message": record.msg})
            )
        else:
            line["place"] = f"{record.pathname}:{record.lineno} {record.funcName}"
            # then the text is a template, and its arguments are left out
            if record.args:
                line["message"] = _loggable(str(record.msg))
        failure = getattr(record, "failure", None) or (
            record.exc_info[1] if record.exc_info else None
        )
        if failure is not None:
            frames = traceback.extract_tb(failure.__traceback__)
            places = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames
            ]
            line.update(kind=type(failure).__name__, frames=places)
        return json.dumps(line).replace("\x7f", "\\u007f")


def _loggable(value: Any) -> Any:
    """Return the part of a value that may be logged.

    Texts and collections are cut, of other objects only the type is kept.
    """
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Mapping):
        return {
            str(name)[:LONGEST]: _loggable(part)
            for name, part in list(value.items())[:MOST]
        }
    if type(value) in (list, tuple):  # a named tuple is an object, not a collection
        return [_loggable(part) for part in value[:MOST]]
    return type(value).__name__


class QueuedLines(QueueHandler):
    """Passes each line to a writer thread.

    No request waits for the reader of the log.
    """

    def __init__(self, file: int, *, most_lines: int = MOST_LINES) -> None:
        """Start the thread; it is started again in each fork.

        Args:
            file: a descriptor, since Python's own streams hold a lock that does not
                survive a fork.
        """
        self._file = file
        self._most_lines = most_lines
        super().__init__(queue.Queue(most_lines))
        self._start()
        os.register_at_fork(after_in_child=self._start)
        atexit.register(self._end)

    def _start(self) -> None:
        self._dropped = 0
        self.queue: queue.Queue[Any] = queue.Queue(self._most_lines)
        _Writer(self.queue, self._file).start()

    def prepare(self, record: logging.LogRecord) -> str:
        return self.format(record)

    def enqueue(self, line: Any) -> None:
        """Queue the line, or drop it if too many are waiting.

        The next queued line says how many were dropped.
        """
        try:
            if self._dropped:
                self.queue.put_nowait(
                    json.dumps({"event": "log-lines-dropped", "lines": self._dropped})
                )
                self._dropped = 0
            self.queue.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def _end(self) -> None:
        until = time.monotonic() + LAST_SECONDS
        while self.queue.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)


class _Writer(QueueListener):
    def __init__(self, lines: queue.Queue[Any], file: int) -> None:
        super().__init__(lines)
        self._lines = lines
        # Each line is one write: other processes write to the same file, and a fork
        # copies what a buffer holds.
        # It stays open as long as the process.
        self._stream = open(  # noqa: SIM115
            file, "w", buffering=1, encoding="utf-8", closefd=False
        )

    def handle(self, line: Any) -> None:
        with suppress(OSError):  # whoever read the log is gone
            self._stream.write(f"{line}\n")
            if self._lines.empty():
                time.sleep(PAUSE_SECONDS)


class ServerLog(GunicornLogger):  # type: ignore[misc]
    """Sends gunicorn's lines through the same handler as all others."""

    def setup(self, cfg: Any) -> None:
        """Set up like gunicorn, but without its handlers."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.propagate = True
            for handler in list(log.handlers):
                log.removeHandler(handler)


def configure_logs(level: str) -> None:
    """Log everything in this process as JSON lines to standard error.

    Our own lines are logged from this level on, those of other packages from WARNING
    on: below that, they log statements and addresses. Uncaught exceptions and Python
    warnings become lines too.
    """
    handler = QueuedLines(sys.stderr.fileno())
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level)
    logging.captureWarnings(capture=True)
    # if the log cannot be written, do not print tracebacks
    logging.raiseExceptions = False
    # not used in any line
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    threading.excepthook = _note_thread
    sys.unraisablehook = _note_unraisable


class UnauthenticatedCalls:
    """Unauthenticated calls of one process.

    The first of each minute are logged; at level DEBUG, all. They are counted in the
    metrics, and not audited, or anyone could fill the audit log.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = float("-inf")
        self._shown = 0

    def note(self, error: NotAuthenticated, service_id: str, trace: str = "") -> None:
        """Record one refused call.

        Its claims are shortened already, and the log escapes them.
        """
        with self._lock:
            if time.monotonic() - self._began >= MINUTE:
                self._began, self._shown = time.monotonic(), 0
            self._shown += 1
            level = logging.WARNING if self._shown <= SHOWN else logging.DEBUG
        fields: dict[str, Any] = {
            "event": "unauthenticated",
            "service": service_id,
            "reason": error.reason,
        }
        fields |= {
            name: value
            for name, value in (*error.claimed.items(), ("trace", trace))
            if value
        }
        if error.expected:
            fields["expected"] = error.expected
        CALLS.log(level, "unauthenticated", extra={"fields": fields})


def _note_thread(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread is not None else ""
    _note_uncaught("thread", failed.exc_value, name)


def _note_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    _note_uncaught("unraisable", failed.exc_value, type(failed.object).__name__)


def _note_uncaught(where: str, failure: BaseException | None, name: str) -> None:
    FAILURES.error(
        "uncaught",
        extra={
            "fields": {"event": "uncaught", "where": where, "name": name},
            "failure": failure,
        },
    )
