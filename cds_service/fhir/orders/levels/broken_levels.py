"""Name the vertebrae that are broken.

`../operations/operation.py` tells which of them are not treated. A place is a vertebra,
two of them or a region: `L1`, `T11-T12`, `thoracic spine`. What an order treats is in
`treated_levels.py`; here are its reasons, and diagnoses.
"""

from collections.abc import Mapping

from cds_service.core.orders import TreatedLevels
from cds_service.fhir.certainty import at_first_visit
from cds_service.fhir.entries.fractures.bones import CERVICAL
from cds_service.fhir.entries.fractures.broken_by_title import vertebrae_broken_by_title
from cds_service.fhir.entries.fractures.broken_in_words import of_this_fracture
from cds_service.fhir.entries.fractures.earlier_in_words import (
    is_of_unsound_vertebra,
    vertebrae_in_short,
)
from cds_service.fhir.entries.fractures.neck_in_words import neck_in_words
from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.fracture_sites import fractured_there
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.orders.levels.treated_levels import site_statements
from cds_service.fhir.orders.order_reasons import conditions_of, reasons_named
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

NECK = "cervical spine"
# The regions that codes of a fracture name, with the vertebrae that they may mean.
REGION_NAMES: Mapping[str, frozenset[str]] = {
    NECK: frozenset(),
    "cervicothoracic spine": frozenset({"T1", "T2"}),
    "thoracic spine": frozenset(one for one in LEVELS if one.startswith("T")),
    "lumbar spine": frozenset(one for one in LEVELS if one.startswith("L")),
    "lumbosacral spine": frozenset({"L5"}),
    "sacral spine": frozenset(),
}


def covers(stated: str, treated: set[str]) -> bool:
    """Tell if `L1`, `T11-T12` or `thoracic spine` may be of a treated level."""
    if stated in REGION_NAMES:
        return not treated.isdisjoint(REGION_NAMES[stated])
    return not treated.isdisjoint(stated.split("-"))


def region_treated(levels: TreatedLevels) -> frozenset[str]:
    """Return the vertebrae of the region that orders name, if they name no level.

    None with more than one level: the code for an additional one names no region.
    """
    if levels.source or levels.region is None or (levels.count or 1) > 1:
        return frozenset()
    return REGION_NAMES[f"{levels.region} spine"]


def fractured_regions(condition: Json, terminology: Terminology) -> set[str]:
    """Name the parts of the spine of a fracture that names no vertebra.

    By its code, else its body site's code, else its words: `thoracic spine`.
    """
    if CERVICAL in terminology.concepts(condition.get("code")):
        return {NECK}
    if neck_in_words(condition, terminology):
        return {NECK}
    regions = {*terminology.translate("spinal-region", condition.get("code"))}
    if len(regions) != 1:  # M48.50 is of several sites
        sites = codeables(condition, "bodySite")
        regions = {*terminology.translate("spinal-region", sites)} or regions
    regions = regions or {
        region
        for codeable in codeables(condition, "code", "bodySite")
        for word in texts_of(codeable)
        for region in terminology.level_names.regions(word)
    }
    return {f"{region} spine" for region in regions} & REGION_NAMES.keys()


def broken_places(code: Json | None, terminology: Terminology) -> set[str]:
    """Return the vertebrae that the code of a fracture names, else its one region.

    `T7-T8`, or `thoracic spine`, as on the problem list.
    """
    levels = {*terminology.translate("vertebral-level-icd", code)}
    regions = {*terminology.translate("spinal-region", code)}
    if levels or len(regions) != 1:  # M48.50 is of several sites
        return levels
    if terminology.concepts(code).isdisjoint(FRACTURED):
        return set()
    return {f"{region} spine" for region in regions} & REGION_NAMES.keys()


def names_another_fracture(
    order: Json, drafts: DraftOrders, treated: set[str], terminology: Terminology
) -> bool:
    """Tell if the reasons of an order name a broken vertebra that is not treated.

    False if no treated level is known.
    """
    if not treated:
        return False
    named = {
        level
        for reason in reasons_named(order, drafts)
        for level in _broken_levels(reason, terminology)
    }
    for condition in conditions_of(order, drafts):
        named |= _broken_at_site(condition, terminology)
    named |= broken_beside(order, terminology)
    return not all(covers(one, treated) for one in named)


