"""Find what a procedure, or an order on record, names."""

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.entry import SPINE_NAMED
from cds_service.fhir.entries.fractures.hip_repair_words import (
    HIP_REPAIR,
    is_hip_repair,
    is_of_fracture,
)
from cds_service.fhir.entries.grave.grave_concepts import (
    SPINAL_OPERATION,
    SPINAL_SURGERY,
    UNJUDGED_ACT,
    VERTEBRA_REMOVED,
)
from cds_service.fhir.entries.grave.unjudged_acts import (
    is_harmless_act,
    is_unjudged_act,
)
from cds_service.fhir.entries.held_training import held_by
from cds_service.fhir.entries.listed import (
    LISTED,
    OF_NO_CONCERN,
    is_entry_understood,
    is_withheld,
    short_texts,
)
from cds_service.fhir.entries.medication.drug_groups import ANY_BONE_DRUG, BONE_DRUG
from cds_service.fhir.entries.medication.drugs import (
    drugs_given,
    is_billed_for_bone,
    is_for_bone,
    is_unclassified,
)
from cds_service.fhir.entries.named_in_asides import drugs_in_doubt, grave_in_doubt
from cds_service.fhir.entries.order_titles import is_everyday_order, unread_title
from cds_service.fhir.entries.walking_limits import (
    limits_of_operation,
    limits_of_order,
    splints_of_order,
)
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.bystanders import (
    is_bystander_act,
    is_bystander_procedure,
    leaves_spine_alone,
)
from cds_service.fhir.entries.words.cancer_acts import (
    CANCER_TREATMENT,
    treatments_of_cancer,
)
from cds_service.fhir.entries.words.open_concepts import (
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
    UNKNOWN_DRUG,
)
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of

# Orders on record that are read as what they are.
READ_AS_ORDERS = AUGMENTATIONS | {
    "augmentation-additional-level",
    "height-restoration",
    "brace",
    "other-orthosis",
    "orthosis-visit",
    "biopsy",
    "bone-treatment",
}
# Procedures that are read as what they are, by their words as well.
JUDGED_ACTS = READ_AS_ORDERS | {
    BONE_DRUG,
    "dialysis",
    "cancer-treatment",
    "prior-spinal-surgery",
    "spinal-surgery-unstated",
    "hip-fracture",
}
HIP_FRACTURE = "hip-fracture"
UNNAMED_BONE_DRUG = frozenset(map(in_doubt, (BONE_DRUG, ANY_BONE_DRUG)))


def concepts_of_act(
    coded: Coded, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a procedure or order, with what it names besides.

    Args:
        coded: a procedure or an order on record.
        concepts: those of its code and its components.
        terminology: the service's terminology.
    """
    act = coded.raw
    code = act.get("code")
    known = _concepts_of_procedure(coded, concepts, terminology)
    known |= drugs_in_doubt(act, known, terminology)
    grave = grave_in_doubt(act, terminology, coded.concepts)
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
        known |= treatments_of_cancer(act, terminology)
        is_apart = is_bystander_procedure(act, terminology)
        named = known & (JUDGED_ACTS | terminology.bystanders.act_concepts)
        if not _is_everyday(act, terminology) and is_unjudged_act(
            act, named, terminology
        ):
            known |= {in_doubt(UNJUDGED_ACT)}
        known |= _spinal_operations(act, known, terminology)
        known |= limits_of_operation(act, terminology)
        if is_hip_repair(act, terminology):
            known |= {HIP_REPAIR}
            if HIP_FRACTURE not in known and is_of_fracture(act, terminology):
                grave |= {in_doubt(HIP_FRACTURE)}
    else:
        is_apart = _is_order_apart(act, known, terminology)
        if known.isdisjoint(READ_AS_ORDERS):
            known |= unread_title(act, objects(code), coded.concepts, terminology)
        known |= held_by(coded, terminology)
        known |= splints_of_order(act, terminology)
        known |= limits_of_order(act, terminology)
    known |= grave
    return known if is_apart else known | {MAY_NEED_BRACE}


def _spinal_operations(
    procedure: Json, known: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the operation of the spine whose cause is not known, in doubt."""
    if text(procedure.get("status")) in VOID or known.isdisjoint(SPINAL_SURGERY):
        return frozenset()
    titles = texts_of(procedure.get("code"))
    removals = (terminology.kinds.named(one, (VERTEBRA_REMOVED,)) for one in titles)
    operation = VERTEBRA_REMOVED if any(removals) else SPINAL_OPERATION
    return frozenset({in_doubt(operation)})


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
        or leaves_spine_alone(objects(order.get("code")), terminology)
    )


def _concepts_of_procedure(
    coded: Coded, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of the code of a procedure or order, else of its words.

    Args:
        coded: a procedure or an order on record.
        concepts: those of its code and its components.
        terminology: the service's terminology.
    """
    resource = coded.raw
    code = resource.get("code")
    texts = set(texts_of(code))
    words = short_texts(texts)
    if not concepts:
        for word in words:
            concepts |= terminology.text_concepts(word) | drugs_given(word, terminology)
    if text(resource.get("resourceType")) not in LISTED:
        return concepts - OF_NO_CONCERN
    is_harmless = is_harmless_act(code, terminology)
    is_everyday = _is_everyday(resource, terminology)
    if is_everyday or (words and all(map(terminology.bystanders.names_act, words))):
        # "X-ray lumbar spine" names the spine, and no disease of it.
        concepts -= SPINE_NAMED
    if is_everyday:
        is_harmless = True
    is_known = is_entry_understood(coded, concepts, words, terminology) or (
        is_harmless and not is_withheld(resource, terminology)
    )
    if words != texts or not is_known:
        return concepts | {NOT_UNDERSTOOD}
    return concepts - OF_NO_CONCERN


def _is_everyday(act: Json, terminology: Terminology) -> bool:
    """Tell if a procedure is everyday care by its title, as an order of it would be."""
    is_procedure = text(act.get("resourceType")) == "Procedure"
    return is_procedure and is_everyday_order(objects(act.get("code")), terminology)


def is_order_understood(order: Json, terminology: Terminology) -> bool:
    """Tell if a code or the words of an order on record say what it is."""
    code = order.get("code")
    words = short_texts(set(texts_of(code)))
    return (
        bool(terminology.concepts(code))
        or terminology.identifies("procedures", code)
        or is_bystander_act(objects(code), terminology)
        or (
            any(terminology.text_concepts(word) for word in words)
            and not any(map(terminology.languages.is_foreign, words))
        )
    )
