"""The signings that were answered, with the feedback and the outcome of each.

Several answers for one patient within the days of the loop are one signing: an order
that was changed and signed again asks for nothing new.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, exists, select

from cds_service.audit.chain import AuditEntry, time_text
from cds_service.audit.reader import OF_PEOPLE, Stored, stored_entries
from cds_service.audit.tables import CARDS, ENTRIES, SEARCH
from cds_service.core.earlier_cards.course_after_signing import (
    STEPS,
    Course,
    State,
    Step,
    state_of,
    when_done,
)

LOOP = "loop"
TOPIC = "rehabilitation"  # of the card that names the act
Feedback = Literal["accepted", "overridden", "none"]
# Keys of a `loop` entry that are about the run, not about what was found.
OF_RUN = frozenset({"asOf", "feedback"})
ON_ACT = exists().where(CARDS.c.sequence == SEARCH.c.sequence, CARDS.c.topic == TOPIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """One answered signing of one patient.

    Attributes:
        entry: id of its first answer.
        server: the FHIR server that the request named; None if it named none.
        feedback: on the card that names the act, of all answers together.
        reason: why it was overridden, as a code.
        last: content of the last `loop` entry; empty before the first look.
    """

    entry: str
    patient: str
    client: str | None
    tenant: str | None
    server: str | None
    at: datetime
    feedback: Feedback = "none"
    reason: str = ""
    last: Mapping[str, Any]

    @property
    def state(self) -> State | None:
        """Return the state that was found last."""
        return self.last.get("state")


def answered_signings(
    connection: Connection, since: str, until: str, days: int
) -> list[Signing]:
    """Find the signings whose card was shown, from one moment until before another.

    Args:
        days: after a signing, within which a later answer belongs to it.
    """
    wanted = and_(
        SEARCH.c.kind == "answer",
        SEARCH.c.result == "shown",
        SEARCH.c.at >= since,
        SEARCH.c.at < until,
        OF_PEOPLE,
        ON_ACT,
    )
    answers = [entry for entry in stored_entries(connection, wanted) if entry.patient]
    feedback = _feedback(connection)
    last = _last_looks(connection)
    by_patient: dict[tuple[str | None, ...], list[Stored]] = {}
    for answer in sorted(answers, key=lambda answer: (answer.at, answer.sequence)):
        if answer.is_whole:
            person = (answer.client, answer.tenant, _server(answer), answer.patient)
            by_patient.setdefault(person, []).append(answer)
    signings = (
        _signing(group, feedback, last)
        for listed in by_patient.values()
        for group in _groups(listed, timedelta(days=days))
    )
    return sorted(signings, key=lambda signing: (signing.at, signing.entry))


def _server(answer: Stored) -> str | None:
    server = answer.content.get("record", {}).get("server")
    return server.rstrip("/") if isinstance(server, str) else None


def _groups(answers: Iterable[Stored], days: timedelta) -> Iterator[list[Stored]]:
    """Group the answers of one patient that belong to one signing."""
    group: list[Stored] = []
    for answer in answers:
        if group and _moment(answer) - _moment(group[0]) > days:
            yield group
            group = []
        group.append(answer)
    if group:
        yield group


def _moment(entry: Stored) -> datetime:
    return datetime.fromisoformat(entry.at)


def _signing(
    answers: list[Stored],
    feedback: Mapping[str, tuple[Feedback, str]],
    last: Mapping[str, Mapping[str, Any]],
) -> Signing:
    first = answers[0]
    statements = [feedback[answer.id] for answer in answers if answer.id in feedback]
    accepted = [statement for statement in statements if statement[0] == "accepted"]
    outcome, reason = (accepted or statements or [("none", "")])[-1]
    return Signing(
        entry=first.id,
        patient=first.patient or "",
        client=first.client,
        tenant=first.tenant,
        server=_server(first),
        at=_moment(first),
        feedback=outcome,
        reason=reason,
        last=last.get(first.id, {}),
    )


def _feedback(connection: Connection) -> dict[str, tuple[Feedback, str]]:
    """Read, by answer, the last statement on the card that names the act."""
    query = (
        select(SEARCH.c.about, SEARCH.c.result, SEARCH.c.reason)
        .where(SEARCH.c.kind == "feedback", SEARCH.c.about.is_not(None))
        .where(SEARCH.c.topic == TOPIC)
        .order_by(SEARCH.c.sequence)
    )
    return {
        about: ("accepted" if result == "accepted" else "overridden", reason or "")
        for about, result, reason in connection.execute(query)
    }


def _last_looks(connection: Connection) -> dict[str, Mapping[str, Any]]:
    entries = stored_entries(connection, ENTRIES.c.kind == LOOP)
    return {entry.about: entry.content for entry in entries if entry.about}


# --- the entry


def content_of(course: Course | None, days: int) -> dict[str, Any]:
    """Make what the log keeps of a course: ids, days and codes.

    Args:
        course: None if the patient's record was not there or could not be read.
    """
    if course is None:
        return {"state": "not-read", "days": days}
    content: dict[str, Any] = {
        "state": state_of(course),
        "days": days,
        "signed": course.signed.isoformat(),
        "steps": {step: _step(course, step) for step in STEPS},
    }
    if course.is_on_drug:
        content["onDrug"] = True
    if course.unread:
        content["unread"] = list(course.unread)
    if course.missed:
        content["missed"] = [day.isoformat() for day in course.missed]
    return content


def _step(course: Course, step: Step) -> dict[str, str]:
    content: dict[str, str] = {"when": when_done(course, step)}
    if day := course.days.get(step):
        content["day"] = day.isoformat()
    if resource := course.resources.get(step):
        content["resource"] = resource
    return content


def is_news(signing: Signing, content: Mapping[str, Any]) -> bool:
    """Tell if this was not found before, or the feedback has changed."""
    known = {name: value for name, value in signing.last.items() if name not in OF_RUN}
    return dict(content) != known or signing.last.get("feedback") != signing.feedback


def loop_entry(
    signing: Signing, content: Mapping[str, Any], at: datetime, user: str, as_of: str
) -> AuditEntry:
    """Make the entry of what was done after a signing."""
    return AuditEntry(
        kind="loop",
        at=at,
        user=user,
        patient=signing.patient,
        client=signing.client,
        tenant=signing.tenant,
        about=signing.entry,
        result=content["state"],
        content={**content, "asOf": as_of, "feedback": signing.feedback},
    )


def begins(moment: datetime | None) -> str:
    """Write the moment as the log does; without one, a text before every moment."""
    return time_text(moment) if moment else ""
