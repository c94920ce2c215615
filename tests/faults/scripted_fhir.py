"""A FHIR server on loopback that answers from one patient's record, with a fault by script wherever a case wants one.

A script is `{what is asked: fault}`: what is asked is a prefetch key, a resource type or `*`; the fault is a word of
`FAULTS` with what it needs, `slow 10`, `status 503 once` (of each address), `next URL first` (of each first page).
"""

import gzip
import json
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cds_service.samples.fhir_search import SearchRefused, Store, hold
from cds_service.samples.fhir_server import searchset
from tests import stub_server
from tests.codes import codeable
from tests.faults.records import EXTRAS
from tests.stub_server import Handler, StubServer

Json = dict[str, Any]
HOLD_SECONDS = 60  # longer than any test; `released` ends it


class ScriptedFhir(StubServer):
    """The server.

    Attributes:
        asked: path with query of every request, unquoted, in order of arrival.
        headers: of every request.
    """

    def __init__(
        self,
        resources: Iterable[Mapping[str, Any]],
        templates: Mapping[str, str],
        script: Mapping[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.store: Store = hold(resources)
        self.script = dict(script or {})
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self._queries = {key: _question(text) for key, text in templates.items()}
        self._seen: Counter[str] = Counter()
        super().__init__(address=address, tls=tls)
        if "refuses" in self.script.values():
            self.close()

    @property
    def base(self) -> str:
        return f"{self.origin}/fhir"

    def forget(self) -> None:
        """As if nothing had been asked yet."""
        self.asked.clear()
        self.headers.clear()
        self._seen.clear()

    def count(self, part: str) -> int:
        """Requests whose address holds this text."""
        return sum(part in address for address in self.asked)

    def respond(self, handler: Handler) -> None:
        """One request: as it should be, or as the script wants it."""
        address = unquote(handler.path)
        self.asked.append(address)
        self.headers.append(dict(handler.headers))
        status, document = self._normal(address)
        fault = self._fault(address)
        self._seen[address] += 1
        if fault.endswith(" once"):
            fault = fault.removesuffix(" once") if self._seen[address] == 1 else ""
        if fault.endswith(" first"):
            fault = fault.removesuffix(" first") if "page=" not in address else ""
        word, _, rest = fault.partition(" ")
        if not word:
            send(handler, status, json.dumps(document).encode())
        else:
            FAULTS[word](self, handler, rest, document)

    def _fault(self, address: str) -> str:
        asked = _question(_query_of(address))
        keys = [key for key, question in self._queries.items() if question == asked]
        for name in (*keys, asked[0].partition("/")[0], "*"):
            if name in self.script:
                return self.script[name]
        return ""

    def _normal(self, address: str) -> tuple[int, Json]:
        path = _query_of(address)
        kind, _, resource_id = path.partition("/")
        try:
            if "?" not in path:
                found = self.store.read(kind, resource_id)
                return (200, dict(found)) if found else (404, outcome("error", "not-found"))
            selection = "&".join(part for part in path.split("&") if not part.startswith(("_offset=", "page=")))
            matches = self.store.search(selection)
        except SearchRefused:
            return 400, outcome("error", "not-supported")
        return 200, searchset(matches, total=len(matches), base=self.base, links={"self": f"{self.base}/{path}"})


def _query_of(address: str) -> str:
    """What stands behind the base, whatever path the base has."""
    return address.partition("/fhir/")[2]


def _question(query: str) -> tuple[str, str]:
    """What is asked and by which codes: what tells our queries apart."""
    parts = urlsplit(query)
    return parts.path, dict(parse_qsl(parts.query)).get("code", "")


def outcome(severity: str, code: str = "processing", detail: str = "") -> Json:
    issue: Json = {"severity": severity, "code": code}
    if detail:
        issue["details"] = {"coding": [{"code": detail}]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def send(handler: Handler, status: int, body: bytes, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    stub_server.send(handler, status, body, {"Content-Type": "application/fhir+json"} | named)


# --- faults: each takes the server, the connection, the rest of its words, and the answer as it should be -------------


def _never(server: ScriptedFhir, handler: Handler, _words: str, _document: Json) -> None:
    server.released.wait(HOLD_SECONDS)
    handler.close_connection = True


def _slow(server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    server.released.wait(float(words))
    send(handler, 200, json.dumps(document).encode())


def _trickle(server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """One byte at a time, from the status line or from the body on."""
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    whole, done = head + body, len(head) if words == "body" else 0
    handler.wfile.write(whole[:done])
    for place in range(done, len(whole)):
        if server.released.wait(0.05):
            break
        handler.wfile.write(whole[place : place + 1])
    handler.close_connection = True


def _status(_server: ScriptedFhir, handler: Handler, words: str, _document: Json) -> None:
    """`status 429 Retry-After=1`; `date` stands for an HTTP date in a second."""
    number, *pairs = words.split()
    headers = dict(pair.split("=", 1) for pair in pairs)
    in_a_second = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    named = {name.replace("-", "_"): in_a_second if value == "date" else value for name, value in headers.items()}
    body = b"" if number == "204" else json.dumps(outcome("error")).encode()
    send(handler, int(number), body, **named)


def _truncated(_server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """JSON cut in the middle: with its own length, with that of the whole, or with a reset."""
    body = json.dumps(document).encode()
    half = body[: len(body) // 2]
    if words == "honest":
        send(handler, 200, half)
        return
    send(handler, 200, half, Content_Length=str(len(body)))
    handler.close_connection = True
    if words == "reset":
        handler.wfile.flush()
        time.sleep(0.02)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()


def _interim(_server: ScriptedFhir, handler: Handler, _words: str, document: Json) -> None:
    """Early hints (RFC 8297), and the answer a while later."""
    handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
    time.sleep(0.1)
    send(handler, 200, json.dumps(document).encode())


def _hangup(_server: ScriptedFhir, handler: Handler, _words: str, _document: Json) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _body(_server: ScriptedFhir, handler: Handler, words: str, _document: Json) -> None:
    """Something else than FHIR JSON, with 200."""
    kind, body = {
        "html": ("text/html", b"<!doctype html><title>Log in</title>"),
        "xml": ("application/fhir+xml", b'<Bundle xmlns="http://hl7.org/fhir"/>'),
        "empty": ("application/fhir+json", b""),
        "list": ("application/json", b"[]"),
        "deep": ("application/json", b"[" * 100_000),
        "huge": ("application/json", b" " * (9 * 1024 * 1024)),
    }[words]
    send(handler, 200, body, Content_Type=kind)


def _outcome(_server: ScriptedFhir, handler: Handler, words: str, _document: Json) -> None:
    """An OperationOutcome in place of the answer: `outcome error`, `outcome error 4107`."""
    severity, _, detail = words.partition(" ")
    send(handler, 200, json.dumps(outcome(severity, detail=detail)).encode())


def _entry(_server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """The answer with an OperationOutcome among its entries: `entry warning 4119`."""
    severity, _, detail = words.partition(" ")
    extra = {"resource": outcome(severity, detail=detail), "search": {"mode": "outcome"}}
    send(handler, 200, json.dumps({**document, "entry": [*document.get("entry", []), extra]}).encode())


def _next(server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """A `next` link: to itself, to yet another page for ever, to and fro, to another server, to nothing."""
    number = int(dict(parse_qsl(urlsplit(handler.path).query)).get("page", "0"))
    own = f"{server.base}/{_query_of(unquote(handler.path))}"
    url = {
        "itself": own,
        "endless": f"{own.partition('&page=')[0]}&page={number + 1}",
        "circle": f"{own.partition('&page=')[0]}&page={1 if number == 2 else 2}",
        "nowhere": "http://[::bad",
    }.get(words, words)
    del document["total"]
    send(handler, 200, json.dumps({**document, "link": [{"relation": "next", "url": url}]}).encode())


def _adds(_server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """The answer with further entries, by name."""
    more = [{"resource": resource} for resource in EXTRAS[words]]
    send(handler, 200, json.dumps({**document, "total": None, "entry": [*document.get("entry", []), *more]}).encode())


def _demands(_server: ScriptedFhir, handler: Handler, _words: str, document: Json) -> None:
    """Refuses observations that are asked by code alone."""
    refused = "category=" not in handler.path
    body = outcome("error", "required") if refused else document
    send(handler, 400 if refused else 200, json.dumps(body).encode())


def _finds(_server: ScriptedFhir, handler: Handler, _words: str, document: Json) -> None:
    """An empty list."""
    rest = {name: value for name, value in document.items() if name != "entry"}
    send(handler, 200, json.dumps({**rest, "total": 0}).encode())


def _redirects(_server: ScriptedFhir, handler: Handler, words: str, _document: Json) -> None:
    """`redirects https://elsewhere/`, `redirects 307 https://elsewhere/`."""
    *number, place = words.split()
    send(handler, int(number[0]) if number else 302, b"", Location=place)


def _bomb(_server: ScriptedFhir, handler: Handler, _words: str, _document: Json) -> None:
    """A hundred megabytes, packed into a hundred kilobytes."""
    with suppress(OSError):  # whoever unpacks it goes away
        send(handler, 200, gzip.compress(b" " * 100_000_000), Content_Encoding="gzip")


@cache
def _padding() -> bytes:
    """Entries of a few kilobytes each, four megabytes together, of which nothing is read."""
    value = {"code": codeable("urn:example:panel", "part"), "valueQuantity": {"value": 1.5, "unit": "mg/dL"}}
    parts = [value | {"id": f"c{number}"} for number in range(300)]
    resource = {"resourceType": "Observation", "status": "final", "component": parts}
    return b",".join(json.dumps({"resource": {**resource, "id": f"pad-{number}"}}).encode() for number in range(85))


def _fills(server: ScriptedFhir, handler: Handler, words: str, document: Json) -> None:
    """`fills 5`: lists of so many pages, each four megabytes."""
    number = int(dict(parse_qsl(urlsplit(handler.path).query)).get("page", "1"))
    if "entry" not in document and document["resourceType"] != "Bundle":
        send(handler, 200, json.dumps(document).encode())
        return
    own = f"{server.base}/{_query_of(unquote(handler.path))}".partition("&page=")[0]
    links = [{"relation": "next", "url": f"{own}&page={number + 1}"}] if number < int(words) else []
    whole = {**document, "total": None, "link": links, "entry": document.get("entry", [])}
    text = json.dumps(whole).encode()
    send(handler, 200, text[: -len(b"]}")] + (b"," if whole["entry"] else b"") + _padding() + b"]}")


FAULTS: Mapping[str, Callable[[ScriptedFhir, Handler, str, Json], None]] = {
    "never": _never,
    "slow": _slow,
    "trickle": _trickle,
    "status": _status,
    "truncated": _truncated,
    "hangup": _hangup,
    "interim": _interim,
    "body": _body,
    "outcome": _outcome,
    "entry": _entry,
    "next": _next,
    "adds": _adds,
    "demands": _demands,
    "finds": _finds,
    "redirects": _redirects,
    "bomb": _bomb,
    "fills": _fills,
}
