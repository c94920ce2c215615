"""Refuses a request without evidence: nothing could be read, or the patient does not exist or is no longer active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.errors import EvidenceUnavailable, NotAllowed
from cds_service.fhir.gathering.prefetch import Answer, PrefetchPlan
from cds_service.fhir.raw_json import member, objects, text
from cds_service.protocol.messages import is_fhir_id

GONE = frozenset({"http-404", "http-410"})
# Why nothing could be read -> FHIR issue type, if one reason explains every failure.
ISSUES: Mapping[str, str] = {
    "http-401": "login",
    "expired": "expired",
    "token": "login",
    "http-403": "forbidden",
    "scope": "forbidden",
    "http-404": "not-found",
    "http-410": "not-found",
    "http-429": "throttled",
}
DENIED = frozenset({"fhir.host_denied", "tenant.mismatch"})  # nothing was asked: the caller may not name the server
CURE = "Send prefetch, or a fhirServer with an access token whose scopes cover the record."
TRANSIENT = frozenset({"unreachable", "reset", "dns", "tls", "truncated", "breaker", "timeout", "http-429"})


def refuse_without_evidence(plan: PrefetchPlan, answers: Mapping[str, Answer]) -> None:
    """Refuse a record that says nothing about the patient; a record of empty lists is accepted.

    Raises:
        NotAllowed: a key was not sent, and the caller may not name the server that has it.
        EvidenceUnavailable: no key could be read; the server has neither the patient nor any of their data; or the
            Patient is inactive and names no replacement.
    """
    for answer in answers.values():
        if answer.reason in DENIED:
            raise NotAllowed(answer.note, reason=answer.reason)
    if all(answer.state == "failed" for answer in answers.values()):
        why = _why(answers, plan)
        raise EvidenceUnavailable(f"Nothing of the record could be read. {why}. {CURE}", _issue(answers))
    patient = next((answers[one.key] for one in plan.needed.templates if one.resource_type == "Patient"), None)
    if patient is None:
        return
    if patient.reason in GONE and not any(answer.state == "given" for answer in answers.values()):
        raise EvidenceUnavailable(f"There is no such patient: {patient.note}.", "not-found")
    if any(not is_active(raw) and not is_replaced(raw) for raw in patient.resources[:1]):
        raise EvidenceUnavailable("The Patient is not in use any more (active = false).", "business-rule")


def is_active(patient: Mapping[str, Any]) -> bool:
    """Whether a raw Patient is active, which is the default."""
    return patient.get("active") is not False


def is_replaced(patient: Mapping[str, Any]) -> bool:
    """Whether a raw Patient was merged into another."""
    return any(link.get("type") == "replaced-by" for link in objects(patient.get("link")))


def replacement_of(patient: Mapping[str, Any]) -> str:
    """`Patient/<id>` of the Patient that replaced it; empty if none is clearly named."""
    links = (link for link in objects(patient.get("link")) if link.get("type") == "replaced-by")
    names = (text(member(link, "other", "reference")).partition("/_history/")[0].split("/") for link in links)
    return next((f"Patient/{name[-1]}" for name in names if name[-2:-1] == ["Patient"] and is_fhir_id(name[-1])), "")


def _why(answers: Mapping[str, Answer], plan: PrefetchPlan) -> str:
    """Each reason once, with its keys; optional parts are not asked for, since they would be no evidence."""
    keys: dict[str, list[str]] = {}
    for key, answer in answers.items():
        keys.setdefault(answer.note, []).append(key)
    for template in plan.optional.templates:
        keys.setdefault("not asked", []).append(template.key)
    return "; ".join(f"{', '.join(names)}: {note}" for note, names in keys.items())


def _issue(answers: Mapping[str, Answer]) -> str:
    reasons = {answer.reason for answer in answers.values()}
    if len(reasons) == 1 and (issue := ISSUES.get(next(iter(reasons)))):
        return issue
    return "transient" if all(_may_pass(reason) for reason in reasons) else "processing"


def _may_pass(reason: str) -> bool:
    """Whether the same request may succeed a little later."""
    return reason in TRANSIENT or reason.startswith("http-5")
