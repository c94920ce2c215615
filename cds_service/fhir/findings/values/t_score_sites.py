"""Tell where a T-score was measured: the site, and the vertebrae of a spine."""

from collections.abc import Iterable
from typing import Literal

from cds_service.fhir.findings.chart import Reading
from cds_service.fhir.findings.values.quantities import Measured
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import member, objects

Site = Literal[
    "lumbar spine",
    "hip",
    "femur",
    "forearm",
    "",  # not stated
    "heel or humerus",
    "part of the femur",
]
NOT_STATED: Site = ""
# LOINC defines this code for the forearm. Synthea and others use it for any T-score;
# the display then shows the site.
FOREARM_OR_ANY = "http://loinc.org|38265-5"
CENTRAL = ("lumbar spine", "hip", "femur")
# If the words name several sites, the first of them here is used: "femoral neck of the
# left hip".
SITE_OF_CONCEPT: dict[str, Site] = {
    "t-score-peripheral": "heel or humerus",
    "t-score-elsewhere": "part of the femur",
    "t-score-forearm": "forearm",
    "t-score-hip": "hip",
    "t-score-femur": "femur",
    "t-score-lumbar-spine": "lumbar spine",
}
SITES = frozenset(SITE_OF_CONCEPT)
SITE_OF_PLACE: dict[str, Site] = {
    "lumbar-vertebra": "lumbar spine",
    "lumbar-spine-site": "lumbar spine",
    "femur-site": "femur",
    "hip-site": "hip",
    "forearm-site": "forearm",
    "peripheral-site": "heel or humerus",
}
CONTRADICTED = (
    "Code and words of the T-score name different sites; the more cautious one is"
    " taken."
)
ONE_PLACE = frozenset({"hip", "femur"})
WHOLE_SPINE = frozenset({1, 2, 3, 4})  # assumed unless another region is stated
ANY_ONE = frozenset({0})  # a single vertebra whose number is not stated


def site_of(reading: Reading, code_site: Site | None, named_site: Site | None) -> Site:
    """Return the site by code, or the named one if that counts for less.

    If the code states no site, the named one counts. If none is named, the code for the
    forearm means the forearm only if no words go with it.
    """
    if code_site is not None:
        counts_less = named_site is not None and named_site not in CENTRAL
        return named_site if named_site and counts_less else code_site
    if named_site:
        return named_site
    is_forearm = reading.match.code == FOREARM_OR_ANY and not reading.words
    return "forearm" if is_forearm else NOT_STATED


def site_by_code(reading: Reading) -> Site | None:
    """Return the site that the code states; None for the code used for any T-score."""
    if reading.match.code == FOREARM_OR_ANY:
        return None
    return SITE_OF_CONCEPT.get(reading.match.concept)


def site_by_place(placed: frozenset[str]) -> Site | None:
    """Return the site that the body site's concepts state; None if none or several."""
    sites = {site for concept, site in SITE_OF_PLACE.items() if concept in placed}
    return sites.pop() if len(sites) == 1 else None


def site_by_words(reading: Reading, terminology: Terminology) -> Site | None:
    """Return the site that the words of body site or code state; None if none."""
    return site_named(reading.site_words, terminology) or site_named(
        reading.words, terminology
    )


def site_named(words: Iterable[str], terminology: Terminology) -> Site | None:
    """Return the first of the sites that words name; None if they name none."""
    named = concepts_named(words, SITES, terminology)
    sites = (site for concept, site in SITE_OF_CONCEPT.items() if concept in named)
    return next(sites, None)


def is_elsewhere(
    reading: Reading, body_site: Site | None, terminology: Terminology
) -> bool:
    """Tell if the body site is no place of a T-score, or was not understood.

    `whole body` and `left hand` are none.

    Args:
        reading: a T-score.
        body_site: the site that its body site's code states.
        terminology: the service's terminology.
    """
    words = reading.site_words
    is_region = any(map(terminology.level_names.lumbar_region, words))
    if is_region or body_site or site_named(words, terminology):
        return False
    if any(words):
        return not all(map(terminology.plain.places.are_all, words))
    place = reading.entry.raw.get("bodySite")
    is_vertebra = terminology.translate("vertebral-level", place)
    return bool(objects(member(place, "coding"))) and not is_vertebra


def lumbar_levels(
    reading: Reading, placed: frozenset[str], terminology: Terminology
) -> frozenset[int]:
    """Return the lumbar vertebrae that a spine value covers, by words or place."""
    for words in (reading.site_words, reading.words, reading.panel_words):
        regions = map(terminology.level_names.lumbar_region, words)
        named = max(regions, key=len, default=frozenset())
        if named:
            return named
    return ANY_ONE if "lumbar-vertebra" in placed else WHOLE_SPINE


def differ(coded: Site | None, named: Site | None) -> bool:
    """Tell if both are known and differ; hip and femur may be one place."""
    return bool(coded and named and coded != named and {coded, named} != ONE_PLACE)


def share_site(measured: Measured, other: Measured) -> bool:
    """Tell if both are known to be of the same part of the body."""
    sites = {measured.site, other.site}
    return NOT_STATED not in sites and (len(sites) == 1 or sites == ONE_PLACE)


def may_share_site(measured: Measured, other: Measured) -> bool:
    """Tell if both are of the same part of the body as far as they state it."""
    return measured.site == other.site or share_site(measured, other)


def is_single(measured: Measured) -> bool:
    """Tell if it is of a single vertebra."""
    return measured.site == "lumbar spine" and len(measured.levels) == 1


def concepts_named(
    words: Iterable[str], among: frozenset[str], terminology: Terminology
) -> set[str]:
    """Return the concepts among these that the words name."""
    return {
        concept
        for word in set(words)
        for concept in terminology.text_concepts(word, among)
    }
