"""Scopes of SMART App Launch: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html, 1.0 and 2.0."""

import pytest
from pydantic import ValidationError

from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import state_of
from cds_service.fhir.gathering.token_scopes import may_read
from cds_service.protocol.messages import MAX_SCOPE, FhirAuthorization
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import page
from tests.wire_builders import hook_request


@pytest.mark.parametrize(
    "scopes",
    [
        "patient/Observation.read",
        "patient/Observation.*",
        "user/*.read",
        "system/*.*",
        "patient/Observation.rs",
        "user/Observation.cruds",
        "patient/*.s",
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
        "openid fhirUser patient/Patient.read patient/Observation.r",
    ],
)
def test_a_scope_that_names_the_type_lets_it_be_read(scopes):
    assert may_read(scopes, "Observation")


@pytest.mark.parametrize(
    "scopes",
    [None, "", "openid fhirUser launch", "https://ehr.example.org/read", "patient/x.y"],
)
def test_scopes_without_any_type_forbid_nothing(scopes):
    assert may_read(scopes, "Observation")


@pytest.mark.parametrize(
    "scopes",
    [
        "patient/Patient.read patient/Condition.rs",
        "patient/Observation.write",
        "patient/Observation.cud",
        "user/ServiceRequest.c",
        "user/*.write",
    ],
)
def test_scopes_of_other_types_or_for_writing_alone_do_not_let_it_be_read(scopes):
    assert not may_read(scopes, "Observation")


PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
    }
)
PROBLEMS = "http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item"
A_PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1950-02-03",
}
DIABETES = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/p1"},
    "code": {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"}]
    },
}


def state_with(scope, *conditions):
    """How the record was read by a token of this scope."""
    token = {
        "access_token": "t",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": scope,
        "subject": "kyphoplasty-cds",
    }
    request = hook_request(
        fhirServer="https://ehr.example.org/fhir", fhirAuthorization=token
    )
    fhir = ScriptedReader(page(), Patient=A_PATIENT, Condition=page(*conditions))
    return state_of(gathered(request, PLAN, fhir))


def test_what_a_scope_covers_in_part_is_incomplete():
    part = f"patient/Patient.rs patient/Condition.rs?category={PROBLEMS}"
    (note,) = state_with(part, DIABETES).incomplete.values()
    assert note == "incomplete: the scope of the access token covers a part alone"
    assert set(state_with(part).unread) == {"conditions"}


@pytest.mark.parametrize(
    "scope",
    [
        "patient/Patient.rs patient/Condition.rs",
        f"patient/*.rs patient/Condition.rs?category={PROBLEMS}",
        "patient/Patient.rs?x=y patient/Condition.read",
        "openid",
    ],
)
def test_what_a_scope_covers_is_whole(scope):
    state = state_with(scope, DIABETES)
    assert (state.incomplete, state.unread) == ({}, {})


def test_a_scope_that_would_take_longer_than_the_answer_is_refused():
    longest = {"access_token": "t", "scope": "x" * MAX_SCOPE}
    assert FhirAuthorization.model_validate(longest).scope
    with pytest.raises(ValidationError):
        FhirAuthorization.model_validate(longest | {"scope": "x" * (MAX_SCOPE + 1)})
