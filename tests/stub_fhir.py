"""A FHIR server of a few lines on loopback that says exactly what a test tells it to, rudeness included."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.stub_server import Handler, StubServer, send

PATIENT_ID = "p1"


@dataclass
class Reply:
    """One answer; `script` takes over after the headers and writes what it likes."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    script: Callable[[Handler], None] | None = None


def fhir(resource: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(
        json.dumps(resource).encode(),
        status,
        {"Content-Type": "application/fhir+json", **headers},
    )


def page(
    *resources: Any, following: str | None = None, total: int | None = None
) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    if following is not None:
        bundle["link"] = [
            {"relation": "self", "url": "x"},
            {"relation": "next", "url": following},
        ]
    if resources:
        bundle["entry"] = [{"resource": resource} for resource in resources]
    return bundle


def outcome(severity: str = "error", code: str = "processing") -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code}],
    }


def observation(
    number: int | str, code: str = "38267-1", **members: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {"value": -2.5, "unit": "{T-score}"},
        **members,
    }


class StubFhir(StubServer):
    """The server; answers by path with query (unquoted), under `/fhir`.

    Unknown addresses are 404.

    Attributes:
        requests: path with query of every request, in order of arrival.
        headers: of every request.
        forms: what a POST to this path is answered.
        sent: bodies of all POSTs.
    """

    def __init__(self, **options: Any) -> None:
        self.replies: dict[str, Reply] = {}
        self.default: Reply | None = None
        self.forms: dict[str, Reply] = {}
        self.sent: list[str] = []
        self.requests: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        super().__init__(**options)

    @property
    def base(self) -> str:
        return f"{self.origin}/fhir"

    def say(self, path: str, reply: Reply | dict[str, Any]) -> None:
        self.replies[path] = reply if isinstance(reply, Reply) else fhir(reply)

    def hold(self) -> Reply:
        """Accepts, then never answers."""
        return Reply(script=lambda _handler: self.released.wait(30) and None)

    def respond(self, handler: Handler) -> None:
        self.requests.append(unquote(handler.path))
        self.headers.append(dict(handler.headers))
        if handler.command == "POST":
            self.sent.append(
                handler.rfile.read(int(handler.headers["Content-Length"])).decode()
            )
            reply = self.forms.get(
                handler.path.removeprefix("/fhir"), Reply(status=405)
            )
        else:
            reply = self.replies.get(
                unquote(handler.path).removeprefix("/fhir"), self.default
            ) or Reply(status=404)
        if reply.script is not None:
            handler.close_connection = True
            reply.script(handler)
        else:
            send(handler, reply.status, reply.body, reply.headers)
