"""Find what tells of a second operation since an augmentation, done or ordered.

"Return to theatre", "Wound washout": no diagnosis says why, and somebody reads it.
"""

from collections.abc import Collection
from datetime import date, timedelta

from cds_service.fhir.entries.harm.harm_in_acts import RESCUE
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.raw_json import is_prohibition, texts_of

# A rule of `kinds/`.
BACK = ("back-to-theatre",)
ORDERED = "ServiceRequest"
_OPERATIONS = frozenset({ORDERED, "Procedure"})


def operated_again_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the orders and procedures of this day or later that tell of one.

    The title of an order counts as that of a procedure does, if it is of an operation
    for a catastrophe or of another one of the spine, and was not written on the first
    day.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    found = set[str]()
    for act in record.entries:
        if (
            act.resource_type not in _OPERATIONS
            or act.status in NEVER
            or is_prohibition(act.raw)
        ):
            continue
        if act.reference in performed or not is_since(
            act.raw, since, terminology.calendar
        ):
            continue
        if is_augmentation(act.raw, terminology):
            continue
        is_later = is_since(act.raw, since + timedelta(days=1), terminology.calendar)
        rules = BACK + RESCUE if act.resource_type == ORDERED and is_later else BACK
        titles = [one for code in codeables(act.raw, "code") for one in texts_of(code)]
        if any(
            terminology.kinds.named(part, rules)
            for title in titles
            if terminology.kinds.named(title, rules)
            for part in undenied_parts(title, terminology)
        ):
            found.add(act.reference)
    return frozenset(found)
