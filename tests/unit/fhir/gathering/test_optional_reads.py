"""Reports and studies of imaging: read with the time that is left; without them the record is whole."""

import json
import time

import pytest

from cds_service.errors import EvidenceUnavailable, FhirReadError
from cds_service.fhir.gathering.prefetch import plan_prefetch
from cds_service.fhir.gathering.reading import Fetched
from cds_service.fhir.gathering.record import gather, state_of
from cds_service.fhir.gathering.subjects import Person
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.chart_builders import open_service
from tests.wire_builders import hook_request

PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "diagnosticReports": "DiagnosticReport?patient={{context.patientId}}",
        "imagingStudies": "ImagingStudy?patient={{context.patientId}}",
    }
)
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-02-03"}
SUBJECT = {"reference": "Patient/p1"}
NOTHING = {"resourceType": "Bundle", "type": "searchset", "entry": []}
REFUSED = FhirReadError("http-403", "not permitted to read (403)")


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def report(**members):
    code = {"text": "CT Lumbar spine WO contrast"}
    return {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": SUBJECT,
        "code": code,
        **members,
    }


class Scripted:
    """What each type answers: a document, or a fault; in which order it is asked."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def fetch(self, query, *, until):
        kind = query.partition("?")[0].partition("/")[0]
        self.asked.append((kind, until - time.monotonic()))
        answer = self.answers.get(kind, NOTHING)
        if isinstance(answer, Exception):
            raise answer
        return Fetched((answer,))

    def follow(self, page, *, until):  # noqa: ARG002
        raise AssertionError("nothing has a next page")


def read(fhir, **prefetch):
    request = parse_request(json.dumps(hook_request(patientId="p1", prefetch=prefetch)).encode(), "order-sign")
    return gather(request, PLAN, fhir, open_service().terminology, Person("p1"), deadline=Deadline.after(20))


@pytest.mark.parametrize("refused", ["DiagnosticReport", "ImagingStudy"])
def test_a_refused_read_of_imaging_leaves_the_record_whole(refused):
    record = read(Scripted(Patient=PATIENT, **{refused: REFUSED}))
    assert state_of(record).unread == {}
    assert state_of(record).incomplete == {}


def test_imaging_that_nobody_sent_leaves_the_record_whole():
    record = read(None, patient=PATIENT, conditions=None)
    assert state_of(record).unread == {}


def test_imaging_alone_is_no_evidence():
    with pytest.raises(EvidenceUnavailable):
        read(Scripted(Patient=REFUSED, Condition=REFUSED, DiagnosticReport=bundle(report())))


def test_a_broken_report_is_left_out_in_silence():
    broken = report(effectiveDateTime={"not": "a time"})
    record = read(Scripted(Patient=PATIENT, DiagnosticReport=bundle(broken)))
    assert record.of_key("diagnosticReports") == ()
    assert state_of(record).unreadable == 0


def test_imaging_is_asked_after_the_rest_and_may_not_take_all_the_time():
    fhir = Scripted(Patient=PATIENT)
    read(fhir)
    kinds = [kind for kind, _ in fhir.asked]
    assert set(kinds[:2]) == {"Patient", "Condition"}
    assert set(kinds[2:]) == {"DiagnosticReport", "ImagingStudy"}
    times = dict(fhir.asked)
    assert times["ImagingStudy"] < times["Patient"] * 0.6


def test_a_report_of_another_patient_is_dropped():
    record = read(Scripted(Patient=PATIENT, DiagnosticReport=bundle(report(subject={"reference": "Patient/p2"}))))
    assert record.of_key("diagnosticReports") == ()


def test_sent_imaging_is_not_asked_again():
    fhir = Scripted()
    sent = {"patient": PATIENT, "conditions": None, "diagnosticReports": bundle(report()), "imagingStudies": None}
    record = read(fhir, **sent)
    assert fhir.asked == []
    assert [one.concepts for one in record.of_key("diagnosticReports")] == [frozenset({"trunk-ct"})]
