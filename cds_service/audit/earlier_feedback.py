"""Find in the log the answer that showed a card, and earlier feedback.

The parts of a card that an override can close are also written here (`closures_json`),
into the entry of the answer, so that one file writes and reads their format.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from cds_service.audit.chain import SILENT, time_text
from cds_service.audit.database_faults import read_or_unavailable
from cds_service.audit.feedback_entry import ShownAnswer, known_uuid
from cds_service.audit.reader import Stored, stored_entries
from cds_service.audit.store import AuditStore
from cds_service.audit.tables import CARDS, ENTRIES, SEARCH
from cds_service.core.caller import Caller
from cds_service.core.earlier_cards.closures import (
    CardFeedback,
    CardGround,
    Closure,
    Closures,
    Fracture,
    GroundOrder,
)

NEWEST = 50  # feedback items considered for one patient
MOST_SIGNINGS = 10  # considered for one card; already with two it is ambiguous
# raised while an entry of another format is read
OTHER_FORMAT = (KeyError, TypeError, ValueError, AttributeError)
# Built once: building a statement takes longer than running it.
FEEDBACK = (
    select(ENTRIES.c.entry_id, SEARCH.c.about)
    .join(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
    .where(SEARCH.c.kind == "feedback", SEARCH.c.about.is_not(None))
    .where(SEARCH.c.patient == bindparam("patient"), SEARCH.c.at >= bindparam("since"))
    .where(SEARCH.c.client.is_not_distinct_from(bindparam("client")))
    .where(SEARCH.c.tenant.is_not_distinct_from(bindparam("tenant")))
    .order_by(SEARCH.c.at.desc(), SEARCH.c.sequence.desc())
    .limit(NEWEST)
)


class EarlierFeedback:
    """Cards shown earlier, and the feedback on them, in this store's database."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    def showing(self, card: str, caller: Caller) -> Sequence[ShownAnswer]:
        """Return the newest answer of each signing that showed this caller this card.

        A card is of one signing, but entries of earlier versions may share an id.

        Raises:
            AuditUnavailable: the log cannot be read.
        """
        uuid = known_uuid(card)
        if uuid is None:
            return ()
        with self._store.reader.reading() as connection:
            rows = connection.execute(_places_of(uuid, caller)).all()
            places = {place for row in rows for place in row}
            if not places:
                return ()
            wanted = ENTRIES.c.sequence.in_(places)
            entries = tuple(stored_entries(connection, wanted))
        newest = {
            answer.signing: answer
            for entry in entries
            if (answer := ShownAnswer.of(entry, uuid))
        }
        return tuple(newest.values())

    def feedback_on(
        self, patient_id: str, fhir_server: str | None, since: datetime, caller: Caller
    ) -> Sequence[CardFeedback]:
        """Return this caller's feedback since then on cards about this patient.

        Args:
            fhir_server: the server whose patient has this id.

        Raises:
            AuditUnavailable: the log cannot be read.
        """
        query = {
            "patient": patient_id,
            "since": time_text(since),
            "client": caller.client,
            "tenant": caller.tenant,
        }
        with read_or_unavailable():
            with self._store.database.reading() as connection:
                rows = connection.execute(FEEDBACK, query).all()
            if not rows:  # most patients have no feedback
                return ()
            reader = self._store.reader
            entries = reader.entries([row.entry_id for row in rows])
            feedback = {entry.id: entry for entry in entries}
            answers = reader.entries({row.about for row in rows})
        statements = {
            entry.id: statement
            for answer in answers
            for entry, statement in _feedback_on_answer(answer, feedback, fhir_server)
        }
        ids = [row.entry_id for row in rows]
        return tuple(statements[name] for name in ids if name in statements)


