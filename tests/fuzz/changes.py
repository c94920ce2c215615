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
    document: Json,
    changes: Iterable[Change],
    *,
    under: tuple[str, ...] = (),
    fixed: tuple[str, ...] = (),
) -> None:
    """Change the document in place.

    Args:
        under: only within this part of it.
        fixed: values that hold one of these texts are neither copied nor moved to other
            places.
    """
    for change in changes:
        inside = document
        for name in under:
            inside = inside.get(name) if isinstance(inside, dict) else None
        place = find(inside, change.where)
        if place is None:
            continue
        if change.how in VALUES:
            place.put(VALUES[change.how](place.value, change))
        elif change.how == "drop":
            del place.parent[place.key]
        elif change.how == "rename" and isinstance(place.parent, dict):
            place.parent[TEXTS[change.other % len(TEXTS)]] = place.parent.pop(place.key)
        elif change.how in {"copy", "swap"}:
            _exchange(
                place, find(document, change.other), fixed, is_swap=change.how == "swap"
            )


def _exchange(
    here: Place, there: Place | None, fixed: tuple[str, ...], *, is_swap: bool
) -> None:
    """Put what stands there here as well, or either in the place of the other."""
    if (
        there is None
        or _holds(there.value, fixed)
        or (is_swap and _holds(here.value, fixed))
    ):
        return
    old, new = deepcopy(here.value), deepcopy(there.value)
    here.put(new)
    if is_swap:
        there.put(old)


def _holds(value: Json, fixed: tuple[str, ...]) -> bool:
    text = json.dumps(value)
    return any(one in text for one in fixed)


def _deepened(value: Json, change: Change) -> Json:
    for _ in range(change.other % 70):
        value = {"extension": [value]} if change.other % 2 else [value]
    return value


def _many(value: Json, _change: Change) -> Json:
    held = value if isinstance(value, list) else [value]
    return (
        [deepcopy(one) for _ in range(TIMES) for one in held]
        if len(json.dumps(held)) * TIMES < LARGEST
        else value
    )


def _retyped(value: Json, _change: Change) -> Json:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return {str(number): one for number, one in enumerate(value)}
    if isinstance(value, str):
        return (
            float(value)
            if value.replace(".", "", 1).isdecimal() and len(value) < 20
            else {"value": value}
        )
    return json.dumps(value)


def _mangled(value: Json, change: Change) -> Json:
    """A text with a nasty one inside; a number made extreme."""
    if isinstance(value, str):
        cut = change.where % (len(value) + 1)
        return (
            value[:cut]
            + TEXTS[change.other % len(TEXTS)]
            + value[cut + change.other % 3 :]
        )
    return (
        NUMBERS[change.other % len(NUMBERS)]
        if isinstance(value, int | float)
        else value
    )


VALUES: dict[str, Callable[[Json, Change], Json]] = {
    "replace": lambda _value, change: deepcopy(change.junk),
    "mangle": _mangled,
    "wrap": lambda value, _change: [value],
    "deepen": _deepened,
    "empty": lambda value, _change: (
        type(value)() if isinstance(value, dict | list | str | int | float) else None
    ),
    "twice": lambda value, _change: deepcopy(
        value * 2 if isinstance(value, list) else [value, value]
    ),
    "many": _many,
    "retype": _retyped,
}
HOW = (*VALUES, "drop", "rename", "copy", "swap")
numbers = st.integers(0, 2**48)
changes = st.lists(
    st.builds(Change, st.sampled_from(HOW), numbers, numbers, junk),
    min_size=1,
    max_size=6,
)


def splice(text: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The text with some octets taken out and others put in at each of these places."""
    for where, length, octets in cuts:
        start = where % (len(text) + 1)
        text = text[:start] + octets + text[start + length :]
    return text


splices = st.lists(
    st.tuples(
        numbers,
        st.sampled_from((0, 0, 1, 2, 7, 100, 10**6)),
        st.sampled_from(OCTETS) | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def with_key_twice(text: bytes, number: int) -> bytes:
    """The text with one of its members written twice; the text itself where it has none."""
    starts = [
        place + 1 for place in range(len(text)) if text[place : place + 2] == b'{"'
    ]
    if not starts:
        return text
    start = starts[number % len(starts)]
    end = text.find(b":", start)
    return text[:start] + text[start:end] + b": 1, " + text[start:]
