"""What must hold of everything that reads octets from outside: `look` raises when it does not, whatever the octets.

The reference is the standard library's decoder with our rules written out once more; what both take must be the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from cds_service.errors import InvalidRequest, PatientMismatch
from cds_service.feedback import parse_feedback
from cds_service.fhir import raw_json
from cds_service.fhir.gathering.parsing import BrokenResource, parse_patient, parse_resource
from cds_service.fhir.gathering.prefetch import plan_prefetch, read_answer
from cds_service.fhir.gathering.skimming import decode_prefetch
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.drafts import read_drafts
from cds_service.fhir.orders.support_orders import find_draft_support_orders
from cds_service.json_text import JsonTextError, decode_json, decode_record_json
from cds_service.protocol import parse_request
from cds_service.request_json import decode_call
from tests.order_builders import terminology

DEEPEST = 64
LONGEST_NUMBER = 10**64
ECHO = 12  # characters of a value that no message of ours holds by chance
QUERIES = {
    "patient": "Patient/{{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}",
}
PLAN = plan_prefetch(QUERIES).templates
TIMES: tuple[Callable[[Any], Any], ...] = (raw_json.first_day, raw_json.last_day, raw_json.moment, raw_json.utc_day)


class Refused(ValueError):
    """The reference refuses the text."""


def look(text: bytes) -> None:
    """Read this as a request, as feedback, as a record; raises only when a rule is broken."""
    document = _same_by_both(text)
    _nothing_lost_of_a_call(text, document)
    _reads_or_refuses(lambda: parse_request(text, "order-sign"), document)
    _reads_or_refuses(lambda: parse_feedback(text), document)
    try:
        record = decode_record_json(text)
    except JsonTextError:
        return
    if document is not None:
        assert _same(record, document)
    _read_as_record(record)
    _read_as_drafts(record)


def reference(text: bytes) -> Any:
    """The document by the standard library and our rules.

    Raises:
        Refused: it breaks one.
    """
    try:
        document = json.loads(text.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError):
        raise Refused from None
    level, depth = [document], 0
    while level:
        branches = [node for node in level if isinstance(node, dict | list)]
        depth += bool(branches)
        if depth > DEEPEST or not all(map(_is_allowed, level)):
            raise Refused
        level = [part for node in branches for part in _parts(node)]
    return document


def _parts(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node


def _is_allowed(node: Any) -> bool:
    """A short number, a finite one, a text that is Unicode and has no NUL, in keys too."""
    if isinstance(node, dict):
        return all(map(_is_allowed, node))
    if isinstance(node, str):
        return "\0" not in node and not any(0xD800 <= ord(sign) <= 0xDFFF for sign in node)
    if isinstance(node, float):
        return math.isfinite(node)
    return not isinstance(node, int) or abs(node) < LONGEST_NUMBER


def _refuse(_name: str) -> Any:
    raise Refused


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused
    return dict(pairs)


def _same_by_both(text: bytes) -> Any:
    """The document; None where both refuse, and where it is null."""
    wanted: Any = Refused
    found: Any = Refused
    with suppress(Refused):
        wanted = reference(text)
    try:
        found = decode_json(text)
    except JsonTextError as error:
        _says_nothing_of(str(error), text.decode("utf-8", "replace"))
    assert (found is Refused) == (wanted is Refused), (found, wanted)
    if found is Refused:
        return None
    assert _same(found, wanted), (found, wanted)
    return found


def _nothing_lost_of_a_call(text: bytes, document: Any) -> None:
    """A document that may be read is the same with its prefetch left as text; what is read of that text is in it."""
    try:
        found = decode_call(text)
    except JsonTextError:
        assert document is None
        return
    if document is None or not isinstance(found, dict):
        return
    if isinstance(prefetch := found.get("prefetch"), bytes):
        assert _same({**found, "prefetch": decode_json(prefetch)}, document)
        decode_prefetch(prefetch, terminology())


def _same(one: Any, other: Any) -> bool:
    """Equal in value, type and order; 1, 1.0 and true are not the same, nor 0.0 and -0.0."""
    return repr(one) == repr(other)


def _reads_or_refuses(read: Callable[[], Any], document: Any) -> None:
    try:
        read()
    except InvalidRequest as error:
        for value in _texts(document):
            _says_nothing_of(str(error), value)


def _says_nothing_of(message: str, value: str) -> None:
    assert len(value) < ECHO or value not in message, (message, value)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in _parts(node):
            yield from _texts(part)


def _read_as_record(document: Any) -> None:
    """As the answer to each of a few queries, and its resources one by one."""
    for template in PLAN:
        answer = read_answer(template, [document])
        assert (answer.state == "failed") <= bool(answer.note)
        for raw in answer.resources[:4]:
            _read_resource(raw, template.resource_type)
    for text in _texts(document):
        for read in TIMES:
            read(text)


def _read_resource(raw: dict[str, Any], kind: str) -> None:
    before = repr(raw)
    try:
        parse_patient(raw) if kind == "Patient" else parse_resource(raw, kind)
    except BrokenResource as error:
        for value in _texts(raw):
            _says_nothing_of(str(error), value)
    assert repr(raw) == before, "the resource itself was changed"


def _read_as_drafts(document: Any) -> None:
    """As draft orders, of the bundle itself or of a request."""
    drafts = raw_json.member(document, "context", "draftOrders") or document
    patient = raw_json.text(raw_json.member(document, "context", "patientId")) or "pat-1"
    try:
        find_augmentation_order(read_drafts(drafts, Person(patient)), terminology())
    except PatientMismatch:
        return
    find_draft_support_orders(read_drafts(drafts, Person(patient)), terminology())
