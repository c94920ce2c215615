"""Makes the audit entry of an answer: ids, findings and our own texts; nothing else from request or record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cds_service.audit.chain import SILENT, AuditEntry, ShownCard, Written
from cds_service.cards.answer import Answer
from cds_service.cards.extension import EXTENSION, assessments_extension
from cds_service.cards.shown_figures import shown_figures
from cds_service.core.caller import Caller
from cds_service.core.facts import AugmentationOrder, BoneDrugs, Dated, DrugUse, Finding, Findings, Gap
from cds_service.core.policy import Policy
from cds_service.core.pooled_study import PooledStudy
from cds_service.core.study import LogisticStudy
from cds_service.fhir.near_misses import NearMiss
from cds_service.protocol.json_text import canonical_json, json_digest
from cds_service.protocol.messages import Card, HookRequest, HookResponse

NOT_LISTED = "not listed"  # in place of the address of a FHIR server that the caller may not name
# What the log keeps of a corrected order. The rest, also reworded text, belongs to its author; a digest proves it.
TIMES = ("occurrencePeriod", "occurrenceTiming", "occurrenceDateTime")


def entry_for(
    at: datetime,
    service_id: str,
    request: HookRequest,
    answer: Answer,
    response: HookResponse,
    digests: Mapping[str, str],
    studies: Sequence[LogisticStudy | PooledStudy],
    closures: Mapping[str, Any],
    caller: Caller,
    server: str | None,
    near: Sequence[NearMiss],
    *,
    entry_id: str,
    silent_after: float | None,
) -> AuditEntry:
    """Make the entry of an answer: order, inputs with sources, gaps, figures, rules that fired, cards as shown.

    Args:
        studies: of the models in force.
        closures: what the cards are about and what was closed (`earlier_feedback.closures_json`).
        server: the request's FHIR server; `NOT_LISTED` for one that the caller may not name.
        near: codes that we do not know, on what looks like an order or a T-score.
        entry_id: that the cards' links name.
        silent_after: seconds taken by an answer that is not shown; None for one that is.
    """
    record, cards = answer.record_state, response.cards
    carried = next((card.extension for card in cards if card.extension), None)
    return AuditEntry(
        kind="answer",
        id=entry_id,
        at=at,
        service_id=service_id,
        hook_instance=request.hook_instance,
        patient=request.context.patient_id,
        user=request.context.user_id,
        encounter=request.context.encounter_id,
        client=caller.client,
        tenant=caller.tenant,
        status=200,
        result="shown" if silent_after is None else SILENT,
        refracture_band=_band(answer),
        residual_pain_band=None,  # no figure is said of it
        partial=bool(record.unread or record.incomplete),
        warning=any(card.indicator == "warning" for card in cards),
        cards=tuple(_shown(card, answer) for card in cards),
        content={
            "orders": list(answer.order.references) if answer.order else [],
            "order": _order(answer.order) if answer.order else None,
            "draftsDigest": request.context.drafts_digest,
            "record": {
                "server": server,
                "unread": dict(record.unread),
                "incomplete": dict(record.incomplete),
                "unreadable": record.unreadable,
                "foreign": record.foreign,
            },
            "findings": [_finding(one) for _, one in sorted(answer.findings.known.items())],
            "gaps": [_gap(one) for _, one in sorted(answer.findings.gaps.items())],
            "passedOver": _passed_over(answer.findings),
            "boneDrugs": _bone_drugs(answer.findings.bone_drugs),
            "policy": _policy(answer.policy),
            "models": {
                study.id: {"version": study.version, "digest": study.digest}
                for study in sorted(studies, key=lambda one: one.id)
            },
            "assessments": (carried or assessments_extension(answer))[EXTENSION],
            "shownFigures": [one._asdict() for one in shown_figures(answer, cards)],
            "signals": [one.name for one in answer.signals],
            "facts": [
                {"id": one.id, **({"closedBy": one.closed_by} if one.closed_by else {})} for one in answer.facts.held
            ],
            "recommendations": [one.rule.id for one in answer.recommendations],
            "suggestions": _suggestions(answer),
            "digests": dict(digests),
            "cards": Written(f"[{','.join(map(_card_text, cards, response.card_texts))}]"),
            "closures": closures,
            **({} if silent_after is None else {"silent": {"milliseconds": round(silent_after * 1000)}}),
            **({"nearMisses": [one._asdict() for one in near]} if near else {}),
        },
    )


def _suggestions(answer: Answer) -> dict[str, str]:
    """The suggestions' ids by rule; the second of a rule as `brace-correction/2`."""
    return {
        f"{rule_id}/{place}" if place > 1 else rule_id: one.uuid
        for rule_id, offers in sorted(answer.suggestions.items())
        for place, one in enumerate(offers, 1)
    }


