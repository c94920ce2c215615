"""Tell which drug or device an entry is of."""

from collections.abc import Collection, Iterable

from cds_service.fhir.entries.listed import (
    NO_INFORMATION,
    OF_NO_CONCERN,
    is_withheld,
    short_texts,
)
from cds_service.fhir.entries.medication.drugs import drug_names
from cds_service.fhir.entries.medication.local_drugs import drug_codes, swallowed
from cds_service.fhir.entries.medication.products import (
    PRODUCT_ELEMENTS,
    referred_in,
    unread_ingredients,
)
from cds_service.fhir.entries.medication.steroid_asides import without_places
from cds_service.fhir.entries.named_in_asides import (
    drugs_in_doubt,
    drugs_told_in_doubt,
    grave_in_doubt,
)
from cds_service.fhir.entries.order_titles import unread_title
from cds_service.fhir.entries.walking_limits import limits_of_device
from cds_service.fhir.entries.words.asides import (
    asides_of,
    has_inner_asides,
    words_of_asides,
)
from cds_service.fhir.entries.words.bystanders import is_bystander_act
from cds_service.fhir.entries.words.open_concepts import MAY_NEED_BRACE, NOT_UNDERSTOOD
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.narratives import without_tags
from cds_service.fhir.parsing import may_be_reversed
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import Targets

LOCAL_ROUTE, SYSTEMIC_ROUTE = "local-route", "systemic-route"
# Drug names in these systems state the ingredient; a name in another system may be a
# brand that we do not know.
NAMES_INGREDIENTS = frozenset(
    {"http://www.nlm.nih.gov/research/umls/rxnorm", "http://snomed.info/sct"}
)


def concepts_of_drug(
    resource: Json, medication: Json | None, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of a drug's codes and names, with what it names besides."""
    codes, names = drug_codes(resource, medication), drug_names(resource, medication)
    short_names = short_texts(names)
    # A name next to the codes, such as the display of a reference, may be that of a
    # drug of ours. It does not tell which drug the entry is of.
    own_names = {word for code in codes for word in texts_of(code)} & short_names
    # Not of drugs: the route, and that content was removed.
    named = frozenset[str]().union(
        *(
            terminology.text_concepts(without_places(word, terminology))
            for word in own_names
        )
    )
    by_any_name = frozenset[str]().union(*map(terminology.drug_words, short_names))
    by_any_name |= swallowed(short_names, resource, terminology)
    coded = terminology.concepts(codes)
    concepts = coded | by_any_name | (named & {NO_INFORMATION})
    is_hidden = NO_INFORMATION in concepts or is_withheld(resource, terminology)
    is_understood = (
        _is_drug_identified(codes, coded, own_names, named, terminology)
        and _is_product_whole(resource, medication, terminology)
        and short_names == names
        and not is_hidden
        # A prohibition names a drug, and says nothing of what is taken.
        and not (may_be_reversed(resource) or is_prohibition(resource))
    )
    concepts |= drugs_in_doubt(resource, concepts, terminology)
    titled = _with_titles(resource, medication)
    concepts |= grave_in_doubt(titled, terminology, coded)
    return concepts - OF_NO_CONCERN if is_understood else concepts | {NOT_UNDERSTOOD}


def _with_titles(resource: Json, medication: Json | None) -> Json:
    """Return an entry of a drug with all that its Medication is called as its titles.

    The name of a product, of an ingredient, and what is written next to them may say
    what the drug is for, as the entry's own words do: `Vancomycin for discitis`.
    """
    if medication is None:
        return resource
    asides = [medication.get(name) for name in ("form", "extension")]
    words = {
        *drug_names(resource, medication),
        *words_in([*asides, *_narrative(medication)]),
    }
    titles = drug_codes(resource, medication)
    named = {word for title in titles for word in texts_of(title)}
    titles += [{"text": word} for word in sorted(words - named)]
    return {**resource, "medicationCodeableConcept": titles}


def _narrative(medication: Json) -> list[Json]:
    """Return what the narrative of a Medication adds to its elements, as words."""
    if not has_inner_asides({"text": medication.get("text")}):
        return []
    return [{"text": without_tags(text(member(medication, "text", "div")))}]


def _is_product_whole(
    resource: Json, medication: Json | None, terminology: Terminology
) -> bool:
    """Tell if every ingredient was read, or the product's own code says what it is.

    An ingredient that was not read may be any drug.
    """
    if not unread_ingredients(medication):
        return True
    return terminology.identifies("drugs", _codes_of_product(resource, medication))


def _codes_of_product(resource: Json, medication: Json | None) -> list[Json]:
    """Return the codes of a drug that are no ingredient's."""
    return drug_codes(resource, {**(medication or {}), "ingredient": []})


def _is_drug_identified(
    codes: list[Json],
    coded: frozenset[str],
    words: Collection[str],
    named: frozenset[str],
    terminology: Terminology,
) -> bool:
    """Tell if it is known which drug this is, or that it acts in one place alone.

    Args:
        codes: the codes of the drug.
        coded: their concepts.
        words: the words of these codes.
        named: concepts that the words name, apart from drugs.
        terminology: the service's terminology.
    """
    # A cream or eye drops are of no concern; a tablet for a joint is, and a word of a
    # place (`local-place`) tells no form.
    if LOCAL_ROUTE in named and SYSTEMIC_ROUTE not in named:
        return True
    if coded or terminology.identifies("drugs", codes):
        return True
    is_read = not any(map(terminology.languages.is_foreign, words))
    if is_read and any(map(terminology.drug_words, words)):
        return True
    if words and all(map(terminology.drugs.is_named_in_korean, words)):
        return True
    return _is_ingredient_named(codes, words, terminology)


def _is_ingredient_named(
    codes: list[Json], words: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if the words name an ingredient, by their code system, and can be read."""
    systems = {system for system, _ in terminology.codings(codes)}
    if NAMES_INGREDIENTS.isdisjoint(systems):
        return False
    return any(map(terminology.languages.can_read, words))


def titles_of_device(resource: Json, targets: Targets) -> list[Json]:
    """List what a device order calls its device, and the Device it refers to."""
    device = referred_in(resource, targets)
    element, _ = PRODUCT_ELEMENTS[text(resource.get("resourceType"))]
    coded = (resource.get(f"{element}CodeableConcept"), member(device, "type"))
    codes = [one for one in coded if isinstance(one, dict)]
    written = [text(one.get("name")) for one in objects(member(device, "deviceName"))]
    written.append(text(member(resource, f"{element}Reference", "display")))
    written += [word for code in codes for word in texts_of(code)]
    return [*codes, *({"text": name} for name in written if name)]


def concepts_of_device(
    resource: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of a device order, with what it names besides.

    Its code says them, or the Device that it refers to; else the words of either.
    """
    titles = titles_of_device(resource, targets)
    concepts = coded = terminology.concepts(titles)
    if not concepts:
        names = {name for title in titles for name in texts_of(title)}
        by_name = map(terminology.text_concepts, short_texts(names))
        concepts = frozenset[str]().union(*by_name)
    if not concepts and not is_bystander_act(titles, terminology):
        concepts = frozenset({MAY_NEED_BRACE})  # it may be a brace
        concepts |= unread_title(resource, titles, coded, terminology)
    # A supply may be of a drug.
    concepts |= drugs_in_doubt(resource, frozenset(), terminology)
    words = words_of_asides(asides_of(resource))
    concepts |= drugs_told_in_doubt(words, concepts, terminology)
    concepts |= limits_of_device(resource, titles, terminology)
    # A brace may be ordered because of a metastasis.
    return concepts | grave_in_doubt(resource, terminology)