def _places_of(card: str, caller: Caller) -> Select[Any]:
    """Select the first and last entry that showed this caller this card.

    There is a pair for each patient, `hookInstance` and user. The entries between the
    two are repeats of the same call, of which an EHR may have made thousands.
    """
    joined = CARDS.join(SEARCH, SEARCH.c.sequence == CARDS.c.sequence)
    return (
        select(func.min(CARDS.c.sequence), func.max(CARDS.c.sequence))
        .select_from(joined)
        .where(CARDS.c.card == card, SEARCH.c.result.is_distinct_from(SILENT))
        .where(SEARCH.c.client.is_not_distinct_from(caller.client))
        .where(SEARCH.c.tenant.is_not_distinct_from(caller.tenant))
        .group_by(SEARCH.c.patient, SEARCH.c.hook_instance, SEARCH.c.user)
        .limit(MOST_SIGNINGS)
    )


def closures_json(
    grounds: Sequence[CardGround], fracture: Fracture, closures: Closures
) -> dict[str, Any]:
    """Return what the entry of an answer keeps about overrides, as JSON.

    It names what the cards are about, for overrides to come, and what earlier ones
    closed. `feedback_on` reads it back.
    """
    return {
        "history": "read" if closures.is_known else "could not be read",
        "fracture": {
            "day": fracture.day and fracture.day.isoformat(),
            "levels": list(fracture.levels),
        },
        "cards": {ground.topic: _ground_json(ground) for ground in grounds},
        "inForce": [_closure_json(closure) for closure in closures.in_force],
    }


def _ground_json(ground: CardGround) -> dict[str, Any]:
    return {
        "fact": ground.fact,
        "key": ground.key,
        "warning": ground.is_warning,
        "act": ground.act,
        "orders": [order._asdict() for order in ground.orders],
        "points": sorted(ground.points),
    }


def _closure_json(closure: Closure) -> dict[str, Any]:
    feedback = closure.feedback
    return {
        "part": closure.part,
        "what": closure.what,
        "reason": feedback.reason,
        "answered": feedback.answered.date().isoformat(),
        "until": closure.until and closure.until.isoformat(),
        "because": list(feedback.entries),
    }


def _feedback_on_answer(
    answer: Stored, feedback: Mapping[str, Stored], fhir_server: str | None
) -> Iterator[tuple[Stored, CardFeedback]]:
    """Yield the feedback on an answer, with what its card was about.

    There is none if either was purged, or if the patient's id is of another server.
    """
    topics = {card.card: card.topic for card in answer.cards}
    # An entry in another format, older or altered, closes nothing.
    with suppress(*OTHER_FORMAT):
        content = answer.content
        if content["record"]["server"] != fhir_server:
            return
        for statement in feedback.values():
            with suppress(*OTHER_FORMAT):
                if statement.about == answer.id and statement.card in topics:
                    topic, noted = topics[statement.card], content["closures"]
                    yield statement, _card_feedback(answer, noted, statement, topic)


def _card_feedback(
    answer: Stored, noted: Mapping[str, Any], feedback: Stored, topic: str
) -> CardFeedback:
    content = feedback.content
    received = datetime.fromisoformat(feedback.at)
    stated = datetime.fromisoformat(content["outcomeTimestamp"])
    return CardFeedback(
        ground=_ground(noted["cards"][topic], topic),
        outcome=content["outcome"],
        reason=feedback.reason or "",
        answered=min(received, stated),  # the client's clock cannot prolong the effect
        user=answer.user,
        encounter=answer.encounter,
        hook_instance=answer.hook_instance,
        fracture=_fracture(noted["fracture"]),
        entries=(answer.id, feedback.id),
    )


def _ground(noted: Mapping[str, Any], topic: str) -> CardGround:
    orders = (
        GroundOrder(order["kind"], order["name"], order["reference"], order["says"])
        for order in noted["orders"]
    )
    return CardGround(
        topic=topic,
        fact=noted["fact"],
        key=noted["key"],
        is_warning=noted["warning"] is True,
        act=noted["act"],
        orders=tuple(orders),
        # Entries of earlier versions have no points: their cards are shown again.
        points=frozenset(noted.get("points", ())),
    )


def _fracture(noted: Mapping[str, Any]) -> Fracture:
    day = date.fromisoformat(noted["day"]) if noted["day"] else None
    return Fracture(day, tuple(noted["levels"]))
