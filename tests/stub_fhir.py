"""A FHIR server of a few lines on loopback that says exactly what a test tells it to, rudeness included."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

PATIENT_ID = "p1"


@dataclass
class Reply:
    """One answer; `script` takes over after the headers and writes what it likes."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    script: Callable[[BaseHTTPRequestHandler], None] | None = None


def fhir(resource: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(json.dumps(resource).encode(), status, {"Content-Type": "application/fhir+json", **headers})


def page(*resources: Any, following: str | None = None, total: int | None = None) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    if following is not None:
        bundle["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": following}]
    if resources:
        bundle["entry"] = [{"resource": resource} for resource in resources]
    return bundle


def outcome(severity: str = "error") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


def observation(number: int | str, code: str = "38267-1", **members: Any) -> dict[str, Any]:
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


class StubFhir:
    """The server; answers by path with query (unquoted), under `/fhir`. Unknown addresses are 404.

    Attributes:
        requests: path with query of every request, in order of arrival.
        headers: of every request.
        forms: what a POST to this path is answered.
        sent: bodies of all POSTs.
        released: set when the test is over; scripts that hold a connection wait for it.
    """

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.default: Reply | None = None
        self.forms: dict[str, Reply] = {}
        self.sent: list[str] = []
        self.requests: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/fhir"

    def say(self, path: str, reply: Reply | dict[str, Any]) -> None:
        self.replies[path] = reply if isinstance(reply, Reply) else fhir(reply)

    def hold(self) -> Reply:
        """Accepts, then never answers."""
        return Reply(script=lambda _handler: self.released.wait(30) and None)

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _reply_to(self, path: str) -> Reply:
        found = self.replies.get(unquote(path).removeprefix("/fhir"), self.default)
        return found or Reply(status=404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stub.requests.append(unquote(self.path))
                stub.headers.append(dict(self.headers))
                self._say(stub._reply_to(self.path))

            def do_POST(self) -> None:
                stub.requests.append(unquote(self.path))
                stub.headers.append(dict(self.headers))
                stub.sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._say(stub.forms.get(self.path.removeprefix("/fhir"), Reply(status=405)))

            def _say(self, reply: Reply) -> None:
                if reply.script is not None:
                    self.close_connection = True
                    reply.script(self)
                    return
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_arguments: Any) -> None:
                """Silent."""

        return Handler
