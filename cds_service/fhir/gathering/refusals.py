"""Refuse a record of another patient, and one that says nothing of the patient."""

from collections.abc import Mapping

from cds_service.errors import EvidenceUnavailable, NotAllowed, PatientMismatch
from cds_service.fhir.gathering.patient_status import is_replaced
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.query_results import QueryResult, read_prefetch
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_cut
from cds_service.fhir.raw_json import truth
from cds_service.protocol.messages import HookRequest

GONE = frozenset({"http-404", "http-410"})
# FHIR's type of issue by the reason for which nothing could be read. It is used if one
# reason explains every failure.
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
# Reasons of a server that was not asked: the caller may not name it.
DENIED = frozenset({"fhir.host_denied", "tenant.mismatch"})
CURE = (
    "Send prefetch, or a fhirServer with an access token whose scopes cover the record."
)
# Reasons that may be gone at the next call; so may those of a server's own faults.
TRANSIENT = frozenset(
    {
        "unreachable",
        "reset",
        "dns",
        "tls",
        "truncated",
        "breaker",
        "timeout",
        "no-thread",
        "no-place",
        "http-429",
    }
)


def refuse_another_patient(plan: PrefetchPlan, request: HookRequest) -> None:
    """Refuse a call that sends another Patient than it names.

    Nothing is read from the server, so that the many calls that are not ours cost
    little.

    Raises:
        PatientMismatch: the Patient in the prefetch is another.
    """
    for template in plan.of_types("Patient").templates:
        sent = read_prefetch(template, request.prefetch)
        _own_patient(template, sent, request.context.patient_id)


def refuse_lists_of_another(record: PatientRecord) -> None:
    """Refuse lists that hold entries of other patients and none of this one.

    Raises:
        PatientMismatch: all that was sent or read is clearly another's.
    """
    has_own = any(read.state == "given" for read in record.reads.values())
    if record.foreign and not has_own and not is_cut(record):
        raise PatientMismatch(
            "The entries of the record are of another patient than context.patientId."
        )


def needed_results(
    plan: PrefetchPlan, results: Mapping[str, QueryResult], patient_id: str
) -> dict[str, QueryResult]:
    """Return the results that the plan needs; of Patients, only the request's.

    Raises:
        PatientMismatch: the Patient is another.
        EvidenceUnavailable: as `refuse_without_evidence`.
    """
    needed = {
        template.key: _own_patient(template, results[template.key], patient_id)
        for template in plan.needed.templates
    }
    refuse_without_evidence(plan, needed)
    return needed


def _own_patient(
    template: Template, result: QueryResult, patient_id: str
) -> QueryResult:
    """Return a result with the request's Patient alone; others than Patients stay.

    Raises:
        PatientMismatch: the Patient is another.
    """
    if template.resource_type != "Patient" or not result.resources:
        return result
    ids = [resource.get("id") for resource in result.resources]
    if ids.count(patient_id) > 1:
        return QueryResult(
            state="failed", note="two different Patients have this id", reason="answer"
        )
    if patient_id in ids:
        return result._replace(entries=(result.entries[ids.index(patient_id)],))
    if any(ids):
        raise PatientMismatch(
            "The Patient of the record is another than context.patientId."
        )
    return QueryResult(state="failed", note="the Patient has no id")


def refuse_without_evidence(
    plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> None:
    """Refuse a record that says nothing about the patient.

    A record of empty lists is accepted.

    Raises:
        NotAllowed: a key was not sent, and the caller may not name the server that has
            it.
        EvidenceUnavailable: no key could be read; the server has neither the patient
            nor any of their data; or the Patient is inactive and names no replacement.
    """
    for result in results.values():
        if result.reason in DENIED:
            raise NotAllowed(result.note, reason=result.reason)
    if all(result.state == "failed" for result in results.values()):
        why = _why(results, plan)
        raise EvidenceUnavailable(
            f"Nothing of the record could be read. {why}. {CURE}", _issue(results)
        )
    patients = plan.needed.of_types("Patient").templates
    if not patients:
        return
    read = results[patients[0].key]
    has_data = any(result.state == "given" for result in results.values())
    if read.reason in GONE and not has_data:
        raise EvidenceUnavailable(
            f"There is no such patient: {read.note}.", "not-found"
        )
    for patient in read.resources[:1]:
        if truth(patient.get("active")) is False and not is_replaced(patient):
            raise EvidenceUnavailable(
                "The Patient is not in use any more (active = false).", "business-rule"
            )


def _why(results: Mapping[str, QueryResult], plan: PrefetchPlan) -> str:
    """Say each reason once, with its keys; optional keys were `not asked`."""
    keys: dict[str, list[str]] = {}
    for key, result in results.items():
        keys.setdefault(result.note, []).append(key)
    for template in plan.optional.templates:
        keys.setdefault("not asked", []).append(template.key)
    return "; ".join(f"{', '.join(names)}: {note}" for note, names in keys.items())


def _issue(results: Mapping[str, QueryResult]) -> str:
    """Return FHIR's type of issue for results of which none could be read."""
    reasons = {result.reason for result in results.values()}
    if len(reasons) == 1 and (issue := ISSUES.get(next(iter(reasons)))):
        return issue
    may_pass = all(
        reason in TRANSIENT or reason.startswith("http-5") for reason in reasons
    )
    return "transient" if may_pass else "processing"
