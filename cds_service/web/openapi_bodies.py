"""JSON Schemas of the bodies that our addresses take and give, for the description of them.

What a client sends is described as strictly as CDS Hooks asks; we take more (unknown members, `null` for absent).
"""

from __future__ import annotations

from typing import Any

from cds_service.feedback import MAX_ITEMS
from cds_service.protocol import UUID_TEXT

Schema = dict[str, Any]
UUID: Schema = {"type": "string", "format": "uuid", "pattern": f"^{UUID_TEXT.pattern}$"}
TEXT: Schema = {"type": "string", "minLength": 1}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
FHIR_ID: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9.-]{1,64}$", "not": {"enum": [".", ".."]}}
WORDS: Schema = {"type": "string", "pattern": r"[A-Za-z0-9]"}


def _object(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def request_schema(hook: str) -> Schema:
    """The call of a service on this hook."""
    authorization = _object(
        ("access_token",),
        access_token={"type": "string", "pattern": "^[!-~]{1,16384}$"},
        token_type={"enum": ["Bearer", "bearer", None]},
        expires_in={"type": ["integer", "null"]},
        scope=MAYBE_TEXT,
        subject=MAYBE_TEXT,
        patient={**MAYBE_TEXT, "description": "the same as context.patientId, where the token is for one patient"},
    )
    context = _object(("userId", "patientId"), userId=TEXT, patientId=FHIR_ID, draftOrders={"type": ["object", "null"]})
    called = _object(
        ("hook", "hookInstance", "context"),
        hook={"const": hook},
        hookInstance=UUID,
        fhirServer={"type": "string", "format": "uri"},
        fhirAuthorization=authorization,
        context=context,
        prefetch={"type": ["object", "null"]},
    )
    return {**called, "dependentRequired": {"fhirAuthorization": ["fhirServer"]}}


_CODING = _object(("system", "code"), system=TEXT, code=TEXT, display=TEXT)
_ACTION = _object(("type", "description"), type={"enum": ["create", "update", "delete"]}, description=TEXT)
_SUGGESTION = _object(
    ("label", "uuid", "isRecommended", "actions"),
    label=TEXT,
    uuid=UUID,
    isRecommended={"type": "boolean"},
    actions={"type": "array", "items": _ACTION, "minItems": 1},
)
_CARD = _object(
    ("uuid", "summary", "indicator", "source", "overrideReasons"),
    uuid=UUID,
    summary={"type": "string", "minLength": 1, "maxLength": 139},
    detail=TEXT,
    indicator={"enum": ["info", "warning"]},
    source=_object(("label", "topic"), label=TEXT, url={"type": "string", "format": "uri"}, topic=_CODING),
    suggestions={"type": "array", "items": _SUGGESTION, "minItems": 1},
    selectionBehavior={"enum": ["any", "at-most-one"]},
    overrideReasons={"type": "array", "items": _CODING, "minItems": 1},
    links={"type": "array", "items": _object(("label", "url", "type"), label=TEXT), "minItems": 1},
    extension={"type": "object"},
)
CARDS = _object(("cards",), cards={"type": "array", "items": _CARD, "maxItems": 3})
_ENTRY = _object(("hook", "id", "description"), hook=TEXT, id=TEXT, title=TEXT, description=TEXT)
SERVICES = _object(("services",), services={"type": "array", "items": _ENTRY})
_REASON = {**_object((), code=MAYBE_TEXT, system=MAYBE_TEXT), "type": ["object", "null"]}
_DISMISSED = {**_object((), reason=_REASON, userComment=MAYBE_TEXT), "type": ["object", "null"]}
_SUGGESTIONS: Schema = {"type": "array", "items": _object(("id",), id=TEXT)}
# Of the years 0 and 9999 some moments are beyond the calendar once they are in UTC.
_MOMENT: Schema = {"type": "string", "format": "date-time", "pattern": "^[12][0-9]{3}-"}
_ACCEPTED = _object(
    ("card", "outcome", "acceptedSuggestions", "outcomeTimestamp"),
    card=TEXT,
    outcome={"const": "accepted"},
    acceptedSuggestions={**_SUGGESTIONS, "minItems": 1},
    outcomeTimestamp=_MOMENT,
)
_OVERRIDDEN = _object(
    ("card", "outcome", "outcomeTimestamp"),
    card=TEXT,
    outcome={"const": "overridden"},
    overrideReason=_DISMISSED,
    outcomeTimestamp=_MOMENT,
)
FEEDBACK = _object(
    ("feedback",), feedback={"type": "array", "items": {"oneOf": [_ACCEPTED, _OVERRIDDEN]}, "maxItems": MAX_ITEMS}
)
NOTHING: Schema = {"type": "object", "maxProperties": 0}
PATIENTS_WANTED = _object(("server",), server=WORDS, find={"type": "string"})
RECORD_WANTED = _object(("server", "patient"), server=WORDS, patient=FHIR_ID)
_ISSUE = _object(
    ("severity", "code", "details"), severity={"const": "error"}, code=TEXT, details=_object(("text",), text=TEXT)
)
OUTCOME = _object(
    ("resourceType", "issue"),
    resourceType={"const": "OperationOutcome"},
    issue={"type": "array", "items": _ISSUE, "minItems": 1, "maxItems": 1},
)
