"""Read which vertebra broke, if the code of a diagnosis does not say which bone.

M80.08 is of ribs, trunk or spine outside of ICD-10-CM, and M84.48 of any bone. The body
site next to such a code decides, if all of it names vertebrae or a part of the spine
from T1 to L5. A site that is not understood leaves the bone open. Without one a title
of M80 decides that names vertebrae and says nothing else.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, objects, texts_of

UNSITED = "osteoporotic-fracture-unsited"
# Meanings of a fracture of an unstated bone, if the body site is a vertebra.
AT_A_VERTEBRA: Mapping[str, tuple[str, ...]] = {
    UNSITED: ("osteoporotic-vertebral-fracture", "vertebral-fracture"),
    "pathological-fracture": ("vertebral-fracture",),
}
FRACTURES = frozenset(
    name
    for concept in (
        *AT_A_VERTEBRA,
        "osteoporotic-vertebral-fracture",
        "vertebral-fracture",
    )
    for name in (concept, in_doubt(concept))
)
HIP_SITE = "hip-site"
# Rules of `kinds/` for the site of a bone near the spine that is no vertebra.
ELSEWHERE: Mapping[str, str] = {
    "site-of-hip": "hip-fracture",
    "site-of-pelvis": "pelvic-fracture",
}
# A rule for titles of M80 without their levels.
OF_OSTEOPOROSIS = ("title-of-osteoporotic-fracture",)
REGIONS = frozenset({"thoracic", "lumbar"})
PLACES = REGIONS.union(LEVELS)
_ORDINAL = re.compile(r"\b[0-9]{1,2}(?:st|nd|rd|th|er|re|e|a|o)?\b\.?")


def fractured_there(
    condition: Json, concepts: Collection[str], terminology: Terminology
) -> tuple[str, ...]:
    """Return what these concepts mean at the body site; one in doubt stays in doubt.

    Empty unless they are fractures of an unstated bone, and the site is a vertebra, or
    the title of an osteoporotic one names vertebrae.
    """
    meant = [
        name(at)
        for of, sited in AT_A_VERTEBRA.items()
        for at in sited
        for name in (str, in_doubt)
        if name(of) in concepts
    ]
    if not meant:
        return ()
    is_osteoporotic = not {UNSITED, in_doubt(UNSITED)}.isdisjoint(concepts)
    is_titled = is_osteoporotic and _is_titled_by_level(condition, terminology)
    if not (is_titled or is_at_vertebra(condition, terminology)):
        return ()
    return tuple(dict.fromkeys(meant))


def _is_titled_by_level(condition: Json, terminology: Terminology) -> bool:
    """Tell if titles of M80 name vertebrae from T1 to L5, and nothing else besides.

    The site is told once: next to a body site it is not asked.
    """
    titles = texts_of(condition.get("code"))
    names = terminology.level_names
    levels = {level for title in titles for level in names.named(title)}
    if condition.get("bodySite") or not levels or not levels <= PLACES:
        return False
    rests = map(names.without_named, titles)
    return all(terminology.kinds.named(one, OF_OSTEOPOROSIS) for one in rests)


def broken_elsewhere(
    condition: Json, concepts: Collection[str], terminology: Terminology
) -> frozenset[str]:
    """Return the broken hip or pelvis, in doubt, that the site of a fracture names.

    The code says vertebra or no bone at all: the two are not sure of each other.
    """
    if FRACTURES.isdisjoint(concepts):
        return frozenset()
    sites = objects(condition.get("bodySite"))
    rules = tuple(ELSEWHERE)
    named = {
        ELSEWHERE[rule]
        for site in sites
        for word in texts_of(site)
        for rule in terminology.kinds.named(folded(word), rules)
    }
    if HIP_SITE in terminology.concepts(sites):
        named.add("hip-fracture")
    return frozenset(map(in_doubt, named))


def is_at_vertebra(condition: Json, terminology: Terminology) -> bool:
    """Tell if the body site is vertebrae, or a part of the spine from T1 to L5."""
    sites = objects(condition.get("bodySite"))
    return bool(sites) and all(_is_vertebral(site, terminology) for site in sites)


def _is_vertebral(site: Json, terminology: Terminology) -> bool:
    """Tell if codes and words of a site agree on vertebrae or a part of the spine.

    Words that say more than a place are no agreement.
    """
    words = texts_of(site)
    if not all(names_place_alone(word, terminology) for word in words):
        return False
    coded = {*coded_places(site, terminology)}
    named = [places for word in words if (places := _places_in(word, terminology))]
    every = [places for places in (coded, *named) if places]
    return bool(every) and all(
        places <= PLACES and _may_be_same(places, every[0]) for places in every
    )


def coded_places(site: Any, terminology: Terminology) -> tuple[str, ...]:
    """Return the vertebra of a site's code, else its part of the spine."""
    return terminology.translate("vertebral-level", site) or terminology.translate(
        "spinal-region", site
    )


def _places_in(words: str, terminology: Terminology) -> set[str]:
    levels = {*terminology.levels.named(words)}
    return levels or {*terminology.level_names.regions(words)}


def _may_be_same(places: set[str], others: set[str]) -> bool:
    """Tell if both are the same, or one is the part of the spine that has the other."""
    return places == others or (
        not (places & REGIONS and others & REGIONS)
        and {_region_of(one) for one in places} == {_region_of(one) for one in others}
        and bool((places | others) & REGIONS)
    )


def _region_of(place: str) -> str:
    if place not in LEVELS:
        return place
    return "thoracic" if place.startswith("T") else "lumbar"


def names_place_alone(words: str, terminology: Terminology) -> bool:
    """Tell if words name only a place in the body, unlike `L1, metastatic`."""
    is_plain = terminology.bystanders.are_of_augmentation
    return is_plain(words) or is_plain(_ORDINAL.sub(" ", words))
