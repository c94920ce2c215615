"""Records refusals of requests that concern us, if an entry can be written.

They concern us if they have an augmentation order, or if they are of a discharge or an
opened chart.
"""

import logging
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
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.drafts import DraftOrders, read_drafts
from cds_service.fhir.orders.recognition import classified, orders_discharge
from cds_service.fhir.references import bases_of_call
from cds_service.outgoing.deadline import Deadline, in_force
from cds_service.protocol.json_text import JsonTextError, decode_call, json_digest
from cds_service.protocol.messages import hook_instance_in, is_fhir_id
from cds_service.web.exchange import Exchange

# for reading the orders again: a request that was refused as too slow must not take the
# time twice
READ_SECONDS = 0.3
# of what is left of the time for the answer, for writing the entry
KEPT_FOR_ENTRY = 0.2
# What a discharge or an opened chart is refused for once its record was looked at: of
# another patient, or of an augmentation whose record cannot be read.
OF_THE_RECORD = (PatientMismatch, EvidenceUnavailable)
LOG = logging.getLogger("kyphoplasty_cds.audit")


def record_refusal(
    audit: AuditLog,
    terminology: Terminology,
    exchange: Exchange,
    status: int,
    at: datetime,
) -> None:
    """Append an entry if this body carries an augmentation order.

    A discharge or an opened chart that was refused for its record gets one too. If no
    entry can be written, the refusal leaves anyway.

    The body may be anything, so it is parsed again here, leniently; the entry must meet
    the deadline of the answer.

    Args:
        status: the HTTP status of the answer.
    """
    error = exchange.failure
    if isinstance(error, AuditUnavailable):
        return  # the log counts these itself until it can record them
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
    """Return until when the orders may be read again: the answer must not be late."""
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
    document: Any = None
    with suppress(JsonTextError):
        document = decode_call(exchange.body or b"")
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
        with in_force(until):
            orders = read_drafts(drafts, person, until)
            order = find_augmentation_order(orders, terminology)
            if order is not None:
                references = order.references
            elif not is_of_record or _signs_another_order(
                document, orders, terminology
            ):
                return None
    # it may have contained an augmentation order
    except (PatientMismatch, DeadlinePassed):
        pass
    user = context.get("userId")
    ids = {
        "hook_instance": hook_instance_in(
            document.get("hookInstance"), exchange.hook_instances
        ),
        "patient": patient,
        "user": kept_user(user) if isinstance(user, str) else None,
        "encounter": _bare_id(context.get("encounterId"), "Encounter"),
    }
    return ids, {"orders": list(references), "draftsDigest": json_digest(drafts)}


def _signs_another_order(
    document: Mapping[str, Any], orders: DraftOrders, terminology: Terminology
) -> bool:
    """Tell a signing from an opened chart, and from a discharge however it is told."""
    is_signing = document.get("hook") == "order-sign"
    return is_signing and not orders_discharge(
        classified(orders, terminology), terminology
    )


def _bare_id(value: Any, resource_type: str) -> str | None:
    bare_id = (
        value.removeprefix(f"{resource_type}/") if isinstance(value, str) else None
    )
    return bare_id if is_fhir_id(bare_id) else None


def _reason(error: Exception | None) -> str:
    """Return the reason code, as `patient-mismatch` for PatientMismatch.

    An exception that is not ours is a `failure`; without one HTTP itself refused.
    """
    if error is None:
        return "http"
    if not isinstance(error, CdsError):
        return "failure"
    name = type(error).__name__
    return "".join(
        f"-{sign.lower()}" if sign.isupper() else sign for sign in name
    ).removeprefix("-")
