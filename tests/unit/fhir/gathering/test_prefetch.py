"""Templates become queries, and what came for them is in one of four states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DataFileError
from cds_service.fhir.gathering.prefetch import QueryResult, plan_prefetch, read_prefetch, read_result
from cds_service.protocol.messages import parse_request
from tests.stub_fhir import observation, outcome, page
from tests.wire_builders import context, hook_request

PATIENT = "Patient/{{context.patientId}}"
SEARCH = "Observation?patient={{context.patientId}}&code=http://loinc.org|38267-1&_sort=-date"
PLAN = plan_prefetch({"patient": PATIENT, "boneDensity": SEARCH})
READ, LIST = PLAN.templates
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceType", "entry", "resource", "link", "relation", "url", "issue", "id", "total", "meta"]
            ),
            parts | st.sampled_from(["Bundle", "Observation", "Patient", "OperationOutcome", "next"]),
            max_size=5,
        )
    ),
    max_leaves=15,
)


def query(template: str, **members) -> str | None:
    request = parse_request(hook_request(context=context(**members)), "order-sign")
    return plan_prefetch({"key": template}).templates[0].query_for(request)


def listed(*resources, **members) -> QueryResult:
    return read_result(LIST, [{**page(*resources), **members}])


# --- queries


def test_the_patient_is_put_in():
    assert query(PATIENT) == "Patient/p1"
    assert query(SEARCH) == "Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date"


def test_what_comes_from_the_request_is_percent_encoded():
    assert (
        query("Encounter?user={{context.userId}}", userId="x&_include=*#é/1")
        == "Encounter?user=x%26_include%3D%2A%23%C3%A9%2F1"
    )


def test_a_query_for_which_the_request_lacks_something_is_not_asked():
    assert query("Encounter/{{context.encounterId}}") is None
    assert query("Encounter/{{context.encounterId}}", encounterId="e1") == "Encounter/e1"


@pytest.mark.parametrize(
    ("token", "user_id", "value"),
    [
        ("userPractitionerId", "Practitioner/7", "7"),
        ("userPractitionerId", "PractitionerRole/7", None),
        ("userPractitionerRoleId", "PractitionerRole/7", "7"),
        ("userPatientId", "Patient/7", "7"),
        ("userRelatedPersonId", "RelatedPerson/7", "7"),
        ("userPractitionerId", "7", None),
    ],
)
def test_a_user_token_stands_for_a_user_of_its_type(token, user_id, value):
    asked = query("Basic?author={{" + token + "}}", userId=user_id)
    assert asked == (f"Basic?author={value}" if value else None)


@pytest.mark.parametrize(
    "template",
    [
        *("https://ehr.example.org/Patient/{{context.patientId}}", "/Patient/{{context.patientId}}"),
        *("patient/{{context.patientId}}", "Patient", "Patient/1/_history", "Observation?", ""),
        *("Patient/{{context.draftOrders.id}}", "Patient/{{today()}}"),
    ],
)
def test_another_template_stops_the_start_by_its_key(template):
    with pytest.raises(DataFileError, match=r"prefetch\.odd"):
        plan_prefetch({"odd": template})


# --- states


def test_a_key_that_was_not_sent_is_absent():
    assert read_prefetch(LIST, {"other": None}).state == "absent"


def test_ch_25_null_and_a_list_without_entries_are_empty():
    assert read_prefetch(LIST, {"boneDensity": None}) == QueryResult(state="empty")
    assert listed().state == "empty"
    assert listed(total=0).state == "empty"
    assert listed(entry=[]).state == "empty"
    assert listed(entry=None).state == "empty"


def test_a_resource_or_a_list_with_entries_is_given():
    assert read_result(READ, [{"resourceType": "Patient", "id": "p1"}]).state == "given"
    found = listed(observation(1), observation(2), total=2)
    assert (found.state, found.note, len(found.resources)) == ("given", "", 2)


def test_a_patient_may_come_as_a_list_of_one():
    found = read_result(READ, [page({"resourceType": "Patient", "id": "p1"})])
    assert found.resources == ({"resourceType": "Patient", "id": "p1"},)


@pytest.mark.parametrize("type_", ["searchset", "collection", "batch-response", None])
def test_the_type_of_the_bundle_does_not_matter(type_):
    assert listed(observation(1), type=type_).state == "given"


@pytest.mark.parametrize("severity", ["error", "fatal", "warning", "information"])
def test_ch_26_an_outcome_in_place_of_data_is_failed(severity):
    assert read_result(LIST, [outcome(severity)]).state == "failed"


def test_ch_26_an_error_in_an_empty_list_is_failed():
    found = listed(outcome("error"))
    assert (found.state, found.note) == ("failed", "the server reported an error")


def test_ch_26_an_error_beside_data_makes_it_incomplete():
    found = listed(observation(1), outcome("error"))
    assert (found.state, found.note) == ("given", "incomplete: the server reported an error")
    assert len(found.resources) == 1


@pytest.mark.parametrize("severity", ["warning", "information"])
def test_a_warning_in_the_list_changes_nothing(severity):
    assert listed(outcome(severity)).state == "empty"
    assert listed(observation(1), outcome(severity)).note == ""


@pytest.mark.parametrize("value", ["x", 5, True, [], [observation(1)], {}, {"resourceType": 5}, {"entry": []}])
def test_what_is_no_resource_is_failed(value):
    assert read_prefetch(LIST, {"boneDensity": value}).state == "failed"


def test_a_resource_of_another_type_is_failed():
    assert read_result(READ, [observation(1)]).state == "failed"
    assert read_result(LIST, [{"resourceType": "Patient", "id": "p1"}]).state == "failed"


def test_a_list_shorter_than_its_total_is_incomplete():
    found = listed(observation(1), total=2)
    assert (found.state, found.note) == ("given", "incomplete: 1 of 2 entries")


def test_an_empty_list_that_should_have_entries_is_failed_and_not_empty():
    assert listed(total=3).state == "failed"


def test_a_list_with_a_further_page_tells_where_it_is():
    found = read_result(LIST, [page(observation(1), following="https://x/fhir?2", total=5)])
    assert (found.next_page, found.note) == ("https://x/fhir?2", "")


def test_missing_pages_make_the_list_incomplete_unless_the_total_is_there():
    pages = [page(observation(1), total=2), page(observation(2))]
    assert read_result(LIST, pages, note="page 3: gone").note == ""
    assert read_result(LIST, pages[:1], note="page 2: gone").note == "incomplete: page 2: gone"


@pytest.mark.parametrize(
    "entry", [{}, None, 5, {"resource": None}, {"resource": {}}, {"resource": {"resourceType": 1}}]
)
def test_an_entry_that_holds_nothing_makes_the_list_incomplete(entry):
    found = listed(entry=[{"resource": observation(1)}, entry])
    assert (found.state, len(found.resources)) == ("given", 1)
    assert found.note == "incomplete: 1 entries could not be read"


def test_a_total_counts_what_was_sent_even_if_a_page_repeats_it():
    found = read_result(LIST, [page(observation(1), observation(2), total=3), page(observation(2))])
    assert [resource["id"] for resource in found.resources] == ["o1", "o2"]
    assert found.note == ""


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"versionId": "2"}, {"versionId": "10"}),
        ({"lastUpdated": "2026-01-01T00:00:00Z"}, {"lastUpdated": "2026-02-01T00:00:00Z"}),
        ({}, {"versionId": "1"}),
    ],
)
def test_of_two_versions_the_higher_counts_in_either_order(older, newer):
    pair = [observation(1, meta=older), observation(1, meta=newer)]
    assert listed(*pair).resources == (pair[1],)
    assert listed(*reversed(pair)).resources == (pair[1],)


def test_resources_without_an_id_are_all_kept():
    assert len(listed(observation(1, id=None), observation(2, id=None)).resources) == 2


def test_included_resources_are_kept_apart():
    found = listed(observation(1), {"resourceType": "Patient", "id": "p1"})
    assert (len(found.resources), len(found.others)) == (1, 1)


@given(JUNK)
def test_any_json_at_all_has_a_state(value):
    for template in PLAN.templates:
        found = read_prefetch(template, {template.key: value})
        assert found.state in {"given", "empty", "failed"}
        assert (found.state == "given") == bool(found.resources)
        assert len(found.full_urls) == len(found.resources) + len(found.others)
