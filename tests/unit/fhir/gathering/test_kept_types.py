"""A type that the CapabilityStatement does not name: the server keeps none of it. Asked only after a refusal."""

import json

import pytest

from cds_service.errors import FhirReadError
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
        "procedures": "Procedure?patient={{context.patientId}}",
        "statements": "MedicationStatement?patient={{context.patientId}}",
    }
)
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-02-03"}
NOTHING = {"resourceType": "Bundle", "type": "searchset", "entry": []}


def refused(status):
    return FhirReadError(f"http-{status}", f"the server refused ({status})")


def capabilities(*types, mode="server"):
    resources = [{"type": one} for one in types]
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": mode, "resource": resources}]}


class Scripted:
    """What each type, or `metadata`, answers."""

    def __init__(self, **answers):
        self.answers = {"Patient": PATIENT, **answers}
        self.asked = []

    def fetch(self, query, *, until):  # noqa: ARG002
        kind = query.partition("?")[0].partition("/")[0]
        self.asked.append(kind)
        answer = self.answers.get(kind, NOTHING)
        if isinstance(answer, Exception):
            raise answer
        return Fetched((answer,))

    def follow(self, page, *, until):  # noqa: ARG002
        return Fetched((page,))


def read(fhir):
    request = parse_request(json.dumps(hook_request(patientId="p1")).encode(), "order-sign")
    return gather(request, PLAN, fhir, open_service().terminology, Person("p1"), deadline=Deadline.after(20))


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_refused_type_that_the_server_does_not_name_is_none_kept(status):
    fhir = Scripted(Procedure=refused(status), metadata=capabilities("Patient", "Condition", "MedicationStatement"))
    record = read(fhir)
    assert record.reads["procedures"].state == "empty"
    assert record.reads["procedures"].note == "this server keeps none"
    assert state_of(record).unread == {}
    assert fhir.asked.count("metadata") == 1


def test_a_refused_type_that_it_names_could_not_be_read():
    fhir = Scripted(Procedure=refused(403), metadata=capabilities("Patient", "Condition", "Procedure"))
    assert set(state_of(read(fhir)).unread) == {"procedures"}


@pytest.mark.parametrize(
    "metadata",
    [refused(401), NOTHING, {"resourceType": "CapabilityStatement"}, capabilities("Patient", mode="client")],
)
def test_a_statement_that_says_nothing_changes_nothing(metadata):
    assert set(state_of(read(Scripted(Procedure=refused(403), metadata=metadata))).unread) == {"procedures"}


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_what_leaves_nothing_open_asks_for_no_statement(status):
    fhir = Scripted(Procedure=refused(status), metadata=capabilities("Patient"))
    assert set(state_of(read(fhir)).unread) == {"procedures"}
    assert "metadata" not in fhir.asked


def test_without_a_refusal_no_statement_is_asked_for():
    fhir = Scripted()
    read(fhir)
    assert "metadata" not in fhir.asked


def test_a_type_that_many_servers_lack_needs_no_statement():
    fhir = Scripted(MedicationStatement=refused(404))
    assert read(fhir).reads["statements"].state == "empty"
    assert "metadata" not in fhir.asked
