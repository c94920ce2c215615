"""Finds in the log which answer showed a card, and the feedback on a patient's earlier cards."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from cds_service.audit.chain import SILENT, ShownCard, time_text
from cds_service.audit.database import read_or_unavailable
from cds_service.audit.feedback_entry import ShownAnswer, known_uuid
from cds_service.audit.reader import Stored, stored_entries
from cds_service.audit.store import AuditStore
from cds_service.audit.tables import CARDS, ENTRIES, SEARCH
from cds_service.core.caller import Caller
from cds_service.core.repeats import CardFeedback, Footing, Repeat, Repeats, WholeCard, round_value

NEWEST = 50  # feedback items considered for one patient
MOST_SIGNINGS = 10  # looked at of one card: two are too many already
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
        """The newest answer of each signing in which this caller was shown a card with this uuid.

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
            entries = tuple(stored_entries(connection, ENTRIES.c.sequence.in_(places))) if places else ()
        newest = {one.signing: one for entry in entries if (one := ShownAnswer.of(entry, uuid))}
        return tuple(newest.values())

    def feedback_on(
        self, patient_id: str, fhir_server: str | None, since: datetime, caller: Caller
    ) -> Sequence[CardFeedback]:
        """This caller's feedback on cards about this patient of this server, received at `since` or later.

        Raises:
            AuditUnavailable: the log cannot be read.
        """
        query = {"patient": patient_id, "since": time_text(since), "client": caller.client, "tenant": caller.tenant}
        with read_or_unavailable():
            with self._store.database.reading() as connection:
                found = connection.execute(FEEDBACK, query).all()
            if not found:  # of most patients
                return ()
            reader = self._store.reader
            feedback = {one.id: one for one in reader.entries([one.entry_id for one in found])}
            answers = reader.entries({one.about for one in found})
        given = {it.id: one for answer in answers for it, one in _earlier_feedback(answer, feedback, fhir_server)}
        return tuple(given[one.entry_id] for one in found if one.entry_id in given)


def _places_of(card: str, caller: Caller) -> Select[Any]:
    """The first and the last entry that showed this caller this card, for each patient and `hookInstance`.

    Between these two lie repeats of one call: an EHR may have made thousands, and one does for all.
    """
    joined = CARDS.join(SEARCH, SEARCH.c.sequence == CARDS.c.sequence)
    return (
        select(func.min(CARDS.c.sequence), func.max(CARDS.c.sequence))
        .select_from(joined)
        .where(CARDS.c.card == card, SEARCH.c.result.is_distinct_from(SILENT))  # never shown
        .where(SEARCH.c.client.is_not_distinct_from(caller.client))
        .where(SEARCH.c.tenant.is_not_distinct_from(caller.tenant))
        .group_by(SEARCH.c.patient, SEARCH.c.hook_instance)
        .limit(MOST_SIGNINGS)
    )


def repeats_json(footing: Footing, whole: Sequence[WholeCard], repeats: Repeats) -> dict[str, Any]:
    """What the entry of an answer records about repeats: their footing, for later, and shortened cards with why.

    Args:
        whole: the cards in full, as for a user who has never seen them.
    """
    return {
        "conflicts": sorted(footing.conflicts),
        "warnings": sorted(card.topic for card in whole if card.is_warning),
        "offered": {card.topic: sorted(card.offered) for card in whole},
        "history": "read" if repeats.is_known else "could not be read",
        "shortened": [_repeat_json(one) for _, one in sorted(repeats.shortened.items())],
        "whole": {topic: list(reasons) for topic, reasons in sorted(repeats.whole.items())},
    }


def _repeat_json(repeat: Repeat) -> dict[str, Any]:
    last = repeat.last
    return {
        "topic": repeat.topic,
        "how": last.how,
        "shown": last.shown.date().isoformat(),
        "answered": last.answered.date().isoformat(),
        "until": repeat.until.isoformat(),
        "because": list(last.entries),
        "rules": {rule: one.how for rule, one in sorted(repeat.by_rule.items())},
    }


def _earlier_feedback(
    answer: Stored, feedback: Mapping[str, Stored], fhir_server: str | None
) -> Iterator[tuple[Stored, CardFeedback]]:
    """Join an answer with its feedback; nothing where either was purged, or the patient id is from another server."""
    cards = {card.card: card for card in answer.cards}
    # An entry in another format, older or altered, does not shorten cards.
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        shown = answer.content
        if shown["record"]["server"] != fhir_server:
            return
        for one in feedback.values():
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                if one.about == answer.id and one.card in cards:
                    yield one, _joined(answer, shown, one, one.content, cards[one.card])


def _joined(
    answer: Stored, shown: Mapping[str, Any], feedback: Stored, said: Mapping[str, Any], card: ShownCard
) -> CardFeedback:
    received, stated = (datetime.fromisoformat(text) for text in (feedback.at, said["outcomeTimestamp"]))
    return CardFeedback(
        topic=card.topic,
        rules=frozenset(card.rules),
        offered=frozenset(shown["repeats"]["offered"].get(card.topic, ())),
        outcome=said["outcome"],
        reason=said.get("reason"),
        shown=datetime.fromisoformat(answer.at),
        answered=min(received, stated),  # the client's clock cannot prolong the effect
        was_warning=card.topic in shown["repeats"]["warnings"],
        footing=footing_in(shown),
        entries=(answer.id, feedback.id),
    )


def footing_in(content: Mapping[str, Any]) -> Footing:
    return Footing(
        inputs={one["name"]: round_value(one["value"]) for one in content["findings"]},
        gaps={one["name"]: one["reason"] for one in content["gaps"]},
        bands={
            one["outcome"]: model["band"]
            for one in content["assessments"]
            for model in one.get("models", ())
            if model["model"] == one.get("headline") and "band" in model
        },
        signals=frozenset(content["signals"]),
        conflicts=frozenset(content["repeats"]["conflicts"]),
        unreadable=content["record"]["unreadable"],
    )
