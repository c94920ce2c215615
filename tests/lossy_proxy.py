"""A proxy before PostgreSQL that can lose a connection right before or right after its COMMIT reaches the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal


class LossyProxy:
    """Forwards bytes on a port of its own; `lose` is taken by the next COMMIT.

    Attributes:
        lost: how many connections were lost so.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.lose: Literal["", "before", "after"] = ""
        self.lost = 0
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def cut(self) -> None:
        """Lose every connection that is open now."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._to)) as server, self._counted(client, server):
            muted = threading.Event()
            back = threading.Thread(target=self._back, args=(server, client, muted), daemon=True)
            back.start()
            while octets := _receive(client):
                how, self.lose = (self.lose, "") if b"COMMIT" in octets else ("", self.lose)
                if how == "before":
                    break
                if how == "after":
                    muted.set()
                try:
                    server.sendall(octets)
                except OSError:
                    return
                if how == "after":
                    back.join(5)
                    break
            else:
                return
            self.lost += 1
            for connection in (client, server):
                with suppress(OSError):  # it may be cut already
                    connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _counted(self, *connections: socket.socket) -> Iterator[None]:
        self._open |= set(connections)
        try:
            yield
        finally:
            self._open -= set(connections)
            for connection in connections:
                with suppress(OSError):  # else the other thread's `recv` would keep it open
                    connection.shutdown(socket.SHUT_RDWR)

    def _back(self, server: socket.socket, client: socket.socket, muted: threading.Event) -> None:
        while octets := _receive(server):
            if muted.is_set():
                return  # the server has done what it was told; nobody hears of it
            try:
                client.sendall(octets)
            except OSError:
                return


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""
