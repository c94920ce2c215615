"""A proxy before PostgreSQL that loses a connection right before or right after its COMMIT reaches the server."""

import socket
import threading
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Literal


class LossyProxy(ThreadingTCPServer):
    """The running proxy, before the server on this port.

    Attributes:
        lost: how many connections were lost around a COMMIT.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind, self.port = ("127.0.0.1", port), self.server_address[1]
        self.lost, self._next = 0, ""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def lose(self, when: Literal["before", "after"]) -> None:
        """The connection with the next COMMIT: before the server reads it, or after it has done it."""
        self._next = when

    def take(self) -> str:
        """The moment that the COMMIT which just came is for."""
        found, self._next = self._next, ""
        return found

    def close(self) -> None:
        """Take no more connections."""
        self.shutdown()
        self.server_close()


class _Connection(BaseRequestHandler):
    server: LossyProxy

    def handle(self) -> None:
        self._is_muted = False
        with (
            socket.create_connection(self.server.behind) as self._server,
            suppress(OSError),
        ):
            answers = threading.Thread(target=self._forward_answers)
            answers.start()
            self._forward_statements()
            self._end()
            answers.join()

    def _forward_statements(self) -> None:
        while octets := self.request.recv(65536):
            when = self.server.take() if b"COMMIT" in octets else ""
            if when == "before":
                self.server.lost += 1
                return
            self._is_muted = when == "after"
            self._server.sendall(octets)

    def _forward_answers(self) -> None:
        with suppress(OSError):
            while octets := self._server.recv(65536):
                if self._is_muted:
                    # the server has done what it was told; nobody hears of it
                    self.server.lost += 1
                    break
                self.request.sendall(octets)
        self._end()

    def _end(self) -> None:
        for side in (self.request, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
