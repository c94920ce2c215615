"""Which drug a medication resource means: by code, by the code of what it contains, by name as the last resort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.gathering.picking import drug_codes, drug_names
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.raw_json import member, objects, text, texts_of

Raw = Mapping[str, Any]

STEROID = "systemic-steroid"
LOCAL, ONCE = (frozenset({name}) for name in ("local-route", "single-dose"))


@dataclass(frozen=True, slots=True)
class Drug:
    """What a medication resource says of its drug.

    Attributes:
        concepts: ingredients and groups that it belongs to; empty for a drug of another kind.
        ingredients: those among them that our texts name, sorted.
        code: `system|code` that matched, empty when the name said it.
        is_by_name: only its name says which drug it is.
    """

    concepts: frozenset[str]
    ingredients: tuple[str, ...]
    code: str
    is_by_name: bool


def read_drug(resource: Raw, medication: Raw | None, terminology: Terminology) -> Drug:
    """The drug of a request, administration or statement.

    A steroid that acts where it is applied, or that is given once, is no systemic steroid.

    Args:
        resource: raw JSON.
        medication: the Medication that it refers to, None where there is none.
        terminology: of the service.
    """
    names = drug_names(resource, medication)
    matches = _drug_matches(terminology.matches(drug_codes(resource, medication)), terminology)
    by_code = frozenset(one.concept for one in matches)
    by_name = frozenset(one for name in names for one in terminology.drug_words(name)) & terminology.drugs.concepts
    concepts = by_code | by_name
    if STEROID in concepts and (_is_local(names, resource, medication, terminology) or _is_once(resource, terminology)):
        concepts = frozenset(one for one in concepts if STEROID not in terminology.drugs.groups_of(one))
    return Drug(
        concepts=concepts,
        ingredients=tuple(sorted(concepts & terminology.drugs.ingredients)),
        code=matches[0].code if matches else "",
        is_by_name=bool(by_name and not by_code),
    )


def read_billed(resource: Raw, terminology: Terminology) -> Drug | None:
    """The drug of a procedure or order that a payer's code of a drug names; None where none does."""
    matches = _drug_matches(terminology.matches(resource.get("code")), terminology)
    concepts = frozenset(one.concept for one in matches)
    ingredients = tuple(sorted(concepts & terminology.drugs.ingredients))
    return Drug(concepts, ingredients, matches[0].code, is_by_name=False) if matches else None


def _drug_matches(matches: Iterable[Match], terminology: Terminology) -> list[Match]:
    return [one for one in matches if one.concept in terminology.drugs.concepts]


def _is_local(names: Iterable[str], resource: Raw, medication: Raw | None, terminology: Terminology) -> bool:
    """Whether product, form or route say that it acts where it is applied."""
    routes = [dosage.get("route") for dosage in _dosages(resource)]
    codes = [*routes, *drug_codes(resource, medication), member(medication, "form")]
    words = [*names, *(word for one in (*routes, member(medication, "form")) for word in texts_of(one))]
    words += [text(dosage.get("text")) for dosage in _dosages(resource)]
    return bool(LOCAL & terminology.concepts([one for one in codes if isinstance(one, Mapping)])) or any(
        terminology.text_concepts(word, LOCAL) for word in words
    )


def _is_once(resource: Raw, terminology: Terminology) -> bool:
    """Whether every dosage is one dose, as around an operation."""
    dosages = _dosages(resource)
    return bool(dosages) and all(
        member(dosage, "timing", "repeat", "count") == 1
        or any(
            terminology.text_concepts(word, ONCE)
            for word in (text(dosage.get("text")), *texts_of(member(dosage, "timing", "code")))
        )
        for dosage in dosages
    )


def _dosages(resource: Raw) -> list[Raw]:
    """Of a request or statement each, of an administration the one."""
    return [*objects(resource.get("dosageInstruction")), *objects(resource.get("dosage"))]
