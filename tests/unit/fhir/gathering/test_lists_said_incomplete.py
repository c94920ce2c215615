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
    "code",
    [
        *("incomplete", "timeout", "too-costly", "suppressed", "security"),
        *("unknown", "Suppressed", "not-a-code", "", None),
    ],
)
def test_a_list_that_may_lack_something_is_cut(code, severity):
    found = answer(DIABETES, code=code, severity=severity)
    assert (found.state, found.is_cut) == ("given", True)
    assert answer(code=code, severity=severity).state == "failed"


@pytest.mark.parametrize("code", ["informational", "not-supported", "value"])
def test_a_mere_note_is_none(code):
    found = answer(DIABETES, code=code, severity="information")
    assert (found.state, found.is_cut) == ("given", False)
    assert answer(code=code, severity="information").state == "empty"


@pytest.mark.parametrize("code", ["informational", "not-supported", "processing"])
def test_a_list_that_came_with_a_warning_is_not_whole(code):
    assert answer(DIABETES, code=code).is_cut
    assert answer(code=code).state == "failed"


def test_epics_word_for_nothing_found_is_no_lack():
    nothing = {"coding": [{"code": "4101"}]}
    assert answer(code="incomplete", details=nothing).state == "empty"


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"meta": [{"tag": [{"code": "SUBSETTED"}]}]}, id="meta in a list"),
        pytest.param({"meta": {"tag": [{"code": "subsetted"}]}}, id="small letters"),
        pytest.param({"meta": {"tag": "SUBSETTED"}}, id="a tag in words"),
        pytest.param({"meta": {"security": [{"code": "REDACTED"}]}}, id="redacted"),
        pytest.param({"issues": {"issue": [{"severity": "error"}]}}, id="R5 issues"),
        pytest.param({"links": [{"relation": "next"}]}, id="an unknown member"),
        pytest.param({"implicitRules": "http://x/partial"}, id="rules"),
        pytest.param({"type": "history"}, id="a history"),
        pytest.param({"type": ["searchset"]}, id="a type in a list"),
    ],
)
def test_what_is_not_understood_of_a_list_leaves_it_open(members):
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [DIABETES]}
    assert read_result(CONDITIONS, [page | members]).is_cut
    empty = {"resourceType": "Bundle", "type": "searchset"}
    assert read_result(CONDITIONS, [empty | members]).state == "failed"


def test_a_label_of_what_was_taken_out_of_an_entry_leaves_the_list_open():
    entry = {"resource": {**DIABETES["resource"]}}
    entry["resource"]["meta"] = {"security": [{"code": "REDACTED"}]}
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [entry]}
    assert read_result(CONDITIONS, [page]).is_cut


def test_what_servers_usually_say_of_a_list_leaves_nothing_open():
    page = {
        "resourceType": "Bundle",
        "id": "b1",
        "meta": {
            "lastUpdated": "2026-05-01T08:00:00Z",
            "tag": [{"code": "x"}],
            "security": [{"code": "R"}],
        },
        "language": "en",
        "type": "searchset",
        "timestamp": "2026-05-01T08:00:00Z",
        "total": 1,
        "link": [{"relation": "self", "url": "https://ehr.example.org/fhir/Condition"}],
        "entry": [DIABETES],
        "_type": None,
    }
    result = read_result(CONDITIONS, [page])
    assert (result.state, result.note) == ("given", "")
