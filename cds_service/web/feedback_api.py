"""The feedback endpoint of each service.

What users did with cards is written to the audit log.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from flask import Blueprint, Response

from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.feedback_entry import Reception, ShownAnswer, feedback_entry
from cds_service.call import ServiceHook
from cds_service.cards.texts import REASON_SYSTEM
from cds_service.core.caller import Caller
from cds_service.errors import (
    AmbiguousFeedback,
    AuditUnavailable,
    TooBusy,
    UnknownService,
)
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.outgoing.deadline import Deadline
from cds_service.places import FEEDBACK, places_counted_for
from cds_service.protocol.feedback import FeedbackItem, parse_feedback
from cds_service.web.cds_api import (
    CDS_PATH,
    Dependencies,
    admit,
    deadline_of,
    json_response,
    respond,
)
from cds_service.web.exchange import Exchange
from cds_service.web.logs import CALLS

# The answers that showed a card, one for each signing, by the card's uuid; None if the
# log could not be read.
ShownAnswers = Mapping[str, Sequence[ShownAnswer]] | None
# Each call that waits takes a thread.
PLACE_SECONDS = 1.0
AMBIGUOUS = (
    "{ambiguous} of {items} items are about cards that were shown for more than one"
    " patient or signing. They are not counted, and sending them again changes nothing."
    " The other items are kept."
)


def feedback_routes(dependencies: Dependencies) -> Blueprint:
    routes = Blueprint("feedback", __name__, url_prefix=CDS_PATH)

    @routes.post("/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        return respond(dependencies, partial(_take, dependencies, service_id))

    return routes


def _take(dependencies: Dependencies, service_id: str, exchange: Exchange) -> Response:
    service = f"{CDS_PATH}/{service_id}"
    # Some EHRs name the address of the service in the tokens of all calls.
    admit(dependencies, f"{service}/feedback", exchange, service)
    hook = dependencies.service.of(exchange.caller.client).hooks.get(service_id)
    if hook is None:
        raise UnknownService("No service has this id.")
    until = exchange.deadline = deadline_of(dependencies, exchange)
    items = parse_feedback(exchange.read_body())
    with _placed(service_id, exchange.caller, until):
        answers = _shown_answers(
            hook,
            items,
            dependencies.history,
            exchange.caller,
            Deadline.after(until.left / 2),
        )
        _record(dependencies, hook, items, answers, exchange.caller, until)
    linked = sum(_is_linked(item.card, answers) for item in items)
    ambiguous = sum(_is_ambiguous(item.card, answers) for item in items)
    fields = {
        "event": "feedback",
        "service": service_id,
        "items": len(items),
        "linked": linked,
    }
    if ambiguous:
        fields["reason"] = "fb.ambiguous"
    elif linked < len({item.card for item in items}) and exchange.client is not None:
        fields["reason"] = "fb.unknown"
    CALLS.info("feedback", extra={"fields": fields})
    if ambiguous:
        raise AmbiguousFeedback(AMBIGUOUS.format(ambiguous=ambiguous, items=len(items)))
    return json_response({})


@contextmanager
def _placed(service_id: str, caller: Caller, until: Deadline) -> Iterator[None]:
    """Hold the one place of this EHR; if there is none in time, the log says so."""
    wait = Deadline.after(min(PLACE_SECONDS, until.left / 2))
    try:
        with places_counted_for(caller.client or ""), FEEDBACK.held(wait):
            yield
    except TooBusy as error:
        refused = {"event": "feedback", "service": service_id, "reason": error.reason}
        CALLS.info("feedback", extra={"fields": refused})
        raise


def _is_linked(card: str, answers: ShownAnswers) -> bool:
    return len((answers or {}).get(card, ())) == 1


def _is_ambiguous(card: str, answers: ShownAnswers) -> bool:
    return len((answers or {}).get(card, ())) > 1


def _record(
    dependencies: Dependencies,
    hook: ServiceHook,
    items: Sequence[FeedbackItem],
    answers: ShownAnswers,
    caller: Caller,
    until: Deadline,
) -> None:
    """Write one entry for each item, all of them at once.

    An item about an unknown or ambiguous card is linked to no answer.

    Raises:
        AuditUnavailable: they could not be written in time. The client may send all of
            them again: existing entries are not duplicated.
    """
    if until.left <= 0:
        raise AuditUnavailable("Not kept in time; send them again.")
    codes = frozenset(
        reason.code for reasons in hook.texts.reasons.values() for reason in reasons
    )
    reception = Reception(
        at=dependencies.clock(),
        service_id=hook.id,
        caller=caller,
        reason_codes=codes,
        reason_system=REASON_SYSTEM,
        keeps_comments=dependencies.service.of(
            caller.client
        ).policy.feedback.user_comments,
    )
    entries = []
    for item in items:
        why_unlinked = "the log could not be read" if answers is None else ""
        if _is_ambiguous(item.card, answers):
            why_unlinked = "the card was shown for more than one patient or signing"
        answer = None
        if answers and _is_linked(item.card, answers):
            answer = answers[item.card][0]
        entries.append(feedback_entry(item, answer, why_unlinked, reception))
    if entries:
        dependencies.audit.append_together(entries, until)


def _shown_answers(
    hook: ServiceHook,
    items: Sequence[FeedbackItem],
    history: EarlierFeedback | None,
    caller: Caller,
    until: Deadline,
) -> ShownAnswers:
    """Find the answers that showed these cards.

    The result is None if the log cannot be read in time: feedback is stored anyway.
    """
    if history is None:
        return {}
    wanted = sorted({item.card for item in items})
    look_up = partial(_look_up, hook.id, wanted, history, caller)
    try:
        return run_side_by_side({"answers": look_up}, until).get("answers")
    except AuditUnavailable:
        return None


def _look_up(
    service_id: str, wanted: Sequence[str], history: EarlierFeedback, caller: Caller
) -> Mapping[str, Sequence[ShownAnswer]]:
    """Return by card the answers of this service that showed it."""
    answers_by_card = {card: history.showing(card, caller) for card in wanted}
    return {
        card: [answer for answer in answers if answer.entry.service_id == service_id]
        for card, answers in answers_by_card.items()
    }
