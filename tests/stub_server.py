"""An HTTP server on loopback whose answers a test decides."""

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Handler = BaseHTTPRequestHandler


class StubServer:
    """Serves from the moment that it is made; a context manager that closes it.

    Attributes:
        released: set when it closes; whoever holds a connection waits for it.
    """

    def __init__(
        self, *, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.released = threading.Event()
        self._server = _Server((address, 0), _handler(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return str(self._server.server_address[0])

    @property
    def origin(self) -> str:
        return f"{self._scheme}://{self.address}:{self.port}"

    def respond(self, handler: Handler) -> None:
        """Answer one GET or POST."""
        raise NotImplementedError

    def close(self) -> None:
        if not self.released.is_set():
            self.released.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away: that is what is tested."""


def _handler(server: StubServer) -> type[Handler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes

        def do_GET(self) -> None:
            with suppress(ConnectionError):
                server.respond(self)

        do_POST = do_GET  # noqa: N815 - as http.server calls it

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    return Answering


def send(
    handler: Handler, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """The answer, of as many octets as it says unless a header says another number."""
    handler.send_response(status)
    if handler.close_connection:
        handler.send_header("Connection", "close")
    for name, value in (
        {"Content-Length": str(len(body))} | dict(headers or {})
    ).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
