"""Turn every error into a status and an OperationOutcome, by one table.

All exceptions of a request are caught here. The body of an answer holds fixed texts,
and ids that the caller sent or that we made. It never holds values from a record or the
text of an exception that is not ours.
"""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, has_request_context, render_template, request
from gunicorn.http.errors import (
    ChunkMissingTerminator,
    InvalidChunkSize,
    NoMoreData,
    ParseException,
)
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from cds_service import errors
from cds_service.core.data_file import read_toml

Result = TypeVar("Result")
# Raised by gunicorn while it reads a body: the chunks or trailers are malformed, or the
# client has gone.
BROKEN_BODY = (ParseException, InvalidChunkSize, ChunkMissingTerminator, NoMoreData)
LOG = logging.getLogger("kyphoplasty_cds.errors")

# Exception, status, FHIR issue type. The first match counts.
STATUSES: tuple[tuple[type[errors.CdsError], int, str], ...] = (
    (errors.MalformedRequest, 400, "invalid"),
    (errors.TooMuchAsked, 413, "too-long"),
    (errors.PatientMismatch, 400, "business-rule"),
    (errors.NotAuthenticated, 401, "login"),
    (errors.NotAllowed, 403, "forbidden"),
    (errors.UnknownService, 404, "not-found"),
    (errors.AmbiguousFeedback, 409, "multiple-matches"),
    (errors.EvidenceUnavailable, 412, "processing"),
    (errors.TooBusy, 503, "transient"),
    (errors.DeadlinePassed, 503, "timeout"),
    (errors.AuditUnavailable, 503, "transient"),
)
# Issue type and text of errors that Flask raises, by status.
HTTP: Mapping[str, Mapping[str, str]] = read_toml(
    Path(__file__).with_name("errors.toml")
)
# The same for every failure, so that a caller learns nothing; operators find the reason
# in the log.
NOT_AUTHENTICATED = (
    "Not authenticated. A call needs a JSON Web Token of an issuer that [[clients]] of"
    " site.toml names, signed with its keys, whose aud is the address called or one of"
    " its audiences. Each token is accepted once."
)


def register_errors(app: Flask) -> None:
    """Make the application answer every error with an OperationOutcome."""
    app.register_error_handler(Exception, answer_error)


def caught(act: Callable[[], Result]) -> Result | Exception:
    """Call a function and return its result, or the exception that it raised."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - Flask's own handler aside, only here
        return error


def answer_error(error: Exception, hook_instance: str = "") -> Response:
    """Make the response to a request that failed with this error."""
    repeated = f"hookInstance {hook_instance}" if hook_instance else ""
    if isinstance(error, BROKEN_BODY):
        error = BadRequest()
    if isinstance(error, MemoryError):
        log_unexpected(error)
        error = ServiceUnavailable()
    if isinstance(error, HTTPException):
        return _answer_http(error, repeated)
    status_and_code = next(
        ((status, code) for kind, status, code in STATUSES if isinstance(error, kind)),
        None,
    )
    if status_and_code:
        return _answer_own(error, *status_and_code, repeated)
    diagnostics = " ".join(filter(None, (repeated, f"error {log_unexpected(error)}")))
    return outcome(
        500,
        "exception",
        "An unexpected error; the service's log has it under the id below.",
        diagnostics,
    )


def outcome(status: int, code: str, text: str, diagnostics: str = "") -> Response:
    """Return a response with one issue, an OperationOutcome or a page for browsers."""
    later = {"Retry-After": "1"} if status == 503 else None
    if has_request_context() and _wants_page():
        page = render_template(
            "error.html", status=status, text=text, diagnostics=diagnostics
        )
        return Response(page, status, later)
    issue = {"severity": "error", "code": code, "details": {"text": text}}
    if diagnostics:
        issue["diagnostics"] = diagnostics
    body = {"resourceType": "OperationOutcome", "issue": [issue]}
    return Response(
        json.dumps(body),
        status,
        later,
        content_type="application/fhir+json; charset=utf-8",
    )


def _wants_page() -> bool:
    # The first one is used if the client accepts all of them alike.
    kinds = ["application/fhir+json", "application/json", "text/html"]
    return (
        request.method in {"GET", "HEAD"}
        and request.accept_mimetypes.best_match(kinds) == "text/html"
    )


def _answer_own(error: Exception, status: int, code: str, repeated: str) -> Response:
    if status == 401:
        response = outcome(status, code, NOT_AUTHENTICATED)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if isinstance(error, errors.EvidenceUnavailable):
        code = error.issue
    return outcome(status, code, str(error), repeated)


def _answer_http(error: HTTPException, repeated: str) -> Response:
    """Make the response to an error or a redirect of Flask."""
    status = error.code or 500
    if status < 400 and error.response is None:
        return Response(status=status, headers=error.get_headers())
    words = HTTP.get(str(status), {"issue": "processing", "text": error.name})
    response = outcome(status, words["issue"], words["text"], repeated)
    allowed = dict(error.get_headers()).get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def log_unexpected(error: Exception) -> str:
    """Log an unexpected error and return its id.

    Its text may be about a patient, so only kind and place are logged.
    """
    error_id = str(uuid.uuid4())
    LOG.error(
        "unexpected error",
        extra={"fields": {"event": "error", "errorId": error_id}, "failure": error},
    )
    return error_id
