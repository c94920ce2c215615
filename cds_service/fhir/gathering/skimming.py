"""Decodes prefetch, skipping the content of Observations that we do not read.

An EHR that answers by category sends a hundred laboratory results for each value that counts. An Observation whose
codes are in no mapping is reduced to its identity and subject; the rest is only checked for syntax.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType
from msgspec.json import Decoder

from cds_service.fhir.gathering.picking import Concepts
from cds_service.protocol.json_text import decode_json
from cds_service.protocol.request_json import place_of


class _Page(Struct):
    entry: list[Raw] | None = None


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Codeable(Struct):
    """A CodeableConcept; some clients put the single coding in its place."""

    coding: list[_Coding] | None = None
    system: str = ""
    code: str = ""


class _Component(Struct):
    code: _Codeable | None = None


class _Meta(Struct, rename="camel"):
    version_id: str | UnsetType = UNSET
    last_updated: str | UnsetType = UNSET


class _Observation(Struct, rename="camel"):
    """The members that we need of every Observation, and its codes."""

    resource_type: Literal["Observation"]
    id: str | UnsetType = UNSET
    meta: _Meta | UnsetType = UNSET
    status: str | UnsetType = UNSET
    subject: Raw = Raw()
    patient: Raw = Raw()
    contained: Raw = Raw()
    code: _Codeable | None = None
    component: list[_Component] | None = None


class _Entry(Struct):
    resource: _Observation


class _Named(Struct):
    id: Any = None


class _AnyEntry(Struct):
    resource: _Named


_PAGES: Decoder[dict[str, _Page | None]] = Decoder(dict[str, _Page | None])
_ENTRY, _ANY_ENTRY = Decoder(_Entry), Decoder(_AnyEntry)


def decode_prefetch(text: bytes, terminology: Concepts) -> Mapping[str, Any]:
    """Decode the prefetch of a hook call to raw JSON by key; Observations without a known concept become stubs.

    Args:
        text: the JSON object as received.
        terminology: the service's terminology, including the site's codes.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    parts: list[bytes] = []
    passed: list[tuple[str, int, _Observation]] = []
    end = 0
    for key, number, entry, observation in _entries_in(text, terminology):
        start = place_of(entry, text, end)
        if start is None:  # duplicate keys have lost their order
            return _whole(text)
        parts += text[end:start], entry if observation is None else b"null"
        end = start + len(entry)
        if observation is not None:
            passed.append((key, number, observation))
    prefetch = _whole(b"".join([*parts, text[end:]]))
    known: dict[bytes, Any] = {}
    for key, number, observation in passed:
        entries = prefetch[key]["entry"]
        if entries[number] is not None:  # the same text occurs elsewhere too
            return _whole(text)
        entries[number] = {"resource": _stub_of(observation, known)}
    return prefetch


def _whole(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = decode_json(text)
    return found


def _entries_in(text: bytes, terminology: Concepts) -> Iterator[tuple[str, int, bytes, _Observation | None]]:
    """Key, index and text of every entry in text order, with its Observation if that becomes a stub."""
    try:
        pages = _PAGES.decode(text)
    except (MsgspecError, RecursionError):
        return  # a key holds something odd
    for key, page in pages.items():
        entries = [bytes(entry) for entry in (page.entry if page else None) or ()]
        found = [_decoded(entry) for entry in entries]
        count = Counter(one for one in map(_id_in, entries, found) if one)
        for number, (entry, observation) in enumerate(zip(entries, found, strict=True)):
            # With several versions the newest counts, and without version numbers the content decides: keep all.
            is_kept = observation is None or count[observation.id or ""] > 1 or _is_read(observation, terminology)
            yield key, number, entry, None if is_kept else observation


def _decoded(entry: bytes) -> _Observation | None:
    try:
        return _ENTRY.decode(entry).resource
    except (MsgspecError, RecursionError):
        return None  # another type, or an Observation in an unusual form


def _id_in(entry: bytes, observation: _Observation | None) -> str:
    if observation is not None:
        return observation.id or ""
    try:
        found = _ANY_ENTRY.decode(entry).resource.id
    except (MsgspecError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _is_read(observation: _Observation, terminology: Concepts) -> bool:
    """Whether any of its codes is one of ours."""
    codes = (observation.code, *[one.code for one in observation.component or ()])
    return any(
        terminology.knows(coding.system, coding.code)
        for code in codes
        if code
        for coding in (code.coding if code.coding is not None else (code,))
    )


def _stub_of(observation: _Observation, known: dict[bytes, Any]) -> dict[str, Any]:
    """The raw stub of an Observation; most have the same patient reference, which is decoded once."""
    members: dict[str, Any] = {"resourceType": observation.resource_type}
    if observation.id is not UNSET:
        members["id"] = observation.id
    if observation.meta is not UNSET:
        meta = {"versionId": observation.meta.version_id, "lastUpdated": observation.meta.last_updated}
        members["meta"] = {name: value for name, value in meta.items() if value is not UNSET}
    if observation.status is not UNSET:
        members["status"] = observation.status
    for name in ("subject", "patient", "contained"):
        if written := bytes(getattr(observation, name)):
            if written not in known:
                known[written] = decode_json(written)
            members[name] = known[written]
    return members
