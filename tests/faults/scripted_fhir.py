"""A FHIR server on loopback that answers from one patient's record, with a fault by script wherever a case wants one.

A script is `{what is asked: fault}`: what is asked is a prefetch key, a resource type
or `*`; the fault names a method and what it needs, `slow 10`, `status 503 once` (of
each address), `next URL first` (of each first page).
"""

import gzip
import json
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Iterable, Mapping
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
        if word:
            getattr(self, f"_{word}")(handler, rest, document)
        else:
            send(handler, status, document)

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
                return (200, dict(found)) if found else (404, outcome("error"))
            selection = "&".join(
                part
                for part in path.split("&")
                if not part.startswith(("_offset=", "page="))
            )
            matches = self.store.search(selection)
        except SearchRefused:
            return 400, outcome("error")
        return 200, searchset(
            matches,
            total=len(matches),
            base=self.base,
            links={"self": f"{self.base}/{path}"},
        )

    # --- faults: each takes the connection, the rest of its words, and the answer as it
    # should be

    def _never(self, handler: Handler, _words: str, _document: Json) -> None:
        self.released.wait(HOLD_SECONDS)
        handler.close_connection = True

    def _slow(self, handler: Handler, words: str, document: Json) -> None:
        self.released.wait(float(words))
        send(handler, 200, document)

    def _trickle(self, handler: Handler, words: str, document: Json) -> None:
        """One byte at a time, from the status line or from the body on."""
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        whole, done = head + body, len(head) if words == "body" else 0
        handler.wfile.write(whole[:done])
        for place in range(done, len(whole)):
            if self.released.wait(0.05):
                break
            handler.wfile.write(whole[place : place + 1])
        handler.close_connection = True

    def _status(self, handler: Handler, words: str, _document: Json) -> None:
        """`status 429 Retry-After=1`; `date` stands for an HTTP date in a second."""
        number, *pairs = words.split()
        in_a_second = format_datetime(
            datetime.now(UTC) + timedelta(seconds=1), usegmt=True
        )
        headers = dict(
            pair.replace("=date", f"={in_a_second}").split("=", 1) for pair in pairs
        )
        send(
            handler,
            int(number),
            b"" if number == "204" else outcome("error"),
            **headers,
        )

    def _truncated(self, handler: Handler, words: str, document: Json) -> None:
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
            handler.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            handler.connection.close()

    def _interim(self, handler: Handler, _words: str, document: Json) -> None:
        """Early hints (RFC 8297), and the answer a while later."""
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        time.sleep(0.1)
        send(handler, 200, document)

    def _hangup(self, handler: Handler, _words: str, _document: Json) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    def _body(self, handler: Handler, words: str, _document: Json) -> None:
        """Something else than FHIR JSON, with 200."""
        kind, body = BODIES[words]
        send(handler, 200, body, Content_Type=kind)

    def _outcome(self, handler: Handler, words: str, _document: Json) -> None:
        """An OperationOutcome in place of the answer: `outcome error`, `outcome error 4107`."""
        send(handler, 200, outcome(*words.split()))

    def _entry(self, handler: Handler, words: str, document: Json) -> None:
        """The answer with an OperationOutcome among its entries: `entry warning 4119`."""
        send(
            handler,
            200,
            with_more(
                document,
                {"resource": outcome(*words.split()), "search": {"mode": "outcome"}},
            ),
        )

    def _adds(self, handler: Handler, words: str, document: Json) -> None:
        """The answer with further entries, by name."""
        more = with_more(
            document, *({"resource": resource} for resource in EXTRAS[words])
        )
        send(handler, 200, {**more, "total": None})

    def _demands(self, handler: Handler, _words: str, document: Json) -> None:
        """Refuses observations that are asked by code alone."""
        is_refused = "category=" not in handler.path
        send(
            handler,
            400 if is_refused else 200,
            outcome("error", code="required") if is_refused else document,
        )

    def _finds(self, handler: Handler, _words: str, document: Json) -> None:
        """An empty list."""
        document.pop("entry", None)
        send(handler, 200, {**document, "total": 0})

    def _redirects(self, handler: Handler, words: str, _document: Json) -> None:
        """`redirects https://elsewhere/`, `redirects 307 https://elsewhere/`."""
        *number, place = words.split()
        send(handler, int(number[0]) if number else 302, b"", Location=place)

    def _bomb(self, handler: Handler, _words: str, _document: Json) -> None:
        """A hundred megabytes, packed into a hundred kilobytes."""
        with suppress(OSError):  # whoever unpacks it goes away
            send(
                handler, 200, gzip.compress(b" " * 100_000_000), Content_Encoding="gzip"
            )

    def _next(self, handler: Handler, words: str, document: Json) -> None:
        """A `next` link: to itself, to yet another page for ever, to and fro, to another server, to nothing."""
        url = {
            "itself": f"{self.base}/{_query_of(unquote(handler.path))}",
            "endless": self._page(handler, _page_of(handler) + 1),
            "circle": self._page(handler, 1 if _page_of(handler) == 2 else 2),
            "nowhere": "http://[::bad",
        }.get(words, words)
        del document["total"]
        send(handler, 200, {**document, "link": [{"relation": "next", "url": url}]})

    def _fills(self, handler: Handler, words: str, document: Json) -> None:
        """`fills 5`: lists of so many pages, each four megabytes."""
        if document["resourceType"] != "Bundle":
            send(handler, 200, document)
            return
        number = max(1, _page_of(handler))
        links = (
            [{"relation": "next", "url": self._page(handler, number + 1)}]
            if number < int(words)
            else []
        )
        whole = {
            **document,
            "total": None,
            "link": links,
            "entry": document.get("entry", []),
        }
        text = json.dumps(whole).encode()
        send(
            handler,
            200,
            text[: -len(b"]}")]
            + (b"," if whole["entry"] else b"")
            + _padding()
            + b"]}",
        )

    def _page(self, handler: Handler, number: int) -> str:
        """The address of this page of what is asked."""
        return (
            f"{self.base}/{_query_of(unquote(handler.path))}".partition("&page=")[0]
            + f"&page={number}"
        )


