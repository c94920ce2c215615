"""The parent process: starts workers, replaces those that end, and stops in order."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from cds_service.web.logs import ServerLog
from cds_service.web.transport.board import Board
from cds_service.web.transport.deaf import turn_deaf
from cds_service.web.transport.heap import share_one_heap
from cds_service.web.transport.limits import Limits
from cds_service.web.transport.worker import Worker

BACKLOG = 512
LINE_BYTES = 8190  # of the request line; more is 414
FIELD_BYTES = 16 * 1024  # of one header: a token with its certificates
FIELDS = 100
HANDSHAKE_SECONDS = 0.02  # for who was just connecting


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with an application that is there already.

    Attributes:
        limits: of each worker.
        board: what the processes know of each other.
    """

    def __init__(
        self,
        app: Any,
        *,
        listener: int,
        workers: int,
        limits: Limits,
        board: Board,
        drain_seconds: float,
        once_started: Callable[[Any], None],
        on_exit: Callable[[], None],
    ) -> None:
        """Nothing runs yet.

        Args:
            app: the WSGI application.
            listener: descriptor of the listening socket.
            workers: processes.
            limits: of each of them.
            board: shared by all.
            drain_seconds: between the wish to stop and the end of accepting.
            once_started: called in each worker.
            on_exit: called once all workers have ended.
        """
        self.limits = limits
        self.board = board
        self.drain_seconds = drain_seconds
        self._app = app
        self._options = {
            "bind": f"fd://{listener}",
            "worker_class": Worker,
            "workers": workers,
            "preload_app": True,
            "loglevel": "warning",
            "logger_class": ServerLog,
            "graceful_timeout": math.ceil(limits.finish_seconds) + 2,
            "control_socket_disable": True,
            "http_parser": "python",
            "limit_request_line": LINE_BYTES,
            "limit_request_field_size": FIELD_BYTES,
            "limit_request_fields": FIELDS,
            # Nobody in front of us is believed: where we are reached is a setting.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "post_worker_init": once_started,
            "child_exit": lambda _arbiter, worker: board.leave(worker.place),
            "on_exit": lambda _arbiter: on_exit(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Our options alone: no configuration file, no environment variable of gunicorn's."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application."""
        return self._app

    def run(self) -> None:
        """Serve until told to stop."""
        share_one_heap()
        _Parent(self).run()


class _Parent(Arbiter):  # type: ignore[misc]
    """gunicorn's, which drains first: balancers see that we are not ready before we refuse anybody."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stops_at: float | None = None
        super().__init__(server)

    def signal(self, sig: int, frame: Any) -> None:
        """A second wish to stop is one to stop at once."""
        if sig == signal.SIGTERM:
            if self._server.board.is_ending:
                sig = signal.SIGQUIT
            self._server.board.announce_end()
        super().signal(sig, frame)

    def handle_term(self) -> None:
        """Stop, once the time to drain is over."""
        self._stops_at = time.monotonic() + self._server.drain_seconds
        self._stop_in_time()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - as gunicorn's
        """Hear of nobody new, then tell the workers, by signal and otherwise, and wait for them."""
        for listener in self.LISTENERS:
            turn_deaf(listener.sock)
        time.sleep(HANDSHAKE_SECONDS)
        self._server.board.announce_stop()
        super().stop(graceful)

    def murder_workers(self) -> None:
        """Called at every turn of the loop, once a second or oftener."""
        self._stop_in_time()
        super().murder_workers()

    def _stop_in_time(self) -> None:
        if self._stops_at is not None and time.monotonic() >= self._stops_at:
            raise StopIteration
