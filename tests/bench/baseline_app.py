"""A Flask view with a fixed answer of two cards, on the server that ours runs on.

python baseline_app.py serve --port 0 --workers WORKERS
"""

import sys
from pathlib import Path

from flask import Flask, Response

from cds_service.web.http_server import Address, serve

ANSWER = Path(__file__).with_name("two_cards.json").read_bytes()


def make_app(_address: str) -> Flask:
    """The application; `serve` asks it whether it lives."""
    app = Flask("baseline")

    @app.get("/health/live")
    def live() -> Response:
        return _json(b"{}")

    @app.post("/fixed")
    def fixed() -> Response:
        return _json(ANSWER)

    return app


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json; charset=utf-8")


if __name__ == "__main__":
    serve(make_app, Address("127.0.0.1", 0), workers=int(sys.argv[-1]))
