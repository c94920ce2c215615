"""Converts entries to FHIR R4 AuditEvents, modelled on IHE BALP where it covers such events; ids only, as in the entry.

BALP profiles plain FHIR reads and writes, not calls of a CDS service, so no profile is claimed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B.auditevent import AuditEvent

from cds_service import __version__
from cds_service.audit.reader import Found, Stored
from cds_service.protocol.json_text import canonical_json

OWN = "https://kyphoplasty-cds.org/fhir/CodeSystem/audit-event"
MODELS = "https://kyphoplasty-cds.org/fhir/models"
SERVICES = "https://kyphoplasty-cds.org/fhir/services"
EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
REFERENCE = re.compile(r"(?:[A-Za-z]+/)[A-Za-z0-9\-.]{1,64}", re.ASCII)
Json = dict[str, Any]

CALLS = ("answer", "refusal", "feedback", "read", "mark", "note", "login")  # somebody else asked, and we answered
# Kind -> type, subtype, action.
REST = {"system": EVENT_TYPE, "code": "rest", "display": "RESTful Operation"}
AUTHENTICATION = {"system": DICOM, "code": "110114", "display": "User Authentication"}
ACTIVITY = {"system": DICOM, "code": "110100", "display": "Application Activity"}
EVENTS: Mapping[str, tuple[Json, Json, str]] = {
    "answer": (REST, {"system": OWN, "code": "cds-invoke"}, "E"),
    "refusal": (REST, {"system": OWN, "code": "cds-invoke"}, "E"),
    "feedback": (REST, {"system": OWN, "code": "cds-feedback"}, "C"),
    "read": (REST, {"system": RESTFUL, "code": "search", "display": "search"}, "E"),
    "export": (
        {"system": DICOM, "code": "110106", "display": "Export"},
        {"system": LIFECYCLE, "code": "disclose", "display": "Disclose Record Lifecycle Event"},
        "R",
    ),
    "login": (AUTHENTICATION, {"system": DICOM, "code": "110122", "display": "Login"}, "E"),
    "logout": (AUTHENTICATION, {"system": DICOM, "code": "110123", "display": "Logout"}, "E"),
    "account": (
        {"system": DICOM, "code": "110113", "display": "Security Alert"},
        {"system": DICOM, "code": "110137", "display": "User Security Attributes Changed"},
        "U",
    ),
    "mark": (REST, {"system": OWN, "code": "review-mark"}, "C"),
    "note": (REST, {"system": OWN, "code": "review-note"}, "C"),
    "start": (ACTIVITY, {"system": DICOM, "code": "110120", "display": "Application Start"}, "E"),
    "stop": (ACTIVITY, {"system": DICOM, "code": "110121", "display": "Application Stop"}, "E"),
    "mode": (ACTIVITY, {"system": OWN, "code": "mode"}, "U"),
    "purge": (ACTIVITY, {"system": OWN, "code": "purge"}, "D"),
}


def audit_event(stored: Stored) -> Json:
    """Make a validated AuditEvent."""
    return _validated(_event(stored, stored.content or {}))


def export_event(own: Stored, manifest: Mapping[str, Any]) -> Json:
    """Make the event of the export itself, with what it exported: the last line of the file."""
    event = _event(own, own.content or {})
    details = {name: value for name, value in manifest.items() if name != "filter"}
    event["entity"].append(
        {
            "what": {"identifier": {"value": "manifest"}},
            "type": _entity_type("2", "System Object"),
            "role": {"system": ROLE, "code": "3", "display": "Report"},
            "detail": [
                _detail(name, value if isinstance(value, str) else canonical_json(value))
                for name, value in details.items()
            ],
        }
    )
    return _validated(event)


def _validated(event: Json) -> Json:
    return dict(AuditEvent.model_validate(event).model_dump(mode="json"))


def _event(stored: Stored, content: Mapping[str, Any]) -> Json:
    found = stored.found
    name = "logout" if stored.kind == "login" and found and found.result == "logout" else stored.kind
    kind, subtype, action = EVENTS.get(name, (ACTIVITY, {"system": OWN, "code": stored.kind}, "E"))
    outcome, said = _outcome(found)
    event: Json = {
        "resourceType": "AuditEvent",
        "id": stored.id,
        "type": kind,
        "subtype": [subtype],
        "action": action,
        "recorded": stored.at,
        "outcome": outcome,
        "agent": list(_agents(stored.kind, found)),
        "source": _source(found),
        "entity": [_entry_entity(stored), *_entities(stored.kind, found, content)],
    }
    if said:
        event["outcomeDesc"] = said
    if stored.kind in ("answer", "refusal", "feedback"):
        event["purposeOfEvent"] = [{"coding": [{"system": REASON, "code": "TREAT", "display": "treatment"}]}]
    return event


def _outcome(found: Found | None) -> tuple[str, str]:
    """Outcome code: 0 success, 4 minor failure (refused, or part of the record unread), 8 serious (our own fault)."""
    if found is None:
        return "0", "purged after its retention"
    if found.status is not None and found.status >= 500:
        return "8", found.reason or ""
    if found.result == "denied":
        return "4", "denied"
    if found.kind == "refusal" or found.partial:
        return "4", found.reason or "part of the record could not be read"
    return "0", ""


def _agents(kind: str, found: Found | None) -> Iterator[Json]:
    """The agents: who asked, by which client, and who answered; as in BALP's query, the client is the source."""
    user = found.user if found else None
    is_call = kind in CALLS
    if is_call:
        client = {"identifier": {"value": found.client}} if found and found.client else {"display": "not named"}
        yield {"type": _coded(DICOM, "110153", "Source Role ID"), "who": client, "requestor": user is None}
    role = ("110152", "Destination Role ID") if is_call else ("110153", "Source Role ID")
    yield {"type": _coded(DICOM, *role), "who": _service(found), "requestor": user is None and not is_call}
    if user is not None:
        is_reference = REFERENCE.fullmatch(user) is not None
        named: Json = {"reference": user} if is_reference else {"identifier": {"value": user}}
        yield {"type": _coded(PARTICIPATION, "IRCP", "information recipient"), "who": named, "requestor": True}


