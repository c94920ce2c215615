"""Which drug a medication resource means: by code, by the code of what it contains, by name as the last resort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import member, objects, text, texts_of

Raw = Mapping[str, Any]

DRUGS = frozenset({"bone-drug", "zoledronate", "denosumab", "systemic-steroid"})
LOCAL = frozenset({"local-route"})
ATC = "http://www.whocc.no/atc"  # says the class by itself: a code of it that we do not list is another drug


@dataclass(frozen=True, slots=True)
class Drug:
    """What a medication resource says of its drug.

    Attributes:
        concepts: drug concepts that it belongs to.
        code: `system|code` that matched, empty when another resource or the name said it.
        is_by_name: only its name says which drug it is.
        is_resolved: it is known which drug this is, one of ours or another.
    """

    concepts: frozenset[str]
    code: str
    is_by_name: bool
    is_resolved: bool


def read_drug(resource: Raw, gathered: frozenset[str], terminology: Terminology) -> Drug:
    """The drug of a request, administration or statement, with those of its route words that matter.

    Args:
        resource: raw JSON.
        gathered: concepts by which the resource was picked; a Medication that it refers to may have said them.
        terminology: of the service.
    """
    codeables = list(_codeables(resource))
    words = [word for codeable in codeables for word in texts_of(codeable)]
    words += [word for word in (text(member(resource, "medicationReference", "display")),) if word]
    matches = [one for one in terminology.matches(codeables) if one.concept in DRUGS]
    by_code = frozenset(one.concept for one in matches)
    by_name = frozenset(concept for word in words for concept in terminology.text_concepts(word, DRUGS))
    concepts = by_code | by_name | (gathered & DRUGS)
    if _is_local(words, resource, terminology):
        concepts -= {"systemic-steroid"}
    is_classed = any(text(one.get("system")).rstrip("/").endswith("/atc") for one in _codings(codeables))
    return Drug(
        concepts=concepts,
        code=matches[0].code if matches else "",
        is_by_name=bool(by_name and not by_code),
        is_resolved=bool(words or concepts or is_classed),
    )


def _codeables(resource: Raw) -> Iterable[Raw]:
    """CodeableConcepts of the medication and its ingredients, in place or contained."""
    inline = resource.get("medicationCodeableConcept")
    if isinstance(inline, Mapping):
        yield inline
    reference = text(member(resource, "medicationReference", "reference"))
    for medication in objects(resource.get("contained")):
        if reference == f"#{medication.get('id')}":
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
    return any(terminology.text_concepts(word, LOCAL) for word in (*words, *routes))
