"""Find what an order looks for: a tumour, an infection, a cause of the fracture.

It does so until it is carried out; then a report says what was found.
"""

from collections.abc import Iterable

from cds_service.fhir.entries.exams.awaited_reports import is_without_words
from cds_service.fhir.entries.grave.long_antibiotics import is_long_antibiotic
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# An order that asks if the fracture has another cause. It asks so until it is carried
# out; a report of it says itself what was found.
CAUSE_SEARCH = frozenset({"cause-search"})
BIOPSY = frozenset({"biopsy"})
# With those that may be of another bone, and so settle no question of a tumour.
BIOPSIES = BIOPSY | {"biopsy-unsited"}
# A sample of a disc or vertebra looks for an infection as well as for a tumour.
SAMPLE_OF_SPINE = frozenset({"sample-of-spine"})
# Tests whose result is there within days. One that is still active later was forgotten,
# or is for a screening to come.
BRIEF_SEARCHES = frozenset({"marker-search", "infection-search", "contrast-search"})
MARKER_SEARCH = frozenset({"marker-search"})
SEARCHES = CAUSE_SEARCH | SAMPLE_OF_SPINE | BRIEF_SEARCHES
ORDERS = frozenset({"ServiceRequest", "DeviceRequest", "SupplyRequest"})
ASKED = frozenset({"active", "on-hold", "suspended", "draft", "unknown"})


def is_asked(entry: Json) -> bool:
    """Tell if an entry is an order that was not carried out yet."""
    is_order = text(entry.get("resourceType")) in ORDERS
    return is_order and text(entry.get("status")) in ASKED


def is_done_order(entry: Json) -> bool:
    """Tell if an entry is an order that was carried out: its result may be pending."""
    is_order = text(entry.get("resourceType")) in ORDERS
    return is_order and text(entry.get("status")) == "completed"


def searched_by(entry: Json, named: frozenset[str]) -> frozenset[str]:
    """Return the search for a cause, or the sample, that an order asks for.

    A report that says nothing yet is of such a search as well.

    Args:
        entry: any entry; any other searches for nothing.
        named: what its codes and words name.
    """
    is_order = is_asked(entry) or is_done_order(entry)
    if not (is_order or is_without_words(entry)):
        return frozenset()
    sampled = named & SAMPLE_OF_SPINE
    is_search = not named.isdisjoint(CAUSE_SEARCH | BIOPSIES)
    # A sample of the spine is cultured anyway.
    brief = named & BRIEF_SEARCHES - ({"infection-search"} if sampled else set())
    if not is_order:
        # A scan of the spine whose report is awaited is asked about as such.
        brief -= {"contrast-search"}
    return brief | (CAUSE_SEARCH if is_search and not sampled else sampled)


def is_for_screening(order: Json, terminology: Terminology) -> bool:
    """Tell if every reason of an order is a screening of the healthy."""
    reasons = objects(order.get("reasonCode"))
    return bool(reasons) and all(
        any(map(terminology.search_parts.is_screening, _named_in_reason(reason)))
        for reason in reasons
    )


def _named_in_reason(reason: Json) -> list[str]:
    codes = [text(coding.get("code")) for coding in objects(reason.get("coding"))]
    return [*texts_of(reason), *codes]


def searches_in_titles(
    entry: Json, titles: Iterable[Json], terminology: Terminology
) -> frozenset[str]:
    """Return what parts of the words of titles look for: a tumour, an infection.

    Args:
        entry: the order.
        titles: CodeableConcepts that say what is ordered.
        terminology: the service's terminology.
    """
    words = [word for title in titles for word in texts_of(title)]
    sites = words_of_sites(entry)
    parts = terminology.search_parts
    written = terminology.calendar.last_day(entry.get("authoredOn"))
    is_long = any(is_long_antibiotic(word, written, terminology) for word in words)
    return frozenset({"infection-search"} if is_long else ()).union(
        *(parts.concepts_in(word, sites) for word in words)
    )


def words_of_sites(order: Json) -> list[str]:
    """Return the words of an order on where tissue is from."""
    specimens = (text(one.get("display")) for one in objects(order.get("specimen")))
    named = [*objects(order.get("bodySite")), *objects(order.get("orderDetail"))]
    return [*(word for one in named for word in texts_of(one)), *specimens]
