"""A JWKS address on this machine, which answers as it is told."""

import threading

from tests.client_tokens import Signer, key_set
from tests.stub_server import Handler, StubServer, send

HANG_SECONDS = 30.0


class Publisher(StubServer):
    """A JWKS address.

    Attributes:
        answer: status, headers, body.
        gate: while it is not set, an answer waits for it.
    """

    def __init__(self, *keys: Signer, address: str = "127.0.0.1") -> None:
        self.asked: list[str] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, key_set(*keys))
        self.gate = threading.Event()
        self.gate.set()
        super().__init__(address=address)

    @property
    def base(self) -> str:
        return self.origin

    def respond(self, handler: Handler) -> None:
        self.asked.append(handler.path)
        self.gate.wait(HANG_SECONDS)
        status, headers, body = self.answer
        handler.close_connection = True
        send(handler, status, body, headers)

    def close(self) -> None:
        self.gate.set()
        super().close()
