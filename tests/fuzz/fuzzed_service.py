"""The real application over a real audit log, in this process; each answer is looked at for what must hold of all."""

import json
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fhir.resources.R4B.operationoutcome import OperationOutcome
from werkzeug.test import TestResponse

from cds_service.audit.chain import AuditEntry
from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.store import WAIT_SECONDS, AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.settings import Settings
from cds_service.site.folder import SiteFolder
from cds_service.web.app import Wiring, create_app
from cds_service.web.logs import JsonLines
from tests.audit_builders import rows_of
from tests.canaries import BIRTH, CANARY
from tests.chart_builders import HOOK, NOW, open_service
from tests.fuzz.amount import DEADLINE_SECONDS, IS_LONG_RUN
from tests.fuzz.bases import TOKEN
from tests.wire_builders import unsigned

BASE_URL = "http://127.0.0.1:8080"
CALL = f"/cds-services/{HOOK}"
FEEDBACK = f"{CALL}/feedback"
DATABASE_SECONDS = WAIT_SECONDS if IS_LONG_RUN else 10.0
REFUSALS = {400, 401, 403, 404, 405, 412, 413, 415}
SETTLE_SECONDS = 60
ECHO = re.compile(rb"(?i)canary(?!-route)")


@contextmanager
def in_time() -> Iterator[None]:
    """What is asked here is answered before the deadline, to the last octet."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < DEADLINE_SECONDS


class KeptLines(logging.Handler):
    """Log lines as they would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class FuzzedService:
    """One application and its log; every answer is looked at as it comes.

    Attributes:
        answers: how many had cards.
        statements: of feedback that was taken.
    """

    def __init__(self, folder: Path, site: SiteFolder | None = None) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'audit.sqlite3'}"
        self.store = AuditStore(self.url, wait_seconds=DATABASE_SECONDS)
        self.store.open_with(AuditEntry(kind="start", at=NOW, content={}))
        self.app = create_app(
            open_service(),
            Settings(database_url=self.url, deadline_seconds=DEADLINE_SECONDS),
            audit=self.store,
            base_url=BASE_URL,
            site=site,
            wiring=Wiring(earlier=EarlierFeedback(self.store), clock=lambda: NOW),
        )
        self.client = self.app.test_client()
        self.answers = 0
        self.statements: set[object] = set()
        self.log = KeptLines()

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Any = None,
        **environ: Any,
    ) -> TestResponse:
        """Send this as it stands, and look at what holds of every answer."""
        with in_time():
            response = self.client.open(
                path,
                method=method,
                data=body,
                headers=headers,
                environ_overrides=environ or None,
            )
            octets = response.data
        self.answers += response.status_code == 200 and octets.startswith(
            b'{"cards":[{'
        )
        lines, self.log.lines = self.log.lines, []
        nothing_leaks("\n".join(lines))
        assert not any('"level": "ERROR"' in line for line in lines), lines
        assert response.status_code < 500, (response.status_code, octets[:500], lines)
        if response.status_code >= 400:
            assert not ECHO.search(octets), octets[:500]
        return response

    def post(self, path: str, body: bytes, **headers: str) -> TestResponse:
        """Send JSON to an endpoint of CDS Hooks, whose refusals have one form."""
        response = self.send(
            "POST", path, body, {"Content-Type": "application/json", **headers}
        )
        if response.status_code != 200:
            is_refusal(response.status_code, response.content_type, response.data)
        return response

    def answer(self, body: bytes) -> Any:
        """The answer to a hook call, without the signed part of its links; None where it was refused."""
        response = self.post(CALL, body)
        if response.status_code != 200:
            return None
        return json.loads(unsigned(response.text), parse_constant=_no_constant)

    def close(self) -> None:
        """Stop; then every answer must stand in the log, once, and the log must be whole."""
        metrics = self.client.get("/metrics").text
        self.store.close()
        nothing_leaks(metrics)
        assert 'status="500"' not in metrics
        assert TOKEN.encode() not in b"".join(
            path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        )
        report = verify_log(self.url)
        assert report.is_whole, report.faults
        kinds = Counter(
            kind for (kind,) in rows_of(self.url, "SELECT kind FROM audit_entry")
        )
        shown = rows_of(self.url, "SELECT DISTINCT sequence FROM audit_card")
        assert len(shown) == self.answers
        assert kinds["answer"] >= self.answers  # some have no card: nothing is open
        assert kinds["feedback"] == len(self.statements)


def is_refusal(status: int, content_type: str | None, body: bytes) -> None:
    """A status of the contract, and an OperationOutcome with one fixed text."""
    assert status in REFUSALS, (status, body[:300])
    assert content_type == "application/fhir+json; charset=utf-8"
    (issue,) = OperationOutcome.model_validate_json(body).issue
    assert issue.details.text.strip()


def nothing_leaks(text: str) -> None:
    """No free text of a record, no token, no birth date."""
    assert not CANARY.search(text), CANARY.search(text)
    assert TOKEN not in text
    assert BIRTH not in text


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")
