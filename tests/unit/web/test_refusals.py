"""Refusals of requests with an augmentation order are entries of the audit log; other calls are only counted."""

from typing import Any

import pytest

from cds_service.errors import (
    AuditUnavailable,
    DeadlinePassed,
    EvidenceUnavailable,
    NotAuthenticated,
    PatientMismatch,
)
from tests.chart_builders import (
    HOOK,
    HOOK_INSTANCE,
    NOW,
    PATIENT,
    Asked,
    brace,
    kyphoplasty,
    order_sign,
    patient,
)


@pytest.fixture
def asked():
    return Asked()


def signed(**context: Any) -> dict[str, Any]:
    body = order_sign([patient()], kyphoplasty())
    body["context"] |= context
    return body


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (PatientMismatch("x"), 400, "patient-mismatch"),
        (NotAuthenticated("x"), 401, "not-authenticated"),
        (EvidenceUnavailable("x", "timeout"), 412, "evidence-unavailable"),
        (DeadlinePassed("x"), 503, "deadline-passed"),
        (RuntimeError("secret"), 500, "failure"),
    ],
)
def test_a_refusal_says_to_whom_about_whom_and_why(error, status, reason):
    def flow(*_arguments):
        raise error

    asked = Asked(flow=flow)
    assert asked.post(signed(encounterId="enc-1")).status_code == status
    (entry,) = asked.log.entries
    assert (entry.kind, entry.status, entry.result, entry.reason) == (
        "refusal",
        status,
        "refused",
        reason,
    )
    assert (entry.hook_instance, entry.patient, entry.user) == (
        HOOK_INSTANCE,
        PATIENT,
        "Practitioner/7",
    )
    assert (entry.encounter, entry.at, entry.service_id) == ("enc-1", NOW, HOOK)
    assert entry.content["orders"] == ["ServiceRequest/kypho"]
    assert len(entry.content["draftsDigest"]) == 64
    assert entry.content["issue"] == ("timeout" if status == 412 else None)
    assert "secret" not in str(entry)


def test_a_full_prefetch_is_answered_and_the_server_that_it_names_is_not_recorded(
    asked,
):
    assert (
        asked.post(
            signed() | {"fhirServer": "https://elsewhere.example.org/fhir"}
        ).status_code
        == 200
    )
    (entry,) = asked.log.entries
    assert entry.content["record"]["server"] == "not listed"
    assert "elsewhere" not in str(entry)


@pytest.mark.parametrize(
    ("changed", "instance"),
    [
        ({"hookInstance": "no uuid"}, None),
        ({"hookInstance": 7}, None),
        ({"hook": "patient-view"}, HOOK_INSTANCE),
        ({"hookInstance": HOOK_INSTANCE.upper(), "hook": "x"}, HOOK_INSTANCE),
    ],
)
def test_a_malformed_request_with_an_augmentation_order_is_a_refusal_without_what_is_no_id(
    asked, changed, instance
):
    assert asked.post(signed() | changed).status_code == 400
    (entry,) = asked.log.entries
    assert (entry.reason, entry.patient, entry.hook_instance) == (
        "malformed-request",
        PATIENT,
        instance,
    )


@pytest.mark.parametrize(
    "context", [{"patientId": "Jane Doe"}, {"userId": 7}, {"patientId": None}]
)
def test_names_in_the_place_of_ids_are_not_kept(asked, context):
    assert asked.post(signed(**context)).status_code == 400
    assert "Jane" not in str(asked.log.entries)
    assert len(asked.log.entries) == 1


@pytest.mark.parametrize(
    "body",
    [
        order_sign([patient()], brace()) | {"hook": "x"},
        order_sign([patient()]) | {"hook": "x"},
        {"context": {"draftOrders": 7, "patientId": 7}},
        *(b"{", b"\xff", b'{"context": {"patientId": "a", "patientId": "b"}}'),
    ],
)
def test_a_refusal_without_an_augmentation_order_is_only_counted(asked, body):
    sent = (
        {"data": body, "content_type": "application/json"}
        if isinstance(body, bytes)
        else {"json": body}
    )
    assert asked.client.post(f"/cds-services/{HOOK}", **sent).status_code == 400
    assert asked.log.entries == []


class NoAudit:
    def append(self, _entry, _until=None):
        raise AuditUnavailable("x")


@pytest.mark.parametrize(
    ("patient_id", "status", "lost"),
    [("other", 400, 1.0), (PATIENT, 503, 0.0)],
    ids=["refusal", "answer"],
)
def test_without_a_log_a_refusal_leaves_and_an_answer_becomes_one_that_is_not_tried_twice(
    patient_id, status, lost
):
    asked = Asked(log=NoAudit())
    response = asked.post(signed(patientId=patient_id))
    assert (response.status_code, response.headers.get("Retry-After")) == (
        status,
        "1" if status == 503 else None,
    )
    assert PATIENT not in response.text
    assert (
        f'audit_entries_total{{kept="lost",kind="refusal"}} {lost}'
        in asked.client.get("/metrics").text
    )
