"""Make the audit entries of answers, and of calls that got no card.

They hold ids, findings and our own texts, and nothing else of request or record.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cds_service.audit.chain import SILENT, AuditEntry, ShownCard, Written, kept_user
from cds_service.audit.earlier_feedback import closures_json
from cds_service.cards.answer import Answer
from cds_service.cards.extension import EXTENSION, assessments_extension
from cds_service.cards.grounds import grounds_of
from cds_service.cards.shown_figures import shown_figures
from cds_service.core.caller import Caller
from cds_service.core.facts.chart_facts import RankedFact
from cds_service.core.facts.leaving import Leaving
from cds_service.core.findings import (
    BoneDrugs,
    Dated,
    DrugUse,
    Finding,
    Findings,
    Gap,
    Provenance,
    RecordState,
)
from cds_service.core.handout.handout import find_handout
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.pooled_study import PooledStudy
from cds_service.core.orders import AugmentationOrder
from cds_service.core.site_values.policy import Policy
from cds_service.core.words.languages import ENGLISH
from cds_service.fhir.near_misses import NearMiss
from cds_service.protocol.json_text import canonical_json, json_digest
from cds_service.protocol.messages import Card, HookRequest, HookResponse

NOT_LISTED = "not listed"  # for a FHIR server that the caller may not name
# What the log keeps of a corrected order. The rest, also reworded text, belongs to its
# author; a digest proves it.
TIMES = ("occurrencePeriod", "occurrenceTiming", "occurrenceDateTime")
# The members of a time that hold days, numbers and units; the others may hold words.
PARTS_OF_TIME = frozenset(
    {
        "start",
        "end",
        "event",
        "repeat",
        "boundsPeriod",
        "boundsDuration",
        "boundsRange",
        "low",
        "high",
        "value",
        "code",
        "count",
        "countMax",
        "duration",
        "durationMax",
        "durationUnit",
        "frequency",
        "frequencyMax",
        "period",
        "periodMax",
        "periodUnit",
    }
)
TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T[\d:.]{5,18}(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII)
UNITS_OF_TIME = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer as it leaves, or would leave.

    Attributes:
        entry_id: id that the cards' links name.
        server: the request's FHIR server; `NOT_LISTED` if the caller may not name it.
        near_misses: unknown codes of what looks like an order or a T-score.
        silent_after: seconds taken by an answer that is not shown; None if it is.
        asked_language: language that was asked for; the cards may be in English.
    """

    entry_id: str
    at: datetime
    service_id: str
    request: HookRequest
    caller: Caller
    server: str | None
    near_misses: tuple[NearMiss, ...]
    answer: Answer
    response: HookResponse
    silent_after: float | None
    asked_language: str = ENGLISH


def entry_for(shown: Shown) -> AuditEntry:
    """Make the entry of an answer: order, inputs, gaps, figures, rules and cards."""
    answer, request = shown.answer, shown.request
    record, cards = answer.record_state, shown.response.cards
    return AuditEntry(
        kind="answer",
        id=shown.entry_id,
        at=shown.at,
        service_id=shown.service_id,
        hook_instance=request.hook_instance,
        patient=request.context.patient_id,
        user=kept_user(request.context.user_id),
        encounter=request.context.encounter_id,
        client=shown.caller.client,
        tenant=shown.caller.tenant,
        status=200,
        result="shown" if shown.silent_after is None else SILENT,
        refracture_band=_band(answer),
        residual_pain_band=None,  # no card gives a figure for residual pain
        partial=bool(record.unread or record.incomplete),
        warning=any(card.indicator == "warning" for card in cards),
        cards=tuple(_shown_card(card, answer) for card in cards),
        content=_content(shown),
    )


def _content(shown: Shown) -> dict[str, Any]:
    """Return the content of the entry: the payload, which is purged later."""
    answer, cards = shown.answer, shown.response.cards
    case = answer.case
    studies = sorted(case.in_force.studies_in_force, key=lambda study: study.id)
    known, gaps = case.findings.known, case.findings.gaps
    # The card on the chart carries the extension. Without that card it is made here.
    carried = next((card.extension for card in cards if card.extension), None)
    extension = carried or assessments_extension(answer)
    grounds = grounds_of(answer, cards)
    texts = map(_card_text, cards, shown.response.card_texts)
    return {
        "orders": list(case.order.references) if case.order else [],
        "order": _order(case.order) if case.order else None,
        "draftsDigest": shown.request.context.drafts_digest,
        "record": _record(shown.server, case.record_state),
        "findings": [_finding(known[name]) for name in sorted(known)],
        "gaps": [_gap(gaps[name]) for name in sorted(gaps)],
        "passedOver": _passed_over(case.findings),
        "boneDrugs": _bone_drugs(case.findings.bone_drugs),
        "policy": _policy(answer.policy),
        "models": {study.id: _model(study) for study in studies},
        "assessments": extension[EXTENSION],
        "shownFigures": [figure._asdict() for figure in shown_figures(answer, cards)],
        "signals": [signal.name for signal in answer.signals],
        "facts": [_fact(fact) for fact in answer.facts.ranked],
        "recommendations": [
            recommendation.rule.id for recommendation in answer.recommendations
        ],
        "suggestions": _suggestions(answer),
        "digests": dict(case.in_force.digests),
        "cards": Written(f"[{','.join(texts)}]"),
        "closures": closures_json(grounds, case.fracture, case.closures),
        **_only_of_some(shown),
    }


