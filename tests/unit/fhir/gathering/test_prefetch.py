"""Templates become queries, and what came for them is in one of four states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DataFileError
from cds_service.fhir.gathering.prefetch import (
    QueryResult,
    in_newest_version,
    plan_prefetch,
    read_prefetch,
    read_result,
)
from cds_service.protocol.messages import parse_request
from tests.stub_fhir import observation, outcome, page
from tests.tables import cases
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
                [
                    "resourceType",
                    "entry",
                    "resource",
                    "link",
                    "relation",
                    "url",
                    "issue",
                    "id",
                    "total",
                    "meta",
                ]
            ),
            parts
            | st.sampled_from(
                ["Bundle", "Observation", "Patient", "OperationOutcome", "next"]
            ),
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


@pytest.mark.parametrize(
    ("template", "members", "asked"),
    cases(__file__, "tokens_are_filled_percent_encoded_or_nothing_is_asked"),
)
def test_tokens_are_filled_percent_encoded_or_nothing_is_asked(
    template, members, asked
):
    assert query(template, **members) == asked


@pytest.mark.parametrize(
    "template", cases(__file__, "another_template_stops_the_start_by_its_key")
)
def test_another_template_stops_the_start_by_its_key(template):
    with pytest.raises(DataFileError, match=r"prefetch\.odd"):
        plan_prefetch({"odd": template})


# --- states


ONE, TWO = observation(1), observation(2)
A_PATIENT = {"resourceType": "Patient", "id": "p1"}


SENT = {
    "ONE": ONE,
    "TWO": TWO,
    "A_PATIENT": A_PATIENT,
    "outcome": outcome,
    "page": lambda resources, total=None, following=None, **members: (
        page(*resources, total=total, following=following) | members
    ),
}


@pytest.mark.parametrize(
    ("sent", "state", "note"),
    cases(__file__, "ch_25_ch_26_what_came_for_a_list_is_in_one_of_its_states", SENT),
)
def test_ch_25_ch_26_what_came_for_a_list_is_in_one_of_its_states(sent, state, note):
    found = read_prefetch(LIST, {"boneDensity": sent})
    assert (found.state, bool(found.resources)) == (state, state == "given")
    assert found.reason == ("answer" if state == "failed" else "")
    assert note is None or found.note == note


def test_what_was_not_sent_is_absent_and_a_patient_may_come_as_a_list_of_one():
    assert read_prefetch(LIST, {"other": None}).state == "absent"
    assert (
        read_result(READ, [page(A_PATIENT)]).resources
        == read_result(READ, [A_PATIENT]).resources
        == (A_PATIENT,)
    )
    assert read_result(READ, [ONE]).state == "failed"


@pytest.mark.parametrize(
    "case", cases(__file__, "pages", SENT), ids=lambda case: case["why"]
)
def test_what_pages_make_of_a_list(case):
    found = read_result(LIST, case["pages"], note=case.get("missing", ""))
    assert [one.get("id") for one in found.resources] == case["ids"]
    assert [one["id"] for one in found.others] == case.get("others", [])
    assert (found.note, found.next_page) == (case.get("note", ""), case.get("next"))


@pytest.mark.parametrize(
    ("older", "newer"),
    cases(__file__, "of_two_versions_the_higher_counts_in_either_order"),
)
def test_of_two_versions_the_higher_counts_in_either_order(older, newer):
    pair = [observation(1, meta=older), observation(1, meta=newer)]
    assert listed(*pair).resources == (pair[1],)
    assert listed(*reversed(pair)).resources == (pair[1],)


@pytest.mark.parametrize(
    "other", [{}, {"lastUpdated": "2026-02-01T00:00:00Z"}, {"versionId": "b"}]
)
def test_versions_that_cannot_be_compared_are_all_kept(other):
    pair = [observation(1, meta={"versionId": "1"}), observation(1, meta=other)]
    assert len(listed(*pair).resources) == 2
    assert in_newest_version({"a": listed(pair[0]), "b": listed(pair[1])})[
        "a"
    ].resources == (pair[0],)


@given(JUNK)
def test_any_json_at_all_has_a_state(value):
    for template in PLAN.templates:
        found = read_prefetch(template, {template.key: value})
        assert found.state in {"given", "empty", "failed"}
        assert (found.state == "given") == bool(found.resources)
        assert len(found.full_urls) == len(found.resources) + len(found.others)
