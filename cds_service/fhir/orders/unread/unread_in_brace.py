"""Name the elements of a brace order that were not read whole.

If there is one, the correction of the brace is not pre-selected.

Everything in the order counts as not read until something here, in `../order_times.py`
or in `unread_elements.py` says that it was: no end depends on the element, its time was
read, its code is known, or its words are lengths of time and plain words. So nothing
that FHIR, an EHR or an author adds is overlooked.
"""

from typing import Any

from cds_service.core.braces.brace_reasons import KEEP_REASONS
from cds_service.fhir.entries.words.bystanders import is_plain_fracture
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.codes.code_systems import HCPCS
from cds_service.fhir.mapping.remainders import without_codes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.narratives import repeats
from cds_service.fhir.orders.order_times import OrderTimes
from cds_service.fhir.orders.recognition import BONE_REASONS, FRACTURES
from cds_service.fhir.orders.titles.supports import says_if_taken_off
from cds_service.fhir.orders.unread.unread_elements import (
    is_added,
    is_element_read,
    name_of,
)
from cds_service.fhir.raw_json import Json, items, member, objects, text, truth

_TITLES = ("code", "codeCodeableConcept")
_TITLE_WORDS = frozenset(
    {
        "code.text",
        "code.coding.display",
        "codeCodeableConcept.text",
        "codeCodeableConcept.coding.display",
        "codeReference.display",
    }
)
# Words in which `read_worded_end` looks for a length.
_TIMED_WORDS = frozenset(
    {
        "occurrenceTiming.code.text",
        "orderDetail.text",
        "note.text",
        "patientInstruction",
    }
)
_OTHER_WORDS = frozenset(
    {
        "category.text",
        "category.coding.display",
        "bodySite.text",
        "bodySite.coding.display",
        "reasonCode.text",
        "reasonCode.coding.display",
        "relevantHistory.display",
        "replaces.display",
        "priorRequest.display",
    }
)
ELSEWHERE = "injury-elsewhere"
_CODING = ("system", "version", "code", "userSelected")
_REASONS = BONE_REASONS | {*KEEP_REASONS}


def unread_in(
    order: Json, times: OrderTimes, terminology: Terminology
) -> tuple[str, ...]:
    """Name, once each, the elements of a brace order that were not read whole.

    Args:
        order: raw JSON.
        times: its times, as they were read.
        terminology: the service's terminology.
    """
    read = times.read | _codes_read(order, terminology)
    unread: set[str] = set()
    for path, value in leaves_of(order):
        name = name_of(path)
        # One unread value of an element is enough, and words are slow to read.
        if name in unread or path in read:
            continue
        if not _is_read(path, value, order, terminology):
            unread.add(name)
    return tuple(sorted(unread))


def names_another(order: Json, terminology: Terminology) -> bool:
    """Tell if a code of the title is known not to be a brace.

    An end of the brace would end that, too.
    """
    codings = (
        coding
        for name in _TITLES
        for codeable in objects(order.get(name))
        for coding in items(codeable.get("coding"))
    )
    return any(not _is_brace(coding, terminology) for coding in codings)


def _is_read(path: str, value: Any, order: Json, terminology: Terminology) -> bool:
    """Tell if a value says nothing more, by the rule that names its element."""
    if is_added(path.split(".")):
        return False
    if is_element_read(path, value):
        return True
    if path in ("doNotPerform", "asNeededBoolean"):
        return truth(value) is False
    if path == "quantityQuantity.value":  # one brace; a unit next to it is not read
        return bool(value == 1)
    if path.startswith("text."):
        return path == "text.status" or repeats(
            text(value), order, terminology.plain.braces
        )
    return _are_plain(path, text(value), order, terminology)


def _are_plain(path: str, words: str, order: Json, terminology: Terminology) -> bool:
    """Tell if a value is words that are read, and all of them are plain."""
    plain = terminology.plain.braces
    if says_if_taken_off(words, terminology):
        return False
    if path in _TITLE_WORDS:
        return bool(words) and plain.are_all(
            _without_codes(words, order), is_title=True
        )
    if path in _TIMED_WORDS:
        return bool(words) and plain.are_all(words)
    return (
        path in _OTHER_WORDS and bool(words) and plain.are_all(words, has_lengths=False)
    )


def _without_codes(title: str, order: Json) -> str:
    """Drop the order's own codes from a title, `TLSO (L0456)`."""
    codings = [
        coding
        for name in _TITLES
        for codeable in objects(order.get(name))
        for coding in objects(codeable.get("coding"))
    ]
    return without_codes(title, (text(coding.get("code")) for coding in codings))


def _codes_read(order: Json, terminology: Terminology) -> frozenset[str]:
    """Return the paths of codings in elements of which every coding is understood."""
    read: set[str] = set()
    for element in (*_TITLES, "category", "bodySite", "reasonCode"):
        codings = [
            coding
            for codeable in objects(order.get(element))
            for coding in items(codeable.get("coding"))
        ]
        if all(_is_understood(element, coding, terminology) for coding in codings):
            read |= {f"{element}.coding.{part}" for part in _CODING}
    return frozenset(read)


def _is_understood(element: str, coding: Any, terminology: Terminology) -> bool:
    """Tell if a coding says no more than the brace, its place or a known reason."""
    codeable = {"coding": [coding]}
    if element == "category":  # which kind of order it is, for lists
        return True
    if element == "reasonCode":
        return _is_reason_understood(codeable, terminology)
    if element == "bodySite":
        return terminology.is_spinal_site(codeable)
    return _is_brace(coding, terminology)


def _is_brace(coding: Any, terminology: Terminology) -> bool:
    """Tell if a coding of a title names a brace, or may, and nothing else."""
    concepts = terminology.concepts({"coding": [coding]})
    if concepts:
        return concepts <= {"brace"}
    # A code that we do not know is a translation for the same brace. Of HCPCS we know
    # all braces, so another code is of something else.
    return _system(coding, terminology) != HCPCS


def _is_reason_understood(reason: Json, terminology: Terminology) -> bool:
    named = terminology.concepts(reason)
    concepts = named & _REASONS
    is_fracture = not concepts.isdisjoint(FRACTURES)
    is_keep_reason = not concepts.isdisjoint(KEEP_REASONS)
    if ELSEWHERE in named:  # M80.01: osteoporosis, and a broken arm
        return False
    if is_fracture and not is_keep_reason:
        # A code for another kind of fracture says more than a fracture.
        return is_plain_fracture({"code": reason}, terminology, is_old=False)
    return bool(concepts)


def _system(coding: Any, terminology: Terminology) -> str:
    return next(
        (system for system, _ in terminology.codings({"coding": [coding]})),
        text(member(coding, "system")),
    )
