"""The messages of feedback (CDS Hooks 2.0.1): what users did with cards.

A client reports accepted suggestions and dismissed cards, in batches, late, out of
order and more than once. It reports nothing of a card that was ignored. Unknown members
are left out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    FailFast,
    Field,
    ValidationError,
    model_validator,
)

from cds_service.errors import MalformedRequest, TooMuchAsked
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.protocol.messages import UUID_TEXT, Inbound, Text, faults_text

MAX_ITEMS = 200  # of one call; each becomes an audit entry
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
UUID_LENGTH = 36  # first looked at: a call may name a quarter of a million ids
# namespace of `FeedbackItem.id`
STATEMENTS = UUID("b1c0d7f4-5b0e-5a53-9d0a-6f3f9c5e7a11")


def _moment_text(value: Any) -> Any:
    """Accept RFC 3339 alone; any other form would have to be guessed."""
    if isinstance(value, str) and MOMENT.fullmatch(value) is None:
        raise ValueError("not an RFC 3339 time with its zone")
    return value if isinstance(value, str) else None


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


Moment = Annotated[
    AwareDatetime, BeforeValidator(_moment_text), AfterValidator(_in_utc)
]


def _in_lower_case(value: str) -> str:
    # RFC 9562, section 4: written in lower case, read in either.
    is_uuid = len(value) == UUID_LENGTH and UUID_TEXT.fullmatch(value)
    return value.lower() if is_uuid else value


Id = Annotated[Text, AfterValidator(_in_lower_case)]


class AcceptedSuggestion(Inbound):
    """A suggestion that was accepted.

    Attributes:
        id: UUID of the suggestion, in lower case; or any other text.
    """

    id: Id


class ReasonCoding(Inbound):
    """The reason that was chosen; most clients send it without display."""

    system: str | None = None
    code: str | None = None


def _reason_in_extension(extension: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the reason from a client's own extension: a Coding, or a code.

    The key of a code is its system. Epic writes
    `{"com.epic.cdshooks.feedback.overrideReason.reasonCategory": "45",
    …reasonDisplay, …reasonTitle}`.
    """
    for key, value in extension.items():
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            return value
        if isinstance(value, str) and key.endswith("reasonCategory"):
            return {"system": key, "code": value}
    return None


class OverrideReason(Inbound):
    """Why a card was dismissed.

    Attributes:
        user_comment: free text of the user about a patient: never logged, and kept only
            if a site says so.
    """

    reason: ReasonCoding | None = None
    user_comment: Annotated[
        str | None,
        BeforeValidator(lambda value: value if isinstance(value, str) else None),
    ] = Field(default=None, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _reason_may_stand_in_the_extension(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("reason"):
            return value
        extension = value.get("extension")
        if not isinstance(extension, dict):
            return value
        reason = _reason_in_extension(extension)
        return {**value, "reason": reason} if reason else value


class FeedbackItem(Inbound):
    """One user's answer to one card.

    Attributes:
        card: UUID of the card, in lower case. Any other text is accepted too, since an
            unknown card is not the client's fault.
        outcome_timestamp: time of the user's act in UTC, by the client's clock.
        accepted_suggestions: any number; the first that is wrong is the only one named,
            since the faults of a quarter of a million take hundreds of megabytes.
    """

    card: Id
    outcome: Literal["accepted", "overridden"]
    accepted_suggestions: Annotated[
        tuple[AcceptedSuggestion, ...],
        FailFast(),
        BeforeValidator(lambda value: () if value is None else value),
    ] = ()
    override_reason: OverrideReason | None = None
    outcome_timestamp: Moment

    @model_validator(mode="before")
    @classmethod
    def _reasons_may_be_plural(cls, value: Any) -> Any:
        """Read `overrideReasons` as one object, as Epic writes it, or as a list."""
        if not isinstance(value, dict) or value.get("overrideReason"):
            return value
        reasons = value.get("overrideReasons")
        reason = reasons[0] if isinstance(reasons, list) and reasons else reasons
        if not isinstance(reason, dict):
            return value
        override_reason = {"reason": reason} if "code" in reason else reason
        return {**value, "overrideReason": override_reason}

    @model_validator(mode="after")
    def _accepting_names_suggestions(self) -> Self:
        if self.outcome == "accepted" and not self.accepted_suggestions:
            raise ValueError("acceptedSuggestions is needed with outcome accepted")
        return self

    @cached_property
    def suggestions(self) -> tuple[str, ...]:
        """List the accepted suggestions, sorted; empty if the card was overridden."""
        accepted = self.accepted_suggestions if self.outcome == "accepted" else ()
        return tuple(sorted({suggestion.id for suggestion in accepted}))

    @property
    def reason(self) -> ReasonCoding | None:
        """Return the reason for an override; None if the card was accepted."""
        if self.override_reason is None or self.outcome != "overridden":
            return None
        return self.override_reason.reason

    @cached_property
    def id(self) -> UUID:
        """Return an id that a repeat of the statement shares, with any comment."""
        reason = (self.reason.system, self.reason.code) if self.reason else ()
        moment = self.outcome_timestamp.isoformat(timespec="microseconds")
        return uuid5(
            STATEMENTS,
            repr((self.card, self.outcome, self.suggestions, reason, moment)),
        )


class _Feedback(Inbound):
    feedback: tuple[FeedbackItem, ...]


def parse_feedback(body: bytes) -> tuple[FeedbackItem, ...]:
    """Parse the items of this body, each statement once.

    Raises:
        MalformedRequest: not JSON, or not feedback; names the item by its place and
            repeats nothing of the body.
        TooMuchAsked: more items than one call may hold.
    """
    try:
        document = decode_json(body)
    except JsonTextError as error:
        raise MalformedRequest(f"The body cannot be read: {error}.") from None
    if not isinstance(document, dict):
        raise MalformedRequest("The body must be a JSON object.")
    items = document.get("feedback")
    if isinstance(items, list) and len(items) > MAX_ITEMS:
        raise TooMuchAsked(f"feedback: at most {MAX_ITEMS} items in one call.")
    try:
        items = _Feedback.model_validate(document).feedback
    except ValidationError as error:
        raise MalformedRequest(faults_text(error)) from None
    return tuple({item.id: item for item in items}.values())
