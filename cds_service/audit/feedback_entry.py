"""Make audit entries of feedback, each linked to the answer that showed the card."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from cds_service.audit.chain import AuditEntry, time_text
from cds_service.audit.reader import ListedEntry, Stored
from cds_service.core.caller import NOBODY, Caller
from cds_service.protocol.feedback import FeedbackItem, ReasonCoding
from cds_service.protocol.messages import UUID_TEXT

CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# An address, a URN, or a key such as com.epic.…
SYSTEM = re.compile(r"[A-Za-z][A-Za-z0-9+-]*[:.][A-Za-z0-9:/._-]{1,200}")
COMMENT_LENGTH = 500  # characters
# Suggestions kept of one statement: a card offers a few, but a call may name 60,000.
MOST_SUGGESTIONS = 50
# A statement dated later than this after our clock is stored and marked.
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """The answer that showed a card.

    Attributes:
        rules: ids of recommendations by the uuid of their suggestion.
        signing: the parts of the call that are the same only in a repeat of it.
    """

    entry: ListedEntry
    topic: str
    rules: Mapping[str, str]
    signing: tuple[str | None, ...]

    @classmethod
    def of(cls, stored: Stored, card: str) -> "ShownAnswer | None":
        """Read the answer in this entry; None if the entry is not whole."""
        if not stored.is_whole:
            return None
        content = stored.content
        topic = next((entry.topic for entry in stored.cards if entry.card == card), "")
        offered = content.get("suggestions", {})
        # The second suggestion of a rule is written `brace-correction/2`.
        rules = {uuid: rule.partition("/")[0] for rule, uuid in offered.items()}
        server = content.get("record", {}).get("server")
        orders = content.get("draftsDigest")
        signing = (
            stored.service_id,
            stored.user,
            stored.patient,
            stored.hook_instance,
            server,
            orders,
        )
        return cls(entry=stored, topic=topic, rules=rules, signing=signing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Place and time at which feedback is received.

    Attributes:
        reason_codes: all override reasons that this service's cards offer.
        keeps_comments: the site keeps users' comments.
    """

    at: datetime
    service_id: str
    caller: Caller
    reason_codes: frozenset[str]
    reason_system: str
    keeps_comments: bool


def feedback_entry(
    item: FeedbackItem,
    shown: ShownAnswer | None,
    why_unlinked: str,
    reception: Reception,
) -> AuditEntry:
    """Make the entry of one feedback item.

    Its id is made of the statement, so that repeats are stored once. A statement that
    could not be linked gets another id: it may come again, and be linked then.

    Little of what the client sent is stored: our own ids and codes, the code of a
    reason that is not ours, and the user's comment if the site keeps comments.

    Args:
        shown: the answer with the card; None if it is not known for certain. The entry
            is then not linked.
        why_unlinked: why the answer is not known; empty if it is known, or if no
            answer has the card's id.
        reception: where and when the feedback is received.
    """
    at, caller = reception.at, reception.caller
    code = _listed(item, reception.reason_codes, reception.reason_system)
    content = _content(
        item,
        shown,
        code,
        keeps_comments=reception.keeps_comments,
        why_unlinked=why_unlinked,
    )
    if item.outcome_timestamp > at + CLOCKS_DIFFER:
        content["timestampAhead"] = True
    answer = shown.entry if shown else None
    entry_id = item.id
    if caller != NOBODY:
        # No caller can occupy the id of another caller's future statement.
        entry_id = uuid5(item.id, repr((caller.client, caller.tenant)))
    if shown is None:
        entry_id = unlinked_id(entry_id)
    return AuditEntry(
        kind="feedback",
        at=at,
        id=str(entry_id),
        service_id=reception.service_id,
        hook_instance=answer.hook_instance if answer else None,
        patient=answer.patient if answer else None,
        encounter=answer.encounter if answer else None,
        client=caller.client,
        tenant=caller.tenant,
        result=item.outcome,
        reason=code,
        about=answer.id if answer else None,
        card=known_uuid(item.card),
        topic=(shown.topic or None) if shown else None,
        content=content,
    )


def unlinked_id(linked: UUID) -> UUID:
    """Return the id of the entry of the same statement that is linked to no answer."""
    return uuid5(linked, "unlinked")


def _content(
    item: FeedbackItem,
    shown: ShownAnswer | None,
    code: str | None,
    *,
    keeps_comments: bool,
    why_unlinked: str,
) -> dict[str, Any]:
    uuids = [
        uuid for suggestion in item.suggestions if (uuid := known_uuid(suggestion))
    ]
    rules = shown.rules if shown else {}
    content: dict[str, Any] = {
        "linked": shown is not None,
        "outcome": item.outcome,
        "outcomeTimestamp": time_text(item.outcome_timestamp),
    }
    if why_unlinked:
        content["unlinkedSince"] = why_unlinked
    if item.outcome == "accepted":
        # Our own suggestions come first, so that the limit cuts off none of them.
        ours_first = sorted(uuids, key=lambda uuid: uuid not in rules)
        unknown = [name for name in item.suggestions if name.lower() not in rules]
        accepted = {rules[uuid] for uuid in uuids if uuid in rules}
        content["acceptedSuggestions"] = ours_first[:MOST_SUGGESTIONS]
        content["unknownSuggestions"] = len(unknown)
        content["acceptedRules"] = sorted(accepted)
    if item.reason is not None:
        content["reason"] = code or "not one of ours"
        # Only for a card that we showed: otherwise anybody's words would be stored.
        if shown and code is None and (foreign := _foreign(item.reason)):
            content["foreignReason"] = foreign
    comment = item.override_reason.user_comment if item.override_reason else None
    if keeps_comments and comment and comment.strip():
        content["userComment"] = _plain(comment)[:COMMENT_LENGTH]
        content["phi"] = ["userComment"]
    elif comment:
        content["droppedComment"] = len(comment)
    return content


def known_uuid(text: str) -> str | None:
    """Return a uuid in lower case; None for a text that cannot be one of our ids."""
    return text.lower() if UUID_TEXT.fullmatch(text) else None


def _listed(item: FeedbackItem, codes: frozenset[str], system: str) -> str | None:
    """Return the reason's code if our cards offer it.

    A code without a system counts as one of ours.
    """
    reason = item.reason
    if reason is None or reason.code not in codes:
        return None
    return reason.code if reason.system in (None, "", system) else None


def _foreign(reason: ReasonCoding) -> dict[str, str] | None:
    """Return system and code of a reason that the EHR added to ours.

    It is None if either does not look like one: it may be free text.
    """
    code, system = reason.code or "", reason.system or ""
    if CODE.fullmatch(code) is None or SYSTEM.fullmatch(system) is None:
        return None
    return {"system": system, "code": code}


def _plain(comment: str) -> str:
    """Write the text as one line, without control and bidirectional characters."""
    line = " ".join(comment.split())
    return "".join(char for char in line if unicodedata.category(char)[0] != "C")
