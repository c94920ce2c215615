"""One connection: where it stands, until when, and what it sends that nobody waits for."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from typing import Any

from cds_service.web.transport.gate import Kind
from cds_service.web.transport.limits import Limits
from cds_service.web.transport.receiving import Receiver
from cds_service.web.transport.refusing import NO_HEADERS, refusal

READ_BYTES = 256 * 1024


class Phase(Enum):
    """What happens to it."""

    RECEIVING = "receiving"  # also between two requests
    WAITING = "waiting"  # for its turn
    ANSWERING = "answering"  # in a thread
    LINGERING = "lingering"  # refused; what it still sends is dropped


class Connection:
    """A client's socket with what has come from it.

    Attributes:
        request: whole, while it waits or is answered.
        arrived: monotonic time of the request's last byte.
        until: monotonic time at which this phase ends by force.
        kept: bytes of this connection that are held in memory.
        has_begun: whether anything of the answer may have been sent.
    """

    def __init__(self, client: socket.socket, peer: Any, server: Any, cfg: Any, limits: Limits, now: float) -> None:
        """A new one, of which nothing was read."""
        client.setblocking(False)
        with suppress(OSError):  # not on sockets of the file system
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = client
        self.peer = peer
        self.server = server
        self.phase = Phase.RECEIVING
        self.until = now + limits.receive_seconds
        self.request: Any = None
        self.kind = Kind.PAGE
        self.size = 0
        self.arrived = now
        self.kept = 0
        self.has_begun = False
        self._limits = limits
        self._receiver = Receiver(cfg, peer, limits)

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a request has come."""
        return self.phase is Phase.RECEIVING and self._receiver.is_idle

    @property
    def has_more(self) -> bool:
        """Whether something has come behind the request."""
        return not self._receiver.is_idle

    def read(self) -> bytes | None:
        """What has come, no more than a piece; empty at the end of it, None when nothing is there."""
        try:
            return self.socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def take(self, octets: bytes, now: float) -> bool:
        """Whether a request is whole now.

        Raises:
            NotReceived: there will be none.
        """
        if self._receiver.is_idle and octets:
            self.until = now + self._limits.receive_seconds
        request = self._receiver.feed(octets)
        self.kept = self._receiver.held
        if request is None:
            if self._receiver.wants_continue:
                self._receiver.wants_continue = False
                self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
            return False
        self.request, self.arrived, self.has_begun = request, now, False
        self.size = request.body.getbuffer().nbytes
        self.kept += self.size
        return True

    def refuse(self, status: int, *, keeps_open: bool = False, more: Mapping[str, str] = NO_HEADERS) -> None:
        """Send a refusal."""
        self._send(refusal(status, keeps_open=keeps_open, more=more))

    def say_end(self) -> None:
        """Nothing more comes from us."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def next_request(self, now: float) -> None:
        """The last one is answered."""
        self.request, self.size = None, 0
        self.kept = self._receiver.held
        self.phase = Phase.RECEIVING
        self.until = now + (self._limits.idle_seconds if self._receiver.is_idle else self._limits.receive_seconds)

    def linger(self, now: float) -> None:
        """Read what comes, and drop it, for a while."""
        self.request, self.size, self.kept = None, 0, 0
        self._receiver = Receiver(None, None, self._limits)
        self.phase = Phase.LINGERING
        self.until = now + self._limits.linger_seconds

    def close(self) -> None:
        """The end, whatever the client still does."""
        with suppress(OSError):
            self.socket.close()

    def _send(self, octets: bytes) -> None:
        with suppress(OSError):  # it has gone, or reads nothing
            self.socket.send(octets)
