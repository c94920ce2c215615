"""The values in a resource one by one, so that whatever is not read is seen."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from cds_service.fhir.mapping.plain_patterns import PlainWords
from cds_service.fhir.raw_json import Json

# By FHIR's definition these may change the meaning of all elements next to them.
MODIFIERS = frozenset({"modifierExtension", "implicitRules"})
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+")


def leaves_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is no object or list, with its path.

    All items of a list have the same path.
    """
    # No recursion: a value in a deep place would pass through each place above it.
    waiting = [(path, value)]
    while waiting:
        at, node = waiting.pop()
        if isinstance(node, dict):
            inner = [
                (f"{at}.{name}" if at else name, part) for name, part in node.items()
            ]
            waiting += reversed(inner)
        elif isinstance(node, list | tuple):
            waiting += [(at, one) for one in reversed(node)]
        elif node is not None and node != "":
            yield at, node


def repeats(narrative: str, resource: Json, plain: PlainWords) -> bool:
    """Tell if a narrative says only what the elements say, as FHIR defines one."""
    elements = {name: value for name, value in resource.items() if name != "text"}
    words = {
        word
        for path, value in leaves_of(elements)
        for word in _words_of(f"{path} {value}")
    }
    new = [
        word
        for word in _WORD.findall(without_tags(narrative))
        if word.lower() not in words
    ]
    return plain.are_all(" ".join(new), has_lengths=False)


def without_tags(narrative: str) -> str:
    """Return the text of a narrative, which FHIR writes as XHTML."""
    return unescape(_TAG.sub(" ", narrative))


def _words_of(written: str) -> Iterator[str]:
    """Split a text, and the names in it, into words: `authoredOn` is "authored on"."""
    yield from (
        word.lower() for word in (*_WORD.findall(written), *_CAMEL.findall(written))
    )
