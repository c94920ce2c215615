"""Checks whether an HTTP answer is the requested FHIR resource, and if not, says why in words for people."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from requests import Response
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.prefetch import is_error_outcome
from cds_service.fhir.raw_json import member, objects, text
from cds_service.protocol.json_text import JsonTextError, decode_record_json

REFUSALS: Mapping[int, str] = {
    401: "the access token was refused or has expired (401)",
    403: "not permitted to read (403)",
    404: "not found on the server (404)",
    410: "deleted or no longer kept (410)",
    429: "the server has too many requests (429)",
}
WITHOUT_TOKEN = "the server asks for an access token, and the request has none (401)"  # noqa: S105 - no secret
MERGED_CODE = "4107"  # Epic: the patient was merged into another
DEMAND = re.compile(
    r"code or category|category or code"
    r"|(missing|required|must (have|include|contain|specify))[^.]{0,60}\b(intent|category)\b"
    r"|\b(intent|category)\b[^.]{0,40}(is required|required|missing|must be)",
    re.IGNORECASE,
)


def judge(reply: Response, *, has_token: bool) -> dict[str, Any]:
    """Return the resource in this answer.

    Args:
        reply: an answer with any status except a redirect.
        has_token: whether the request carried a token, for the wording of a refusal.

    Raises:
        FhirReadError: a refusal, not FHIR JSON, or an OperationOutcome that says error.
    """
    if reply.status_code != 200:
        raise _refusal(reply, has_token=has_token)
    document = _decoded(reply)
    if document["resourceType"] == "OperationOutcome" and is_error_outcome(document):
        raise _demand(document) or FhirReadError("outcome", "the server answered with an error")
    return document


def _refusal(reply: Response, *, has_token: bool) -> FhirReadError:
    said = _demand(_outcome_in(reply)) if reply.status_code != 401 else None
    if said is not None:
        return said
    if reply.status_code < 500 and DEMAND.search(reply.content[:2000].decode("utf-8", "replace")):
        return _category_demand()
    if reply.status_code == 401 and not has_token:
        return FhirReadError("http-401", WITHOUT_TOKEN)
    verb = "failed" if reply.status_code >= 500 else "refused"
    return FhirReadError(
        f"http-{reply.status_code}", REFUSALS.get(reply.status_code, f"the server {verb} ({reply.status_code})")
    )


def _outcome_in(reply: Response) -> Any:
    try:
        return decode_record_json(reply.content)
    except JsonTextError:
        return None


def _demand(outcome: Any) -> FhirReadError | None:
    """What an OperationOutcome reports that we can act on or name."""
    issues = objects(member(outcome, "issue"))
    codes = {text(coding.get("code")) for issue in issues for coding in objects(member(issue, "details", "coding"))}
    if MERGED_CODE in codes:
        return FhirReadError("merged", "this patient's record was merged into another")
    if any(issue.get("code") == "required" for issue in issues):
        return _category_demand()
    return None


def _category_demand() -> FhirReadError:
    return FhirReadError("category-required", "the server demands a parameter that was not sent")


def _decoded(reply: Response) -> dict[str, Any]:
    if not reply.content.strip():
        raise FhirReadError("empty", "the server's answer is empty")
    content_type = reply.headers.get("Content-Type", "").lower()
    if "html" in content_type or "xml" in content_type:
        raise FhirReadError("content-type", "the server sent no FHIR JSON")
    try:
        document = decode_record_json(reply.content)
    except JsonTextError:
        raise FhirReadError("not-json", "the server sent no JSON that can be read") from None
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise FhirReadError("not-fhir", "the server sent no FHIR resource")
    return document


def wait_asked_for(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait (Retry-After); infinite if unreadable, None if not stated."""
    if (milliseconds := headers.get("x-ms-retry-after-ms", "")).isascii() and milliseconds.isdigit():
        return int(milliseconds[:9]) / 1000
    if (asked := headers.get("Retry-After")) is None:
        return None
    try:
        return Retry().parse_retry_after(asked.strip()[:40])
    except (InvalidHeader, ValueError, OverflowError):
        return math.inf
