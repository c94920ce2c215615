"""JSON from outside: one decoder that refuses what JSON is not, and what would break later steps.

Python's own decoder takes `NaN`, keeps the last of two equal keys, and answers deep nesting with a RecursionError.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 64  # FHIR resources in a Bundle stay under 25; the rest is an attack
MAX_DIGITS = 64


class JsonTextError(ValueError):
    """The text is not JSON that can be used. The message is fixed text: it never repeats the input."""


def decode_json(text: bytes) -> Any:
    """The document of a request: every number finite, every string valid Unicode, no key twice.

    A byte-order mark is tolerated.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    document = _decode(text, parse_float=_finite, parse_int=_short)
    _refuse_deep_or_broken(document)
    return document


def decode_record_json(text: bytes) -> Any:
    """The document of a FHIR server: a number that no float holds becomes infinite instead of refusing the whole.

    FHIR decimals are finite, so that only the resource which carries such a number fails its validation.
    """
    document = _decode(text, parse_float=float, parse_int=_infinite_when_long)
    _refuse_deep(document)
    return document


def _decode(text: bytes, *, parse_float: Callable[[str], Any], parse_int: Callable[[str], Any]) -> Any:
    try:
        return json.loads(
            text.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=parse_float,
            parse_int=parse_int,
            object_pairs_hook=_object_without_duplicates,
        )
    except JsonTextError:
        raise
    except UnicodeDecodeError:
        raise JsonTextError("the text is not UTF-8") from None
    except RecursionError:
        raise JsonTextError("the JSON is nested too deep") from None
    except ValueError:
        raise JsonTextError("the text is not JSON") from None


def _refuse_constant(_name: str) -> Any:
    raise JsonTextError("NaN and Infinity are not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise JsonTextError("a number is too large")
    return number


def _short(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise JsonTextError("a number is too large")
    return int(text)


def _infinite_when_long(text: str) -> int | float:
    return math.inf if len(text) > MAX_DIGITS else int(text)


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonTextError("a JSON object has the same key twice")
    return found


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _levels(document: Any) -> Iterable[list[Any]]:
    """The nodes of the document, one list for each depth, as deep as is allowed."""
    level = [document]
    for _ in range(MAX_DEPTH):
        yield level
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise JsonTextError("the JSON is nested too deep")


def _refuse_deep(document: Any) -> None:
    for _ in _levels(document):
        pass


def _refuse_deep_or_broken(document: Any) -> None:
    for level in _levels(document):
        for node in level:
            if isinstance(node, str):
                _refuse_broken_text(node)
            elif isinstance(node, dict):
                for key in node:
                    _refuse_broken_text(key)


def _refuse_broken_text(text: str) -> None:
    if "\0" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
        raise JsonTextError("a string holds a NUL or half a surrogate pair")
