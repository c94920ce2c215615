"""Types that a server does not keep or refuses: its CapabilityStatement decides, and what it keeps and refuses is open."""

import json

import pytest

from cds_service.call import Ports
from cds_service.errors import EvidenceUnavailable, FhirReadError
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import state_of
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests.chart_builders import (
    HOOK,
    NOW,
    KeptEntries,
    brace,
    by_topic,
    kyphoplasty,
    open_service,
    order_sign,
)
from tests.patients.reassuring import reassuring_record, selected
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import page
from tests.wire_builders import hook_request

SERVER = "https://ehr.example.org/fhir"
LISTS = {
    "conditions": "Condition",
    "procedures": "Procedure",
    "statements": "MedicationStatement",
    "diagnosticReports": "DiagnosticReport",
    "imagingStudies": "ImagingStudy",
}
PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        **{
            key: f"{kind}?patient={{{{context.patientId}}}}"
            for key, kind in LISTS.items()
        },
    }
)
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1950-02-03",
}


def refused(status):
    return FhirReadError(f"http-{status}", f"the server refused ({status})")


def capabilities(*types, mode="server"):
    resources = [{"type": one} for one in types]
    return {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": mode, "resource": resources}],
    }


def report(**members):
    named = {
        "id": "r",
        "status": "final",
        "code": {"text": "CT Lumbar spine WO contrast"},
    }
    return {
        "resourceType": "DiagnosticReport",
        "subject": {"reference": "Patient/p1"},
        **named,
        **members,
    }


def scripted(otherwise=None, **answers):
    return ScriptedReader(otherwise or page(), **{"Patient": PATIENT, **answers})


def cards_of(body, fhir):
    """Return the cards of a signing, by topic."""
    service = open_service()
    request = parse_request(json.dumps(body).encode(), "order-sign")
    ports = Ports(
        clock=lambda: NOW,
        fhir=fhir,
        audit=KeptEntries(),
        deadline=Deadline.after(60),
        base_url="https://cds.example.org",
    )
    cards = answer(service, service.hooks[HOOK], request, ports).cards
    return by_topic([one.model_dump(by_alias=True) for one in cards])


def read(fhir, **prefetch):
    return gathered(hook_request(prefetch=prefetch), PLAN, fhir)


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_refused_type_that_the_server_does_not_name_is_none_kept(status):
    fhir = scripted(
        Procedure=refused(status),
        metadata=capabilities("Patient", "Condition", "MedicationStatement"),
    )
    record = read(fhir)
    assert (record.reads["procedures"].state, record.reads["procedures"].note) == (
        "empty",
        "this server keeps none",
    )
    assert state_of(record).unread == {}
    assert fhir.kinds.count("metadata") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        capabilities("Patient", "Condition", "Procedure"),
        refused(401),
        page(),
        {"resourceType": "CapabilityStatement"},
        capabilities("Patient", mode="client"),
        capabilities("Condition", "MedicationStatement"),  # the Patient was just read
    ],
)
def test_a_refused_type_that_it_names_or_may_keep_could_not_be_read(metadata):
    assert set(
        state_of(read(scripted(Procedure=refused(404), metadata=metadata))).unread
    ) == {"procedures"}


@pytest.mark.parametrize("key", LISTS)
def test_a_list_that_is_forbidden_is_never_none_kept(key):
    """Whatever the server says that it keeps."""
    fhir = scripted(**{LISTS[key]: refused(403)}, metadata=capabilities("Patient"))
    record = read(fhir)
    assert record.reads[key].state == "failed"
    assert set(state_of(record).unread) == {key}


@pytest.mark.parametrize(
    "key", ["dispenses", "deviceRequests", "diagnosticReports", "procedures"]
)
def test_nothing_is_none_and_nothing_selected_next_to_a_forbidden_list(key):
    body = order_sign(reassuring_record(), kyphoplasty(), brace(), fhir_server=SERVER)
    del body["prefetch"][key], body["prefetch"]["imagingStudies"]
    whole, forbidden = (
        cards_of(
            body,
            scripted(said, ImagingStudy=page(), metadata=capabilities("Patient")),
        )
        for said in (page(), refused(403))
    )
    assert selected(whole)
    assert not selected(forbidden)
    assert "below the usual" in whole["rehabilitation"]["detail"]
    assert "below the usual" not in forbidden["rehabilitation"]["detail"]
    if key in ("dispenses", "procedures"):
        assert "none in" not in forbidden["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("answers", "unread"),
    [
        *(
            ({"Procedure": refused(status)}, {"procedures"})
            for status in (401, 429, 500, 503)
        ),
        ({}, set()),
        ({"MedicationStatement": refused(404)}, set()),  # many servers lack it
    ],
)
def test_what_leaves_nothing_open_asks_for_no_statement(answers, unread):
    fhir = scripted(metadata=capabilities("Patient"), **answers)
    assert set(state_of(read(fhir)).unread) == unread
    assert "metadata" not in fhir.kinds


# --- imaging


@pytest.mark.parametrize("kind", ["ImagingStudy", "DiagnosticReport"])
@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refused_read_of_imaging_is_named(kind, status):
    fhir = scripted(**{kind: refused(status)}, metadata=capabilities(kind))
    (key,) = [one for one in LISTS if LISTS[one] == kind]
    assert set(state_of(read(fhir)).unread) == {key}


def test_imaging_studies_that_the_server_keeps_none_of_are_no_gap():
    fhir = scripted(ImagingStudy=refused(404), metadata=capabilities("Patient"))
    assert state_of(read(fhir)).unread == {}


def test_imaging_that_nobody_sent_is_named():
    sent = dict.fromkeys(("conditions", "procedures", "statements"))
    state = state_of(read(None, patient=PATIENT, **sent))
    assert set(state.unread) == {"diagnosticReports", "imagingStudies"}


def test_imaging_alone_is_no_evidence():
    others = dict.fromkeys(
        ("Patient", "Condition", "Procedure", "MedicationStatement"), refused(403)
    )
    with pytest.raises(EvidenceUnavailable):
        read(scripted(**others, DiagnosticReport=page(report())))


@pytest.mark.parametrize(
    "one",
    [
        report(effectiveDateTime={"not": "a time"}),
        report(subject={"reference": "Patient/p2"}),
    ],
)
def test_a_broken_report_or_one_of_another_patient_is_left_out(one):
    record = read(scripted(DiagnosticReport=page(one)))
    assert record.of_key("diagnosticReports") == ()
    assert state_of(record).unreadable == 0


def test_imaging_may_not_take_all_the_time():
    fhir = scripted()
    read(fhir)
    assert fhir.seconds["ImagingStudy"] < fhir.seconds["Patient"] * 0.6


def test_sent_imaging_is_not_asked_again():
    fhir = scripted()
    sent = dict.fromkeys(LISTS) | {"diagnosticReports": page(report())}
    record = read(fhir, patient=PATIENT, **sent)
    assert fhir.asked == []
    assert [one.concepts for one in record.of_key("diagnosticReports")] == [
        frozenset({"trunk-ct", "awaited-report", "unusual-act"})
    ]
