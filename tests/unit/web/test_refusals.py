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
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.chart_builders import (
    HOOK,
    HOOK_INSTANCE,
    NOW,
    PATIENT,
    KeptEntries,
    brace,
    kyphoplasty,
    open_service,
    order_sign,
    patient,
)

ADDRESS = f"/cds-services/{HOOK}"


def application(*, error: Exception | None = None, log: Any = None):
    def flow(*_arguments):
        raise error

    kept = log or KeptEntries()
    options = {"flow": flow} if error else {}
    app = create_app(
        open_service(),
        Settings(deadline_seconds=60),
        audit=kept,
        base_url="http://127.0.0.1:8080",
        clock=lambda: NOW,
        **options,
    )
    return app.test_client(), kept


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
    client, log = application(error=error)
    assert client.post(ADDRESS, json=signed(encounterId="enc-1")).status_code == status
    (entry,) = log.entries
    assert (entry.kind, entry.status, entry.result, entry.reason) == ("refusal", status, "refused", reason)
    assert (entry.hook_instance, entry.patient, entry.user) == (HOOK_INSTANCE, PATIENT, "Practitioner/7")
    assert (entry.encounter, entry.at, entry.service_id) == ("enc-1", NOW, HOOK)
    assert entry.content["orders"] == ["ServiceRequest/kypho"]
    assert len(entry.content["draftsDigest"]) == 64
    assert entry.content["issue"] == ("timeout" if status == 412 else None)
    assert "secret" not in str(entry)


def test_a_server_that_may_not_be_named_is_a_refusal():
    client, log = application()
    body = signed() | {"fhirServer": "https://elsewhere.example.org/fhir"}
    del body["prefetch"]["conditions"]
    assert client.post(ADDRESS, json=body).status_code == 403
    assert [entry.reason for entry in log.entries] == ["not-allowed"]


def test_a_full_prefetch_is_answered_and_the_server_that_it_names_is_not_recorded():
    client, log = application()
    body = signed() | {"fhirServer": "https://elsewhere.example.org/fhir"}
    assert client.post(ADDRESS, json=body).status_code == 200
    (entry,) = log.entries
    assert entry.content["record"]["server"] == "not listed"
    assert "elsewhere" not in str(entry)


def test_an_order_of_another_patient_is_a_refusal():
    client, log = application()
    assert client.post(ADDRESS, json=signed(patientId="other")).status_code == 400
    assert [(entry.reason, entry.patient) for entry in log.entries] == [("patient-mismatch", "other")]


@pytest.mark.parametrize(
    ("changed", "patient_id", "instance"),
    [
        ({"hookInstance": "no uuid"}, PATIENT, None),
        ({"hookInstance": 7}, PATIENT, None),
        ({"hook": "patient-view"}, PATIENT, HOOK_INSTANCE),
        ({"hookInstance": HOOK_INSTANCE.upper(), "hook": "x"}, PATIENT, HOOK_INSTANCE),
    ],
)
def test_a_malformed_request_with_an_augmentation_order_is_a_refusal_without_what_is_no_id(
    changed, patient_id, instance
):
    client, log = application()
    assert client.post(ADDRESS, json=signed() | changed).status_code == 400
    (entry,) = log.entries
    assert (entry.reason, entry.patient, entry.hook_instance) == ("malformed-request", patient_id, instance)


@pytest.mark.parametrize("context", [{"patientId": "Jane Doe"}, {"userId": 7}, {"patientId": None}])
def test_names_in_the_place_of_ids_are_not_kept(context):
    client, log = application()
    assert client.post(ADDRESS, json=signed(**context)).status_code == 400
    assert "Jane" not in str(log.entries)
    assert len(log.entries) == 1


@pytest.mark.parametrize(
    "body",
    [
        order_sign([patient()], brace()) | {"hook": "x"},
        order_sign([patient()]) | {"hook": "x"},
        {},
        {"context": []},
        {"context": {"draftOrders": 7, "patientId": 7}},
        [],
    ],
)
def test_a_refusal_without_an_augmentation_order_is_only_counted(body):
    client, log = application()
    assert client.post(ADDRESS, json=body).status_code == 400
    assert log.entries == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"context": {"patientId": "a", "patientId": "b"}}'])
def test_what_cannot_be_read_is_only_counted(body):
    client, log = application()
    assert client.post(ADDRESS, data=body, content_type="application/json").status_code == 400
    assert log.entries == []


def test_an_order_that_is_not_ours_leaves_no_entry():
    client, log = application()
    body = order_sign([patient()])
    assert client.post(ADDRESS, json=body).json == {"cards": []}
    assert log.entries == []
    assert 'calls_total{service="kyphoplasty-order-sign",status="200"} 1.0' in client.get("/metrics").text


class _NoAudit(KeptEntries):
    def append(self, _entry, _until=None):
        raise AuditUnavailable("x")


def test_a_refusal_leaves_also_when_it_cannot_be_recorded():
    client, _ = application(log=_NoAudit())
    assert client.post(ADDRESS, json=signed(patientId="other")).status_code == 400
    assert 'audit_entries_total{kept="lost",kind="refusal"} 1.0' in client.get("/metrics").text


def test_without_an_entry_there_is_no_card_and_no_second_try_for_the_refusal():
    log = _NoAudit()
    client, _ = application(log=log)
    response = client.post(ADDRESS, json=signed())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert PATIENT not in response.text
    assert 'audit_entries_total{kept="lost",kind="refusal"} 0.0' in client.get("/metrics").text
