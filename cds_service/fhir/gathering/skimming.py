"""Prefetch as text to JSON, without what nobody reads.

An EHR that answers by category sends a hundred laboratory results for each value that counts. Of an Observation whose
codes no mapping names stays what says which and whose it is; the rest is passed over, checked for its syntax alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder, encode

from cds_service.fhir.gathering.picking import Concepts
from cds_service.json_text import decode_json
from cds_service.request_json import place_of


class _Page(Struct):
    entry: list[Raw] | None = None


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Codeable(Struct):
    """Some clients write the one coding in its place."""

    coding: list[_Coding] | None = None
    system: str = ""
    code: str = ""


class _Component(Struct):
    code: _Codeable | None = None


class _Meta(Struct, omit_defaults=True, rename="camel"):
    version_id: Raw = Raw()
    last_updated: Raw = Raw()


class _Observation(Struct, omit_defaults=True, rename="camel"):
    """What is asked of every Observation, and what says what it is about."""

    resource_type: Literal["Observation"]
    id: str = ""
    meta: _Meta | None = None
    status: Raw = Raw()
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
    """The prefetch of a hook call, raw JSON by key: all of it but Observations that no concept is found in.

    Args:
        text: a JSON object, as the call held it.
        terminology: of the service, the site's codes included.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    parts: list[bytes] = []
    end = 0
    for entry, stub in _entries_in(text, terminology):
        start = place_of(entry, text, end)
        if start is None:  # keys that stand twice have lost their order
            break
        parts += text[end:start], entry if stub is None else stub
        end = start + len(entry)
    prefetch: Mapping[str, Any] = decode_json(b"".join([*parts, text[end:]]))
    return prefetch


def _entries_in(text: bytes, terminology: Concepts) -> Iterator[tuple[bytes, bytes | None]]:
    """The text of each entry of each Bundle, in the order of the text, with what stays of it; None where all does."""
    try:
        pages = _PAGES.decode(text)
    except (MsgspecError, RecursionError):
        return  # a key holds something odd
    for page in pages.values():
        entries = [bytes(entry) for entry in (page.entry if page else None) or ()]
        found = [_decoded(entry) for entry in entries]
        count = Counter(one for one in map(_id_in, entries, found) if one)
        for entry, observation in zip(entries, found, strict=True):
            # Of two versions of one the newer counts, and of two that are none the content decides.
            if observation is None or count[observation.id] > 1 or _is_read(observation, terminology):
                yield entry, None
            else:
                yield entry, _stub_of(observation)


def _decoded(entry: bytes) -> _Observation | None:
    try:
        return _ENTRY.decode(entry).resource
    except (MsgspecError, RecursionError):
        return None  # something else, or an Observation that is written otherwise than most


def _id_in(entry: bytes, observation: _Observation | None) -> str:
    if observation is not None:
        return observation.id
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


def _stub_of(observation: _Observation) -> bytes:
    observation.code = observation.component = None
    return b'{"resource":%b}' % encode(observation)
