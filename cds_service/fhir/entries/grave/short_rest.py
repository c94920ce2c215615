"""Tell which orders of rest are for some time only."""

from cds_service.fhir.raw_json import Json, member, number, text

HOURS_OF = {"h": 1, "min": 1 / 60, "d": 24}
HOURS_OF_A_DAY = 24
BED_REST = "bed-rest"
REST = ("lying-still",)


def is_for_a_time(order: Json, coded: frozenset[str]) -> bool:
    """Tell if an order states hours, or is a bed rest that states its length.

    To lie flat for hours is routine. A bed rest of days has a card of its own.
    """
    bounds = member(order, "occurrenceTiming", "repeat", "boundsDuration")
    length = number(member(bounds, "value"))
    written = (text(member(bounds, name)) for name in ("code", "unit"))
    units = {HOURS_OF[one] for one in written if one in HOURS_OF}
    if not length or length < 0 or len(units) != 1 or member(bounds, "comparator"):
        return False
    return BED_REST in coded or length * units.pop() <= HOURS_OF_A_DAY
