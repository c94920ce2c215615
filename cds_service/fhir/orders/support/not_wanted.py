"""Find the kinds of support that an order forbids, or that the signing ends.

No card chooses one of them beforehand: it would contradict the clinician who signs.
"""

from datetime import date

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.recognition import classify
from cds_service.fhir.orders.training.past_stays import PastStays
from cds_service.fhir.orders.training.training_limits import prohibitions_in_force


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
    on_record = prohibitions_in_force(record, terminology, today, past)
    signed = (*drafts.prohibitions(), *drafts.ended())
    orders = [entry.raw for entry in on_record] + [one.resource for one in signed]
    meanings = (classify(one, drafts, terminology) for one in orders)
    return frozenset[str]().union(
        *(meaning.support.concepts for meaning in meanings if meaning.support)
    )
