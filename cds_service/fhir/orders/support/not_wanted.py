"""Find the kinds of support that an order forbids, or that the signing ends.

No card chooses one of them beforehand: it would contradict the clinician who signs.
"""

from collections.abc import Iterator
from datetime import date

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders, Order
from cds_service.fhir.orders.recognition import classify
from cds_service.fhir.orders.training.past_stays import PastStays
from cds_service.fhir.orders.training.training_limits import is_in_force
from cds_service.fhir.raw_json import is_prohibition


def kinds_not_wanted(
    record: PatientRecord,
    drafts: DraftOrders,
    terminology: Terminology,
    today: date,
    past: PastStays,
) -> frozenset[str]:
    """Return the kinds of support that an order in force forbids, or a draft ends.

    Args:
        record: the patient's.
        drafts: the orders of this signing.
        terminology: the service's terminology.
        today: the day of the answer.
        past: the earlier stays, with which their orders ended.
    """
    orders = [
        *_forbidding_on_record(record, terminology, today, past),
        *drafts.prohibitions(),
        *drafts.ended(),
    ]
    meanings = (classify(one.resource, drafts, terminology) for one in orders)
    return frozenset[str]().union(
        *(meaning.support.concepts for meaning in meanings if meaning.support)
    )


def _forbidding_on_record(
    record: PatientRecord, terminology: Terminology, today: date, past: PastStays
) -> Iterator[Order]:
    for entry in record.of_key("serviceRequests"):
        is_in_stay = not past.ended(entry.raw)
        is_forbidding = is_prohibition(entry.raw) and is_in_stay
        if is_forbidding and is_in_force(entry.raw, terminology, today):
            yield Order(entry.reference, entry.raw)
