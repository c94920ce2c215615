"""Reads from the server, in parallel, the Medications that medication resources refer to by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.picking import MEDICATION_TYPES, NOT_UNDERSTOOD, Concepts, concepts_of
from cds_service.fhir.gathering.prefetch import Answer, PrefetchPlan
from cds_service.fhir.gathering.reading import FhirReader
from cds_service.fhir.gathering.scopes import may_read
from cds_service.fhir.raw_json import member, text
from cds_service.fhir.references import Bases, Targets
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest, is_fhir_id

MOST_READ = 10  # for one record; further drugs stay unidentified


def with_medications(
    answers: Mapping[str, Answer],
    plan: PrefetchPlan,
    request: HookRequest,
    fhir: FhirReader | None,
    terminology: Concepts,
    bases: Bases,
    *,
    until: Deadline,
) -> dict[str, Answer]:
    """Add the Medications that the answers refer to; a drug whose Medication cannot be read stays unidentified.

    Args:
        answers: by prefetch key.
        plan: the service's queries.
        request: the call; its token may have to cover Medications.
        fhir: the server; None if no server may be queried.
        terminology: tells which drugs are identified without their Medication.
        bases: the server's base URLs.
        until: the deadline of the last read.
    """
    token = request.fhir_authorization
    if fhir is None or (token is not None and not may_read(token.scope, "Medication")):
        return dict(answers)
    keys = [one.key for one in plan.templates if one.resource_type in MEDICATION_TYPES]
    targets = Targets((pair for key in keys for pair in answers[key].came_along()), bases)
    wanted: set[str] = set()
    for raw in (raw for key in keys for raw in answers[key].resources):
        if until.left <= 0:
            break
        if name := _needs(raw, targets, bases, terminology):
            wanted.add(name)
    read = run_side_by_side(
        {name: partial(_read, fhir, name, until.ends) for name in sorted(wanted)[:MOST_READ]}, until
    )
    found = tuple(one for name in sorted(read) if (one := read[name]) is not None)
    return {key: _with(answer, found) if key in keys else answer for key, answer in answers.items()}


def _needs(raw: Mapping[str, Any], targets: Targets, bases: Bases, terminology: Concepts) -> str:
    """`Medication/12` on this server, if only that resource can identify the drug."""
    name = bases.name_of(text(member(raw, "medicationReference", "reference")))
    kind, _, medication_id = name.partition("/")
    if kind != "Medication" or not is_fhir_id(medication_id):
        return ""
    return name if NOT_UNDERSTOOD in concepts_of(raw, targets, terminology) else ""


def _read(fhir: FhirReader, name: str, until: float) -> Mapping[str, Any] | None:
    try:
        (document,) = fhir.fetch(name, until=until).documents
    except FhirReadError:
        return None
    return document if isinstance(document, dict) and document.get("resourceType") == "Medication" else None


def _with(answer: Answer, medications: Sequence[Mapping[str, Any]]) -> Answer:
    if not answer.resources or not medications:
        return answer
    nowhere = (None,) * len(medications)
    return replace(answer, others=(*answer.others, *map(dict, medications)), full_urls=(*answer.full_urls, *nowhere))
