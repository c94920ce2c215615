"""A call that is sent away before the application sees it: the page that made it can read why, where it may call."""

from __future__ import annotations

import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = "https://sandbox.example.org"
PROGRAM = """
import sys
from flask import Flask
from cds_service.site.folder import Site
from cds_service.web.cors import register_cors
from cds_service.web.server import serve
from cds_service.web.transport.limits import Limits

SITES = {
    "open": None,
    "site": Site.model_validate({"site": {"name": "X", "allowed-origins": ["https://sandbox.example.org"]}}),
}

def make_app(address):
    app = Flask("stub")
    app.add_url_rule("/health/live", "live", lambda: {"status": "live"})
    register_cors(app, SITES[sys.argv[1]])
    return app

serve(make_app, host="127.0.0.1", port=0, limits=Limits(answers=0, waiting=0))  # every call is one too many
"""
HANG_SECONDS = 30


@pytest.fixture
def refused(request):
    """The 503 that a call from this origin gets, by `(origin, path) -> headers`."""
    run = [sys.executable, "-u", "-c", PROGRAM, request.param]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            port = int(process.stdout.readline().strip().rpartition(":")[2])

            def call(origin: str, path: str = "/cds-services/x"):
                connection = HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
                connection.request("POST", path, b"{}", {"Origin": origin})
                response = connection.getresponse()
                assert response.status == 503
                assert b"OperationOutcome" in response.read()
                connection.close()
                return response.headers

            yield call
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=HANG_SECONDS)


@pytest.mark.parametrize("refused", ["open"], indirect=True)
def test_in_open_mode_any_page_can_read_that_it_was_sent_away(refused):
    assert refused("https://anywhere.example.org")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("refused", ["site"], indirect=True)
def test_at_a_site_only_pages_of_its_origins_can_read_that_they_were_sent_away(refused):
    for path in ("/cds-services/x", "//cds-services//x", "/cds%2Dservices/x"):
        headers = refused(ALLOWED, path)
        assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == (ALLOWED, "Origin")
    for other in ("https://other.example.org", f"{ALLOWED}.evil.example", "null", "\xe9"):
        headers = refused(other)
        assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == (None, "Origin")
