"""The worker process: one loop that receives and sends away, threads that answer.

gunicorn's threaded worker gives a thread to each connection that sends, however slowly, and ends connections in its
loop, up to two seconds each. Here a thread gets a request that is whole and may be worked on now.
"""

from __future__ import annotations

import logging
import os
import selectors
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from socket import socket
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from cds_service.web.transport.answering import answer
from cds_service.web.transport.connection import Connection, Phase
from cds_service.web.transport.gate import Kind, Line, kind_of, make_lines
from cds_service.web.transport.receiving import NotReceived
from cds_service.web.transport.refusing import origin_headers
from cds_service.web.transport.tally import Tally

LOG = logging.getLogger("kyphoplasty_cds.server")
LOOK_SECONDS = 0.25  # between two looks for connections whose time is over
ACCEPTED_AT_ONCE = 64  # each turn of the loop may wait for the interpreter as often as sockets have bytes
SWITCH_SECONDS = 0.0005  # between threads that compute: the loop waits so long for its turn, for every call of a socket
LAST_SECONDS = 1.0  # at the end, for the first byte of who connected last
TURN_SECONDS = 0.01  # for which a new connection is left to a worker that has fewer


class Worker(ThreadWorker):  # type: ignore[misc]
    """Of gunicorn's threaded worker the start, the signals and the wake-up of the loop are used."""

    alive: bool
    _lacks_thread = False

    def __init__(self, *args: Any, **options: Any) -> None:
        """In the parent, before the fork; `app` is the server's."""
        super().__init__(*args, **options)
        self._limits = self.app.limits
        self._board = self.app.board
        self.place = self._board.take()
        self._connections: set[Connection] = set()
        self._lines: dict[Kind, Line[Connection]] = make_lines(self._limits)
        self._held = 0
        self._looked = 0.0
        self._accepts_from: float | None = None
        self._overtakes = 0  # connections that it may take though another worker has fewer

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """One thread for each that the lines let in, so that none of them waits for another."""
        return ThreadPoolExecutor(self._limits.threads, thread_name_prefix="answer")

    def handle_quit(self, _sig: int, _frame: Any) -> None:
        """At once: threads would be waited for, and an entry is on disk or it is not."""
        os._exit(0)

    def run(self) -> None:
        """Receive and answer until told to end; then finish what is in work."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._tally = Tally(self.wsgi)
        self._addresses = {listener.fileno(): listener.getsockname() for listener in self.sockets}
        self.poller.register(self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks)
        self.set_accept_enabled(True)
        while self.alive and not self._board.is_over and self.is_parent_alive():
            self._turn(LOOK_SECONDS)
        self.alive = False
        self.set_accept_enabled(False)
        last = self._let_last_in()
        ended = time.monotonic()
        while (spent := time.monotonic() - ended) < self._limits.finish_seconds:
            if not (self._is_busy() or (spent < LAST_SECONDS and last & self._connections)):
                break
            self._turn(0.05)
        for connection in list(self._connections):
            self._drop(connection)
        self.tpool.shutdown(wait=False, cancel_futures=True)
        self._tally.say(time.monotonic(), is_last=True)

    def _is_busy(self) -> bool:
        return any(not connection.is_idle for connection in self._connections)

    def _turn(self, seconds: float) -> None:
        now = time.monotonic()
        if self._accepts_from is not None:
            if now >= self._accepts_from:
                self._accepts_from = None
                self.set_accept_enabled(self.alive)
            else:
                seconds = self._accepts_from - now
        self.wait_for_and_dispatch_events(seconds)
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self.notify()
            self._look_at_clocks(now)

    # --- new connections

    def accept(self, listener: socket) -> None:
        """Take those that wait, unless another worker has fewer: that one gets a moment to take them.

        Where it does not, as it stands still or as there are more than it can take, each moment counts for twice as
        many as the one before, until nobody waits.
        """
        overtakes = self._overtakes
        for _ in range(ACCEPTED_AT_ONCE):
            if not self._board.has_fewest(self.place):
                if not overtakes:
                    self._overtakes = min(max(1, 2 * self._overtakes), ACCEPTED_AT_ONCE)
                    self._pause_accepting()
                    return
                overtakes -= 1
            if not self._accept_one(listener):
                self._overtakes = 0
                return

    def _accept_one(self, listener: socket) -> bool:
        try:
            client, peer = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:  # no descriptor is left: the next may have one
            self._tally.count(0, type(error).__name__)
            self._pause_accepting()
            return False
        if len(self._connections) >= self._limits.connections:
            self._end_idle_one()
        now = time.monotonic()
        connection = Connection(client, peer, self._addresses[listener.fileno()], self.cfg, self._limits, now)
        self._connections.add(connection)
        self._board.say(self.place, len(self._connections))
        self._read_at_once(connection)
        return True

    def _read_at_once(self, connection: Connection) -> None:
        """What has come while it waited to be let in: of a call that is sent away it is all."""
        octets = connection.read()
        if octets:
            self._take(connection, octets, is_watched=False)
        elif octets is None:
            self._watch(connection)
        else:
            self._drop(connection)

    def _let_last_in(self) -> set[Connection]:
        """Who has connected is let in, and then nobody can connect: a caller who comes too late learns it at once."""
        before = frozenset(self._connections)
        for listener in self.sockets:
            while len(self._connections) < self._limits.connections and self._accept_one(listener):
                pass
            listener.close()
        return self._connections - before

    def _pause_accepting(self) -> None:
        self.set_accept_enabled(False)
        self._accepts_from = time.monotonic() + TURN_SECONDS

    def _end_idle_one(self) -> None:
        """The one whose time is over next, of those of which nothing is expected, else of those that still send."""
        receiving = [one for one in self._connections if one.phase in {Phase.RECEIVING, Phase.LINGERING}]
        if first := min(receiving, key=lambda one: (not one.is_idle, one.until), default=None):
            self._tally.count(0, "connections")
            self._unwatch(first)
            self._drop(first)

    def _watch(self, connection: Connection) -> None:
        self.poller.register(connection.socket, selectors.EVENT_READ, partial(self._on_bytes, connection))

    def _unwatch(self, connection: Connection) -> None:
        self.poller.unregister(connection.socket)

    def _drop(self, connection: Connection) -> None:
        self._account(connection, 0)
        connection.close()
        self._connections.discard(connection)
        self._board.say(self.place, len(self._connections))

    # --- receiving

    def _on_bytes(self, connection: Connection, _socket: socket) -> None:
        octets = connection.read() if connection in self._connections else None  # or ended in the same turn
        if octets is None:
            return
        if not octets:
            self._unwatch(connection)
            self._drop(connection)
        elif connection.phase is Phase.RECEIVING:
            self._take(connection, octets, is_watched=True)

    def _take(self, connection: Connection, octets: bytes, *, is_watched: bool) -> None:
        """These bytes, or without any those that came behind the last request."""
        before = connection.kept
        try:
            is_whole = connection.take(octets, time.monotonic())
        except NotReceived as error:
            self._refuse(connection, error.status, error.reason, is_watched=is_watched)
            return
        self._held += connection.kept - before
        if self._held > self._limits.held_bytes and self._make_room(connection, is_watched=is_watched) is connection:
            return
        if is_whole:
            if is_watched:
                self._unwatch(connection)
            self._offer(connection)
        elif not is_watched:
            self._watch(connection)

    def _make_room(self, newest: Connection, *, is_watched: bool) -> Connection:
        """Refuse who holds most of what is not whole: a few large requests that stall keep no small one from coming."""
        largest = max((one for one in self._connections if one.phase is Phase.RECEIVING), key=lambda one: one.kept)
        self._refuse(largest, 503, "memory", is_watched=is_watched or largest is not newest)
        return largest

    def _account(self, connection: Connection, kept: int) -> None:
        self._held += kept - connection.kept
        connection.kept = kept

    def _refuse(self, connection: Connection, status: int, reason: str, *, is_watched: bool) -> None:
        """A client that still sends must be able to read it before the connection ends."""
        self._tally.count(status, reason)
        connection.refuse(status, more=origin_headers(self.wsgi, connection.request))
        connection.say_end()
        self._account(connection, 0)
        connection.linger(time.monotonic())
        if not is_watched:
            self._watch(connection)

    # --- answering

    def _offer(self, connection: Connection) -> None:
        connection.phase = Phase.WAITING
        connection.kind = kind_of(connection.request.method, connection.request.path)
        line = self._lines[connection.kind]
        if line.offer(connection, connection.size, connection.arrived):
            self._begin(line)
        else:
            self._send_away(connection, "full")

    def _begin(self, line: Line[Connection]) -> None:
        for late in line.stale(time.monotonic()):
            self._send_away(late, "stale")
        for connection in line.begin():
            connection.phase = Phase.ANSWERING
            self._submit(self._work, connection)

    def _submit(self, act: Callable[..., object], *arguments: object) -> None:
        """Let a thread do this; where the system gives none more, one that there is takes it when it is free."""
        self._lacks_thread = False
        try:
            self.tpool.submit(act, *arguments)
        except RuntimeError:
            self._lacks_thread = True
            self._tally.count(0, "thread")

    def _send_away(self, connection: Connection, reason: str) -> None:
        """503; the connection stays, since its request has come whole, unless more of them stand in line.

        Where its client wants no other request nothing more will come, so that it can end at once.
        """
        if not self.alive or connection.has_more:
            self._refuse(connection, 503, reason, is_watched=False)
            return
        is_last = connection.request.should_close()
        self._tally.count(503, reason)
        connection.refuse(503, keeps_open=not is_last, more=origin_headers(self.wsgi, connection.request))
        if is_last:
            self._drop(connection)
        else:
            self._expect_next(connection)

    def _work(self, connection: Connection) -> None:
        """In a thread."""
        is_last = not self.alive or self._board.is_ending
        send_seconds = self._limits.send_seconds
        try:
            is_kept = answer(connection, self.wsgi, self.cfg, send_seconds=send_seconds, is_last=is_last)
        except BaseException as error:  # noqa: BLE001 - told in the loop; its place in the line must come free
            self.method_queue.defer(self._finish, connection, False, error)
        else:
            self.method_queue.defer(self._finish, connection, is_kept, None)

    def _finish(self, connection: Connection, is_kept: bool, error: BaseException | None) -> None:  # noqa: FBT001
        """In the loop again."""
        line = self._lines[connection.kind]
        line.finish(connection.size)
        if error is not None and not isinstance(error, OSError):
            fields = {"event": "error", "kind": type(error).__name__}
            LOG.error("unexpected error", extra={"fields": fields, "failure": error})
        if is_kept:
            self._expect_next(connection)
        elif error is None or isinstance(error, OSError) or connection.has_begun:
            self._end(connection)
        else:
            self._refuse(connection, 500, "error", is_watched=False)
        self._begin(line)

    def _end(self, connection: Connection) -> None:
        """Say that nothing more comes, and let the client take what it has not read yet."""
        connection.say_end()
        self._account(connection, 0)
        connection.linger(time.monotonic())
        self._watch(connection)

    def _expect_next(self, connection: Connection) -> None:
        self._held -= connection.kept
        connection.next_request(time.monotonic())
        self._held += connection.kept
        if connection.is_idle:
            self._watch(connection)
        else:
            self._take(connection, b"", is_watched=False)

    # --- time

    def _look_at_clocks(self, now: float) -> None:
        if self._lacks_thread:
            self._submit(int)  # nothing: with a thread for it there is one for what waits
        for line in self._lines.values():
            for late in line.stale(now):
                self._send_away(late, "stale")
        for connection in [one for one in self._connections if one.until <= now]:
            if connection.phase is Phase.LINGERING or connection.is_idle:
                self._unwatch(connection)
                self._drop(connection)
            elif connection.phase is Phase.RECEIVING:
                self._refuse(connection, 408, "slow", is_watched=True)
        self._tally.say(now)
