"""Two answers that do nothing of medicine, served as ours: `python -m tests.bench.baseline_app PORT WORKERS`.

`/fixed` gives a fixed answer with two cards without a look at the body; `/parsed` parses the body with orjson first.
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
from flask import Flask, Response, request

from cds_service.web.server import serve

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

    @app.post("/parsed")
    def parsed() -> Response:
        body = orjson.loads(request.get_data(cache=False))
        return _json(ANSWER if body["context"]["patientId"] else b"{}")

    return app


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json; charset=utf-8")


if __name__ == "__main__":
    serve(make_app, host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]))
