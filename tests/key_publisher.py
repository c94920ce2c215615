"""A JWKS address on this machine, which answers as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.client_tokens import Signer, key_set

HANG_SECONDS = 30.0


class Publisher:
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
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.gate.wait(HANG_SECONDS)
                status, headers, body = outer.answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://{address}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
