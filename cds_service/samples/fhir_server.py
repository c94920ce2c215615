"""A small read-only FHIR R4 server for resources in memory.

It takes a free port of this machine.

It supports read, search (GET and POST) and the capability statement. To exercise
clients it behaves like a real server: it pages, refuses unknown parameters, and reports
errors as OperationOutcome.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from cds_service import __version__
from cds_service.samples.fhir_search import TYPES, Resource, SearchRefused, Store, hold

BASE_PATH = "/fhir"
DEFAULT_PAGE_SIZE = 20
FHIR_JSON = "application/fhir+json"
# A browser page reads this server from another origin.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, Prefer",
}


def searchset(
    resources: Iterable[Resource],
    *,
    total: int,
    base: str = "",
    links: Mapping[str, str],
) -> dict[str, Any]:
    """Make a searchset Bundle; without `base`, its entries have no fullUrl."""
    entries = [_entry(resource, base) for resource in resources]
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
    }
    bundle["link"] = [
        {"relation": relation, "url": url} for relation, url in links.items()
    ]
    return bundle | ({"entry": entries} if entries else {})


def _entry(resource: Resource, base: str) -> dict[str, Any]:
    name = (
        {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}"}
        if base
        else {}
    )
    return name | {"resource": resource, "search": {"mode": "match"}}


@dataclass(slots=True)
class FhirApp:
    """The server as a WSGI application.

    Attributes:
        requests: every path with its query, below the base and as sent:
            `Observation?patient=p1&code=…`; the parameters of a search by POST follow
            `_search?`.
    """

    store: Store
    page_size: int = DEFAULT_PAGE_SIZE
    requests: MutableSequence[str] = field(default_factory=list)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request."""
        response = self._answer(Request(environ))
        response.headers.extend(_CORS)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204)
        path = request.path.removeprefix(BASE_PATH).strip("/")
        parameters = _parameters(request)
        query = f"?{parameters}" if parameters else ""
        self.requests.append(path + query)
        if request.method not in ("GET", "HEAD") and not path.endswith("_search"):
            return _outcome(
                405,
                "not-supported",
                f"{request.method} is not supported here: nothing can be written",
            )
        if not request.path.startswith(BASE_PATH):
            return _outcome(404, "not-found", f"The base of this server is {BASE_PATH}")
        return self._route(request.root_url.rstrip("/") + BASE_PATH, path, parameters)

    def _route(self, base: str, path: str, parameters: str) -> Response:
        resource_type, _, resource_id = path.partition("/")
        if path == "metadata":
            return _json(200, _capability_statement(base))
        if resource_id in ("", "_search"):
            return self._search(base, resource_type, parameters)
        resource = self.store.read(resource_type, resource_id)
        if resource is None:
            return _outcome(404, "not-found", f"Resource {path} is not known")
        return _json(200, resource)

    def _search(self, base: str, resource_type: str, parameters: str) -> Response:
        """Answer with one page; `_count=0` requests only the total."""
        pairs = dict(parse_qsl(parameters, keep_blank_values=True))
        search = "&".join(
            part for part in parameters.split("&") if not part.startswith("_offset=")
        )
        query = resource_type + (f"?{search}" if search else "")
        try:
            resources = self.store.search(query)
            size = min(_number(pairs, "_count", self.page_size), self.page_size)
            start = _number(pairs, "_offset", 0)
        except SearchRefused as refusal:
            if resource_type not in TYPES:
                return _outcome(404, "not-supported", str(refusal))
            return _outcome(400, "processing", str(refusal))
        end = start + size
        links = {"self": f"{base}/{query}"}
        if start < end < len(resources):
            separator = "&" if search else "?"
            links["next"] = f"{base}/{query}{separator}_offset={end}"
        return _json(
            200,
            searchset(
                resources[start:end], total=len(resources), base=base, links=links
            ),
        )


def _parameters(request: Request) -> str:
    """Return the query as sent, followed by the form of a search by POST."""
    parts = [request.query_string.decode("utf-8", "replace")]
    if request.method == "POST":
        parts.append(request.get_data(as_text=True))
    return "&".join(part for part in parts if part)


def _number(pairs: Mapping[str, str], name: str, otherwise: int) -> int:
    value = pairs.get(name, str(otherwise))
    if not value.isdecimal():
        raise SearchRefused(f"Parameter '{name}' is not a number: {value!r}")
    return int(value)


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        content_type=f"{FHIR_JSON}; charset=utf-8",
    )


def _outcome(status: int, code: str, text: str) -> Response:
    issue = {
        "severity": "error",
        "code": code,
        "details": {"text": text},
        "diagnostics": text,
    }
    return _json(status, {"resourceType": "OperationOutcome", "issue": [issue]})


def _capability_statement(base: str) -> dict[str, Any]:
    """Return the server's CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "software": {"name": "kyphoplasty-cds sample server", "version": __version__},
        "implementation": {
            "description": "Sample patients of kyphoplasty-cds, in memory",
            "url": base,
        },
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": resource_type,
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                    }
                    for resource_type in TYPES
                ],
            }
        ],
    }


class _QuietRequests(WSGIRequestHandler):
    """Logs no requests on standard error, which is for the demonstration's output."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class LocalServer:
    """An application on a port of this machine, in a thread of its own.

    It is a context manager that stops the thread.

    Attributes:
        url: `http://127.0.0.1:PORT`.
    """

    def __init__(self, make_app: Callable[[str], Any], port: int = 0) -> None:
        """Answer requests from now on.

        Args:
            make_app: makes the WSGI application for its address.
            port: if it is taken, a free one; 0 is any.
        """
        try:
            self._listener = socket.create_server(("127.0.0.1", port))
        except OSError:
            self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        handler, file = _QuietRequests, self._listener.fileno()
        try:
            app = make_app(self.url)
            self._server = make_server(
                "127.0.0.1", port, app, threaded=True, request_handler=handler, fd=file
            )
        except BaseException:
            self._listener.close()
            raise
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._listener.close()
        self._thread.join()

    def __enter__(self) -> Self:
        """Return the running server."""
        return self

    def __exit__(self, *_fault: object) -> None:
        """Stop the server."""
        self.stop()


class FhirServer(LocalServer):
    """The running FHIR server.

    Attributes:
        url: its base, `http://127.0.0.1:PORT/fhir`.
        requests: see `FhirApp.requests`; may be cleared between steps.
    """

    def __init__(self, app: FhirApp, port: int = 0) -> None:
        super().__init__(lambda _: app, port)
        self.url += BASE_PATH
        self.requests = app.requests
        self._app = app

    @contextmanager
    def holding(self, resources: Iterable[Resource]) -> Iterator[None]:
        """Hold these resources too, for a while, as if a user had saved them."""
        before = self._app.store
        self._app.store = hold([*before.resources.values(), *resources])
        try:
            yield
        finally:
            self._app.store = before


def start_fhir_server(
    resources: Iterable[Resource], *, page_size: int = DEFAULT_PAGE_SIZE, port: int = 0
) -> FhirServer:
    """Start a server for these resources on this port if it is free, else on any.

    No page has more than `page_size` entries.
    """
    return FhirServer(FhirApp(hold(resources), page_size), port)
