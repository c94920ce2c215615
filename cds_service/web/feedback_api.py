"""The feedback endpoint of each service: what users did with cards is written to the audit log."""

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Blueprint, Response

from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.feedback_entry import ShownAnswer, feedback_entry
from cds_service.cards.texts import REASON_SYSTEM
from cds_service.core.caller import Caller
from cds_service.errors import AuditUnavailable, UnknownService
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.feedback import FeedbackItem, parse_feedback
from cds_service.service import ServiceHook
from cds_service.web.cds_api import CDS_PATH, Surroundings, admit, deadline_of, json_response, respond
from cds_service.web.exchange import Exchange
from cds_service.web.logs import CALLS


def feedback_routes(around: Surroundings) -> Blueprint:
    routes = Blueprint("feedback", __name__, url_prefix=CDS_PATH)

    @routes.post("/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        return respond(around, partial(_take, around, service_id))

    return routes


def _take(around: Surroundings, service_id: str, exchange: Exchange) -> Response:
    service = f"{CDS_PATH}/{service_id}"
    admit(around, f"{service}/feedback", exchange, service)  # some EHRs sign all calls for the service
    hook = around.service.of(exchange.caller.client).hooks.get(service_id)
    if hook is None:
        raise UnknownService("No service has this id.")
    until = exchange.deadline = deadline_of(around, exchange)
    items = parse_feedback(exchange.read_body())
    linked = _record(around, hook, items, exchange.caller, until)
    fields = {"event": "feedback", "service": service_id, "items": len(items), "linked": linked}
    if linked < len({item.card for item in items}) and exchange.client is not None:
        fields["reason"] = "fb.unknown"
    CALLS.info("feedback", extra={"fields": fields})
    return json_response({})


def _record(
    around: Surroundings,
    hook: ServiceHook,
    items: Sequence[FeedbackItem],
    caller: Caller,
    until: Deadline,
) -> int:
    """Write one entry for each item; returns how many of the cards are known.

    Raises:
        AuditUnavailable: not every entry could be written in time. The client may send all of them again: existing
            entries are not duplicated.
    """
    now = around.clock()
    shown = _shown(hook, items, around.history, caller, Deadline.after(until.left / 2))
    codes = frozenset(one.code for reasons in hook.texts.reasons.values() for one in reasons)
    for item in items:
        if until.left <= 0:
            raise AuditUnavailable("Not all statements could be kept in time; send them again.")
        entry = feedback_entry(
            item,
            at=now,
            service_id=hook.id,
            shown=(shown or {}).get(item.card),
            reason_codes=codes,
            reason_system=REASON_SYSTEM,
            keeps_comments=around.service.of(caller.client).policy.feedback.user_comments,
            is_log_read=shown is not None,
            caller=caller,
        )
        around.audit.append(entry, until)
    return sum(item.card in (shown or {}) for item in items)


def _shown(
    hook: ServiceHook, items: Sequence[FeedbackItem], cards: EarlierFeedback | None, caller: Caller, until: Deadline
) -> Mapping[str, ShownAnswer] | None:
    """The answers that showed these cards; None if the log cannot be read in time: feedback is stored anyway."""
    if cards is None:
        return {}
    wanted = sorted({item.card for item in items})
    try:
        return run_side_by_side({"cards": partial(_look_up, hook.id, wanted, cards, caller)}, until).get("cards")
    except AuditUnavailable:
        return None


def _look_up(
    service_id: str, wanted: Sequence[str], cards: EarlierFeedback, caller: Caller
) -> Mapping[str, ShownAnswer]:
    found = {card: cards.showing(card, caller) for card in wanted}
    return {card: one for card, one in found.items() if one is not None and one.entry.service_id == service_id}
