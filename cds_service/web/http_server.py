"""Run the application in gunicorn with threads.

It is loaded before the workers fork.
"""

import gc
import logging
import math
import mmap
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from gunicorn.app.base import BaseApplication

from cds_service.errors import DataFileError
from cds_service.web.app import AT_WORKER_START
from cds_service.web.logs import ServerLog
from cds_service.web.metrics import SharedCounts, share_between_workers

# Of one worker. nginx sends a replica at most `max_conns` requests at once
# (deploy/nginx), a few fewer than this, so that health and metrics always find a
# thread, whichever worker took the others.
THREADS = 28
# Seconds for which a thread computes while another waits for the processor. With
# Python's own, 5 ms, a short call waits for seconds next to a few that compute: it
# needs the processor many times. This costs 3 % of what a worker can do.
SWITCH_SECONDS = 0.001
# longer than nginx keeps a connection: it never sends on one that closes
KEEPALIVE_SECONDS = 65
BACKLOG = 512
LINE_BYTES = 8190  # of the request line; more is 414
FIELD_BYTES = 16 * 1024  # of one header: a token with its certificates; more is 431
FIELDS = 100  # more headers are 431
FINISH_SECONDS = 10.0
EXIT_SECONDS = 2.0  # for a worker to end after its last answer
LOG = logging.getLogger("kyphoplasty_cds.server")
NO_ROOM_FOR_COUNTS = (
    "there is no room for the counts of the workers, the disk may be full: each reports"
    " its own until a restart"
)
# By these gunicorn takes sockets that it inherited in place of our address, which was
# checked: in open mode it must be of this machine.
INHERITED_SOCKETS = ("LISTEN_FDS", "LISTEN_PID", "GUNICORN_FD", "GUNICORN_PID")


class Drain:
    """Lets a stopping server answer a while longer.

    Meanwhile it reports that it is not ready.

    Load balancers then send requests elsewhere before any are refused.
    """

    def __init__(self, seconds: float) -> None:
        """Create before the workers fork, since they share the flag.

        Args:
            seconds: from SIGTERM until the server stops accepting.
        """
        self._seconds = seconds
        self._flag = mmap.mmap(-1, 2)

    @property
    def is_ending(self) -> bool:
        return self._flag[0] != 0

    @property
    def is_over(self) -> bool:
        return self._flag[1] != 0

    def watch(self, arbiter: Any) -> None:
        """Delay the first SIGTERM; a second one stops at once.

        This is the hook `when_ready` of gunicorn. SIGUSR2, by which that starts itself
        once more, is ignored: the second server would outlive this one.
        """
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        handle, process = signal.getsignal(signal.SIGTERM), os.getpid()

        def on_term(_sig: int, frame: Any) -> None:
            # a worker that has no handlers of its own yet: nothing is in work in it
            if os.getpid() != process:
                os._exit(0)
            if self.is_ending:
                stop(signal.SIGQUIT, frame)
            elif self._seconds:
                signal.setitimer(signal.ITIMER_REAL, self._seconds)
            else:
                stop(signal.SIGTERM, frame)
            self._flag[0] = 1

        def stop(how: int, frame: Any) -> None:
            self._flag[1] = 1
            handle(how, frame)  # type: ignore[operator, misc]

        signal.signal(signal.SIGALRM, lambda _sig, frame: stop(signal.SIGTERM, frame))
        signal.signal(signal.SIGTERM, on_term)
        arbiter.log.debug("drains for %s seconds", self._seconds)


class _Server(BaseApplication):  # type: ignore[misc]
    """A gunicorn application with our options only.

    It reads no configuration file and no environment variables.
    """

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


