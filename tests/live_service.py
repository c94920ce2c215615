"""The real application on a free port of this machine, with a clock that stands still and an audit log in a file."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from cds_service.audit.store import AuditStore
from cds_service.loading import load_service
from cds_service.samples.fhir_server import LocalServer
from cds_service.service import answer
from cds_service.settings import Settings
from cds_service.web.app import Wiring, create_app
from tests.wire_builders import unsigned

SERVICE_ID = "kyphoplasty-order-sign"
DISCOVERY = "/cds-services"
CALL = f"{DISCOVERY}/{SERVICE_ID}"
FEEDBACK = f"{CALL}/feedback"
TODAY = date(2026, 11, 20)
ASSESSMENTS = "org.kyphoplasty-cds.assessments"
DEADLINE_SECONDS = 30.0  # a busy test machine must not turn into a gap


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def issue(self) -> str:
        """Code of the OperationOutcome."""
        return str(self.json()["issue"][0]["code"])

    def json(self) -> Any:
        """The body, which must be strict JSON."""
        return json.loads(self.body, parse_constant=_no_constant)


def exchange(
    address: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Any request at all, path and body as they stand, on a connection of its own."""
    connection = HTTPConnection(address, timeout=120)
    try:
        # it may answer before it has read everything
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


class LiveService:
    """The running service; every call goes over a socket.

    A context manager that ends it.

    Attributes:
        url: where it answers.
        now: what its clock says; see `on`.
    """

    def __init__(self, folder: Path, *, audit: Any = None, flow: Any = answer) -> None:
        self.now = _morning_of(TODAY)
        log = audit or AuditStore(
            f"sqlite:///{folder / 'audit.sqlite3'}", wait_seconds=DEADLINE_SECONDS
        )
        settings, service = Settings(deadline_seconds=DEADLINE_SECONDS), load_service()
        wiring = Wiring(clock=lambda: self.now, flow=flow)
        self._server = LocalServer(
            lambda url: create_app(
                service, settings, audit=log, base_url=url, wiring=wiring
            )
        )
        self.url = self._server.url
        self.close = self._server.stop

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def on(self, day: date) -> Iterator[None]:
        """The clock on another day."""
        before, self.now = self.now, _morning_of(day)
        try:
            yield
        finally:
            self.now = before

    def send(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> Reply:
        """Any request; `Content_Type="…"` is a header."""
        named = {name.replace("_", "-"): one for name, one in headers.items()}
        return exchange(self.url.removeprefix("http://"), method, path, body, named)

    def post(self, body: Any, path: str = CALL) -> Reply:
        """A hook call with this JSON; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", path, raw, Content_Type="application/json")

    def cards(self, body: Any) -> list[dict[str, Any]]:
        """The cards of a call that must succeed, without the signed part of their links."""
        reply = self.post(body)
        assert reply.status == 200, (reply.status, reply.body[:800])
        reply.json()  # strict JSON as it came
        found: list[dict[str, Any]] = json.loads(unsigned(reply.body.decode()))["cards"]
        return found

    def discovery(self) -> dict[str, Any]:
        """The entry of the service that answers signings."""
        services = self.send("GET", DISCOVERY).json()["services"]
        (entry,) = [one for one in services if one["id"] == SERVICE_ID]
        return dict(entry)

    def templates(self) -> Mapping[str, str]:
        """Prefetch templates by key, as an EHR reads them."""
        found: dict[str, str] = self.discovery()["prefetch"]
        return found


def _morning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)


def assessments_of(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the cards carry for programs, which must be there once."""
    (found,) = [
        card["extension"][ASSESSMENTS]
        for card in cards
        if ASSESSMENTS in card.get("extension", {})
    ]
    return list(found)


def words_of(cards: list[dict[str, Any]]) -> str:
    """Everything that a person reads, summaries first."""
    return "\n".join(
        [card["summary"] for card in cards] + [card.get("detail", "") for card in cards]
    )


def card_of(cards: list[dict[str, Any]], topic: str) -> dict[str, Any]:
    """The one card of this topic."""
    (found,) = [card for card in cards if card["source"]["topic"]["code"] == topic]
    return found
