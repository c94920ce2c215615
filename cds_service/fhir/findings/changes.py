"""Pass over lower values from which the chosen one cannot have risen in its time.

One of the two is then wrong, or of another patient or place, and it is not known which.
"""

from collections.abc import Iterator, Sequence

from cds_service.core.findings import PassedOver
from cds_service.core.vocabulary import QuantitySpec
from cds_service.core.wording import date_text
from cds_service.fhir.findings.quantities import Measured, shortened

DAYS_OF_YEAR = 365.25


def lower_shortly_before(
    used: Measured, usable: Sequence[Measured], spec: QuantitySpec
) -> Iterator[PassedOver]:
    """Pass over older, lower values from which no such rise is possible.

    Args:
        used: the value that counts.
        usable: the values of the same place, this one among them.
        spec: specification of the finding; without a `rise` any change is possible.
    """
    if spec.rise is None:
        return
    for older in usable:
        days = (used.moment.day - older.moment.day).days
        possible = spec.rise.possible_in(days / DAYS_OF_YEAR)
        if days > 0 and used.value - older.value > possible:
            day = date_text(older.moment.day)
            why = f"{shortened(older.printed)} of {day} is too low to have risen so"
            yield older.refused("conflicting", why).passed_over(spec)
