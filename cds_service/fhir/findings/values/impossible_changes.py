"""Pass over earlier values from which the chosen one cannot have come in its time.

One of the two is then wrong, or of another patient or place, and it is not known which.
"""

from collections.abc import Iterator, Sequence

from cds_service.core.findings import PassedOver
from cds_service.core.vocabulary import QuantitySpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.findings.values.quantities import Measured, shortened

DAYS_OF_YEAR = 365.25


def contradicted_before(
    used: Measured, usable: Sequence[Measured], spec: QuantitySpec
) -> Iterator[PassedOver]:
    """Pass over older values from which no such rise or fall is possible.

    Args:
        used: the value that counts.
        usable: the values of the same place, this one among them.
        spec: specification of the finding; without a `rise` or `fall` any such change
            is possible.
    """
    for older in usable:
        days = (used.moment.day - older.moment.day).days
        change = used.value - older.value
        limit = spec.rise if change > 0 else spec.fall
        if days <= 0 or limit is None:
            continue
        if abs(change) > limit.possible_in(days / DAYS_OF_YEAR):
            day = date_text(older.moment.day)
            how = "low to have risen" if change > 0 else "high to have fallen"
            why = f"{shortened(older.printed)} of {day} is too {how} so"
            yield older.refused("conflicting", why).passed_over(spec)
