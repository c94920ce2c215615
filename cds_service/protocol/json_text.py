"""Read JSON from outside, and write it in one canonical form.

Text that would break later steps is refused. jiter decodes requests, and refuses equal
keys and half surrogates itself. It decodes the records of FHIR servers too; those that
it refuses are decoded again by Python's decoder, which can replace a number that no
float holds.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any, Literal

from jiter import LosslessFloat, from_json

from cds_service.errors import CdsError

MAX_DEPTH = 64  # FHIR resources in a Bundle stay under 25; the rest is an attack
# jiter refuses JSON that is deeper than 200, or 201 if the innermost part is empty. So
# it refuses a text deeper than MAX_DEPTH within this many lists.
OUTER = 201 - MAX_DEPTH
OPENED, CLOSED = b"[" * OUTER, b"]" * OUTER
LONG = 10_000  # bytes; to count the brackets of a longer text costs more than it saves
MAX_DIGITS = 64
TOO_LONG = 10**MAX_DIGITS
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NUL = b"\\u0000"  # the only way in which JSON can write it
# A number that is too large has MAX_DIGITS digits, or an exponent of three. They are
# found in a text with 0 for each digit and for `+`, in a twentieth of the time that a
# pattern takes.
DIGITS = bytes.maketrans(b"123456789+E", b"0000000000e")
MANY, LARGE = b"0" * MAX_DIGITS, b"0e000"
# Bytes before a number; the last ends a byte-order mark. `4e123` in an id has another.
BEFORE_NUMBERS = b":,[ \t\r\n\xbf"

DUPLICATE = "a JSON object has the same key twice"
TOO_DEEP = "the JSON is nested too deep"
TOO_LARGE = "a number is too large"
NO_UTF_8 = "the text is not UTF-8"
NO_JSON = "the text is not JSON"
CUT_OFF = "the JSON is cut off: the text ends before it does"
SEVERAL = "the JSON ends before the text does"
# First words of the decoder's message -> ours. Its own may repeat the text.
FAULTS: Mapping[str, str] = {
    "Detected duplicate key": DUPLICATE,
    "recursion limit exceeded": TOO_DEEP,
    "number out of range": TOO_LARGE,
    "invalid unicode code point": NO_UTF_8,
    "EOF while parsing": CUT_OFF,
    "trailing characters": SEVERAL,
}

# Documents are trees, so circles need no check. A number that is written as it came is
# put between two NULs first, which no text from outside may hold.
_CANONICAL = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=True,
    allow_nan=False,
    check_circular=False,
    default=lambda number: f"\0{_written(number)}\0",
)
_DECIMAL = re.compile(rb"[:,\[]\s*-?[0-9]+[.eE]")
_AS_WRITTEN = re.compile(r'"\\u0000([0-9.eE+-]+)\\u0000"')


Check = Callable[[], object]  # raises once there is no time left


def _no_check() -> None:
    pass


class JsonTextError(CdsError, ValueError):
    """The text is not JSON that can be used.

    The message is fixed text: it never repeats the input.
    """


def canonical_json(document: Any) -> str:
    """Write JSON as answers and the audit log hold it: sorted keys, no spaces, ASCII.

    Raises:
        ValueError: a number is not finite.
    """
    encoded = _CANONICAL.encode(document)
    return _AS_WRITTEN.sub(r"\1", encoded) if '"\\u0000' in encoded else encoded


def _written(number: Any) -> str:
    if not isinstance(number, LosslessFloat):
        raise TypeError(f"{type(number).__name__} is no JSON")
    return str(number)


def json_digest(document: Any) -> str:
    """Return the SHA-256 of a document as canonical JSON."""
    return hashlib.sha256(canonical_json(document).encode("ascii")).hexdigest()


def plain_numbers(document: Any) -> Any:
    """Copy a document; decimals that are kept as written become plain numbers."""
    if isinstance(document, dict):
        return {name: plain_numbers(part) for name, part in document.items()}
    if isinstance(document, list):
        return [plain_numbers(part) for part in document]
    return float(document) if isinstance(document, LosslessFloat) else document


def decode_json(text: bytes, check: Check = _no_check) -> Any:
    """Read a request: finite numbers, valid Unicode, no key twice.

    A byte-order mark is tolerated.

    Args:
        text: the JSON.
        check: called for each value if they have to be looked at one by one.

    Raises:
        JsonTextError: says what is wrong, without any of the text.
    """
    if _is_shallow(text):
        document = decode_unguarded(text)
    else:
        document = decode_unguarded(
            b"".join((OPENED, text.removeprefix(BYTE_ORDER_MARK), CLOSED))
        )
        for _ in range(OUTER):
            if len(document) != 1:  # nothing, or `1],[2`
                raise JsonTextError(NO_JSON)
            (document,) = document
    if _may_hold_nul(text):
        _refuse_nul(document, check)
    if _may_hold_large_number(text):
        _refuse_large_numbers(document, check)
    return document


def needs_no_guard(text: bytes) -> bool:
    """Tell by its bytes that `decode_json` reads a text as `decode_unguarded` does."""
    return (
        _is_shallow(text)
        and not _may_hold_nul(text)
        and not _may_hold_large_number(text)
    )


def _is_shallow(text: bytes) -> bool:
    # few brackets cannot be deep
    return len(text) <= LONG and text.count(b"[") + text.count(b"{") <= MAX_DEPTH


def _may_hold_nul(text: bytes) -> bool:
    # the first alone takes a tenth of the time
    return text.find(b"\\") >= 0 and NUL in text


def _may_hold_large_number(text: bytes) -> bool:
    digits = text.translate(DIGITS)
    if digits.find(MANY) >= 0:
        return True
    if digits.find(LARGE) < 0:
        return False
    before = (part.rstrip(b"-.0")[-1:] for part in digits.split(LARGE)[:-1])
    return any(byte in BEFORE_NUMBERS for byte in before)


def decode_unguarded(
    text: bytes, float_mode: Literal["float", "lossless-float"] = "float"
) -> Any:
    """Read JSON that may be deep, or hold a NUL or a large number.

    Raises:
        JsonTextError: as in `decode_json`.
    """
    try:
        return from_json(
            text.removeprefix(BYTE_ORDER_MARK),
            allow_inf_nan=False,
            catch_duplicate_keys=True,
            float_mode=float_mode,
            # The decoder may keep keys for later calls; values are a patient's.
            cache_mode="keys",
        )
    except ValueError as error:
        raise JsonTextError(_fault(str(error))) from None


def decode_again(text: bytes) -> Any:
    """Decode a document again, without a check for equal keys."""
    return from_json(
        text.removeprefix(BYTE_ORDER_MARK), allow_inf_nan=False, cache_mode="keys"
    )


def decode_call(text: bytes) -> Any:
    """Read a hook call; decimals of its `context` stay as written.

    So a draft order can be given back as it came.

    Raises:
        JsonTextError: as in `decode_json`.
    """
    document = decode_json(text)
    if (
        not isinstance(document, dict)
        or not _DECIMAL.search(text)
        or not _holds_decimals(document.get("context"))
    ):
        return document
    return {**document, "context": decode_unguarded(text, "lossless-float")["context"]}


def _holds_decimals(document: Any) -> bool:
    return float in map(type, _values(document))


def decode_record_json(text: bytes, check: Check = _no_check) -> Any:
    """Read a document of a FHIR server; a number that no float holds is infinite.

    FHIR decimals are finite, so only the resource with such a number is refused later.

    Args:
        text: the JSON.
        check: as of `decode_json`. Python's decoder takes seconds for the largest
            document, and in several threads it takes the processor of the answer, too.

    Raises:
        JsonTextError: as in `decode_json`, but not for such a number or a NUL.
    """
    try:
        # nearly every record, in a third of the time that the decoder below takes
        return decode_json(text, check)
    except JsonTextError as error:
        if str(error) in (TOO_DEEP, DUPLICATE):
            raise
    try:
        document = json.loads(
            text.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_int=_infinite_when_long,
            object_pairs_hook=partial(_object_without_duplicates, check=check),
        )
    except JsonTextError:
        raise
    except UnicodeDecodeError:
        raise JsonTextError(NO_UTF_8) from None
    except RecursionError:
        raise JsonTextError(TOO_DEEP) from None
    except ValueError:
        raise JsonTextError(NO_JSON) from None
    if next(islice(levels([document]), MAX_DEPTH + 1, None), None):
        raise JsonTextError(TOO_DEEP)
    return document


def _fault(words: str) -> str:
    faults = (fault for start, fault in FAULTS.items() if words.startswith(start))
    return next(faults, NO_JSON)


def _refuse_constant(_name: str) -> Any:
    raise JsonTextError("NaN and Infinity are not JSON")


def _infinite_when_long(text: str) -> int | float:
    return math.inf if len(text) > MAX_DIGITS else int(text)


def _object_without_duplicates(
    pairs: list[tuple[str, Any]], *, check: Check
) -> dict[str, Any]:
    check()
    document = dict(pairs)
    if len(document) != len(pairs):
        raise JsonTextError(DUPLICATE)
    return document


def levels(document: Any) -> Iterator[list[Any]]:
    """Walk the objects and lists of a document, itself included, level by level."""
    level = [document]
    while level:
        yield level
        level = [
            part
            for node in level
            for part in (node.values() if type(node) is dict else node)
            if type(part) is dict or type(part) is list
        ]


def _values(document: Any) -> Iterator[Any]:
    """Yield all values of a JSON document, itself included, but no names."""
    for node in chain.from_iterable(levels([document])):
        yield from node.values() if type(node) is dict else node


def _refuse_nul(document: Any, check: Check) -> None:
    for node in _values(document):
        check()
        # of an object, the names
        if isinstance(node, str | dict) and "\0" in "".join(node):
            raise JsonTextError("a string holds a NUL")


def _refuse_large_numbers(document: Any, check: Check) -> None:
    """Refuse numbers that no float holds or that are longer than `MAX_DIGITS`."""
    for node in _values(document):
        check()
        kind = type(node)
        if (kind is float and math.isinf(node)) or (
            kind is int and abs(node) >= TOO_LONG
        ):
            raise JsonTextError(TOO_LARGE)