class _Counts:
    """The files in which the workers count together."""

    def __init__(self, workers: int) -> None:
        """Make them, if there are several workers and there is room."""
        self._workers = workers
        self._folder: Path | None = None
        self._shared: SharedCounts | None = None
        if workers == 1:
            return
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-metrics-"))
            self._shared = share_between_workers(self._folder, workers)
        except OSError:
            LOG.warning(NO_ROOM_FOR_COUNTS)
            self.end()

    def number(self, arbiter: Any, worker: Any) -> None:
        """Give a worker the files of one that has ended, or new ones.

        This is the hook `pre_fork` of gunicorn.
        """
        taken = {living.counts_as for living in arbiter.WORKERS.values()}
        free = set(range(1, self._workers + 1)) - taken
        worker.counts_as = min(free, default=self._workers + worker.age)

    def begin(self, worker: Any) -> None:
        """Count in the files of this worker from now on."""
        if self._shared is not None:
            self._shared.write_as(worker.counts_as)

    def end(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class Address(NamedTuple):
    """The address on which the server listens."""

    host: str
    port: int


def serve(
    make_app: Callable[[str], Flask],
    address: Address,
    *,
    workers: int = 1,
    finish_seconds: float = FINISH_SECONDS,
    drain: Drain | None = None,
    on_exit: Callable[[], None] = lambda: None,
) -> None:
    """Answer HTTP on this address; print `listening on http://HOST:PORT` first.

    Args:
        make_app: makes the application for the listening address; called once, before
            the workers fork.
        address: to listen on; port 0 picks a free one.
        finish_seconds: time to finish running requests at the end.
        on_exit: called once all workers have ended.

    Raises:
        DataFileError: the address cannot be used.
    """
    for variable in INHERITED_SOCKETS:
        os.environ.pop(variable, None)
    listener = _listen(address.host, address.port)
    listening = _url_of(address.host, listener)
    counts = _Counts(workers)
    app = make_app(listening)
    # what is loaded stays: the garbage collector of a worker passes over it, and shares
    # its pages
    gc.freeze()
    drain = drain or Drain(0.0)

    def begin(worker: Any) -> None:
        counts.begin(worker)
        _begin_worker(app, drain)
        if worker.age == 1:  # the first of all
            # For the parent process.
            print(f"listening on {listening}", flush=True)  # noqa: T201

    def end(_arbiter: Any) -> None:
        on_exit()
        counts.end()

    options = {
        **_fixed_options(),
        "bind": f"fd://{listener.detach()}",  # which gunicorn closes
        "workers": workers,
        "graceful_timeout": math.ceil(finish_seconds + EXIT_SECONDS),
        "when_ready": drain.watch,
        "pre_fork": counts.number,
        "post_worker_init": begin,
        "on_exit": end,
    }
    _Server(app, options).run()


def _begin_worker(app: Flask, drain: Drain) -> None:
    """Prepare a worker that has just been forked; end it if the service is ending."""
    # The signal came between the fork and this worker's own handlers, and was lost.
    if drain.is_over:
        os._exit(0)
    gc.enable()  # `kyphoplasty-cds serve` loads without it
    sys.setswitchinterval(SWITCH_SECONDS)
    app.extensions.get(AT_WORKER_START, lambda: None)()


def _fixed_options() -> dict[str, Any]:
    """Return the options of gunicorn that are the same for every server of ours."""
    return {
        "worker_class": "gthread",
        "threads": THREADS,
        "keepalive": KEEPALIVE_SECONDS,
        "preload_app": True,
        "limit_request_line": LINE_BYTES,
        "limit_request_field_size": FIELD_BYTES,
        "limit_request_fields": FIELDS,
        # Nobody in front of us is believed: where we are reached is a setting.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "loglevel": "warning",
        "logger_class": ServerLog,
        "control_socket_disable": True,
        # SIGQUIT: threads would be waited for, and an entry is on disk or it is not.
        "worker_int": lambda _worker: os._exit(0),
    }


def _url_of(host: str, listener: socket.socket) -> str:
    """Return the URL at which the server listens, with the port that it got."""
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server(
            (host.strip("[]"), port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        raise DataFileError(
            "--host/--port", f"{host}:{port}", f"cannot listen there: {error.strerror}"
        ) from None
