"""List near misses of orders: what looks like one of ours, by an unknown code."""

from collections.abc import Iterable

from cds_service.core.braces.bracing import Correction
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import UNREAD_TITLE
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import MOST, NearMiss, misses_of
from cds_service.fhir.orders import recognition
from cds_service.fhir.orders.drafts import DraftOrders, codeables


def missed_orders(
    drafts: DraftOrders, terminology: Terminology
) -> tuple[NearMiss, ...]:
    """List the codes of signed orders that only words call an augmentation."""
    misses: dict[NearMiss, None] = {}
    for draft in drafts.each():
        if not recognition.words_name_augmentation(draft.resource, terminology):
            continue
        titles = codeables(draft.resource, *recognition.TITLES)
        recognised = draft.meaning.augmentation
        support = draft.meaning.support
        if recognised is None and support is None:
            misses |= dict.fromkeys(misses_of("order-not-taken", titles))
        elif recognised is not None and recognised.by == "text":
            misses |= dict.fromkeys(misses_of("order-by-words", titles))
    return tuple(misses)[:MOST]


def unread_braces(corrections: Iterable[Correction]) -> tuple[NearMiss, ...]:
    """Name the elements (R4) that kept corrections from being pre-selected."""
    names = {name: None for one in corrections for name in one.order.unread}
    return tuple(NearMiss("brace-unread", "", name) for name in names)[:MOST]


def unread_orders(entries: Iterable[Entry]) -> tuple[NearMiss, ...]:
    """List the codes of those entries that are orders with an unknown title."""
    misses = dict.fromkeys(
        near
        for entry in entries
        if in_doubt(UNREAD_TITLE) in entry.concepts
        for near in misses_of("order-unread", codeables(entry.raw, *recognition.TITLES))
    )
    return tuple(misses)[:MOST]