def near_miss_entry(at: datetime, service_id: str, near: Sequence[NearMiss], caller: Caller) -> AuditEntry:
    """Make the entry of orders that were nearly recognised: codes of the hospital, and nothing about the patient."""
    return AuditEntry(
        kind="near-miss",
        at=at,
        service_id=service_id,
        client=caller.client,
        tenant=caller.tenant,
        content={"nearMisses": [one._asdict() for one in near]},
    )


def missing_orders_entry(at: datetime, service_id: str, caller: Caller, *, calls: int, missing: int) -> AuditEntry:
    """Make the entry of calls that carried no draft orders: counts since the last such entry, of one process."""
    return AuditEntry(
        kind="near-miss",
        at=at,
        service_id=service_id,
        client=caller.client,
        content={"nearMisses": [], "ordersMissing": {"calls": calls, "missing": missing}},
    )


def _band(answer: Answer) -> str | None:
    """The band of the patient's own figure; None where the usual is said, or nothing."""
    pooled = answer.assessment.pooled
    is_own = answer.assessment.status_of("refracture") == "assessed"
    return pooled.figure.band if pooled is not None and is_own else None


def _shown(card: Card, answer: Answer) -> ShownCard:
    topic = card.source.topic.code if card.source.topic else ""
    rules = tuple(one.rule.id for one in answer.of_topic(topic))
    return ShownCard(card=card.uuid, topic=topic, indicator=card.indicator, rules=rules)


def _order(order: AugmentationOrder) -> dict[str, Any]:
    return {
        "procedure": order.procedure,
        "levels": list(order.levels),
        "levelCount": order.level_count,
        "code": order.code,
        "recognisedBy": order.recognised_by,
        "authored": order.authored.isoformat() if order.authored else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "date": finding.observed.isoformat() if finding.observed else None,
        "since": finding.since.isoformat() if finding.since else None,
        "sources": [{"resource": one.resource, "code": one.code, "origin": one.origin} for one in finding.provenance],
        **({} if finding.may_reassure else {"mayReassure": False}),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    """With the value that was seen, or that one was: it leaves the record open."""
    found: dict[str, Any] = {"name": gap.name, "reason": gap.reason}
    if gap.value is not None:
        found["value"] = gap.value
    if gap.seen:
        found["seen"] = True
    return found


def _passed_over(findings: Findings) -> list[dict[str, str]]:
    pairs = dict.fromkeys((one.name, one.reason) for one in findings.passed_over)
    return [{"name": name, "reason": reason} for name, reason in pairs]


def _bone_drugs(drugs: BoneDrugs) -> dict[str, Any]:
    """The history behind what a card says of bone drugs; names are ours."""
    lists = {"entries": drugs.entries, "unread": drugs.unread, "unclear": drugs.unclear}
    return {"uses": [_use(one) for one in drugs.uses], **{name: part for name, part in lists.items() if part}}


def _use(use: DrugUse) -> dict[str, Any]:
    """One drug, without what is not known."""
    days = {"started": use.started, "lastDose": use.last_dose, "ordered": use.ordered, "ended": use.ended}
    marks = {"taken": use.is_taken, "running": use.is_running, "standingOrder": use.is_ordered}
    return {
        "name": use.name,
        **{name: _days(day) for name, day in days.items() if day},
        **({"howEnded": use.how_ended} if use.how_ended else {}),
        **{name: True for name, holds in marks.items() if holds},
        "sources": [one.resource for one in use.provenance],
    }


def _days(day: Dated) -> str:
    """ISO 8601: a day, or the first and last that a bare month or year may mean."""
    first, last = day.first.isoformat(), day.last.isoformat()
    return first if first == last else f"{first}/{last}"


def _policy(policy: Policy) -> dict[str, Any]:
    """The parts of the policy that affect the figures."""
    entered = {"baseline", "reference", "pooled_incidence", "bands", "showing"}
    if policy.recalibration:
        entered.add("recalibration")
    return policy.model_dump(mode="json", by_alias=True, include=entered)


def _card_text(card: Card, shown: str) -> str:
    """The card as shown, but with only the id and the times of a corrected order, and a digest of all of it."""
    for action in (one for suggestion in card.suggestions for one in suggestion.actions if one.type == "update"):
        resource, found = action.resource or {}, action.to_json()
        kept = {name: resource[name] for name in ("resourceType", "id", *TIMES) if name in resource}
        kept_of = {**found, "resource": kept, "resourceDigest": json_digest(resource)}
        shown = shown.replace(canonical_json(found), canonical_json(kept_of))
    return shown
