"""A server that says, by the code of an issue, that a list may lack something."""

import pytest

from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result

CONDITIONS = Template("conditions", "Condition?patient=1", "Condition", is_search=True)
DIABETES = {"resource": {"resourceType": "Condition", "id": "c1"}}


def answer(*entries, code, severity="warning", **members):
    issue = {"severity": severity, "code": code, **members}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    told = {"resource": outcome, "search": {"mode": "outcome"}}
    page = {"resourceType": "Bundle", "entry": [*entries, told]}
    return read_result(CONDITIONS, [page])


@pytest.mark.parametrize("severity", ["warning", "information"])
@pytest.mark.parametrize(
    "code", ["incomplete", "timeout", "too-costly", "suppressed", "security"]
)
def test_a_list_that_may_lack_something_is_cut(code, severity):
    found = answer(DIABETES, code=code, severity=severity)
    assert (found.state, found.is_cut) == ("given", True)
    assert answer(code=code, severity=severity).state == "failed"


@pytest.mark.parametrize("code", ["informational", "not-supported", "value"])
def test_a_mere_note_is_none(code):
    found = answer(DIABETES, code=code)
    assert (found.state, found.is_cut) == ("given", False)
    assert answer(code=code).state == "empty"


def test_epics_word_for_nothing_found_is_no_lack():
    nothing = {"coding": [{"code": "4101"}]}
    assert answer(code="incomplete", details=nothing).state == "empty"
