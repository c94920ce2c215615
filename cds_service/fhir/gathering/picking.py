"""Picks the resources whose codes or words belong to a concept of `mappings/`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cds_service.fhir.gathering.asides import VOID, asides_of, words_of_asides
from cds_service.fhir.gathering.bone_reports import (
    TELLS_T_SCORE,
    names_t_score,
    words_of_report,
)
from cds_service.fhir.gathering.bystanders import (
    SPINAL,
    added_to,
    is_bystander_act,
    is_bystander_problem,
    is_bystander_procedure,
    other_words_of,
)
from cds_service.fhir.gathering.drug_asides import (
    bone_drugs_named,
    drugs_in_asides,
)
from cds_service.fhir.gathering.drugs import (
    ANY_BONE_DRUG,
    BONE_DRUG,
    MEDICATION_TYPES,
    drug_codes,
    drug_names,
    drugs_given,
    is_billed_for_bone,
    is_for_bone,
    is_unclassified,
)
from cds_service.fhir.gathering.earlier_in_words import (
    EARLIER,
    names_broken_vertebra,
    names_earlier_fracture,
)
from cds_service.fhir.gathering.entries import (
    CANCER_TREATMENT,
    Entry,
    read_entry,
)
from cds_service.fhir.gathering.exam_concepts import PATHOLOGY, exam_concepts
from cds_service.fhir.gathering.fracture_sites import fractured_there
from cds_service.fhir.gathering.grave_asides import (
    BROKEN_ASIDE,
    MAY_BEAR_ON_SPINE,
    OF_THE_SPINE,
    OPENING,
    UNJUDGED_ACT,
    UNREAD_PROSE,
    UNREAD_REASON,
    grave_things_in,
    is_harmless_act,
    is_unjudged,
    is_unjudged_act,
    left_open_by,
)
from cds_service.fhir.gathering.parsing import (
    BrokenResource,
    may_be_reversed,
    parse_resource,
)
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.problem_words import (
    ANOTHER_PERSON,
    FAMILY_HISTORY,
    in_doubt,
    is_denial,
    read_problem_words,
)
from cds_service.fhir.gathering.products import (
    PRODUCT_ELEMENTS,
    referred_in,
    unread_ingredients,
)
from cds_service.fhir.gathering.query_results import ReadFrom
from cds_service.fhir.gathering.unread_in_reasons import (
    has_code_alone,
    is_reason_understood,
    is_title_plain,
    words_of_reasons,
)
from cds_service.fhir.gathering.unread_in_report import (
    is_density_understood,
    is_of_other_organ,
    is_prose_understood,
)
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.code_systems import Listed
from cds_service.fhir.mapping.drug_table import OTHER_DRUG
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.raw_json import (
    Json,
    in_order,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import Targets, reference_name
from cds_service.outgoing.deadline import Deadline

EXAM_TYPES = frozenset({"DiagnosticReport", "ImagingStudy"})
OBSERVATION = "Observation"
HOLDERS = frozenset({OBSERVATION, "DiagnosticReport"})  # of contained Observations
# A report of one of these is read as one of images, even if its title names DXA too.
OF_IMAGES = frozenset({"trunk-ct", "trunk-ct-contrast", "lumbar-mri"})
FINAL = frozenset({"final", "amended", "corrected"})
LONGEST_ID = 64
BY_WORDS = frozenset({"Procedure", "ServiceRequest"})
DEVICE_ORDERS = frozenset({"DeviceRequest", "SupplyRequest"})
# The lists from which absence may mean "no", if every entry is identified.
LISTED: Mapping[str, Listed] = {
    "Condition": "conditions",
    "Procedure": "procedures",
    **dict.fromkeys(MEDICATION_TYPES, "drugs"),
}
NOT_UNDERSTOOD = "not-understood"
# A value without a code, in a list that was asked for by codes.
UNNAMED = frozenset({"unnamed-value"})
# Beginnings of the elements that make an Observation a value.
VALUED = ("value", "component", "hasMember", "dataAbsentReason")
MAY_BE_GRAVE = "may-be-grave"
# The entry may be the reason for a brace: nothing says that it leaves the spine alone.
MAY_NEED_BRACE = "may-need-brace"
# An entry with one of these may be of any drug or device.
OF_ANY_PRODUCT = frozenset({NOT_UNDERSTOOD, MAY_NEED_BRACE})
# Orders on record that are read as what they are.
READ_AS_ORDERS = AUGMENTATIONS | {
    "augmentation-additional-level",
    "height-restoration",
    "brace",
    "other-orthosis",
    "biopsy",
    "bone-treatment",
}
# These leave a finding open, whatever is written next to their code.
GRAVE_BY_CODE = OF_THE_SPINE | SPINAL
MAY_BE_OF_THE_SPINE = frozenset({MAY_BE_GRAVE, *map(in_doubt, GRAVE_BY_CODE)})
# Procedures that are read as what they are, by their words as well.
JUDGED_ACTS = READ_AS_ORDERS | {
    BONE_DRUG,
    "dialysis",
    "cancer-treatment",
    "prior-spinal-surgery",
    "spinal-surgery-unstated",
    "hip-fracture",
}
UNNAMED_BONE_DRUG = frozenset(map(in_doubt, (BONE_DRUG, ANY_BONE_DRUG)))
UNCODED = frozenset({NOT_UNDERSTOOD, MAY_BE_GRAVE})
# Of a procedure or order that bills a drug, and does not say which.
UNKNOWN_DRUG = frozenset({"unknown-drug"})
NO_INFORMATION = "no-information"
# The problem list may state that a bone drug is taken.
ON_BONE_DRUG = "long-term-bone-drug"
PLACE = frozenset({"place-of-care"})
# Types that are read whatever their codes say.
OF_TYPE = {"Encounter": PLACE, "Appointment": frozenset({"appointment"})}
# Further types whose asides may name a grave thing.
WITH_ASIDES = frozenset({OBSERVATION, *OF_TYPE})
LOCAL_ROUTE, SYSTEMIC_ROUTE = "local-route", "systemic-route"
# Concepts of what is identified and irrelevant.
OF_NO_CONCERN = frozenset(
    {"other-condition", "nothing-known", ANOTHER_PERSON, FAMILY_HISTORY, OTHER_DRUG}
)
# Drug names in these systems state the ingredient; a name in another system may be a
# brand that we do not know.
NAMES_INGREDIENTS = frozenset(
    {"http://www.nlm.nih.gov/research/umls/rxnorm", "http://snomed.info/sct"}
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One broken resource of the patient.

    It affects the findings of its concepts and nothing else.
    """

    reference: str
    key: str
    concepts: frozenset[str]


