"""Read the braces that an operation names in its follow-up and its notes.

"TLSO for 12 weeks" may be ordered nowhere else. A brace counts only if the words give
it an end, or say that it has none: a name alone may tell how the patient walks.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

from cds_service.core.orders import SupportOrder, SupportOrders
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, codeables
from cds_service.fhir.orders.recognition import with_meaning
from cds_service.fhir.orders.support.support_order import read_support_orders
from cds_service.fhir.orders.support.worn_inside import TELLS_HISTORY, is_plain_order
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

BRACE = "brace"


def with_told(
    support: SupportOrders,
    record: PatientRecord,
    performed: Collection[str],
    since: date,
    terminology: Terminology,
) -> SupportOrders:
    """Add the brace that only the operation names, unless a brace is ordered.

    Args:
        support: the orders found.
        record: the patient's record.
        performed: references of all entries of the operation.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
    """
    if any(order.kind == BRACE for order in support.orders):
        return support
    told = [
        order
        for entry in record.entries
        if entry.reference in performed
        for words in _course_of(entry.raw)
        for order in braces_told(entry.reference, words, since, terminology)
    ]
    return replace(support, orders=(*support.orders, *told[:1])) if told else support


def is_brace_told(words: str, terminology: Terminology) -> bool:
    """Tell if words order a brace, with its end or without one, and nothing else."""
    is_told = any(braces_told("", words, None, terminology))
    return is_told and is_plain_order(words, terminology)


def braces_told(
    reference: str, words: str, since: date | None, terminology: Terminology
) -> Iterator[SupportOrder]:
    """Yield the brace that each sentence of a text orders."""
    for sentence in sentences(words[:LONGEST_TEXT]):
        if terminology.kinds.named(folded(sentence), TELLS_HISTORY):
            continue
        resource: dict[str, object] = {
            "resourceType": "DeviceRequest",
            "status": "active",
            "intent": "order",
            "codeCodeableConcept": {"text": sentence},
        }
        if since is not None:
            resource["authoredOn"] = since.isoformat()
        told = with_meaning(Order(reference, resource), NO_DRAFTS, terminology)
        for order in read_support_orders(told, NO_DRAFTS, terminology, is_draft=False):
            if order.kind == BRACE and order.worded.kind != "nothing":
                yield replace(order, is_inside=True)


def _course_of(procedure: Json) -> Iterator[str]:
    for code in codeables(procedure, "followUp"):
        yield from texts_of(code)
    for note in objects(member(procedure, "note")):
        yield text(note.get("text"))
