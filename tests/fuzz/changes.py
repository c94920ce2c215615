"""Structure-aware changes of a JSON document and of its text: each small, each drawn by a few numbers."""

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.nasty import NUMBERS, OCTETS, TEXTS, junk

Json = Any
Branch = dict[str, Any] | list[Any]
LARGEST = 60_000  # characters; what is larger is not made many
TIMES = 120


@dataclass(frozen=True)
class Place:
    """A member of an object or of a list."""

    parent: Branch
    key: Any

    @property
    def value(self) -> Json:
        return self.parent[self.key]

    def put(self, value: Json) -> None:
        self.parent[self.key] = value


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        where: a number that leads to the place.
        other: the same of a second place.
    """

    how: str
    where: int
    other: int
    junk: Json


def find(document: Json, number: int) -> Place | None:
    """The place that this number leads to: at each branch one of its members, one time in six the branch itself."""
    place = None
    inner = document
    while isinstance(inner, dict | list) and inner:
        if place is not None and number % 6 == 0:
            return place
        keys = list(inner) if isinstance(inner, dict) else range(len(inner))
        number, step = divmod(number // 6, len(keys))
        place = Place(inner, keys[step])
        inner = place.value
    return place


def apply(
    document: Json, changes: Iterable[Change], *, under: tuple[str, ...] = (), fixed: tuple[str, ...] = ()
) -> None:
    """Change the document in place.

    Args:
        under: only within this part of it.
        fixed: values that hold one of these texts are neither copied nor moved to other places.
    """
    for change in changes:
        inside = document
        for name in under:
            inside = inside.get(name) if isinstance(inside, dict) else None
        place = find(inside, change.where)
        if place is not None:
            HOW[change.how](inside, place, change, fixed)


def _drop(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    del place.parent[place.key]


def _rename(_document: Json, place: Place, change: Change, _fixed: tuple[str, ...]) -> None:
    if isinstance(place.parent, dict):
        place.parent[TEXTS[change.other % len(TEXTS)]] = place.parent.pop(place.key)


def _wrap(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    place.put([place.value])


def _deepen(_document: Json, place: Place, change: Change, _fixed: tuple[str, ...]) -> None:
    for _ in range(change.other % 70):
        place.put({"extension": [place.value]} if change.other % 2 else [place.value])


def _replace(_document: Json, place: Place, change: Change, _fixed: tuple[str, ...]) -> None:
    place.put(deepcopy(change.junk))


def _empty(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    kind = type(place.value)
    place.put(kind() if kind in (dict, list, str, int, float) else None)


def _twice(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    if isinstance(place.parent, list):
        place.parent.insert(place.key, deepcopy(place.value))
    else:
        place.put([place.value, deepcopy(place.value)])


def _many(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    held = place.value if isinstance(place.value, list) else [place.value]
    if len(json.dumps(held)) * TIMES < LARGEST:
        place.put([deepcopy(one) for _ in range(TIMES) for one in held])


def _retype(_document: Json, place: Place, _change: Change, _fixed: tuple[str, ...]) -> None:
    value = place.value
    if isinstance(value, dict):
        place.put(list(value.values()))
    elif isinstance(value, list):
        place.put({str(number): one for number, one in enumerate(value)})
    elif isinstance(value, str):
        place.put(float(value) if value.replace(".", "", 1).isdecimal() and len(value) < 20 else {"value": value})
    else:
        place.put(json.dumps(value))


def _mangle(_document: Json, place: Place, change: Change, _fixed: tuple[str, ...]) -> None:
    """A text with a nasty one inside; a number made extreme."""
    value = place.value
    if isinstance(value, str):
        cut = change.where % (len(value) + 1)
        place.put(value[:cut] + TEXTS[change.other % len(TEXTS)] + value[cut + change.other % 3 :])
    elif isinstance(value, int | float):
        place.put(NUMBERS[change.other % len(NUMBERS)])


def _copy(document: Json, place: Place, change: Change, fixed: tuple[str, ...]) -> None:
    """What stands elsewhere in the document."""
    other = find(document, change.other)
    if other is not None and not _holds(other.value, fixed):
        place.put(deepcopy(other.value))


def _swap(document: Json, place: Place, change: Change, fixed: tuple[str, ...]) -> None:
    other = find(document, change.other)
    if other is not None and not _holds(other.value, fixed) and not _holds(place.value, fixed):
        here, there = deepcopy(place.value), deepcopy(other.value)
        place.put(there)
        other.put(here)


def _holds(value: Json, fixed: tuple[str, ...]) -> bool:
    text = json.dumps(value)
    return any(one in text for one in fixed)


HOW: dict[str, Callable[[Json, Place, Change, tuple[str, ...]], None]] = {
    "replace": _replace,
    "mangle": _mangle,
    "drop": _drop,
    "rename": _rename,
    "wrap": _wrap,
    "deepen": _deepen,
    "empty": _empty,
    "twice": _twice,
    "many": _many,
    "retype": _retype,
    "copy": _copy,
    "swap": _swap,
}
numbers = st.integers(0, 2**48)
changes = st.lists(st.builds(Change, st.sampled_from(tuple(HOW)), numbers, numbers, junk), min_size=1, max_size=6)


def splice(text: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The text with some octets taken out and others put in at each of these places."""
    for where, length, octets in cuts:
        start = where % (len(text) + 1)
        text = text[:start] + octets + text[start + length :]
    return text


splices = st.lists(
    st.tuples(numbers, st.sampled_from((0, 0, 1, 2, 7, 100, 10**6)), st.sampled_from(OCTETS) | st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)


def with_key_twice(text: bytes, number: int) -> bytes:
    """The text with one of its members written twice; the text itself where it has none."""
    starts = [place + 1 for place in range(len(text)) if text[place : place + 2] == b'{"']
    if not starts:
        return text
    start = starts[number % len(starts)]
    end = text.find(b":", start)
    return text[:start] + text[start:end] + b": 1, " + text[start:]