def pick(
    template: Template,
    ours: Sequence[Json],
    targets: Targets,
    origin: ReadFrom,
    terminology: Terminology,
    deadline: Deadline,
) -> tuple[tuple[Entry, ...], tuple[Unreadable, ...]]:
    """Pick and validate the resources that we read, sorted by their names.

    Args:
        template: the query that gave them.
        ours: raw resources of the patient.
        targets: resources of other types that were returned with them.
        origin: where they were read.
        terminology: the service's terminology.
        deadline: the deadline of this list.

    Returns:
        The entries, and the resources that are broken or have no usable code.

    Raises:
        DeadlinePassed: there are too many to be read in time.
    """
    picked: list[Entry] = []
    broken: list[Unreadable] = []
    relevant = []
    for resource in ours:
        for kind, raw in _with_contained(resource, template.resource_type):
            deadline.check()
            if concepts := concepts_of(raw, targets, terminology):
                relevant.append((kind, raw, concepts))
            elif kind == template.resource_type and is_unnamed_value(raw):
                name = reference_name(kind, raw)
                broken.append(Unreadable(name, template.key, UNNAMED))
    ordered = in_order(
        relevant, name=lambda item: reference_name(*item[:2]), raw=lambda item: item[1]
    )
    for kind, raw, concepts in chain.from_iterable(ordered):
        deadline.check()  # repairs are slow, and there may be thousands
        try:
            accepted = parse_resource(raw, kind, terminology.calendar)
        except BrokenResource:
            broken.append(Unreadable(reference_name(kind, raw), template.key, concepts))
        else:
            entry = read_entry(
                accepted,
                template.key,
                origin,
                concepts,
                referred_in(accepted, targets),
                terminology,
            )
            picked.append(entry)
    return tuple(picked), tuple(broken)


