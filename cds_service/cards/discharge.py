"""The card of a patient who leaves after an augmentation: only what is still open.

It says no risk. Which facts it asks for, and how each reads, is in
`hooks/kyphoplasty-discharge/facts/`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.not_known import not_known_line
from cds_service.cards.rehabilitation import Line
from cds_service.cards.texts import SUMMARY_LENGTH
from cds_service.core.open_points import KEPT
from cds_service.core.phrases import joined, say
from cds_service.core.wording import capital
from cds_service.protocol.messages import Card

TOPIC = "discharge"
LEAVING = say("Leaving")


# Lists without which nothing seems open. While appointments or reports of pathology are
# not read, what hangs on them is open.
DECIDING = (
    *(
        "conditions",
        "diagnosticReports",
        "procedures",
        "medications",
        "administrations",
    ),
    *("statements", "dispenses", "serviceRequests", "deviceRequests"),
)
# Lists that are kept for every such patient: empty, nobody kept them.
NO_LONGER = frozenset({"deceased", "end-of-life"})


def discharge_card(answer: Answer) -> Card | None:
    """Make the card; None if nothing is open.

    Nothing is said to be, by no card, of what could not be read. Of an augmentation
    that may be of another time, or was not done, only a warning is worth a card.
    """
    facts, unread, empty = answer.facts, _unread(answer), _empty(answer)
    is_sure = answer.order is None or answer.order.is_sure
    if not is_sure and facts.colour != "warning":
        return None
    if facts.leading is None and not unread and not empty:
        return None
    detail = answer.render("rehabilitation", (), _lines(answer))
    summary = None
    if facts.leading is None:
        kind = "leaving.unread" if unread else "leaving.empty"
        summary = _say_missing(answer, kind, unread or empty)
    return make_card(
        answer,
        TOPIC,
        summary=summary or say_summary(answer),
        detail=detail,
        indicator=facts.colour,
    )


def _unread(answer: Answer) -> list[str]:
    """Keys of the deciding lists that were not read whole."""
    if not answer.facts.signals.isdisjoint(NO_LONGER):
        return []
    state = answer.record_state
    return [one for one in DECIDING if one in state.unread or one in state.incomplete]


def _empty(answer: Answer) -> list[str]:
    """Give the problem list, if it is empty: the fracture itself should stand there."""
    if not answer.facts.signals.isdisjoint(NO_LONGER):
        return []
    return [one for one in answer.record_state.empty if one in KEPT]


def _say_missing(answer: Answer, kind: str, missing: Sequence[str]) -> str:
    """Say what was done, and which lists say nothing; few words if they are many."""
    common = answer.facts.common
    names = joined(answer.texts.raw(f"lists.{key}") for key in missing)
    told = [
        answer.translated(answer.texts.say(kind, leaving=done, lists=lists))
        for done in (common["leaving"], common["leaving_shortly"], LEAVING)
        for lists in (names, answer.texts.raw("leaving.several"))
    ]
    fitting = (one for one in told if len(one) <= SUMMARY_LENGTH)
    return next(fitting, "") or answer.shortest(told)


def say_summary(answer: Answer) -> str:
    """Say what was done, what is open and the act; what was done is shortened first."""
    facts = answer.facts
    done = (facts.common["leaving"], facts.common["leaving_shortly"], LEAVING)
    told = [
        answer.translated(phrase)
        for one in done
        for phrase in replace(facts, common={**facts.common, "leaving": one}).phrases()
    ]
    fitting = (one for one in told if len(one) <= SUMMARY_LENGTH)
    return next(fitting, "") or answer.shortest(told)


def _lines(answer: Answer) -> Iterator[Line]:
    """A line for each fact that is open, then what was not read."""
    still_open = tuple(one for one in answer.facts.held if one.is_open)
    for heading, text in replace(answer.facts, held=still_open).lines():
        yield Line(heading, capital(text) if heading.endswith("?") else text)
    unread = answer.case.leaving.unread if answer.case.leaving else ()
    names = joined(answer.texts.raw(f"lists.{key}") for key in unread)
    said = [text for _, text in not_known_line(answer)]
    if names:
        note = answer.texts.raw("leaving.unread-note")
        said.append(answer.texts.say("notices.unread", name=names, note=note))
    if said:
        yield Line(answer.texts.raw("headings.not-known"), joined(said, "; "))
