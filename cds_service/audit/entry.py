"""What of one answer goes into the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cds_service.audit.chain import AuditEntry
from cds_service.cards.answer import Answer
from cds_service.cards.extension import assessment_json
from cds_service.core.facts import Finding, Gap
from cds_service.protocol import Card, HookRequest


def entry_for(
    at: datetime,
    service_id: str,
    request: HookRequest,
    answer: Answer,
    cards: Sequence[Card],
    digests: Mapping[str, str],
) -> AuditEntry:
    """The entry of an answer: order, inputs with their sources, gaps, figures, rules that fired, cards as shown."""
    return AuditEntry(
        kind="answer",
        at=at,
        service_id=service_id,
        hook_instance=request.hook_instance,
        patient=request.context.patient_id,
        user=request.context.user_id,
        encounter=request.context.encounter_id,
        content={
            "orders": list(answer.order.references) if answer.order else [],
            "record": {
                "unread": dict(answer.record.unread),
                "incomplete": dict(answer.record.incomplete),
                "unreadable": answer.record.unreadable,
                "foreign": answer.record.foreign,
            },
            "findings": [_finding(one) for _, one in sorted(answer.findings.known.items())],
            "gaps": [_gap(one) for _, one in sorted(answer.findings.gaps.items())],
            "assessments": [assessment_json(answer, one) for one in answer.assessment.outcomes],
            "signals": [one.name for one in answer.signals],
            "recommendations": [one.rule_id for one in answer.recommendations],
            "digests": dict(digests),
            "cards": [card.to_json() for card in cards],
        },
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "date": finding.observed.isoformat() if finding.observed else None,
        "sources": [{"resource": one.resource, "code": one.code, "origin": one.origin} for one in finding.provenance],
    }


def _gap(gap: Gap) -> dict[str, str]:
    return {"name": gap.name, "reason": gap.reason}
