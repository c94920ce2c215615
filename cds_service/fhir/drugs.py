"""Which drug a medication resource means: by code, by the code of what it contains, by name as the last resort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.raw_json import member, objects, text, texts_of
from cds_service.fhir.terminology import Terminology

Raw = Mapping[str, Any]

DRUGS = frozenset({"bone-drug", "zoledronate", "denosumab", "systemic-steroid"})
ATC = "http://www.whocc.no/atc"  # says the class by itself: a code of it that we do not list is another drug


@dataclass(frozen=True, slots=True)
class Drug:
    """What a medication resource says of its drug.

    Attributes:
        concepts: drug concepts that it belongs to.
        code: `system|code` that matched, empty when the name did.
        is_resolved: it is known which drug this is, one of ours or another.
    """

    concepts: frozenset[str]
    code: str
    is_resolved: bool


def read_drug(resource: Raw, others: Sequence[Raw], terminology: Terminology) -> Drug:
    """The drug of a request, administration or statement, with those of its route words that matter.

    Args:
        resource: raw JSON.
        others: Medication resources of the record.
        terminology: of the service.
    """
    codeables = list(_codeables(resource, others))
    words = [word for codeable in codeables for word in texts_of(codeable)]
    words += [word for word in (text(member(resource, "medicationReference", "display")),) if word]
    matches = [one for one in terminology.matches(codeables) if one.concept in DRUGS]
    by_code = frozenset(one.concept for one in matches)
    by_name = frozenset(concept for word in words for concept in terminology.text_concepts(word)) & DRUGS
    concepts = by_code | by_name
    if _is_local(words, resource, terminology):
        concepts -= {"systemic-steroid"}
    is_classed = any(text(one.get("system")).rstrip("/").endswith("/atc") for one in _codings(codeables))
    return Drug(concepts, matches[0].code if matches else "", bool(words or matches or is_classed))


def _codeables(resource: Raw, others: Sequence[Raw]) -> Iterable[Raw]:
    """CodeableConcepts of the medication and its ingredients: in place, contained, or come along."""
    inline = resource.get("medicationCodeableConcept")
    if isinstance(inline, Mapping):
        yield inline
    reference = text(member(resource, "medicationReference", "reference")).partition("/_history/")[0]
    named = reference.removeprefix("#").rpartition("/")[2].rpartition(":")[2]
    candidates = objects(resource.get("contained")) if reference.startswith("#") else others
    for medication in candidates:
        if named and medication.get("id") == named:
            parts = (medication.get("code"), *(one.get("itemCodeableConcept") for one in _ingredients(medication)))
            yield from (part for part in parts if isinstance(part, Mapping))


def _ingredients(medication: Raw) -> list[Raw]:
    return objects(medication.get("ingredient"))


def _codings(codeables: Iterable[Raw]) -> Iterable[Raw]:
    return (coding for codeable in codeables for coding in objects(codeable.get("coding")))


def _is_local(words: Iterable[str], resource: Raw, terminology: Terminology) -> bool:
    """Whether product or route say that it acts where it is applied."""
    dosages = [*objects(resource.get("dosageInstruction")), *objects(resource.get("dosage"))]
    routes = (word for dosage in dosages for word in texts_of(dosage.get("route")))
    return any("local-route" in terminology.text_concepts(word) for word in (*words, *routes))
