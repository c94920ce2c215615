"""The description of our addresses in OpenAPI 3.1, made from what is loaded; no data of patients in it."""

from __future__ import annotations

from typing import Any

from cds_service import __version__
from cds_service.feedback import MAX_ITEMS
from cds_service.service import Service

JSON = "application/json"
REQUEST: dict[str, Any] = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": {"type": "string"},
        "hookInstance": {"type": "string", "format": "uuid"},
        "fhirServer": {"type": "string", "format": "uri"},
        "fhirAuthorization": {"type": "object"},
        "context": {"type": "object"},
        "prefetch": {"type": ["object", "null"]},
    },
}
CARDS: dict[str, Any] = {
    "type": "object",
    "required": ["cards"],
    "properties": {"cards": {"type": "array", "items": {"type": "object"}}},
}
FEEDBACK_ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["card", "outcome", "outcomeTimestamp"],
    "properties": {
        "card": {"type": "string"},
        "outcome": {"enum": ["accepted", "overridden"]},
        "acceptedSuggestions": {
            "type": "array",
            "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        },
        "overrideReason": {"type": "object"},
        "outcomeTimestamp": {"type": "string", "format": "date-time"},
    },
}
FEEDBACK: dict[str, Any] = {
    "type": "object",
    "required": ["feedback"],
    "properties": {"feedback": {"type": "array", "items": FEEDBACK_ITEM, "maxItems": MAX_ITEMS}},
}


def describe_paths(service: Service, *, has_review: bool) -> dict[str, Any]:
    """The document behind `/openapi.json`."""
    calls = {
        f"/cds-services/{hook.id}": {"post": _call(str(hook.discovery.get("title", hook.id)))}
        for hook in service.hooks.values()
    }
    model_id = {"name": "id", "in": "path", "required": True, "schema": {"enum": list(service.model_cards)}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "kyphoplasty-cds", "version": __version__},
        "paths": {
            "/": _page("what this is"),
            "/cds-services": {"get": _operation("CDS Hooks discovery", {JSON: {"schema": {"type": "object"}}})},
            **calls,
            **{f"{path}/feedback": {"post": _feedback()} for path in calls},
            "/models": _page("the models in force", JSON),
            "/models/{id}": {**_page("one model", JSON, 404), "parameters": [model_id]},
            "/sandbox": _page("a CDS Hooks client for people, in open mode", 404),
            **_behind_the_sandbox(),
            **(
                {"/audit": _page("the audit log, for reviewers with an account; more pages below", 401)}
                if has_review
                else {}
            ),
            "/openapi.json": {"get": _operation("this description", {JSON: {}})},
            "/health/live": {"get": _operation("the process answers", {JSON: {}})},
            "/health/ready": {"get": _readiness()},
            "/metrics": {"get": _operation("counts in Prometheus format", {"text/plain": {}})},
        },
    }


def _behind_the_sandbox() -> dict[str, Any]:
    """What the sandbox page itself asks; no interface for others."""
    patients = _operation("patients of a server, by name or id", {JSON: {}}, 400, 403)
    record = _operation("findings and gaps of a record", {JSON: {}}, 400, 403, 412)
    read = _operation("the sample patients as a FHIR R4 server", {"application/fhir+json": {}}, 400, 403, 404)
    path = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/sandbox/choices": {"get": _operation("codes of the orders that can be drafted", {JSON: {}}, 403)},
        "/sandbox/patients": {"post": patients},
        "/sandbox/record": {"post": record},
        "/sandbox/fhir": {"get": read},
        "/sandbox/fhir/{path}": {"get": read, "parameters": [path]},
    }


def _call(summary: str) -> dict[str, Any]:
    operation = _operation(summary, {JSON: {"schema": CARDS}}, 400, 401, 403, 404, 412, 413, 415, 503)
    return {**operation, "requestBody": {"required": True, "content": {JSON: {"schema": REQUEST}}}}


def _feedback() -> dict[str, Any]:
    operation = _operation("what users did with cards; recorded", {JSON: {}}, 400, 401, 404, 413, 415, 503)
    return {**operation, "requestBody": {"required": True, "content": {JSON: {"schema": FEEDBACK}}}}


def _readiness() -> dict[str, Any]:
    operation = _operation("versions and digests of what is in force, and how the audit log does", {JSON: {}})
    refusal = {"description": "no entry of the audit log could be written", "content": {JSON: {}}}
    return {**operation, "responses": {**operation["responses"], "503": refusal}}


def _page(summary: str, *also: str | int) -> dict[str, Any]:
    content: dict[str, Any] = {"text/html": {}, **{kind: {} for kind in also if isinstance(kind, str)}}
    return {"get": _operation(summary, content, *(status for status in also if isinstance(status, int)))}


def _operation(summary: str, content: dict[str, Any], *errors: int) -> dict[str, Any]:
    outcome = {"description": "refused", "content": {"application/fhir+json": {"schema": {"type": "object"}}}}
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    return {"summary": summary, "responses": {**responses, **{str(status): outcome for status in errors}}}
