"""The one place that every log line passes."""

import io
import json
import logging
import logging.handlers
import re
import threading

import pytest

from cds_service.errors import NotAuthenticated
from cds_service.web.logs import JsonLines, UnauthenticatedCalls, _note_thread
from tests.canaries import CANARY

MODULES = (
    "urllib3.connectionpool",
    "sqlalchemy.engine.Engine",
    "gunicorn.error",
    "werkzeug",
    "alembic",
    "py.warnings",
)


@pytest.fixture
def lines():
    """What loggers of any name write at any level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("name", MODULES)
def test_of_other_packages_nothing_is_said_that_is_not_in_their_code(lines, name):
    log = logging.getLogger(name)
    log.warning("GET /fhir/Patient?name=Canary1 HTTP/1.1")
    log.warning("%s took %d s", "Canary2", 3)
    log.warning("Canary3", extra={"fields": {"event": "Canary4"}})
    try:
        int("Canary5")
    except ValueError:
        log.exception("failed for %s", "Canary6")
    assert not CANARY.search(json.dumps(lines()))
    assert [line.get("message") for line in lines()] == [
        None,
        "%s took %d s",
        None,
        "failed for %s",
    ]
    assert all("test_logs.py" in line["place"] for line in lines())
    assert lines()[3]["kind"] == "ValueError"


def test_a_long_value_is_cut_and_an_object_is_named_by_its_kind(lines):
    fields = {
        "event": "x",
        "kid": "k" * 10_000,
        "key": b"Canary",
        "nested": {"names": [object()] * 1000},
    }
    logging.getLogger("kyphoplasty_cds.calls").error("x", extra={"fields": fields})
    (line,) = lines()
    assert line["kid"] == "k" * 200 + "…"
    assert line["key"] == "bytes"
    assert line["nested"]["names"] == ["object"] * 50


def test_no_value_begins_a_line_or_speaks_to_a_terminal():
    fields = {
        "event": "x",
        "kid": 'a\r\n{"event":"call"}\x1b[31m\x9b31m\x7f\u2028\u202e"',
    }
    record = logging.LogRecord(
        "kyphoplasty_cds.calls", logging.INFO, "x.py", 1, "call", None, None
    )
    record.fields = fields
    line = JsonLines().format(record)
    assert re.fullmatch(r"[\x20-\x7e]+", line)
    assert json.loads(line)["kid"] == fields["kid"]


def test_a_thread_that_fails_leaves_kind_and_frames_without_its_message(
    lines, monkeypatch
):
    monkeypatch.setattr(threading, "excepthook", _note_thread)

    def fail():
        raise RuntimeError("Canary Hallie")

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["kind"], line["name"]) == (
        "uncaught",
        "RuntimeError",
        "worker",
    )
    assert "fail" in line["frames"][-1]
    assert "Hallie" not in json.dumps(line)


def test_a_refused_token_is_logged_with_what_was_expected(lines):
    refusal = NotAuthenticated("Not authenticated.", reason="jwt.aud")
    refusal.claimed = {
        "iss": "https://ehr.example.org",
        "aud": "https://wrong.example.org",
        "jku": "",
    }
    refusal.expected = {"aud": ["https://cds.example.org/cds-services"]}
    UnauthenticatedCalls().note(refusal, "kyphoplasty-order-sign")
    (line,) = lines()
    assert line["reason"] == "jwt.aud"
    assert line["aud"] == "https://wrong.example.org"
    assert line["expected"] == {"aud": ["https://cds.example.org/cds-services"]}
    assert "jku" not in line, "what was not said has no member"
