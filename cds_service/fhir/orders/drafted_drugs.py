"""Adds the drugs ordered in the same signing, which count like those on record."""

from __future__ import annotations

from dataclasses import replace

from cds_service.fhir.gathering.parsing import BrokenResource, parse_resource
from cds_service.fhir.gathering.picking import NOT_UNDERSTOOD, Sourced, concepts_of, medication_of
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Draft, DraftOrders
from cds_service.fhir.references import Targets
from cds_service.protocol.json_text import plain_numbers

KEY, KIND = "medications", "MedicationRequest"


def with_drafted_drugs(record: PatientRecord, bundle: DraftOrders, terminology: Terminology) -> PatientRecord:
    """Add the recognised drugs of this signing to the record; invalid orders are left out."""
    read = [_read(one, bundle.targets, terminology) for one in bundle.each() if one.type == KIND]
    return replace(record, resources=(*record.resources, *filter(None, read)))


def _read(draft: Draft, targets: Targets, terminology: Terminology) -> Sourced | None:
    concepts = concepts_of(draft.resource, targets, terminology)
    if not concepts - {NOT_UNDERSTOOD}:
        return None
    try:
        raw = parse_resource(plain_numbers(draft.resource), KIND)
    except BrokenResource:
        return None
    medication = medication_of(raw, targets)
    return Sourced(raw=raw, key=KEY, origin="context", concepts=concepts, referred=medication)