def _service(found: Found | None) -> Json:
    service_id = found.service_id if found and found.service_id else "kyphoplasty-cds"
    return {"identifier": {"system": SERVICES, "value": f"{service_id}|{__version__}"}}


def _source(found: Found | None) -> Json:
    source: Json = {
        "observer": _service(found),
        "type": [{"system": SOURCE_TYPE, "code": "4", "display": "Application Server"}],
    }
    return source | ({"site": found.tenant} if found and found.tenant else {})


def _entities(kind: str, found: Found | None, content: Mapping[str, Any]) -> Iterator[Json]:
    if found is None:
        return
    if found.patient:
        role = {"system": ROLE, "code": "1", "display": "Patient"}
        yield {"what": {"reference": f"Patient/{found.patient}"}, "type": _entity_type("1", "Person"), "role": role}
    if found.encounter:
        yield {"what": {"reference": f"Encounter/{found.encounter}"}, "type": _entity_type("2", "System Object")}
    if found.hook_instance:
        transaction = {"system": BALP_ENTITY, "code": "XrequestId"}
        yield {"what": {"identifier": {"value": found.hook_instance}}, "type": transaction}
    if kind in ("read", "export"):
        # As in BALP: the query itself, without its results.
        query = base64.b64encode(canonical_json(content).encode()).decode()
        role = {"system": ROLE, "code": "24", "display": "Query"}
        yield {"type": _entity_type("2", "System Object"), "role": role, "query": query}
    yield from _orders(content)
    yield from _models(content)
    yield from _cards(found)


def _orders(content: Mapping[str, Any]) -> Iterator[Json]:
    """The draft orders, which have no URL yet; the digest identifies them."""
    for reference in content.get("orders", ()):
        details = [_detail("drafts-sha256", content["draftsDigest"])] if content.get("draftsDigest") else []
        entity: Json = {"what": {"identifier": {"value": reference}}, "type": _entity_type("2", "System Object")}
        yield entity | ({"detail": details} if details else {})


def _models(content: Mapping[str, Any]) -> Iterator[Json]:
    digests = content.get("models", {})
    for assessment in content.get("assessments", ()):
        for model in assessment.get("models", ()):
            values = {
                name: model[name] for name in ("risk", "band", "inputsKnown", "studyUncertainty") if name in model
            }
            values |= {"digest": digests.get(model["model"], {}).get("digest", "")}
            yield {
                "what": {"identifier": {"system": MODELS, "value": f"{model['model']}|{model['modelVersion']}"}},
                "type": _entity_type("2", "System Object"),
                "detail": [
                    _detail(name, value if isinstance(value, str) else canonical_json(value))
                    for name, value in values.items()
                    if value != ""
                ],
            }


def _cards(found: Found) -> Iterator[Json]:
    """The cards that were shown, or the card that the feedback is about."""
    for card in found.cards:
        details = [_detail("topic", card.topic), _detail("indicator", card.indicator)]
        details += [_detail("rule", rule) for rule in card.rules]
        yield _card_entity(card.card, details)
    if found.card:
        values = {"topic": found.topic, "outcome": found.result, "reason": found.reason}
        yield _card_entity(found.card, [_detail(name, value) for name, value in values.items() if value])


def _card_entity(uuid: str, details: list[Json]) -> Json:
    entity: Json = {"what": {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid}"}}}
    entity["type"] = _entity_type("2", "System Object")
    return entity | ({"detail": details} if details else {})


def _entry_entity(stored: Stored) -> Json:
    """The entry that this event was made from."""
    values = {"sequence": str(stored.sequence), "hash": stored.hash, "commitment": stored.commitment}
    return {
        "what": {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{stored.id}"}},
        "type": _entity_type("2", "System Object"),
        "role": {"system": ROLE, "code": "13", "display": "Security Resource"},
        "detail": [_detail(name, value) for name, value in values.items()],
    }


def _entity_type(code: str, display: str) -> Json:
    return {"system": ENTITY_TYPE, "code": code, "display": display}


def _coded(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _detail(name: str, value: str) -> Json:
    return {"type": name, "valueString": value}
