"""Tell if the narrative of a resource says more than its elements do."""

import re
from collections.abc import Iterator
from html import unescape

from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.raw_json import Json, text

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+")
# What servers call an element in the narratives that they generate. None of these words
# says anything of the patient.
_LABELS = frozenset(
    {"date", "description", "detail", "details", "display", "id", "name", "order"}
    | {"priority", "request", "requested", "requester", "resource", "service", "time"}
    | {"procedure", "title", "type"}
)


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


def repeats(narrative: str, resource: Json, plain: PlainWords) -> bool:
    """Tell if a narrative has only words and names of the elements, and plain words."""
    elements = {name: value for name, value in resource.items() if name != "text"}
    words = {
        word
        for path, value in leaves_of(elements)
        for word in _words_of(f"{path} {value}")
    }
    new = [
        word
        for word in _WORD.findall(without_tags(narrative))
        if word.lower() not in words | _LABELS
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
