"""The description of our addresses in OpenAPI 3.1, made from what is loaded; no data of patients in it."""

from __future__ import annotations

from typing import Any

from cds_service import __version__
from cds_service.service import Service
from cds_service.web.openapi_bodies import (
    CARDS,
    FEEDBACK,
    NOTHING,
    OUTCOME,
    PATIENTS_WANTED,
    RECORD_WANTED,
    SERVICES,
    Schema,
    request_schema,
)

JSON = "application/json"
FHIR = "application/fhir+json"
HTML = "text/html"
# What any address may answer, before it is asked which one it is: arrival, size and load.
ALWAYS = (400, 408, 413, 414, 417, 421, 431, 503)


def describe_paths(service: Service, *, has_review: bool) -> dict[str, Any]:
    """The document behind `/openapi.json`."""
    calls = {
        f"/cds-services/{hook.id}": {"post": _call(str(hook.discovery.get("title", hook.id)), hook.hook)}
        for hook in service.hooks.values()
    }
    model_id = {"name": "id", "in": "path", "required": True, "schema": {"enum": list(service.model_cards)}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "kyphoplasty-cds", "version": __version__},
        "paths": {
            "/": _page("what this is"),
            "/cds-services": {"get": _operation("CDS Hooks discovery", {JSON: {"schema": SERVICES}}, 401)},
            **calls,
            **{f"{path}/feedback": {"post": _feedback()} for path in calls},
            "/models": _page("the models in force", JSON),
            "/models/{id}": {**_page("one model", JSON, 404), "parameters": [model_id]},
            "/guidelines": _page("the guideline lines behind each recommendation", JSON),
            "/sandbox": _page("a CDS Hooks client for people, in open mode", 404),
            **_behind_the_sandbox(),
            **({"/audit": _review()} if has_review else {}),
            "/openapi.json": {"get": _operation("this description", {JSON: {}})},
            "/health/live": {"get": _operation("the process answers", {JSON: {}})},
            "/health/ready": {"get": _readiness()},
            "/metrics": {"get": _operation("counts in Prometheus format", {"text/plain": {}})},
        },
    }


def _behind_the_sandbox() -> dict[str, Any]:
    """What the sandbox page itself asks; no interface for others."""
    patients = _operation("patients of a server, by name or id", {JSON: {}}, 403)
    record = _operation("findings and gaps of a record", {JSON: {}}, 403, 412)
    read = _operation("the sample patients as a FHIR R4 server", {FHIR: {}}, 403, 404, 410)
    path = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/sandbox/choices": {"get": _operation("codes of the orders that can be drafted", {JSON: {}}, 403)},
        "/sandbox/patients": {"post": _with_body(patients, PATIENTS_WANTED)},
        "/sandbox/record": {"post": _with_body(record, RECORD_WANTED)},
        "/sandbox/fhir": {"get": read},
        "/sandbox/fhir/{path}": {"get": read, "parameters": [path]},
    }


def _call(summary: str, hook: str) -> dict[str, Any]:
    operation = _operation(summary, {JSON: {"schema": CARDS}}, 401, 403, 404, 412, 415)
    return _with_body(operation, request_schema(hook))


def _feedback() -> dict[str, Any]:
    operation = _operation("what users did with cards; recorded", {JSON: {"schema": NOTHING}}, 401, 404, 415)
    return _with_body(operation, FEEDBACK)


def _with_body(operation: dict[str, Any], schema: Schema) -> dict[str, Any]:
    return {**operation, "requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def _readiness() -> dict[str, Any]:
    operation = _operation("versions and digests of what is in force, and how the audit log does", {JSON: {}})
    refusal = {"description": "no entry of the audit log could be written", "content": {JSON: {}, FHIR: {}}}
    return {**operation, "responses": {**operation["responses"], "503": refusal}}


def _review() -> dict[str, Any]:
    """The first of the review pages: its refusals are pages too."""
    operation = _page("the audit log, for reviewers with an account; more pages below")["get"]
    pages = {str(status): {"description": "a page that says why", "content": {HTML: {}}} for status in (401, 403, 503)}
    return {"get": {**operation, "responses": {**operation["responses"], **pages}}}


def _page(summary: str, *also: str | int) -> dict[str, Any]:
    content: dict[str, Any] = {HTML: {}, **{kind: {} for kind in also if isinstance(kind, str)}}
    return {"get": _operation(summary, content, *(status for status in also if isinstance(status, int)))}


def _operation(summary: str, content: dict[str, Any], *errors: int) -> dict[str, Any]:
    outcome = {"description": "refused", "content": {FHIR: {"schema": OUTCOME}}}
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    refused = {str(status): outcome for status in sorted({*ALWAYS, *errors})}
    return {"summary": summary, "responses": {**responses, **refused}}
