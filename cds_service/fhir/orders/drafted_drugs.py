"""Drugs that are ordered in the same signing: they count as the record's own do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cds_service.fhir.gathering.parsing import BrokenResource, parse_resource
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD, Sourced, concepts_of, medication_of
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Draft, DraftOrders, is_of_patient, is_to_be_done

Json = Mapping[str, Any]

KEY, KIND = "medications", "MedicationRequest"


def with_drafted_drugs(
    record: PatientRecord, bundle: DraftOrders, patient_id: str, terminology: Terminology
) -> PatientRecord:
    """The record with the drugs of this signing that we know; what is no valid order is left out."""
    others: list[tuple[Json, str | None]] = [(one, address) for address, one in bundle.by_reference.items()]
    drafted = [one for one in bundle.drafts if one.type == KIND and is_to_be_done(one.resource)]
    read = [_read(one, others, terminology) for one in drafted if is_of_patient(one.resource, patient_id)]
    return replace(record, resources=(*record.resources, *filter(None, read)))


def _read(draft: Draft, others: Sequence[tuple[Json, str | None]], terminology: Terminology) -> Sourced | None:
    concepts = concepts_of(draft.resource, others, terminology)
    if not concepts - {NOT_UNDERSTOOD}:
        return None
    try:
        raw = parse_resource(draft.resource, KIND)
    except BrokenResource:
        return None
    medication = medication_of(raw, others)
    return Sourced(raw=raw, key=KEY, origin="context", concepts=concepts, medication=medication)