def is_unnamed_value(resource: Json) -> bool:
    """Tell if an Observation has a value, and no code of any system that names it.

    It was sent as an answer to a search by codes, and may be of any of them.
    """
    if resource.get("resourceType") != OBSERVATION:
        return False
    codings = objects(member(resource, "code", "coding"))
    is_coded = any(text(one.get("system")) for one in codings)
    has_value = any(name.startswith(VALUED) for name in resource)
    return has_value and not is_coded and text(resource.get("status")) not in VOID


def _with_contained(resource: Json, kind: str) -> Iterator[tuple[str, Json]]:
    """Yield a resource, and the Observations contained in it, each with its type.

    Panels and reports may contain their values. These get the holder's subject, and its
    day if they have none. If the holder is not final, they get its status.
    """
    yield kind, resource
    if kind not in HOLDERS or not resource.get("contained"):
        return
    subject, status = resource.get("subject"), text(resource.get("status"))
    days = {name: resource[name] for name in resource if name.startswith("effective")}
    for contained in objects(resource.get("contained")):
        name = text(contained.get("id"))
        is_ours = "subject" not in contained or contained["subject"] == subject
        if contained.get("resourceType") != OBSERVATION or not is_ours or not name:
            continue
        whole = {**contained, "subject": subject}
        if not any(element.startswith("effective") for element in contained):
            whole |= days
        if status not in FINAL:
            whole["status"] = status
        whole["id"] = f"{text(resource.get('id'))}.{name}"[:LONGEST_ID]
        yield OBSERVATION, whole


