"""Answers that need no thread: what the server itself refuses, in the form of every other error of this service."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from gunicorn.util import http_date

from cds_service.web.errors import HTTP_CODES, HTTP_TEXTS
from cds_service.web.transport.gate import CALLS, first_part

ORIGIN_HEADERS = "kyphoplasty_cds.origin_headers"  # in the extensions of the application: `origin -> headers`
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
STATUSES = (400, 408, 413, 414, 417, 431, 500, 503)


def _page(status: int) -> bytes:
    issue = {
        "severity": "error",
        "code": HTTP_CODES.get(status, "invalid"),
        "details": {"text": HTTP_TEXTS[status]},
    }
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()


def _head(status: int) -> str:
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/fhir+json; charset=utf-8",
        f"Content-Length: {len(_page(status))}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
    ]
    return "\r\n".join(lines + (["Retry-After: 1"] if status == HTTPStatus.SERVICE_UNAVAILABLE else []))


_PAGES = {status: _page(status) for status in STATUSES}
_HEADS = {status: _head(status) for status in STATUSES}


def refusal(status: int, *, keeps_open: bool = False, more: Mapping[str, str] = NO_HEADERS) -> bytes:
    """The whole response: fixed texts, nothing of the request.

    Args:
        keeps_open: whether another request may come on this connection.
        more: headers.
    """
    connection = "keep-alive" if keeps_open else "close"
    date = f"Date: {_date(int(time.time()))}"
    lines = (_HEADS[status], date, f"Connection: {connection}", *map(": ".join, more.items()))
    return "\r\n".join((*lines, "\r\n")).encode("latin-1") + _PAGES[status]


@lru_cache(1)
def _date(second: int) -> str:
    return str(http_date(second))


def origin_headers(app: Any, request: Any) -> Mapping[str, str]:
    """By which a page in a browser may read the refusal of this call, as the application would say it; None is none."""
    said_by_app = getattr(app, "extensions", {}).get(ORIGIN_HEADERS)
    if said_by_app is None or request is None or first_part(request.path) != CALLS:
        return NO_HEADERS
    return said_by_app(next((value for name, value in request.headers if name == "ORIGIN"), ""))  # type: ignore[no-any-return]