def _record(server: str | None, state: RecordState) -> dict[str, Any]:
    """Return where the record was read, and what of it was not."""
    return {
        "server": server,
        "unread": dict(state.unread),
        "incomplete": dict(state.incomplete),
        "unreadable": state.unreadable,
        "foreign": state.foreign,
    }


def _only_of_some(shown: Shown) -> dict[str, Any]:
    """Return what only some answers have, such as those of a discharge."""
    case = shown.answer.case
    content: dict[str, Any] = {}
    if shown.asked_language != ENGLISH:
        content["language"] = _language(shown)
    if case.leaving is not None:
        content["leaving"] = _leaving(case.leaving)
        content["handout"] = find_handout(
            shown.answer.conclusion, case.leaving
        ).to_json()
    if shown.silent_after is not None:
        content["silent"] = {"milliseconds": round(shown.silent_after * 1000)}
    if shown.near_misses:
        content["nearMisses"] = [miss._asdict() for miss in shown.near_misses]
    return content


def _language(shown: Shown) -> dict[str, Any]:
    """Return the language of the cards, and the one that was asked for."""
    language = shown.answer.language
    used = language.language if language else ENGLISH
    review = {"reviewed": language.reviewed} if language else {}
    return {"asked": shown.asked_language, "used": used, **review}


def _model(study: LogisticStudy | PooledStudy) -> dict[str, Any]:
    return {"version": study.version, "digest": study.digest}


def _fact(fact: RankedFact) -> dict[str, str]:
    closed = {"closedBy": fact.closed_by} if fact.closed_by else {}
    return {"id": fact.id, **closed}


def _suggestions(answer: Answer) -> dict[str, str]:
    """Return the suggestions' ids by rule; the second has `/2` after the rule."""
    return {
        f"{rule_id}/{place}" if place > 1 else rule_id: offer.uuid
        for rule_id, offers in sorted(answer.suggestions.items())
        for place, offer in enumerate(offers, 1)
    }


def near_miss_entry(
    at: datetime,
    service_id: str,
    near_misses: Sequence[NearMiss],
    caller: Caller,
) -> AuditEntry:
    """Make the entry of orders that were nearly recognised.

    It holds codes of the hospital, and nothing about the patient.
    """
    content = {"nearMisses": [miss._asdict() for miss in near_misses]}
    return _entry_without_patient(at, service_id, caller, content)


def unread_entry(
    at: datetime,
    service_id: str,
    caller: Caller,
    deciding: Literal["procedures", "orders"],
) -> AuditEntry:
    """Make the entry of a call that got no card because a list was not read.

    Most of these patients had no augmentation, so the entry names no patient.

    Args:
        deciding: the list that decides if a card is due: the procedures at a discharge,
            the orders when a chart is opened.
    """
    content = {"nearMisses": [], f"{deciding}Unread": True}
    return _entry_without_patient(at, service_id, caller, content)


def _entry_without_patient(
    at: datetime, service_id: str, caller: Caller, content: Mapping[str, Any]
) -> AuditEntry:
    return AuditEntry(
        kind="near-miss",
        at=at,
        service_id=service_id,
        client=caller.client,
        tenant=caller.tenant,
        content=content,
    )


def missing_orders_entry(
    at: datetime, service_id: str, caller: Caller, *, calls: int, missing: int
) -> AuditEntry:
    """Make the entry of calls that carried no draft orders.

    Args:
        calls: number of calls that this process got since its last entry of this kind.
        missing: number of these calls that carried no draft orders.
    """
    return AuditEntry(
        kind="near-miss",
        at=at,
        service_id=service_id,
        client=caller.client,
        content={
            "nearMisses": [],
            "ordersMissing": {"calls": calls, "missing": missing},
        },
    )


def _band(answer: Answer) -> str | None:
    """Return the band of the patient's own figure; None if there is none."""
    pooled = answer.assessment.pooled
    is_own = answer.assessment.status_of("refracture") == "assessed"
    return pooled.figure.band if pooled is not None and is_own else None


def _shown_card(card: Card, answer: Answer) -> ShownCard:
    topic = card.source.topic.code if card.source.topic else ""
    rules = answer.buttons(topic)
    return ShownCard(card=card.uuid, topic=topic, indicator=card.indicator, rules=rules)


