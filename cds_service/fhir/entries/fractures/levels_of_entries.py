"""Name the vertebrae of a diagnosis or a procedure, by its codes, sites and words.

For entries of the record alone: orders have `fhir/orders/levels/treated_levels.py`.
"""

from collections.abc import Iterator

from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, texts_of

# ICD-10-CM has one code for both; its title names them with a dash.
PAIRS = frozenset(
    frozenset(pair)
    for pair in (("T5", "T6"), ("T7", "T8"), ("T9", "T10"), ("T11", "T12"))
)


def site_words(raw: Json) -> list[str]:
    """List the words of the body sites of an entry."""
    return [word for site in objects(raw.get("bodySite")) for word in texts_of(site)]


def coded_places(raw: Json, terminology: Terminology) -> list[str]:
    """List the vertebrae of its code and sites: `L1`, or a pair, `T11-T12`."""
    places = [*terminology.translate("vertebral-level-icd", raw.get("code"))]
    for site in objects(raw.get("bodySite")):
        places += terminology.translate("vertebral-level", site)
    return places


def fracture_levels(raw: Json, terminology: Terminology) -> frozenset[str]:
    """Return the vertebrae that the code or site of a Condition names, else its words.

    The words of its title count before those of its site. A pair (`T11-T12`) gives
    both.
    """
    titles, sites = texts_of(raw.get("code")), site_words(raw)
    places = (
        coded_places(raw, terminology)
        or [one for words in titles for one in terminology.levels.of_fractures(words)]
        or [one for words in sites for one in terminology.levels.treated(words)]
    )
    return frozenset(
        level for place in places for level in place.split("-") if level in LEVELS
    )


def vertebrae_apart(raw: Json, terminology: Terminology) -> Iterator[frozenset[str]]:
    """Yield the vertebrae that a Condition names: each, or a pair that may be one.

    A pair is that of a code, or of the code's title. Two vertebrae that the words name
    otherwise are two, whatever the code names.
    """
    whole = fracture_levels(raw, terminology)
    if len(whole) > 2:
        yield whole
    for place in coded_places(raw, terminology):
        yield frozenset(place.split("-")) & {*LEVELS}
    for words in (*texts_of(raw.get("code")), *site_words(raw)):
        # A disc or a root at another level breaks nothing.
        broken = terminology.levels.of_fractures(words)
        levels = frozenset(terminology.levels.treated(words)).intersection(broken)
        if levels in PAIRS and levels in terminology.level_names.ranges(words):
            yield levels
        else:
            yield from (frozenset({level}) for level in levels)
