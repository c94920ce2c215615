"""Answers that need no thread: what the server itself refuses, in the form of every other error of this service."""

from __future__ import annotations

import json
from http import HTTPStatus

from gunicorn.util import http_date

from cds_service.web.errors import HTTP_CODES, HTTP_TEXTS

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


def refusal(status: int, *, keeps_open: bool = False) -> bytes:
    """The whole response: fixed texts, nothing of the request."""
    connection = "keep-alive" if keeps_open else "close"
    head = f"{_HEADS[status]}\r\nDate: {http_date()}\r\nConnection: {connection}\r\n\r\n"
    return head.encode("ascii") + _PAGES[status]
