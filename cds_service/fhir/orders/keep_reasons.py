"""Read the reasons to keep a brace that its own order names.

Other fractures and operations are in `other_injuries.py`; `core/bracing.py` adds the
findings.
"""

from cds_service.core.bracing import KEEP_REASONS
from cds_service.fhir.mapping.level_text import LEVELS, in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.levels import stated_levels
from cds_service.fhir.orders.order_reasons import reasons_named
from cds_service.fhir.orders.order_times import texts_on_time
from cds_service.fhir.raw_json import Json, texts_of

_CONCEPTS = frozenset(KEEP_REASONS)


def reasons_of_order(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of `KEEP_REASONS` that a brace order names.

    A reason's code may name them, or any of its words.
    """
    reasons = reasons_named(order, drafts)
    named = (terminology.concepts(reason) for reason in reasons)
    words = [word for reason in reasons for word in texts_of(reason)]
    words += [word for word, _ in texts_on_time(order)]
    worded = (terminology.text_concepts(word, _CONCEPTS) for word in words)
    return (frozenset().union(*named) & _CONCEPTS).union(*worded)


def named_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> tuple[str, ...]:
    """Return every vertebra that an order names anywhere."""
    words = {
        level
        for word, _ in texts_on_time(order)
        for level in terminology.levels.treated(word)
    }
    return in_order((stated_levels(order, drafts, terminology) | words) & set(LEVELS))
