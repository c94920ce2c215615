"""Read what the codes and words of one resource of the record name.

Gathering, orders and findings know a resource by the type `Entry` alone.
"""

from typing import NamedTuple

from cds_service.core.findings import Origin, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.fractures.healed_fractures import HEALED, is_of_other_bone
from cds_service.fhir.entries.grave.grave_concepts import ASIDE_IN_DOUBT
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.drugs import (
    Drug,
    is_billed_for_bone,
    read_billed,
    read_drug,
)
from cds_service.fhir.entries.medication.reasons_against_drugs import (
    AGAINST_DRUGS,
    TELL_AGAINST_DRUGS,
)
from cds_service.fhir.entries.order_titles import is_everyday_order
from cds_service.fhir.entries.words.cancer_acts import (
    CANCER_TREATMENT,
    treatments_of_cancer,
)
from cds_service.fhir.entries.words.fracture_sites import fractured_there
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.files.language import FORBIDS_MOVING
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.clauses import NOTHING
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import Moment
from cds_service.outgoing.deadline import check_time

# Meanings of codes that name no bone, if the body site is the spine.
AT_THE_SPINE = {
    "bone-infection-elsewhere": "vertebral-osteomyelitis",
    "deep-infection": "spinal-infection",
}
OTHER_ORDER = frozenset({"other-order"})
# Something of the spine. Of an act in words, as "X-ray lumbar spine post op", it may be
# no more than its place.
SPINE_NAMED = frozenset({"spinal-disease-unstated"})
# Drugs injected in an office are often recorded under their billing code.
BILLED_TYPES = frozenset({"Procedure", "ServiceRequest"})


class Entry(NamedTuple):
    """One resource of the record, and what its codes and words name.

    It is made once, when the resource is picked. What follows only chooses among
    entries.

    Attributes:
        raw: JSON that `fhir.resources.R4B` has accepted.
        key: the prefetch key that returned it.
        origin: where it was read.
        resource_type: `Observation`.
        reference: its name, `Observation/12`.
        status: as written; empty if there is none.
        concepts: what it was picked for: the concepts of its codes, and of its words
            if words count. Three are about what is not known: `not-understood` (it may
            be anything), `may-be-grave` (its code or words may mean more than we know),
            `may-need-brace` (it may bear on the spine's stability).
        matches: concepts of its code.
        components: each component with the concepts of its code.
        named: of a condition, its `concepts`. Of any other entry, the grave things that
            it leaves in doubt. Of a procedure, also what its words name; of a stay and
            of a drug, what its reason tells against bone drugs.
        moment: when an Observation was true; None if it does not say.
        referred: the raw Medication or Device that a drug or device order refers to, if
            any.
        drug: the drug of a medication resource, or of a resource with a billing code
            for a drug.
        is_of_relatives: it is a diagnosis of the patient's family alone.
    """

    raw: Json
    key: str
    origin: Origin
    resource_type: str
    reference: str
    status: str
    concepts: frozenset[str]
    matches: tuple[Match, ...]
    components: tuple[tuple[Json, tuple[Match, ...]], ...]
    named: frozenset[str]
    moment: Moment | None
    referred: Json | None = None
    drug: Drug | None = None
    is_of_relatives: bool = False

    def source(self, spec: FindingSpec, printed: str, code: str = "") -> Provenance:
        """Return the provenance of a value of this finding."""
        return Provenance(self.reference, self.origin, code, printed, spec.rule)


def read_entry(
    coded: Coded,
    key: str,
    origin: Origin,
    concepts: frozenset[str],
    referred: Json | None,
    terminology: Terminology,
) -> Entry:
    """Read what the codes and words of a valid resource name.

    Args:
        coded: the resource, which `parse_resource` has accepted, and its code.
        key: the prefetch key that returned it.
        origin: where it was read.
        concepts: those that it is picked for.
        referred: the Medication or Device that it refers to, if any.
        terminology: the service's, including the site's codes.
    """
    entry = read_without_drug(coded, key, origin, concepts, terminology)
    drug = None
    if entry.resource_type in MEDICATION_TYPES:
        drug = read_drug(coded.raw, referred, terminology)
    elif entry.resource_type in BILLED_TYPES:
        drug = read_billed(coded, terminology)
    return entry._replace(referred=referred, drug=drug)


