"""Bound how much of a signing is read: long lists and long texts are cut.

What is cut is named on the card, reassures nobody, and lets no order be corrected.
"""

import re
from collections.abc import Iterator
from typing import Any

from cds_service.fhir.raw_json import Json
from cds_service.places import MANY_WORDS
from cds_service.protocol.json_text import levels

MOST_PARTS = 4000  # values in one order; a long one has a hundred
# Policy: characters of all texts of a signing that are read. More would take longer
# than the answer has; an order set with its instructions has some thousand.
ROOM_FOR_WORDS = 8_000
# A text of this length, such as a title or a line of instructions, is never cut.
SHORT_TEXT = 200
# Policy: characters of all orders of a signing, and of one of them, that are read if
# their texts are many and short.
ROOM_FOR_ORDERS, ROOM_FOR_AN_ORDER = 20_000, 8_000
# An order of this size is read whole, however many there are.
SHORT_ORDER = 400
# Takes the place of a text for which no room is left: R4 has no empty ones.
LEFT_OUT = "…"
# Each text and each resource takes as long to read as some characters.
COST_OF_A_TEXT = 20
NAMES_OF_WORDS = frozenset({"text", "display", "resourceType"})
# Short values of these are ids, codes, addresses and times, and no words.
NAMES_WITHOUT_WORDS = frozenset(
    {
        "authoredOn",
        "code",
        "comparator",
        "contentType",
        "end",
        "fullUrl",
        "id",
        "implicitRules",
        "intent",
        "language",
        "occurrenceDateTime",
        "priority",
        "reference",
        "start",
        "status",
        "system",
        "type",
        "unit",
        "url",
        "valueCanonical",
        "valueDate",
        "valueDateTime",
        "valueId",
        "valueInstant",
        "valueUri",
        "valueUrl",
        "valueUuid",
        "version",
    }
)
LONGEST_ADDRESS = 100
# The signs of ids, codes, addresses, times and files
_NO_BLANKS = re.compile(r"[\w.:/#|+=?&%~@-]*", re.ASCII)
# Items of one list. The words of each coding cost a search; a group has its own limit.
LONGEST_LIST = 100


def is_long(order: Json) -> bool:
    """Tell if an order is too long: its lists are cut, and it is not corrected."""
    sizes = [len(node) for level in levels(order) for node in level]
    return sum(sizes) >= MOST_PARTS or max(sizes) > LONGEST_LIST


def with_short_lists(value: Any) -> Any:
    """Cut the lists of a resource."""
    if isinstance(value, list):
        return [with_short_lists(part) for part in value[:LONGEST_LIST]]
    if isinstance(value, dict):
        return {name: with_short_lists(part) for name, part in value.items()}
    return value


def longest_text(draft_orders: Any) -> int:
    """Return how many characters of each text are read, so that there is room for all.

    Short texts leave their room to the longer ones.
    """
    lengths = [
        len(value)
        for name, value in _texts_in(draft_orders)
        if _weight_of_text(name, value)
    ]
    share = _share_of(lengths, ROOM_FOR_WORDS)
    return ROOM_FOR_WORDS if share is None else max(share, SHORT_TEXT)


def longest_order(draft_orders: Any, longest: int) -> int:
    """Return how many characters of each order are read, so that there is room for all.

    Short orders leave their room to the longer ones.

    Args:
        draft_orders: raw JSON of any quality.
        longest: characters of each text that are read.
    """
    share = _share_of([*_sizes_of_orders(draft_orders, longest)], ROOM_FOR_ORDERS)
    if share is None:
        return ROOM_FOR_AN_ORDER
    return min(max(share, SHORT_ORDER), ROOM_FOR_AN_ORDER)


def _share_of(lengths: list[int], room: int) -> int | None:
    """Return how much of each there is room for; None if there is for all."""
    ordered = sorted(lengths)
    for place, length in enumerate(ordered):
        share = room // (len(ordered) - place)
        if length > share:
            return share
        room -= length
    return None


def _sizes_of_orders(draft_orders: Any, longest: int) -> Iterator[int]:
    """Yield the size of each resource in a value of any quality."""
    waiting = [draft_orders]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            if _is_resource(value):
                yield _size_within(value, longest)


def _is_resource(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)


def _size_within(value: Json, longest: int = ROOM_FOR_WORDS) -> int:
    return sum(_size_of(part, name, longest) for name, part in value.items())


