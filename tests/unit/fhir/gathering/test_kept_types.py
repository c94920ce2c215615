"""Types that a server does not keep or refuses: its CapabilityStatement decides, and what it keeps and refuses is open."""

import pytest

from cds_service.errors import EvidenceUnavailable, FhirReadError
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import state_of
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import page
from tests.wire_builders import hook_request

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


def scripted(**answers):
    return ScriptedReader(page(), **{"Patient": PATIENT, **answers})


def read(fhir, **prefetch):
    return gathered(hook_request(prefetch=prefetch), PLAN, fhir)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
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
        state_of(read(scripted(Procedure=refused(403), metadata=metadata))).unread
    ) == {"procedures"}


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
    fhir = scripted(ImagingStudy=refused(403), metadata=capabilities("Patient"))
    assert state_of(read(fhir)).unread == {}


def test_of_imaging_that_nobody_sent_the_reports_are_named():
    sent = dict.fromkeys(("conditions", "procedures", "statements"))
    state = state_of(read(None, patient=PATIENT, **sent))
    assert set(state.unread) == {"diagnosticReports"}


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
        frozenset({"trunk-ct"})
    ]