def read_without_drug(
    coded: Coded,
    key: str,
    origin: Origin,
    concepts: frozenset[str],
    terminology: Terminology,
) -> Entry:
    """Read a resource as `read_entry` does, but for the drug that it may be of."""
    raw, kind = coded.raw, text(coded.raw.get("resourceType"))
    # Picking has already read all words of a condition.
    named = concepts if kind == "Condition" else concepts & ASIDE_IN_DOUBT
    if kind == "Procedure":
        named |= _procedures_named(raw, terminology)
    elif kind in TELL_AGAINST_DRUGS:
        named |= concepts & AGAINST_DRUGS
    return Entry(
        raw=raw,
        key=key,
        origin=origin,
        resource_type=kind,
        reference=f"{kind}/{text(raw.get('id'))}",
        status=text(raw.get("status")),
        concepts=concepts,
        matches=_matches(coded, kind, terminology),
        components=_components(coded, terminology),
        named=named,
        moment=terminology.calendar.effective(raw) if kind == "Observation" else None,
        is_of_relatives=coded.is_of_relatives,
    )


def _matches(coded: Coded, kind: str, terminology: Terminology) -> tuple[Match, ...]:
    """Return the concepts of its code; of a condition also those at its body site."""
    raw, matches = coded.raw, coded.matches
    if kind == "Condition":
        if coded.is_of_relatives:
            return ()
        if is_of_other_bone(coded, terminology):
            matches = tuple(one for one in matches if one.concept != HEALED)
        return _with_site(raw, matches, terminology)
    is_cancer_treatment = not CANCER_TREATMENT.isdisjoint(coded.concepts)
    if is_cancer_treatment and kind in BILLED_TYPES:
        # Denosumab is billed as chemotherapy, too.
        return () if is_billed_for_bone(raw, terminology) else matches
    return matches


def _with_site(
    raw: Json, matches: tuple[Match, ...], terminology: Terminology
) -> tuple[Match, ...]:
    """Add what the codes of a condition mean at its body site."""
    matches = (*_broken_there(raw, matches, terminology), *matches)
    placed = tuple(
        match._replace(concept=AT_THE_SPINE[match.concept])
        for match in matches
        if match.concept in AT_THE_SPINE
    )
    if placed and _is_of_spine(raw, terminology):
        return tuple(dict.fromkeys((*placed, *matches)))
    return matches


def _broken_there(
    raw: Json, matches: tuple[Match, ...], terminology: Terminology
) -> tuple[Match, ...]:
    """Return what codes of fractures that name no bone mean at the body site."""
    return tuple(
        match._replace(concept=concept)
        for match in matches
        for concept in fractured_there(raw, (match.concept,), terminology)
    )


def _is_of_spine(raw: Json, terminology: Terminology) -> bool:
    """Tell if the code or words of a body site name a vertebra or the spine."""
    sites = objects(raw.get("bodySite"))
    if any(map(terminology.is_spinal_site, sites)):
        return True
    words = [word for site in sites for word in texts_of(site)]
    return any(map(terminology.names_spine, words))


def _components(
    coded: Coded, terminology: Terminology
) -> tuple[tuple[Json, tuple[Match, ...]], ...]:
    """Return each component with the concepts of its code.

    A component without a code that we know is identified by its name in this panel.
    """
    if not (components := objects(coded.raw.get("component"))):
        return ()
    listed = []
    for part in components:
        check_time()
        matches = terminology.matches(part.get("code"))
        listed.append(
            (part, matches or _match_by_name(part, coded.concepts, terminology))
        )
    return tuple(listed)


def _match_by_name(
    part: Json, panels: frozenset[str], terminology: Terminology
) -> tuple[Match, ...]:
    """Return the concept of a component by its name in these panels; empty if none."""
    if not panels:
        return ()
    names = texts_of(part.get("code"))
    concept = terminology.names_of_measures.part_of(panels, names)
    return (Match(concept, ""),) if concept else ()


def _procedures_named(raw: Json, terminology: Terminology) -> frozenset[str]:
    """Return the concepts that the words of a procedure name: many have no code."""
    words = texts_of(raw.get("code"))
    named = NOTHING.union(*(_named_as_done(word, terminology) for word in words))
    named |= treatments_of_cancer(raw, terminology)
    if named & SPINE_NAMED and is_everyday_order(objects(raw.get("code")), terminology):
        return named - SPINE_NAMED
    return named


def _named_as_done(words: str, terminology: Terminology) -> frozenset[str]:
    """Return what one text of a procedure names, in doubt if it may not be done.

    Anything is in doubt next to `cancelled` and the like, an augmentation also next to
    the name of another order (`consult`).
    """
    named = terminology.text_concepts(words)
    # "Spine precautions" name the spine, and no disease of it.
    if FORBIDS_MOVING in named or terminology.bystanders.names_act(words):
        named -= SPINE_NAMED
    doubtful = NOTHING
    if named and terminology.clauses.is_not_done(words):
        doubtful = named
    elif named & AUGMENTATIONS and terminology.text_concepts(words, OTHER_ORDER):
        doubtful = named & AUGMENTATIONS
    return (named - doubtful) | frozenset(map(in_doubt, doubtful))
