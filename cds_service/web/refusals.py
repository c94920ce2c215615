"""Records refusals of requests with an augmentation order.

In the audit log, if an entry can be written.
"""

import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

from cds_service.audit.chain import AuditEntry, AuditLog
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
from cds_service.fhir.orders.drafts import read_drafts
from cds_service.fhir.references import bases_of_call
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_call, json_digest
from cds_service.protocol.messages import HookInstances, hook_instance_in, is_fhir_id
from cds_service.web.exchange import Exchange

# for reading the orders again: a request that was refused as too slow must not take the
# time twice
READ_SECONDS = 0.3
LOG = logging.getLogger("kyphoplasty_cds.audit")


def record_refusal(
    audit: AuditLog,
    terminology: Terminology,
    exchange: Exchange,
    status: int,
    at: datetime,
) -> None:
    """Append an entry if this body carries an augmentation order.

    Best effort; the refusal leaves anyway.

    The body may be anything, so it is parsed again here, leniently; the entry must meet
    the deadline of the answer.

    Args:
        status: the HTTP status of the answer.
    """
    error = exchange.failure
    if isinstance(error, AuditUnavailable):
        return  # the log counts these itself until it can record them
    asked = _asked(exchange.body or b"", terminology, exchange.hook_instances)
    if asked is None:
        return
    ids, orders = asked
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
        LOG.warning(
            "refusal not recorded",
            extra={"fields": {"event": "refusal-not-recorded", "status": status}},
        )


def _asked(
    body: bytes, terminology: Terminology, hook_instances: HookInstances
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Ids of a request whose drafts hold an augmentation; None for others.

    And what its entry says of these.
    """
    document: Any = None
    with suppress(JsonTextError):
        document = decode_call(body)
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
    try:
        order = find_augmentation_order(
            read_drafts(drafts, person, Deadline.after(READ_SECONDS)), terminology
        )
    # it may have contained an augmentation order
    except (PatientMismatch, DeadlinePassed):
        references: tuple[str, ...] = ()
    else:
        if order is None:
            return None
        references = order.references
    user = context.get("userId")
    ids = {
        "hook_instance": hook_instance_in(document.get("hookInstance"), hook_instances),
        "patient": patient,
        "user": user if isinstance(user, str) else None,
        "encounter": _bare_id(context.get("encounterId"), "Encounter"),
    }
    return ids, {"orders": list(references), "draftsDigest": json_digest(drafts)}


def _bare_id(value: Any, resource_type: str) -> str | None:
    found = value.removeprefix(f"{resource_type}/") if isinstance(value, str) else None
    return found if is_fhir_id(found) else None


def _reason(error: Exception | None) -> str:
    """The reason code: `patient-mismatch` for PatientMismatch.

    Any other exception is a failure.
    """
    if error is None:
        return "http"
    if not isinstance(error, CdsError):
        return "failure"
    name = type(error).__name__
    return "".join(
        f"-{sign.lower()}" if sign.isupper() else sign for sign in name
    ).removeprefix("-")
