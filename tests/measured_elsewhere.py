"""Values of measures as a source would report them."""

from datetime import date
from decimal import Decimal
from typing import Any

from cds_service.measures.definitions import Measure
from cds_service.measures.values import Reported

DAY = date(2026, 5, 1)


def middle(measure: Measure) -> Decimal:
    """A plausible value of a measure."""
    low, high = measure.finding.range
    return Decimal(str(round((low + high) / 2, 1)))


def reported(measure: Measure, **members: Any) -> Reported:
    """A value in the middle of what is plausible, at its level; `**members` replace what is said of it."""
    levels = (measure.method.levels or ("L2",)) if measure.has_level else ()
    said: dict[str, Any] = {
        "where": "a source",
        "key": "a value",
        "day": DAY,
        "levels": levels,
    }
    if measure.is_boolean:
        said["answer"] = True
    else:
        said["number"] = middle(measure)
    return Reported(measure=measure, **(said | members))
