"""What a thread does with a request that is whole: it asks the application, and sends what that says."""

from __future__ import annotations

from typing import Any

from gunicorn.http import wsgi

from cds_service.web.transport.arrival import ARRIVED
from cds_service.web.transport.connection import Connection

PIECE_BYTES = 64 * 1024


class _Outgoing:
    """What is sent of an answer, head and body in one piece: each call of a socket waits for the interpreter again."""

    def __init__(self, connection: Connection, send_seconds: float) -> None:
        self._connection = connection
        self._client = connection.socket
        self._send_seconds = send_seconds
        self._parts: list[bytes] = []
        self._size = 0

    def sendall(self, part: bytes) -> None:
        """Send it, at the latest with the last."""
        self._parts.append(part)
        self._size += len(part)
        if self._size > PIECE_BYTES:
            self.send()

    def send(self) -> None:
        """Send what waits; where the client is not as fast, wait for it."""
        octets = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        self._connection.has_begun = True
        try:
            sent = self._client.send(octets)
        except BlockingIOError:
            sent = 0
        if sent < len(octets):
            self._client.settimeout(self._send_seconds)
            try:
                self._client.sendall(octets[sent:])
            finally:
                self._client.setblocking(False)


def answer(connection: Connection, app: Any, cfg: Any, *, send_seconds: float, is_last: bool) -> bool:
    """Whether the connection can be kept.

    Args:
        connection: with its request.
        app: of WSGI.
        cfg: gunicorn's.
        send_seconds: for the client to take the answer.
        is_last: whether no other request is wanted on this connection.

    Raises:
        OSError: the client has gone, or does not take it.
    """
    response, environ = wsgi.create(connection.request, connection.socket, connection.peer, connection.server, cfg)
    response.sock = outgoing = _Outgoing(connection, send_seconds)
    environ["wsgi.multithread"] = True
    environ[ARRIVED] = connection.arrived
    if is_last:
        response.force_close()
    parts = app(environ, response.start_response)
    try:
        for part in parts:
            response.write(part)
        response.close()
        outgoing.send()
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return not response.should_close()