def concepts_of(
    resource: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of one resource; empty if we do not read it.

    Two of them say that a list cannot answer "no":

    - `not-understood`: neither a code nor words identify the entry. It may be anything,
      so no concept is "not on the list".
    - `may-be-grave`: a condition is identified by free words alone, or by a code that
      is in no value set and no harmless range. It excludes no tumour, infection or
      deficit: for these, only codes can say "no" (`only_codes_exclude`).

    Args:
        resource: raw JSON.
        targets: resources of other types that were returned with it.
        terminology: the service's terminology, including the site's codes.
    """
    kind = text(resource.get("resourceType"))
    if kind in MEDICATION_TYPES:
        return _concepts_of_drug(resource, referred_in(resource, targets), terminology)
    if kind in PRODUCT_ELEMENTS:
        return _concepts_of_device(resource, targets, terminology)
    if kind in EXAM_TYPES:
        return _concepts_of_exam(resource, terminology)
    if kind == "Condition":
        return _concepts_of_condition(resource, terminology)
    code = resource.get("code")
    concepts = OF_TYPE.get(kind) or terminology.concepts(code)
    for component in objects(resource.get("component")):
        concepts |= terminology.concepts(component.get("code"))
    if kind in LISTED or kind in BY_WORDS:
        return _concepts_of_act(resource, concepts, terminology)
    return _concepts_of_coded(resource, concepts, terminology) if concepts else concepts


def _concepts_of_coded(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a value, stay or appointment, with what it names besides.

    Args:
        resource: raw JSON of any other type.
        concepts: those of its code or type.
        terminology: the service's terminology.
    """
    kind = text(resource.get("resourceType"))
    if kind == OBSERVATION:
        notes = [text(one.get("text")) for one in objects(resource.get("note"))]
        concepts |= _bone_drugs_in_doubt(notes, concepts, terminology)
    if kind in WITH_ASIDES:
        concepts |= _grave_in_doubt(resource, terminology)
    if kind in OF_TYPE:
        words = words_of_asides(asides_of(resource))
        concepts |= _bone_drugs_in_doubt(words, concepts, terminology)
    return concepts - OF_NO_CONCERN


def _concepts_of_condition(condition: Json, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of a condition, with what it names besides."""
    known = _concepts_of_diagnosis(condition, terminology)
    known |= {*fractured_there(condition, known, terminology)}
    words = (*texts_of(condition.get("code")), *other_words_of(condition))
    known |= _bone_drugs_in_doubt(words, known, terminology)
    known |= _unread_in_asides(condition, terminology)
    is_apart = is_bystander_problem(condition, terminology)
    is_apart = is_apart and known.isdisjoint(MAY_BE_OF_THE_SPINE)
    return known if is_apart else known | {MAY_NEED_BRACE}


def _concepts_of_exam(exam: Json, terminology: Terminology) -> frozenset[str]:
    """Return concepts of a report or an imaging study, with what it names besides."""
    concepts = exam_concepts(exam, terminology)
    if names_t_score(exam, terminology):
        concepts |= {TELLS_T_SCORE}
    concepts |= _grave_in_doubt(exam, terminology)
    # The pathology of another organ counts by what it names alone.
    is_apart = concepts >= PATHOLOGY and is_of_other_organ(exam, terminology)
    if not is_apart:
        concepts |= _unread_prose(exam, concepts, terminology)
    words = (*words_of_report(exam), *words_of_asides(asides_of(exam)))
    return concepts | _bone_drugs_in_doubt(words, concepts, terminology)


def _concepts_of_act(
    act: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a procedure or order, with what it names besides.

    Args:
        act: a procedure or an order on record.
        concepts: those of its code.
        terminology: the service's terminology.
    """
    known = _concepts_of_procedure(act, concepts, terminology)
    known |= _drugs_in_doubt(act, known, terminology)
    grave = _grave_in_doubt(act, terminology)
    if is_unclassified(act, terminology):
        known |= UNKNOWN_DRUG
    if BONE_DRUG not in known and is_for_bone(act, terminology):
        known |= UNNAMED_BONE_DRUG
        if is_billed_for_bone(act, terminology):
            # Denosumab is billed as chemotherapy, too.
            known -= CANCER_TREATMENT
    if text(act.get("resourceType")) == "Procedure":
        # What a procedure states itself is not in doubt.
        grave -= set(map(in_doubt, known))
        is_apart = is_bystander_procedure(act, terminology)
        named = known & (JUDGED_ACTS | terminology.bystanders.act_concepts)
        if is_unjudged_act(act, named, terminology):
            known |= {in_doubt(UNJUDGED_ACT)}
    else:
        is_apart = _is_order_apart(act, known, terminology)
    known |= grave
    return known if is_apart else known | {MAY_NEED_BRACE}


def _is_order_apart(
    order: Json, known: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if an order on record is known not to ask for an operation of the spine.

    An order that is void, or that is read as what it is, asks for none.
    """
    return (
        text(order.get("status")) in VOID
        or is_prohibition(order)
        or not known.isdisjoint(READ_AS_ORDERS | terminology.bystanders.act_concepts)
        or is_bystander_act(objects(order.get("code")), terminology)
    )


def _concepts_of_procedure(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of the code of a procedure or order, else of its words.

    Args:
        resource: a procedure or an order on record.
        concepts: those of its code.
        terminology: the service's terminology.
    """
    code = resource.get("code")
    texts = set(texts_of(code))
    words = _short(texts)
    if not concepts:
        for word in words:
            concepts |= terminology.text_concepts(word) | drugs_given(word, terminology)
    if text(resource.get("resourceType")) not in LISTED:
        return concepts - OF_NO_CONCERN
    is_harmless = is_harmless_act(code, terminology)
    is_known = _is_understood(resource, code, concepts, words, terminology) or (
        is_harmless and not is_withheld(resource, terminology)
    )
    if words != texts or not is_known:
        return concepts | {NOT_UNDERSTOOD}
    return concepts - OF_NO_CONCERN


def _concepts_of_diagnosis(resource: Json, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of a condition's code and words, and those of its asides.

    What the words name is added, certain or in doubt: the list then cannot say "no" to
    it, whatever the code is.
    """
    code = resource.get("code")
    coded, texts = terminology.concepts(code), set(texts_of(code))
    words = _short(texts)
    is_short = words == texts
    # An extension of the code may modify a diagnosis, as JP Core does with
    # `\u306e\u7591\u3044` (suspected).
    modifiers = (
        extension.get("valueCodeableConcept")
        for extension in objects(member(code, "extension"))
    )
    concepts = _with_words(coded, words.union(*map(texts_of, modifiers)), terminology)
    concepts, is_read = _with_asides(concepts, resource, terminology)
    is_plain = (
        is_short
        and not concepts - OF_NO_CONCERN
        and not is_withheld(resource, terminology)
    )
    if is_plain and terminology.harmless.is_social(resource, texts):
        return frozenset()
    if not (is_short and _is_understood(resource, code, concepts, words, terminology)):
        return concepts | {NOT_UNDERSTOOD}
    known = concepts - OF_NO_CONCERN
    is_known = is_read and _is_identified(code, words, terminology)
    return known if is_known else known | {MAY_BE_GRAVE}


def _with_asides(
    concepts: frozenset[str], resource: Json, terminology: Terminology
) -> tuple[frozenset[str], bool]:
    """Add the concepts that the asides of a condition leave in doubt.

    The second result says if all asides were read.
    """
    asides = [*asides_of(resource)]
    codes = [aside.code for aside in asides if aside.code is not None]
    texts = {*other_words_of(resource), *(aside.words for aside in asides)}
    texts = texts.union(*map(texts_of, codes)) - {""}
    words = _short(texts)
    is_read = words == texts and not (
        any(map(terminology.languages.is_foreign, words))
        or any(is_unjudged(code, terminology) for code in codes)
    )
    kinds = [resource.get(name) for name in ("severity", "category")]
    coded = terminology.concepts([*codes, *codes_of([*added_to(resource), *kinds])])
    named = coded.union(*read_problem_words(coded, words, terminology))
    doubtful = (named & OPENING) - concepts
    return concepts | frozenset(map(in_doubt, doubtful)), is_read


def _is_identified(code: Any, words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if a condition is known well enough to exclude a grave finding.

    A code that identifies entries must be of a value set or a harmless range; next to a
    vague one, the words must be plain names, unless the code is of a grave thing. Of
    other codes any concept is enough. Without one, the words must be names of harmless
    diseases, or denials.
    """
    if terminology.identifies("conditions", code):
        if not terminology.excludes(code):
            return False
        is_grave = not terminology.concepts(code).isdisjoint(GRAVE_BY_CODE)
        if is_grave or terminology.suffices(code):
            return True
        return all(
            is_title_plain(word, terminology) or is_denial(word, terminology)
            for word in words
        )
    if terminology.concepts(code):
        return True
    return bool(words) and all(
        terminology.harmless.is_harmless(word) or is_denial(word, terminology)
        for word in words
    )


def _with_words(
    coded: frozenset[str], words: Collection[str], terminology: Terminology
) -> frozenset[str]:
    """Add the concepts that words name to those of a condition's code.

    A concept in doubt gets the name that `in_doubt` gives it.
    """
    if not words:
        return coded
    reading = read_problem_words(coded, words, terminology)
    doubtful = reading.suspected | (reading.unclear - coded)
    known = coded | reading.stated | frozenset(map(in_doubt, doubtful))
    return known | {NOT_UNDERSTOOD} if reading.of_another else known


def _short(texts: set[str]) -> set[str]:
    """Return these texts of one resource; none if together too long to be read."""
    return texts if sum(map(len, texts)) <= LONGEST_TEXT else set()


def _is_understood(
    resource: Json,
    code: Any,
    concepts: frozenset[str],
    words: Collection[str],
    terminology: Terminology,
) -> bool:
    """Tell if the code or the words of a list entry say what it is."""
    if NO_INFORMATION in concepts or is_withheld(resource, terminology):
        return False
    listed = LISTED[resource["resourceType"]]
    if terminology.concepts(code) or terminology.identifies(listed, code):
        return True
    if concepts and not any(map(terminology.languages.is_foreign, words)):
        return True
    if words and all(map(terminology.harmless.is_harmless, words)):
        return True
    return any(map(terminology.languages.can_read, words))


def is_order_understood(order: Json, terminology: Terminology) -> bool:
    """Tell if a code or the words of an order on record say what it is."""
    code = order.get("code")
    words = _short(set(texts_of(code)))
    return (
        bool(terminology.concepts(code))
        or terminology.identifies("procedures", code)
        or is_bystander_act(objects(code), terminology)
        or (
            any(terminology.text_concepts(word) for word in words)
            and not any(map(terminology.languages.is_foreign, words))
        )
    )


def is_withheld(resource: Json, terminology: Terminology) -> bool:
    """Tell if its security labels say that content was removed."""
    security = member(resource, "meta", "security")
    return bool(security) and NO_INFORMATION in terminology.concepts(security)


def _concepts_of_drug(
    resource: Json, medication: Json | None, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of a drug's codes and names, with what it names besides."""
    codes, texts = drug_codes(resource, medication), drug_names(resource, medication)
    words = _short(texts)
    # The display of a reference may name a drug of ours. What it refers to is not known
    # by it.
    own = {word for code in codes for word in texts_of(code)} & words
    # Not of drugs: the route, and that content was removed.
    named = frozenset[str]().union(*map(terminology.text_concepts, own))
    by_any_name = frozenset[str]().union(*map(terminology.drug_words, words))
    concepts = terminology.concepts(codes) | by_any_name | (named & {NO_INFORMATION})
    is_identified = _is_drug_identified(codes, own, named, terminology)
    # A prohibition names a drug, and says nothing of what is taken.
    is_reversed = may_be_reversed(resource) or is_prohibition(resource)
    # An ingredient that was not read may be any drug, unless the product's own code
    # says what it is.
    is_whole = not unread_ingredients(medication) or terminology.identifies(
        "drugs", _codes_of_product(resource, medication)
    )
    is_hidden = NO_INFORMATION in concepts or is_withheld(resource, terminology)
    is_short = words == texts
    concepts |= _drugs_in_doubt(resource, concepts, terminology)
    concepts |= _grave_in_doubt(resource, terminology)
    if is_identified and is_whole and is_short and not (is_reversed or is_hidden):
        return concepts - OF_NO_CONCERN
    return concepts | {NOT_UNDERSTOOD}


def _codes_of_product(resource: Json, medication: Json | None) -> list[Json]:
    """Return the codes of a drug that are no ingredient's."""
    return drug_codes(resource, {**(medication or {}), "ingredient": []})


def _is_drug_identified(
    codes: list[Json],
    words: Collection[str],
    named: frozenset[str],
    terminology: Terminology,
) -> bool:
    """Tell if it is known which drug this is, or that it acts in one place alone.

    Args:
        codes: the codes of the drug.
        words: the words of these codes.
        named: concepts that the words name, apart from drugs.
        terminology: the service's terminology.
    """
    # A cream or eye drops are of no concern; a tablet for a joint is.
    if LOCAL_ROUTE in named and SYSTEMIC_ROUTE not in named:
        return True
    if terminology.concepts(codes) or terminology.identifies("drugs", codes):
        return True
    is_read = not any(map(terminology.languages.is_foreign, words))
    if is_read and any(map(terminology.drug_words, words)):
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


def _drugs_in_doubt(
    resource: Json, own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the drugs that an entry names besides its own, each in doubt.

    An entry of a bone drug has none: the drug is no longer in question.
    """
    if BONE_DRUG in own:
        return frozenset()
    named = drugs_in_asides(resource, terminology) - own
    doubtful = frozenset(map(in_doubt, named))
    if named and may_be_reversed(resource):
        return doubtful | {NOT_UNDERSTOOD}
    return doubtful


def _bone_drugs_in_doubt(
    words: Iterable[str], own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the bone drugs that words name, each in doubt; none if one is known."""
    if not own.isdisjoint((BONE_DRUG, ON_BONE_DRUG)):
        return frozenset()
    return frozenset(map(in_doubt, bone_drugs_named(words, terminology)))


def _grave_in_doubt(resource: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things that an entry names, each in doubt."""
    return frozenset(map(in_doubt, grave_things_in(resource, terminology)))


def _unread_prose(
    exam: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what a report leaves open if its words were not understood whole."""
    is_density = "dxa-exam" in concepts and concepts.isdisjoint(OF_IMAGES)
    is_understood = is_density_understood if is_density else is_prose_understood
    if text(exam.get("status")) in VOID or is_understood(exam, terminology):
        return frozenset()
    return frozenset(map(in_doubt, (UNREAD_PROSE, MAY_BEAR_ON_SPINE)))


def _unread_in_asides(condition: Json, terminology: Terminology) -> frozenset[str]:
    """Return what the asides of a diagnosis leave open, each concept in doubt."""
    codes = (one.code for one in asides_of(condition) if one.code is not None)
    concepts = left_open_by(codes, terminology)
    words = [*words_of_reasons(condition, terminology)]
    is_understood = is_reason_understood(words, frozenset(), terminology)
    on_fractures = [one for one in words if _is_of_a_fracture(one, terminology)]
    if names_earlier_fracture(on_fractures, terminology):
        concepts |= {EARLIER}
    if names_broken_vertebra(condition, words, terminology):
        concepts |= {BROKEN_ASIDE}
    if not is_understood or has_code_alone(condition, terminology):
        concepts |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    return frozenset(map(in_doubt, concepts))


def _is_of_a_fracture(note: str, terminology: Terminology) -> bool:
    """Tell if a note names a fracture or an augmentation: "chronic" alone does not."""
    is_augmented = terminology.text_concepts(note, AUGMENTATIONS)
    return bool(is_augmented) or terminology.plain.bound.names_broken(note)


def is_product_unread(
    resource: Json, targets: Targets, terminology: Terminology
) -> bool:
    """Tell if only a reference says which drug or device it is, and leads to nothing.

    The server refused the target, or has it no more, or there was no time to read it.
    """
    element, _ = PRODUCT_ELEMENTS[text(resource.get("resourceType"))]
    if not member(resource, f"{element}Reference", "reference"):
        return False
    referred = referred_in(resource, targets)
    is_read = referred is not None and not unread_ingredients(referred)
    if text(resource.get("status")) in VOID or is_read:
        return False
    unknown = concepts_of(resource, targets, terminology) & OF_ANY_PRODUCT
    return bool(unknown)


def _concepts_of_device(
    resource: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of a device order, with what it names besides.

    Its code says them, or the Device that it refers to; else the words of either.
    """
    device = referred_in(resource, targets)
    element, _ = PRODUCT_ELEMENTS[text(resource.get("resourceType"))]
    coded = (resource.get(f"{element}CodeableConcept"), member(device, "type"))
    codes = [one for one in coded if isinstance(one, dict)]
    names = [text(one.get("name")) for one in objects(member(device, "deviceName"))]
    names += [
        text(member(resource, f"{element}Reference", "display")),
        *(word for code in codes for word in texts_of(code)),
    ]
    concepts = terminology.concepts(codes) or frozenset().union(
        *map(terminology.text_concepts, _short({*names} - {""}))
    )
    titles = [*codes, *({"text": name} for name in names if name)]
    if not concepts and not is_bystander_act(titles, terminology):
        concepts = frozenset({MAY_NEED_BRACE})  # it may be a brace
    # A supply may be of a drug.
    concepts |= _drugs_in_doubt(resource, frozenset(), terminology)
    words = words_of_asides(asides_of(resource))
    concepts |= _bone_drugs_in_doubt(words, concepts, terminology)
    # A brace may be ordered because of a metastasis.
    return concepts | _grave_in_doubt(resource, terminology)