def _size_of(value: Any, name: str, longest: int = ROOM_FOR_WORDS) -> int:
    """Return the characters of all words in a value; resources in it have their own.

    Args:
        value: a part of a resource.
        name: of the element that it is of.
        longest: characters of each text that are read.
    """
    if isinstance(value, str):
        is_counted = value and _weight_of_text(name, value)
        return min(len(value), longest) if is_counted else 0
    if isinstance(value, list):
        return sum(_size_of(item, name, longest) for item in value)
    if not isinstance(value, dict) or _is_resource(value):
        return 0
    return _size_within(value, longest)


def _texts_in(draft_orders: Any) -> Iterator[tuple[str, str]]:
    """Yield each text with the name of its element."""
    # No recursion: the JSON may be deep.
    waiting = [*draft_orders.items()] if type(draft_orders) is dict else []
    while waiting:
        name, value = waiting.pop()
        if type(value) is dict:
            waiting += value.items()
        elif type(value) is list:
            waiting += [(name, item) for item in value]
        elif type(value) is str and value:
            yield name, value


def with_short_texts(value: Any, longest: int, name: str = "") -> Any:
    """Cut the texts of a resource; the very same value if none is longer.

    Args:
        value: a resource, or a part of it.
        longest: characters of a text that are kept.
        name: of the element that the value is of.
    """
    if isinstance(value, str):
        is_cut = len(value) > longest and _weight_of_text(name, value)
        return _beginning(value, longest) if is_cut else value
    if isinstance(value, list):
        parts = [with_short_texts(part, longest, name) for part in value]
        is_same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if is_same else parts
    if isinstance(value, dict):
        members = {
            one: with_short_texts(part, longest, one) for one, part in value.items()
        }
        is_same = all(members[one] is part for one, part in value.items())
        return value if is_same else members
    return value


def with_short_orders(value: Any, longest: int) -> Any:
    """Cut the words of each resource in a value; the same value if none is too long.

    Its small elements, such as a title, are read whole, and of the others the
    beginnings.

    Args:
        value: a resource, or a part of one that is a list or an object.
        longest: characters of a resource that are kept.
    """
    if isinstance(value, list):
        parts = [with_short_orders(part, longest) for part in value]
        is_same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if is_same else parts
    if not isinstance(value, dict):
        return value
    members = {name: with_short_orders(part, longest) for name, part in value.items()}
    if any(members[name] is not part for name, part in value.items()):
        value = members
    if _is_resource(value) and _size_within(value) > longest:
        return _members_within(value, longest)
    return value


def _within(value: Any, room: int, name: str) -> Any:
    """Cut a value to a room; a list loses its last items.

    Args:
        value: raw JSON of any quality.
        room: characters of its words that are kept.
        name: of the element that the value is of.
    """
    if _size_of(value, name) <= room:
        return value
    if isinstance(value, str):
        return _beginning(value, room) if room > 0 else LEFT_OUT
    if isinstance(value, list):
        items = []
        for item in value:
            size = _size_of(item, name)
            if room > 0 or not size:
                items.append(_within(item, room, name))
                room -= size
        return items
    return _members_within(value, room)


def _members_within(value: Json, room: int) -> Json:
    """Cut the elements of a value to a room, the longest ones first."""
    sizes = {name: _size_of(part, name) for name, part in value.items()}
    kept = {}
    for name in sorted(sizes, key=lambda one: sizes[one]):
        kept[name] = _within(value[name], room, name)
        room -= sizes[name]
    return {name: kept[name] for name in value}


def _beginning(written: str, longest: int) -> str:
    """Return the beginning of a text, up to the end of a sentence or a word."""
    beginning = written[:longest]
    sentence = max(beginning.rfind(sign) for sign in (". ", "; ", "\n", "。"))
    if sentence > longest // 2:
        return beginning[: sentence + 1]
    return beginning.rpartition(" ")[0] or beginning


def weight_of_words(draft_orders: Any) -> int:
    """Weigh the words of these orders (raw JSON) by how long they take to read.

    Returns:
        so many characters, `MANY_WORDS` at most.
    """
    cost = 0
    for name, value in _texts_in(draft_orders):
        cost += _weight_of_text(name, value)
        if cost >= MANY_WORDS:
            break
    return min(cost, MANY_WORDS)


def _weight_of_text(name: str, value: str) -> int:
    """Weigh a text by its length: readers find words between any signs."""
    if _NO_BLANKS.fullmatch(value) is None or name in NAMES_OF_WORDS:
        return len(value) + COST_OF_A_TEXT
    is_short = len(value) <= LONGEST_ADDRESS
    is_free = name == "data" or (is_short and name in NAMES_WITHOUT_WORDS)
    return 0 if is_free else len(value)