def _page_of(handler: Handler) -> int:
    return int(dict(parse_qsl(urlsplit(handler.path).query)).get("page", "0"))


def _query_of(address: str) -> str:
    """What stands behind the base, whatever path the base has."""
    return address.partition("/fhir/")[2]


def _question(query: str) -> tuple[str, str]:
    """What is asked and by which codes: what tells our queries apart."""
    parts = urlsplit(query)
    return parts.path, dict(parse_qsl(parts.query)).get("code", "")


BODIES = {
    "html": ("text/html", b"<!doctype html><title>Log in</title>"),
    "xml": ("application/fhir+xml", b'<Bundle xmlns="http://hl7.org/fhir"/>'),
    "empty": ("application/fhir+json", b""),
    "list": ("application/json", b"[]"),
    "deep": ("application/json", b"[" * 100_000),
    "huge": ("application/json", b" " * (9 * 1024 * 1024)),
}


def outcome(severity: str, detail: str = "", *, code: str = "processing") -> Json:
    """An OperationOutcome; `detail` is the code of its details."""
    details = {"details": {"coding": [{"code": detail}]}} if detail else {}
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, **details}],
    }


def with_more(document: Json, *entries: Json) -> Json:
    return {**document, "entry": [*document.get("entry", []), *entries]}


def send(handler: Handler, status: int, body: bytes | Json, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    stub_server.send(
        handler, status, octets, {"Content-Type": "application/fhir+json"} | named
    )


@cache
def _padding() -> bytes:
    """Entries of a few kilobytes each, four megabytes together, of which nothing is read."""
    value = {
        "code": codeable("urn:example:panel", "part"),
        "valueQuantity": {"value": 1.5, "unit": "mg/dL"},
    }
    parts = [value | {"id": f"c{number}"} for number in range(300)]
    resource = {"resourceType": "Observation", "status": "final", "component": parts}
    return b",".join(
        json.dumps({"resource": {**resource, "id": f"pad-{number}"}}).encode()
        for number in range(85)
    )
