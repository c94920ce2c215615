"""Tell if a title leaves it open whether its biopsy was taken."""

from cds_service.fhir.entries.grave.searches import BIOPSY
from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.titles.withdrawals import around

# With `@` for the name of a biopsy.
_BIOPSY_OPEN = ("biopsy-open",)


def is_biopsy_open(words: str, terminology: Terminology) -> bool:
    """Tell if a title says of its biopsy that it was, or is only perhaps taken."""
    plain = folded(words[:LONGEST_TEXT])
    place = terminology.text_places(plain, BIOPSY, "spine").get("biopsy")
    if place is None:
        return False
    before, after = around(plain, place)
    return bool(terminology.kinds.of_title(f"{before}@{after}", _BIOPSY_OPEN))
