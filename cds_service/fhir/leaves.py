"""Walk a resource value by value, so that whatever is not read is seen.

These modules decide if a resource was read whole:

- orders of a signing: the modules that `orders/unread_elements.py` names
- doses of bone drugs: `entries/plain_doses.py`
- reports: `entries/unread_in_report.py`
- the asides of any entry: `entries/asides.py` says which elements have some,
  `entries/unread_in_reasons.py` if their words are understood
- the notes of a value: `has_plain_notes` in `findings/observations.py`
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from cds_service.fhir.mapping.plain_patterns import PlainWords
from cds_service.fhir.raw_json import Json, objects, text

# By FHIR's definition these may change the meaning of all other elements.
MODIFIERS = frozenset({"modifierExtension", "implicitRules"})
WORDED = frozenset(
    {
        "text",
        "display",
        "patientInstruction",
        "valueString",
        "valueMarkdown",
        "description",
        "comment",
        "title",
    }
)
# Who took part, and where: their names say nothing of the patient.
PEOPLE_AND_PLACES = frozenset(
    {
        "subject",
        "patient",
        "performer",
        "receiver",
        "recorder",
        "asserter",
        "requester",
        "informationSource",
        "location",
        "destination",
    }
)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+")


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


def says_more(resource: Json, plain: PlainWords) -> bool:
    """Tell if the narrative of a resource says more than its elements do.

    A draft may hold anything in place of R4's object. A string is a narrative too; a
    number or a boolean counts as saying more.
    """
    for path, value in leaves_of(resource.get("text"), "text"):
        if path not in ("text", "text.div"):
            continue
        is_no_narrative = path == "text" and not isinstance(value, str)
        if is_no_narrative or not repeats(text(value), resource, plain):
            return True
    return False


def words_in(element: Any, among: frozenset[str] = WORDED) -> Iterator[str]:
    """Yield the words in all elements of these names, however deep."""
    for path, value in leaves_of(element):
        if path.rpartition(".")[2] in among and isinstance(value, str):
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


def repeats(narrative: str, resource: Json, plain: PlainWords) -> bool:
    """Tell if a narrative has only words of the elements, and plain words."""
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
