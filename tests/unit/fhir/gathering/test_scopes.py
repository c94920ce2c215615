"""Scopes of SMART App Launch: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html, 1.0 and 2.0."""

import pytest

from cds_service.fhir.gathering.fetching import may_read


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
