"""The text of a hook call: what every call needs is decoded at once, its prefetch stays text until somebody reads it.

Prefetch is nearly all of a call, and of a hundred orders signed one or none is ours.
"""

from __future__ import annotations

from typing import Any

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder

from cds_service.protocol.json_text import decode_json, plain_numbers

PREFETCH, CONTEXT = "prefetch", "context"
HEAD = 64  # octets of a part that mostly find its place


class _Call(Struct):
    prefetch: Raw = Raw()


_CALL = Decoder(_Call)


def decode_call(text: bytes) -> Any:
    """The document of a hook call in which `prefetch`, where it is an object, is still its text.

    Of that text the syntax is checked and no more. Decimals of the context stand as they were written: a draft
    order is given back so.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    prefetch = _prefetch_in(text)
    start = place_of(prefetch, text, 0)
    if not prefetch.startswith(b"{") or start is None:
        return _decoded(text)
    document = _decoded(b"%bnull%b" % (text[:start], text[start + len(prefetch) :]))
    if not isinstance(document, dict) or document.get(PREFETCH, ...) is not None:
        return _decoded(text)  # the same text stood elsewhere too
    return {**document, PREFETCH: prefetch}


def _decoded(text: bytes) -> Any:
    """The document, with decimals as they were written in its context alone."""
    document = decode_json(text, as_written=True)
    if not isinstance(document, dict):
        return document
    return {name: part if name == CONTEXT else plain_numbers(part) for name, part in document.items()}


def place_of(part: bytes, text: bytes, start: int) -> int | None:
    """Where this part stands first, from `start` on; None where it does not."""
    place = text.find(part[:HEAD], start)  # to look for the whole of a long part at once takes some time to begin
    if place >= 0 and not text.startswith(part, place):
        place = text.find(part, place + 1)
    return place if place >= 0 else None


def _prefetch_in(text: bytes) -> bytes:
    """The last member of this name; nothing where there is none, or where the text is not JSON."""
    try:
        text.decode()  # the decoder passes over texts without a look at their coding
        return bytes(_CALL.decode(text).prefetch)
    except (MsgspecError, RecursionError, UnicodeDecodeError):
        return b""
