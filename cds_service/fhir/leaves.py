"""Walk a resource value by value, so that whatever is not read is seen.

These modules decide if a resource was read whole:

- orders of a signing: the modules that `orders/unread/unread_elements.py` names
- doses of bone drugs: `entries/medication/plain_doses.py`
- reports: `entries/exams/unread_in_report.py`
- the asides of any entry: `entries/words/asides.py` says which elements have some,
  `entries/words/unread_in_reasons.py` if their words are understood
- the notes of a value: `has_plain_notes` in `findings/values/observations.py`
"""

from collections.abc import Iterator
from typing import Any

from cds_service.fhir.element_names import PEOPLE, PERFORMER, WORDED
from cds_service.fhir.raw_json import Json, objects, text


def leaves_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is no object or list, with its path.

    All items of a list have the same path.
    """
    # No recursion: a deep value would be yielded again at each level above it.
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


def words_in(element: Any, among: frozenset[str] = WORDED) -> Iterator[str]:
    """Yield the words in all elements of these names, however deep.

    Names of people are left out.
    """
    for path, value in leaves_of(element):
        *parts, name = path.split(".")
        is_person = not PEOPLE.isdisjoint(parts) or PERFORMER in parts[1:]
        if name in among and isinstance(value, str) and not is_person:
            yield value


def codes_of(value: Any) -> Iterator[Json]:
    """Yield each CodeableConcept, and each bare Coding, wrapped as one."""
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting += node
        elif isinstance(node, dict) and "coding" in node:
            yield node
        elif isinstance(node, dict) and text(node.get("code")):
            yield {"coding": objects(node)}
        elif isinstance(node, dict):
            waiting += node.values()
