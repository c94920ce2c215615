"""Requests of which one part grows, and what an answer to them costs."""

import json
import re
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cds_service.call import Ports
from cds_service.errors import CdsError
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests.chart_builders import (
    CHART,
    HOOK,
    NOW,
    KeptEntries,
    kyphoplasty,
    open_service,
    order_sign,
    thin_and_weak,
)
from tests.tables import built

Resource = dict[str, Any]
PARTS: dict[str, Resource] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
# Of these the depth grows; it is bounded by what JSON may hold.
DEEP = tuple(part for part in PARTS if part.startswith("extensions inside"))


def request_with(part: str, size: int) -> Resource:
    """A request of the usual patient with so much of this part of `growing.toml`."""
    row = built(
        _grown(PARTS[part], size),
        CHART | {"(none)": None, "nested": lambda url: _nested(url, size)},
    )
    body = order_sign(thin_and_weak(), *row.get("drafts", [kyphoplasty()]))
    for key, resources in row.get("prefetch", {}).items():
        body["prefetch"][key] = {
            "resourceType": "Bundle",
            "entry": [{"resource": one} for one in resources],
        }
    return body


def _grown(value: Any, size: int) -> Any:
    if isinstance(value, list):
        parts = [
            _grown(part, size) if _is_many(part) else [_grown(part, size)]
            for part in value
        ]
        return [one for part in parts for one in part]
    if not isinstance(value, dict):
        return value
    if not _is_many(value):
        return {name: _grown(part, size) for name, part in value.items()}
    many = value["many"]
    if isinstance(many, str):
        return value.get("before", "") + many * size + value.get("after", "")
    return [_numbered(json.dumps(many), number) for number in range(size)]


def _is_many(value: Any) -> bool:
    return isinstance(value, dict) and "many" in value


def _numbered(text: str, number: int) -> Any:
    rests = re.sub(r'"@(\d+)"', lambda found: str(number % int(found[1])), text)
    return json.loads(rests.replace("@", str(number)))


def _nested(url: str, depth: int) -> Resource:
    return (
        {"url": url, "extension": [_nested(url, depth - 1)]}
        if depth
        else {"url": url, "valueString": "x"}
    )


def answered(text: bytes) -> None:
    """The whole way of one call, but for the web server and the disk; a refusal is an answer as well."""
    service = open_service()
    ports = Ports(
        clock=lambda: NOW,
        fhir=None,
        audit=KeptEntries(),
        deadline=Deadline.after(600),
        base_url="http://127.0.0.1",
    )
    with suppress(CdsError):
        answer(service, service.hooks[HOOK], parse_request(text, "order-sign"), ports)


def operations(work: Callable[[], Any]) -> int:
    """How many calls, of Python and of C, this work makes in its own thread."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def body_of(part: str, size: int) -> bytes:
    return json.dumps(request_with(part, size)).encode()
