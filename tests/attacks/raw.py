"""Bytes on a socket as they stand, for requests that no client would send."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.attacks.running import Running
from tests.deploy.front import Front


@dataclass(frozen=True)
class Heard:
    """One answer.

    Attributes:
        headers: names in lower case.
    """

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def issue(self) -> Any:
        """The one issue of the OperationOutcome, which is all that an error may hold."""
        assert self.headers["content-type"].startswith("application/fhir+json")
        outcome = json.loads(self.body)
        assert outcome.keys() == {"resourceType", "issue"}
        (issue,) = outcome["issue"]
        return issue


class Wire:
    """One connection."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._unread = b""

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def end(self) -> None:
        """Nothing more comes from us."""
        self._socket.shutdown(socket.SHUT_WR)

    def line(self) -> bytes:
        """Up to the next empty line, without any body."""
        while b"\r\n\r\n" not in self._unread:
            piece = self._socket.recv(65536)
            assert piece, ("the connection ended", self._unread)
            self._unread += piece
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        return head

    def hear(self) -> Heard:
        """The next answer."""
        first, *lines = self.line().decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers["content-length"])
        while len(self._unread) < length:
            piece = self._socket.recv(65536)
            assert piece, "the body broke off"
            self._unread += piece
        body, self._unread = self._unread[:length], self._unread[length:]
        return Heard(int(first.split(" ")[1]), headers, body)

    def is_ended(self) -> bool:
        """Whether the server ends the connection now, without another word."""
        try:
            return self._unread == b"" and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()


@contextmanager
def wire(place: Running | Front) -> Iterator[Wire]:
    """To a service, or to the proxy before it."""
    opened = Wire(place.connect())
    try:
        yield opened
    finally:
        opened.close()


def head(method: str, path: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    """Request line and headers, with the empty line behind them."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode("latin-1")
