"""Bytes on a socket as they stand, for requests that no client would send."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import parse_headers
from typing import BinaryIO

from tests.attacks.running import Running
from tests.deploy.front import Front
from tests.live_service import Reply


class Wire:
    """One connection."""

    def __init__(self, opened: socket.socket, file: BinaryIO) -> None:
        self.send = opened.sendall
        self._file = file

    def head(self) -> tuple[int, Message]:
        """Status and headers of the next answer, whose body follows."""
        line = self._file.readline()
        assert line, "the connection ended"
        return int(line.split(b" ")[1]), parse_headers(self._file)

    def hear(self) -> Reply:
        """The next answer."""
        status, headers = self.head()
        length = int(headers["Content-Length"])
        body = self._file.read(length)
        assert len(body) == length, "the body broke off"
        return Reply(status, headers, body)

    def is_ended(self) -> bool:
        """Whether the server ends the connection now, without another word."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True


@contextmanager
def wire(place: Running | Front) -> Iterator[Wire]:
    """To a service, or to the proxy before it."""
    with place.connect() as opened, opened.makefile("rb") as file:
        yield Wire(opened, file)


def head(method: str, path: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    """Request line and headers, with the empty line behind them."""
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]
    ).encode("latin-1")
