"""A list whose entries are all of another type than was asked is not understood: it is no empty list."""

import pytest

from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result

DRUGS = Template(
    "medications", "MedicationRequest?patient=p1", "MedicationRequest", is_search=True
)
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "information", "code": "informational"}],
}


def read(*kinds, **members):
    entries = [
        {"resource": OUTCOME if kind == "OperationOutcome" else {"resourceType": kind}}
        for kind in kinds
    ]
    page = {"resourceType": "Bundle", "type": "searchset", "entry": entries, **members}
    return read_result(DRUGS, [page])


@pytest.mark.parametrize(
    "kinds",
    [
        ["MedicationStatement"],
        ["MedicationOrder"],
        ["MedicationAdministration", "MedicationAdministration"],
        ["Basic"],
        ["Medication"],
        ["Patient"],
        ["medicationrequest"],
        ["OperationOutcome", "MedicationDispense"],
    ],
)
@pytest.mark.parametrize("members", [{}, {"total": 0}, {"total": 1}])
def test_a_list_of_other_types_alone_is_not_read(kinds, members):
    found = read(*kinds, **members)
    assert found.state == "failed"
    assert "of another type than was asked" in found.note


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], "empty"),
        (["OperationOutcome"], "empty"),
        (["OperationOutcome", "OperationOutcome"], "empty"),
        (["MedicationRequest"], "given"),
        (["MedicationRequest", "Medication"], "given"),
        (["Medication", "MedicationRequest"], "given"),
        (["MedicationRequest", "Patient", "Practitioner"], "given"),
        (["MedicationRequest", "OperationOutcome"], "given"),
    ],
)
def test_what_comes_along_leaves_a_list_whole(kinds, state):
    found = read(*kinds)
    assert (found.state, found.is_cut, found.note) == (state, False, "")
