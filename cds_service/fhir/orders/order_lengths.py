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
    lengths = sorted(
        len(value)
        for name, value in _texts_in(draft_orders)
        if _weight_of_text(name, value)
    )
    room = ROOM_FOR_WORDS
    for place, length in enumerate(lengths):
        share = room // (len(lengths) - place)
        if length > share:
            return max(share, SHORT_TEXT)
        room -= length
    return ROOM_FOR_WORDS


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
