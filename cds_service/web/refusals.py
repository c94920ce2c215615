"""Record refusals of requests that concern us, if an entry can be written.

A request concerns us if it has an augmentation order, or if it is of a discharge or an
opened chart.
"""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cds_service.audit.chain import AuditEntry, AuditLog, kept_user
from cds_service.errors import (
    AuditUnavailable,
    CdsError,
    DeadlinePassed,
    EvidenceUnavailable,
    PatientMismatch,
)
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import is_discharge_ordered, read_drafts
from cds_service.fhir.references import bases_of_call
from cds_service.outgoing.deadline import Deadline, limited_by
from cds_service.protocol.json_text import JsonTextError, decode_call, json_digest
from cds_service.protocol.messages import hook_instance_in, is_fhir_id
from cds_service.web.exchange import Exchange

# For reading the orders again: a request that was refused as too slow must not take
# that time twice.
READ_SECONDS = 0.3
KEPT_FOR_ENTRY = 0.2  # seconds of the answer's time that writing the entry may take
# Refusals of a discharge or an opened chart after its record was read: it is another
# patient's, or what it holds of an augmentation cannot be read.
OF_THE_RECORD = (PatientMismatch, EvidenceUnavailable)
LOG = logging.getLogger("kyphoplasty_cds.audit")


def record_refusal(
    audit: AuditLog,
    terminology: Terminology,
    exchange: Exchange,
    status: int,
    at: datetime,
) -> None:
    """Append an entry if the body of this request carries an augmentation order.

    A discharge or an opened chart that was refused for its record gets one too. If no
    entry can be written before the deadline of the answer, the refusal leaves anyway.
    A body that was no request is parsed again here, leniently.

    Args:
        status: the HTTP status of the answer.
    """
    error = exchange.failure
    if isinstance(error, AuditUnavailable):
        return  # the log counts these itself, and records the count later
    ids_and_orders = _ids_and_orders(
        exchange, terminology, is_of_record=isinstance(error, OF_THE_RECORD)
    )
    if ids_and_orders is None:
        return
    ids, orders = ids_and_orders
    entry = AuditEntry(
        kind="refusal",
        at=at,
        service_id=exchange.service_id,
        status=status,
        result="refused",
        reason=_reason(error),
        client=exchange.caller.client,
        tenant=exchange.caller.tenant,
        content={
            **orders,
            "issue": error.issue if isinstance(error, EvidenceUnavailable) else None,
        },
        **ids,
    )
    try:
        audit.append(entry, exchange.deadline)
    except AuditUnavailable:
        log_unrecorded(status)


def log_unrecorded(status: int) -> None:
    """Log that a refusal of this status has no entry."""
    LOG.warning(
        "refusal not recorded",
        extra={"fields": {"event": "refusal-not-recorded", "status": status}},
    )


def _time_to_read(exchange: Exchange) -> Deadline:
    """Return the deadline for reading the orders again."""
    seconds = READ_SECONDS
    if exchange.deadline is not None:
        seconds = min(seconds, exchange.deadline.left - KEPT_FOR_ENTRY)
    return Deadline.after(max(0.0, seconds))


def _ids_and_orders(
    exchange: Exchange, terminology: Terminology, *, is_of_record: bool
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return ids and drafts of a request that concerns us; None for others.

    Args:
        is_of_record: it was refused for its record, so that a discharge or an opened
            chart concerns us too.
    """
    document = _document_of(exchange)
    context = document.get("context") if isinstance(document, dict) else None
    if not isinstance(context, dict):
        return None
    drafts = context.get("draftOrders")
    patient = _bare_id(context.get("patientId"), "Patient")
    server = document.get("fhirServer")
    bases = bases_of_call(
        [server if isinstance(server, str) else None], drafts, document.get("prefetch")
    )
    person = Person(patient or "", bases)
    references: tuple[str, ...] = ()
    until = _time_to_read(exchange)
    try:
        with limited_by(until):
            orders = read_drafts(drafts, person, terminology, until)
            order = find_augmentation_order(orders, terminology)
            if order is not None:
                references = order.references
            elif not is_of_record or _signs_another_order(
                document, orders, terminology
            ):
                return None
    # What was not read may hold an augmentation order, so the refusal is recorded.
    except (PatientMismatch, DeadlinePassed):
        pass
    hook_instance = hook_instance_in(
        document.get("hookInstance"), exchange.hook_instances
    )
    ids = {"hook_instance": hook_instance, **_ids_in(context)}
    return ids, {"orders": list(references), "draftsDigest": json_digest(drafts)}


def _document_of(exchange: Exchange) -> Any:
    """Return what was sent; of a signing that was read, only what an entry needs.

    The largest body takes half a second to read again: the refusal would be late.
    """
    request = exchange.hook_request
    if request is None or not request.context.CARRIES_ORDERS:
        document: Any = None
        with suppress(JsonTextError):
            document = decode_call(exchange.body or b"")
        return document
    context = request.context
    return {
        "hook": request.hook,
        "hookInstance": request.hook_instance,
        "fhirServer": request.fhir_server,
        "prefetch": request.prefetch,
        "context": {
            "patientId": context.patient_id,
            "userId": context.user_id,
            "encounterId": context.encounter_id,
            "draftOrders": context.draft_orders,
        },
    }


def _ids_in(context: Mapping[str, Any]) -> dict[str, str | None]:
    """Return whom the context names, each None if it is not plain."""
    user = context.get("userId")
    return {
        "patient": _bare_id(context.get("patientId"), "Patient"),
        "user": kept_user(user) if isinstance(user, str) else None,
        "encounter": _bare_id(context.get("encounterId"), "Encounter"),
    }


def _signs_another_order(
    document: Mapping[str, Any], orders: DraftOrders, terminology: Terminology
) -> bool:
    """Tell if this is a signing, and not one of a discharge."""
    if document.get("hook") != "order-sign":
        return False
    return not is_discharge_ordered(orders, terminology)


def _bare_id(value: Any, resource_type: str) -> str | None:
    """Return the id, also out of a reference to this type; None if it is no FHIR id."""
    if not isinstance(value, str):
        return None
    bare_id = value.removeprefix(f"{resource_type}/")
    return bare_id if is_fhir_id(bare_id) else None


def _reason(error: Exception | None) -> str:
    """Return the reason code, such as `patient-mismatch` for PatientMismatch.

    An exception that is not ours is a `failure`; without any, HTTP itself refused.
    """
    if error is None:
        return "http"
    if not isinstance(error, CdsError):
        return "failure"
    words = re.findall(r"[A-Z][^A-Z]*", type(error).__name__)
    return "-".join(words).lower()