def broken_beside(entry: Json, terminology: Terminology) -> set[str]:
    """Return the vertebrae that an entry names as broken.

    They are in its title, reasons, notes and results; that of a diagnosis, or of an
    augmentation, is read elsewhere. A code may only name a part of the
    spine. Each part of a sentence is read separately: a report goes on about other
    vertebrae.
    """
    named = vertebrae_broken_by_title(entry, terminology)
    words = [text(entry.get("conclusion"))]
    codes = [*objects(entry.get("conclusionCode"))]
    for element in asides_of(entry):
        if element.code is not None:
            codes.append(element.code)
        elif not element.is_site:
            words.append(element.words)
    for code in codes:
        named |= broken_places(code, terminology)
        words += texts_of(code)
    named = named.union(*(vertebrae_in_short(prose, terminology) for prose in words))
    is_report = entry.get("resourceType") == "DiagnosticReport"
    texts = [of_this_fracture(one[:LONGEST_TEXT], terminology) for one in words]
    for sentence in sentences_once(texts):
        is_listing = False
        in_parts = set[str]()
        for part in filter(str.strip, clauses(sentence)):
            in_parts |= {*terminology.levels.named(part)}
            # `fractures of L1, T12 and L3`
            is_listing &= terminology.bystanders.are_of_augmentation(part)
            is_listing |= bool(terminology.text_concepts(part, FRACTURED))
            if is_listing or is_of_unsound_vertebra(
                part, terminology, is_report=is_report
            ):
                named |= {*terminology.levels.treated(part)}
        # A comma cuts a number off its name: `fractures of L1,3`.
        if terminology.text_concepts(sentence, FRACTURED):
            named |= {*terminology.levels.treated(sentence)} - in_parts
    return named


def _broken_levels(reason: Json, terminology: Terminology) -> set[str]:
    levels = broken_places(reason, terminology)
    for word in texts_of(reason):
        if terminology.text_concepts(word, FRACTURED):
            levels |= {*terminology.levels.treated(word)}
    return levels


def _broken_at_site(condition: Json, terminology: Terminology) -> set[str]:
    """Return the vertebrae of a fracture's body site, whose code may name no bone."""
    code = condition.get("code")
    named = (terminology.text_concepts(word) for word in texts_of(code))
    concepts = terminology.concepts(code).union(*named)
    is_fracture = concepts & FRACTURED
    if not is_fracture and not fractured_there(condition, concepts, terminology):
        return set()
    return site_statements(codeables(condition, "bodySite"), terminology)


def fractured_places(condition: Json, terminology: Terminology) -> set[str]:
    """Name the vertebrae of a fracture, or its region: `L1`, `T7-T8`, `lumbar spine`.

    They come from its codes and words; if these name no vertebra, the region counts.
    Words that only repeat a vertebra of a code are not added.
    """
    code = condition.get("code")
    places = {*terminology.translate("vertebral-level-icd", code)}
    for site in codeables(condition, "bodySite"):
        places |= {*terminology.translate("vertebral-level", site)}
    coded = {level for place in places for level in place.split("-")}
    places |= {
        level
        for codeable in codeables(condition, "code", "bodySite")
        for words in texts_of(codeable)
        for level in terminology.levels.treated(words)
        if level not in coded
    }
    if places and neck_in_words(condition, terminology):
        places.add(NECK)
    return places or fractured_regions(condition, terminology)


def places_first_coded(condition: Json, terminology: Terminology) -> set[str]:
    """Name the vertebrae of a fracture whose code is of a later visit.

    Codes of later visits are in no map of levels, since they state no fresh fracture:
    their place is that of the code of the first visit.
    """
    code = condition.get("code")
    codings = [
        {**coding, "code": at_first_visit(text(coding.get("code")))}
        for coding in objects(member(condition, "code", "coding"))
    ]
    whole = code if isinstance(code, dict) else {}
    first = {**condition, "code": {**whole, "coding": codings}}
    return fractured_places(first, terminology)