def _order(order: AugmentationOrder) -> dict[str, Any]:
    """Return the augmentation, ordered or done; unusual marks come first."""
    marks: dict[str, Any] = {}
    if order.performed:
        marks["isDone"] = True
    if order.performed_on:
        marks["performed"] = order.performed_on.isoformat()
    if not order.is_sure:
        marks["isSure"] = False
    return marks | {
        "procedure": order.procedure,
        "levels": list(order.levels.names),
        "levelCount": order.levels.count,
        "code": order.code,
        "recognisedBy": order.recognised_by,
        "authored": order.authored.isoformat() if order.authored else None,
    }


def _leaving(leaving: Leaving) -> dict[str, Any]:
    """Return what the record said of the time after the procedure."""
    return {
        "bookings": [
            {
                "kind": booking.kind,
                "day": booking.day.isoformat(),
                "source": booking.reference,
            }
            for booking in leaving.bookings
        ],
        "biopsies": [
            {"isBack": biopsy.is_back, "source": biopsy.reference}
            for biopsy in leaving.biopsies
        ],
        "unread": list(leaving.unread),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    doubt = {} if finding.may_reassure else {"mayReassure": False}
    return {
        "name": finding.name,
        "value": finding.value,
        "unit": finding.unit,
        "date": finding.observed.isoformat() if finding.observed else None,
        "since": finding.since.isoformat() if finding.since else None,
        "sources": [_source(source) for source in finding.provenance],
        **doubt,
    }


def _source(source: Provenance) -> dict[str, str]:
    return {"resource": source.resource, "code": source.code, "origin": source.origin}


def _gap(gap: Gap) -> dict[str, Any]:
    """Return a gap, with the value that was seen, or a mark that one was seen.

    Either makes it an open point.
    """
    entry: dict[str, Any] = {"name": gap.name, "reason": gap.reason}
    if gap.value is not None:
        entry["value"] = gap.value
    if gap.provenance:
        entry["seen"] = True
    return entry


def _passed_over(findings: Findings) -> list[dict[str, str]]:
    """Return each pair of finding and reason once, in order."""
    pairs = dict.fromkeys((value.name, value.reason) for value in findings.passed_over)
    return [{"name": name, "reason": reason} for name, reason in pairs]


def _bone_drugs(drugs: BoneDrugs) -> dict[str, Any]:
    """Return the drugs behind what a card says of bone drugs, by our names for them."""
    unread = "; ".join(one.why for one in drugs.unread)
    rest = {"entries": drugs.entries, "unread": unread, "unclear": drugs.unclear}
    return {
        "uses": [_use(use) for use in drugs.uses],
        **{name: part for name, part in rest.items() if part},
    }


def _use(use: DrugUse) -> dict[str, Any]:
    """Return one drug; what is not known is left out."""
    end = {"howEnded": use.end.how} if use.end else {}
    days = {
        "started": use.started,
        "lastDose": use.doses.last,
        "ordered": use.orders.newest,
        "ended": use.ended_on,
    }
    marks = {
        "taken": use.is_taken,
        "running": use.is_running,
        "standingOrder": use.orders.is_standing,
    }
    return {
        "name": use.name,
        **{name: _days(day) for name, day in days.items() if day},
        **end,
        **{name: True for name, holds in marks.items() if holds},
        "sources": [source.resource for source in use.provenance],
    }


def _days(day: Dated) -> str:
    """Write a day as ISO 8601; of a month or year, the first and last day it may be."""
    first, last = day.first.isoformat(), day.last.isoformat()
    return first if first == last else f"{first}/{last}"


def _policy(policy: Policy) -> dict[str, Any]:
    """Return the parts of the policy that affect the figures."""
    parts = {"baseline", "reference", "pooled_incidence", "bands", "showing"}
    if policy.recalibration:
        parts.add("recalibration")
    return policy.model_dump(mode="json", by_alias=True, include=parts)


def _time_of(value: Any) -> Any:
    """Return the days, numbers and units of a time; None for any other text."""
    if isinstance(value, Mapping):
        parts = {
            name: _time_of(part)
            for name, part in value.items()
            if name in PARTS_OF_TIME
        }
        return {name: part for name, part in parts.items() if part not in (None, {})}
    if isinstance(value, list):
        return [part for part in map(_time_of, value) if part is not None]
    if isinstance(value, str):
        is_time = value in UNITS_OF_TIME or TIME.fullmatch(value)
        return value if is_time else None
    return value


def _card_text(card: Card, text: str) -> str:
    """Return the card as shown; of a corrected order only its id, times and digest.

    The text is that of the response, in which such an action is replaced.
    """
    actions = [
        action for suggestion in card.suggestions for action in suggestion.actions
    ]
    for action in actions:
        if action.type != "update":
            continue
        resource = action.resource or {}
        ids = ("resourceType", "id")
        parts = {name: resource[name] for name in ids if name in resource}
        parts |= {name: _time_of(resource[name]) for name in TIMES if name in resource}
        sent = action.to_json()
        kept = {**sent, "resource": parts, "resourceDigest": json_digest(resource)}
        text = text.replace(canonical_json(sent), canonical_json(kept))
    return text
