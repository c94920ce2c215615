"""Convert entries to FHIR R4 AuditEvents, which hold ids only, as the entries do.

They follow IHE BALP as far as it goes. BALP profiles plain FHIR reads and writes, not
calls of a CDS service, so they claim no profile.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cds_service import __version__
from cds_service.audit.reader import Stored
from cds_service.audit.tables import ALTERED
from cds_service.errors import AuditUnavailable
from cds_service.fhir.classes import class_of
from cds_service.protocol.json_text import canonical_json

OWN = "https://kyphoplasty-cds.org/fhir/CodeSystem/audit-event"
MODELS = "https://kyphoplasty-cds.org/fhir/models"
SERVICES = "https://kyphoplasty-cds.org/fhir/services"
ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
REFERENCE = re.compile(r"(?:[A-Za-z]+/)[A-Za-z0-9\-.]{1,64}", re.ASCII)
# What an event says of a model's figure.
OF_MODEL = (
    "risk",
    "band",
    "newHospital",
    "sameHospital",
    "inputsKnown",
    "studyUncertainty",
)
Json = dict[str, Any]

# Kinds of entries about a call that came from outside.
CALLS = ("answer", "refusal", "feedback", "read", "mark", "note", "login")
# By kind: type, subtype, action.
EVENTS: Mapping[str, Json] = json.loads(
    Path(__file__).with_name("audit-events.json").read_text(encoding="utf-8")
)


def audit_event(stored: Stored) -> Json:
    return _validated(_event(stored))


def export_event(own: Stored, manifest: Mapping[str, Any]) -> Json:
    """Make the event of the export itself: the last line of the file."""
    event = _event(own)
    details = {name: value for name, value in manifest.items() if name != "filter"}
    event["entity"].append(
        _entity({"identifier": {"value": "manifest"}}, details, role=("3", "Report"))
    )
    return _validated(event)


def _validated(event: Json) -> Json:
    """Return the event as FHIR writes it.

    Raises:
        AuditUnavailable: it is none, since a cell of the entry was altered: an empty
            id, for example. The message of the library would repeat the cell.
    """
    try:
        valid = class_of("AuditEvent").model_validate(event)
    except ValidationError:
        raise AuditUnavailable(ALTERED) from None
    return dict(valid.model_dump(mode="json"))


def _event(stored: Stored) -> Json:
    is_logout = stored.kind == "login" and stored.result == "logout"
    name = "logout" if is_logout else stored.kind
    other = {
        "type": EVENTS["start"]["type"],
        "subtype": {"system": OWN, "code": stored.kind},
        "action": "E",
    }
    of_kind = EVENTS.get(name, other)
    outcome, description = _outcome(stored)
    chained = {
        "sequence": str(stored.sequence),
        "hash": stored.hash,
        "commitment": stored.commitment,
    }
    event: Json = {
        "resourceType": "AuditEvent",
        "id": stored.id,
        "type": of_kind["type"],
        "subtype": [of_kind["subtype"]],
        "action": of_kind["action"],
        "recorded": stored.at,
        "outcome": outcome,
        "agent": list(_agents(stored)),
        "source": _source(stored),
        "entity": [
            _entity(_uuid(stored.id), chained, role=("13", "Security Resource")),
            *_entities(stored),
        ],
    }
    if description:
        event["outcomeDesc"] = description
    if stored.kind in ("answer", "refusal", "feedback"):
        event["purposeOfEvent"] = [
            {"coding": [{"system": REASON, "code": "TREAT", "display": "treatment"}]}
        ]
    return event


def _outcome(stored: Stored) -> tuple[str, str]:
    """Return the outcome code: 0 success, 4 minor failure, 8 serious.

    Minor: refused, or part of the record unread. Serious: our own fault.
    """
    if stored.body is None:
        return "0", "purged after its retention"
    if stored.status is not None and stored.status >= 500:
        return "8", stored.reason or ""
    if stored.result == "denied":
        return "4", "denied"
    if stored.kind == "refusal" or stored.partial:
        return "4", stored.reason or "part of the record could not be read"
    return "0", ""


def _agents(stored: Stored) -> Iterator[Json]:
    """List the agents: who asked, by which client (BALP's source), and who answered."""
    user, is_call = stored.user, stored.kind in CALLS
    if is_call:
        client: Json = {"display": "not named"}
        if stored.client:
            client = _named(stored.client)
        yield {
            "type": _coded(DICOM, "110153", "Source Role ID"),
            "who": client,
            "requestor": user is None,
        }
    role = (
        ("110152", "Destination Role ID") if is_call else ("110153", "Source Role ID")
    )
    yield {
        "type": _coded(DICOM, *role),
        "who": _service(stored),
        "requestor": user is None and not is_call,
    }
    if user is not None:
        is_reference = REFERENCE.fullmatch(user) is not None
        who = {"reference": user} if is_reference else _named(user)
        yield {
            "type": _coded(PARTICIPATION, "IRCP", "information recipient"),
            "who": who,
            "requestor": True,
        }


def _service(stored: Stored) -> Json:
    return {
        "identifier": {
            "system": SERVICES,
            "value": f"{stored.service_id or 'kyphoplasty-cds'}|{__version__}",
        }
    }


def _source(stored: Stored) -> Json:
    source: Json = {
        "observer": _service(stored),
        "type": [{"system": SOURCE_TYPE, "code": "4", "display": "Application Server"}],
    }
    if stored.tenant:
        source["site"] = stored.tenant
    return source


def _entity(
    what: Json | None,
    details: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
    *,
    kind: tuple[str, str] = ("2", "System Object"),
    role: tuple[str, str] | None = None,
) -> Json:
    pairs = details.items() if isinstance(details, Mapping) else details
    parts = [
        {
            "type": name,
            "valueString": value if isinstance(value, str) else canonical_json(value),
        }
        for name, value in pairs
    ]
    entity: Json = {
        "type": {"system": ENTITY_TYPE, "code": kind[0], "display": kind[1]}
    }
    if what:
        entity["what"] = what
    if role:
        entity["role"] = {"system": ROLE, "code": role[0], "display": role[1]}
    if parts:
        entity["detail"] = parts
    return entity


def _named(value: str, system: str | None = None) -> Json:
    """Return a reference by identifier."""
    identifier = {"value": value}
    if system:
        identifier["system"] = system
    return {"identifier": identifier}


def _entities(stored: Stored) -> Iterator[Json]:
    content = stored.content
    if stored.patient:
        yield _entity(
            {"reference": f"Patient/{stored.patient}"},
            kind=("1", "Person"),
            role=("1", "Patient"),
        )
    if stored.encounter:
        yield _entity({"reference": f"Encounter/{stored.encounter}"})
    if stored.hook_instance:
        yield {
            "what": _named(stored.hook_instance),
            "type": {"system": BALP_ENTITY, "code": "XrequestId"},
        }
    if content and stored.kind in ("read", "export"):
        # As in BALP: the query itself, without its results.
        query = base64.b64encode(canonical_json(content).encode()).decode()
        yield _entity(None, role=("24", "Query")) | {"query": query}
    yield from _orders(content)
    yield from _models(content)
    yield from _cards(stored)


def _orders(content: Mapping[str, Any]) -> Iterator[Json]:
    """Describe the draft orders, which have no URL yet; the digest identifies them."""
    digest = content.get("draftsDigest")
    details = {"drafts-sha256": digest} if digest else {}
    for reference in content.get("orders", ()):
        yield _entity(_named(reference), details)


def _models(content: Mapping[str, Any]) -> Iterator[Json]:
    digests = content.get("models", {})
    for assessment in content.get("assessments", ()):
        for model in assessment.get("models", ()):
            values = {name: model[name] for name in OF_MODEL if name in model}
            if digest := digests.get(model["model"], {}).get("digest"):
                values["digest"] = digest
            version = f"{model['model']}|{model['modelVersion']}"
            yield _entity(_named(version, MODELS), values)


def _cards(stored: Stored) -> Iterator[Json]:
    """Describe the cards that were shown, or the card that the feedback is about."""
    for card in stored.cards:
        rules = [("rule", rule) for rule in card.rules]
        yield _entity(
            _uuid(card.card),
            [("topic", card.topic), ("indicator", card.indicator), *rules],
        )
    if stored.card:
        values = {
            "topic": stored.topic,
            "outcome": stored.result,
            "reason": stored.reason,
        }
        yield _entity(
            _uuid(stored.card), {name: value for name, value in values.items() if value}
        )


def _uuid(uuid: str) -> Json:
    return _named(f"urn:uuid:{uuid}", "urn:ietf:rfc:3986")


def _coded(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}
