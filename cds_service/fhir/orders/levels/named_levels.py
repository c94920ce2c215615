"""Find every vertebra that an order names, also those that it does not treat."""

from cds_service.fhir.mapping.levels.level_names import LEVELS, in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.levels.treated_levels import stated_levels, text_levels
from cds_service.fhir.orders.worded_ends import texts_on_time
from cds_service.fhir.raw_json import Json


def named_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> tuple[str, ...]:
    """Return every vertebra that an order names anywhere."""
    texts = (word for word, _ in texts_on_time(order))
    words = text_levels(texts, terminology, order)
    return in_order((stated_levels(order, drafts, terminology) | words) & set(LEVELS))
