"""Prefetch as text to JSON, without what nobody reads.

An EHR that answers by category sends a hundred laboratory results for each value that counts. Of an Observation whose
codes no mapping names stays what says which and whose it is; the rest is passed over, checked for its syntax alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType
from msgspec.json import Decoder

from cds_service.fhir.gathering.picking import Concepts
from cds_service.json_text import decode_json
from cds_service.request_json import place_of


class _Page(Struct):
    entry: list[Raw] | None = None
    link: Raw = Raw()


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


class _Observation(Struct, rename="camel"):
    """What is asked of every Observation, and what says what it is about."""

    resource_type: Literal["Observation"]
    id: str | UnsetType = UNSET
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
ENTRY_DEPTH = 3  # of objects and lists around an entry: prefetch, page, list
ABOUT = ("subject", "patient", "contained")  # whom a resource is about
_Written = tuple[str | UnsetType, tuple[bytes, ...]]


def decode_prefetch(text: bytes, terminology: Concepts) -> Mapping[str, Any]:
    """The prefetch of a hook call, raw JSON by key: all of it but Observations that no concept is found in.

    Args:
        text: a JSON object, as the call held it.
        terminology: of the service, the site's codes included.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    parts: list[bytes] = []
    found: list[tuple[str, int, bytes, _Observation | None]] = []
    end = 0
    for key, number, entry, observation in _entries_in(text, terminology):
        start = place_of(entry, text, end)
        if start is None:  # keys that stand twice have lost their order
            return _whole(text)
        parts.append(text[end:start])
        end = start + len(entry)
        found.append((key, number, entry, observation))
    prefetch = _whole(b"null".join([*parts, text[end:]]))
    stubs: dict[_Written, Any] = {}
    for key, number, entry, observation in found:
        entries = prefetch[key]["entry"]
        if entries[number] is not None:  # the same text stood elsewhere too
            return _whole(text)
        entries[number] = _stub_of(observation, stubs) if observation else decode_json(entry, within=ENTRY_DEPTH)
    return prefetch


def _whole(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = decode_json(text)
    return found


def _entries_in(text: bytes, terminology: Concepts) -> Iterator[tuple[str, int, bytes, _Observation | None]]:
    """Key, number and text of every entry, in the order of the text, with the Observation that is passed over."""
    try:
        pages = _PAGES.decode(text)
    except (MsgspecError, RecursionError):
        return  # a key holds something odd
    for key, page in pages.items():
        entries = [bytes(entry) for entry in (page.entry if page else None) or ()]
        goes_on = page is not None and _may_go_on(bytes(page.link))
        found = [None if goes_on else _decoded(entry) for entry in entries]
        count = Counter(one for one in map(_id_in, entries, found) if one)
        for number, (entry, observation) in enumerate(zip(entries, found, strict=True)):
            # Of two versions of one the newer counts, and of two that are none the content decides; on a page that is
            # not here there may be another version of any.
            is_kept = observation is None or count[observation.id or ""] > 1 or _is_read(observation, terminology)
            yield key, number, entry, None if is_kept else observation


def _may_go_on(links: bytes) -> bool:
    """Whether another page may follow; with a backslash the word may be written in another way."""
    return b"next" in links or b"\\" in links


def _decoded(entry: bytes) -> _Observation | None:
    try:
        return _ENTRY.decode(entry).resource
    except (MsgspecError, RecursionError):
        return None  # something else, or an Observation that is written otherwise than most


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
    for code in (observation.code, *[one.code for one in observation.component or ()]):
        if code is not None:
            for coding in code.coding if code.coding is not None else (code,):
                if terminology.knows(coding.system, coding.code):
                    return True
    return False


def _stub_of(observation: _Observation, known: dict[_Written, Any]) -> dict[str, Any]:
    """What stays of it, raw, as an entry: whose it is, and whether it counts. Most say the same and share one."""
    written = observation.status, tuple([bytes(getattr(observation, name)) for name in ABOUT])
    if written not in known:
        status = {} if observation.status is UNSET else {"status": observation.status}
        about = {
            name: decode_json(part, within=ENTRY_DEPTH + 2)  # the entry, and the resource in it
            for name, part in zip(ABOUT, written[1], strict=True)
            if part
        }
        known[written] = {"resource": {"resourceType": "Observation", **status, **about}}
    found: dict[str, Any] = known[written]
    return found
