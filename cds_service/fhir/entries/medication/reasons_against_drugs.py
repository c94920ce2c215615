"""Name what forbids a bone drug where it is the reason of its stop, or of a stay."""

from collections.abc import Iterator

from cds_service.fhir.entries.medication.drugs import BONE_DRUG, MEDICATION_TYPES
from cds_service.fhir.entries.words.problem_words import named_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

OF_STOPS = frozenset({"hypocalcaemia", "jaw-necrosis", "atypical-femur-fracture"})
OF_STAYS = OF_STOPS | {"acute-kidney-failure", "oesophagus-disease"}
TELL_AGAINST_DRUGS = MEDICATION_TYPES | {"Encounter"}
NO_STAY = frozenset({"entered-in-error", "cancelled"})
# The elements with the reason why a drug was stopped or not given, in R4 and before.
STOPPED_FOR = ("statusReason", "reasonNotGiven", "reasonNotTaken")


def against_drugs(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what an entry of a bone drug, or a stay, gives as its reason.

    Args:
        resource: raw JSON.
        concepts: those of the drug.
        terminology: the service's terminology.
    """
    kind, status = text(resource.get("resourceType")), text(resource.get("status"))
    if kind in MEDICATION_TYPES and BONE_DRUG in concepts:
        wanted, reasons = OF_STOPS, [*_reasons_of_stop(resource)]
    elif kind == "Encounter" and status not in NO_STAY:
        wanted, reasons = OF_STAYS, objects(resource.get("reasonCode"))
    else:
        return frozenset()
    if not reasons or status == "entered-in-error":
        return frozenset()
    words = [word for one in reasons for word in texts_of(one)]
    return (terminology.concepts(reasons) | named_in(words, terminology)) & wanted


def _reasons_of_stop(resource: Json) -> Iterator[Json]:
    for name in STOPPED_FOR:
        yield from objects(resource.get(name))
