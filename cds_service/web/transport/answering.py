"""What a thread does with a request that is whole: it asks the application, and sends what that says."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from gunicorn.http import wsgi

from cds_service.computing import TURN
from cds_service.web.transport.arrival import ARRIVED
from cds_service.web.transport.connection import Connection
from cds_service.web.transport.gate import Kind


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
    connection.socket.settimeout(send_seconds)
    response, environ = wsgi.create(connection.request, connection.socket, connection.peer, connection.server, cfg)
    environ["wsgi.multithread"] = True
    environ[ARRIVED] = connection.arrived
    if is_last:
        response.force_close()
    with TURN.computing() if connection.kind is Kind.ANSWER else nullcontext():
        parts = app(environ, response.start_response)
    try:
        connection.has_begun = True
        for part in parts:
            response.write(part)
        response.close()
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return not response.should_close()
