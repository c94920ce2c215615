"""Read raw FHIR JSON of any quality.

Each function returns an empty value if the shape is wrong.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from jiter import LosslessFloat

from cds_service.fhir.billing_marks import without_billing_mark

Json = Mapping[str, Any]
Item = TypeVar("Item")
LISTS = (list, tuple)
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def items(value: Any) -> list[Any]:
    """Return the items of a list.

    A single object counts as a list of one, as some clients send it.
    """
    if isinstance(value, LISTS):
        return list(value)
    return [value] if isinstance(value, dict) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the items of a list that are objects, as `items` does."""
    if not value:  # as most elements are
        return []
    if isinstance(value, LISTS):
        return [one for one in value if isinstance(one, dict)]
    return [value] if isinstance(value, dict) else []


def text(value: Any) -> str:
    """Return a string unchanged; empty for anything else."""
    return value if isinstance(value, str) else ""


def member(value: Any, *path: str) -> Any:
    """Return the value at this path of object keys, or None."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def truth(value: Any) -> bool | None:
    """Read a boolean, which some systems write as text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


# An element of some orders of R4; for the others R5 defines an extension of this name.
NOT_TO_DO = "doNotPerform"


def is_prohibition(order: Json) -> bool:
    """Tell if an order says that something must not be done."""
    modifiers = [
        modifier
        for modifier in objects(order.get("modifierExtension"))
        if text(modifier.get("url")).endswith(NOT_TO_DO)
    ]
    marks = [order.get(NOT_TO_DO), *(one.get("valueBoolean") for one in modifiers)]
    return any(one is not None and truth(one) is not False for one in marks)


def in_order(
    resources: Iterable[Item], name: Callable[[Item], str], raw: Callable[[Item], Any]
) -> list[list[Item]]:
    """Group items by name, sorted by name and content.

    The result does not depend on the order in which they came.
    """
    named: dict[str, list[Item]] = {}
    for resource in resources:
        named.setdefault(name(resource), []).append(resource)
    for same in named.values():
        if len(same) > 1:  # serialising content is slow
            same.sort(key=lambda resource: content(raw(resource)))
    return [named[key] for key in sorted(named)]


def content(value: Any) -> str:
    """Write JSON as text; equal documents give equal texts."""
    return json.dumps(value, sort_keys=True)


def number(value: Any) -> float | None:
    """Read a finite JSON number; booleans do not count."""
    if isinstance(value, LosslessFloat):
        value = float(value)
    is_number = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e9
    )
    return float(value) if is_number else None


def is_translation(extension: Json) -> bool:
    """Tell if an extension is FHIR's own for a text in another language."""
    return extension.get("url") == TRANSLATION


def _translations_of(companion: Any) -> list[str]:
    """Return the texts in other languages next to an element: those of `_text`."""
    return [
        text(part.get(name))
        for extension in objects(member(companion, "extension"))
        if is_translation(extension)
        for part in objects(extension.get("extension"))
        if part.get("url") == "content"
        for name in ("valueString", "valueMarkdown")
    ]


def texts_of(codeable: Any) -> list[str]:
    """Return `text` and displays of a CodeableConcept, without an EHR's billing marks.

    They often repeat each other. The marks are not part of a name. Translations of a
    text follow it.
    """
    if not isinstance(codeable, dict):
        return []
    texts, codings = [codeable.get("text")], codeable.get("coding") or ()
    if "_text" in codeable:
        texts += _translations_of(codeable["_text"])
    for coding in codings if isinstance(codings, LISTS) else (codings,):
        if isinstance(coding, dict):
            texts.append(coding.get("display"))
            if "_display" in coding:
                texts += _translations_of(coding["_display"])
    return [
        without_billing_mark(words)
        for words in texts
        if words and isinstance(words, str)
    ]
