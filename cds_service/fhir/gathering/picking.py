"""Which resources of a list are read: those whose codes, or words, belong to concepts of `mappings/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, Protocol

from cds_service.deadline import Deadline
from cds_service.fhir.gathering.parsing import BrokenResource, parse_resource
from cds_service.fhir.gathering.prefetch import Template, reference_name
from cds_service.fhir.raw_json import in_order, member, objects, text, texts_of

# The element that says what a resource is about. Medications are not here: `_drug_of` finds theirs.
CODE_OF: Mapping[str, str] = {
    "Observation": "code",
    "Condition": "code",
    "Procedure": "code",
    "ServiceRequest": "code",
    "DeviceRequest": "codeCodeableConcept",
}
MEDICATION_TYPES = frozenset(
    {"MedicationRequest", "MedicationAdministration", "MedicationStatement", "MedicationDispense"}
)
# Systems in which our value sets list drugs; a drug coded in none of them may be any drug. Those of the second line say
# the class by the code alone; the others code products by the thousand, and need the name beside an unlisted code.
DRUG_SYSTEMS = ("rxnorm", "2.16.840.1.113883.6.88", "snomed", "2.16.840.1.113883.6.96", "whocc.no/atc", "6.73")
CLASS_SYSTEMS = ("whocc.no/atc", "bfarm/atc", "6.73")
BY_WORDS = frozenset({"Procedure", "ServiceRequest", "DeviceRequest"})
UNRESOLVED_MEDICATION = "unresolved-medication"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """One resource that parsed, with where it came from.

    Attributes:
        raw: as JSON that `fhir.resources.R4B` has accepted.
        key: prefetch key whose query it answers.
        concepts: names of value sets or mapped local codes that its codes belong to, and what its words name where they
            count.
    """

    raw: Mapping[str, Any]
    key: str
    origin: Literal["prefetch", "fhir"]
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One resource of the patient that is broken: it costs the findings of its concepts and nothing else."""

    reference: str
    key: str
    concepts: frozenset[str]
    message: str


class Concepts(Protocol):
    """What is asked of the terminology here."""

    def concepts(self, codeable: Any) -> frozenset[str]:
        """Concepts of a CodeableConcept, raw."""
        ...

    def knows(self, system: str, code: str) -> bool:
        """Whether this code belongs to any concept."""
        ...

    def text_concepts(self, text: str) -> frozenset[str]:
        """Concepts that these words name."""
        ...


def pick(
    template: Template,
    ours: Sequence[Mapping[str, Any]],
    others: Sequence[tuple[Mapping[str, Any], str | None]],
    origin: Literal["prefetch", "fhir"],
    terminology: Concepts,
    deadline: Deadline,
) -> tuple[tuple[Sourced, ...], tuple[Unreadable, ...]]:
    """Those that we read, each validated alone, in an order that does not depend on the server's."""
    picked: list[Sourced] = []
    broken: list[Unreadable] = []
    read = [(raw, concepts) for raw in ours if (concepts := concepts_of(raw, others, terminology))]
    kind = template.resource_type
    ordered = in_order(read, name=lambda pair: reference_name(kind, pair[0]), raw=lambda pair: pair[0])
    for raw, concepts in chain.from_iterable(ordered):
        deadline.check()  # one that has to be mended takes long, and there may be thousands
        try:
            accepted = parse_resource(raw, kind)
        except BrokenResource as error:
            name = reference_name(kind, raw)
            broken.append(Unreadable(reference=name, key=template.key, concepts=concepts, message=str(error)))
        else:
            picked.append(Sourced(raw=accepted, key=template.key, origin=origin, concepts=concepts))
    return tuple(picked), tuple(broken)


def concepts_of(resource: Json, others: Sequence[tuple[Json, str | None]], terminology: Concepts) -> frozenset[str]:
    """The concepts of one resource; empty when it is nothing that we read.

    A drug may also be known by its name: records code products, our value sets list ingredients. One whose drug is not
    said in a code system that we know, or by a code alone that we do not list, is `unresolved-medication`: it may be
    any drug, so that "no such drug on the list" cannot be said.

    Args:
        resource: raw.
        others: resources of other types that came along, with their fullUrl.
        terminology: of the service, the site's codes included.
    """
    kind = text(resource.get("resourceType"))
    if kind in MEDICATION_TYPES:
        return _concepts_of_drug(_drug_of(resource, others), terminology)
    code = resource.get(CODE_OF.get(kind, "code"))
    found = terminology.concepts(code)
    if components := resource.get("component"):
        found = found.union(*(terminology.concepts(component.get("code")) for component in objects(components)))
    if kind == "Condition":  # words never make a yes, but forbid a "no": an entry may be coded in a way we do not list
        return found.union(*(terminology.text_concepts(word) for word in set(texts_of(code))))
    if found or kind not in BY_WORDS:
        return found
    return terminology.text_concepts(text(member(code, "text")))


def _concepts_of_drug(drug: Any, terminology: Concepts) -> frozenset[str]:
    words = set(texts_of(drug))
    found = terminology.concepts(drug).union(*(terminology.text_concepts(word) for word in words))
    systems = [text(coding.get("system")).lower() for coding in objects(member(drug, "coding")) if coding.get("code")]
    known_by = DRUG_SYSTEMS if words else CLASS_SYSTEMS
    is_known = any(name in system for system in systems for name in known_by)
    return found if found or is_known else frozenset({UNRESOLVED_MEDICATION})


def _drug_of(resource: Json, others: Iterable[tuple[Json, str | None]]) -> Any:
    """The CodeableConcept of a medication: in place, in a contained Medication, or in one that came along."""
    if isinstance(resource.get("medicationCodeableConcept"), Mapping):
        return resource["medicationCodeableConcept"]
    reference = text(member(resource, "medicationReference", "reference"))
    if reference.startswith("#"):
        contained = objects(resource.get("contained"))
        return next((one.get("code") for one in contained if one.get("id") == reference[1:]), None)
    name = reference.partition("/_history/")[0]
    for other, full_url in others:
        if other.get("resourceType") == "Medication" and name and _is_named(other, full_url, name):
            return other.get("code")
    return None


def _is_named(medication: Json, full_url: str | None, reference: str) -> bool:
    return reference == full_url or reference.split("/")[-2:] == ["Medication", medication.get("id")]
