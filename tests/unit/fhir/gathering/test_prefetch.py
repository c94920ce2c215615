"""Templates become queries, and what came for them is in one of four states."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DataFileError
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.query_results import (
    QueryResult,
    in_newest_version,
    read_prefetch,
    read_result,
)
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
    [
        ("Patient/{{context.patientId}}", {}, "Patient/p1"),
        (
            "Observation?patient={{context.patientId}}&code=http://loinc.org|38267-1&_sort=-date",
            {},
            "Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date",
        ),
        (
            "Basic?a={{context.userId}}",
            {"userId": "x&_include=*#é/1"},
            "Basic?a=x%26_include%3D%2A%23%C3%A9%2F1",
        ),
        ("Encounter/{{context.encounterId}}", {}, None),
        ("Encounter/{{context.encounterId}}", {"encounterId": "e1"}, "Encounter/e1"),
        ("Basic?a={{userPractitionerId}}", {"userId": "Practitioner/7"}, "Basic?a=7"),
        ("Basic?a={{userPractitionerId}}", {"userId": "PractitionerRole/7"}, None),
        ("Basic?a={{userPractitionerId}}", {"userId": "7"}, None),
        (
            "Basic?a={{userPractitionerRoleId}}",
            {"userId": "PractitionerRole/7"},
            "Basic?a=7",
        ),
        ("Basic?a={{userPatientId}}", {"userId": "Patient/7"}, "Basic?a=7"),
        ("Basic?a={{userRelatedPersonId}}", {"userId": "RelatedPerson/7"}, "Basic?a=7"),
    ],
)
def test_tokens_are_filled_percent_encoded_or_nothing_is_asked(
    template, members, asked
):
    assert query(template, **members) == asked


@pytest.mark.parametrize(
    "template",
    [
        "https://ehr.example.org/Patient/{{context.patientId}}",
        "/Patient/{{context.patientId}}",
        "patient/{{context.patientId}}",
        "Patient",
        "Patient/1/_history",
        "Observation?",
        "",
        "Patient/{{context.draftOrders.id}}",
        "Patient/{{today()}}",
    ],
)
def test_another_template_stops_the_start_by_its_key(template):
    with pytest.raises(DataFileError, match=r"prefetch\.odd"):
        plan_prefetch({"odd": template})


# --- states


ONE, TWO = observation(1), observation(2)
A_PATIENT = {"resourceType": "Patient", "id": "p1"}


def page_of(resources, total=None, following=None, **members):
    return page(*resources, total=total, following=following) | members


@pytest.mark.parametrize(
    ("sent", "state", "note"),
    [
        (None, "empty", ""),
        (page_of([]), "empty", ""),
        (page_of([], total=0), "empty", ""),
        (page_of([], entry=[]), "empty", ""),
        (page_of([], entry=None), "empty", ""),
        (page_of([], total=3), "failed", None),
        (page_of([ONE, TWO], total=2), "given", ""),
        (page_of([ONE], total=2), "given", "incomplete: 1 of 2 entries"),
        (
            page_of([ONE], link=[{"relation": "previous", "url": "https://x/fhir?1"}]),
            "given",
            "incomplete: an earlier page was not sent",
        ),
        (
            page_of([ONE], meta={"tag": [{"code": "SUBSETTED"}]}),
            "given",
            "incomplete: the server left something out",
        ),
        (
            page_of(
                [
                    {
                        "resourceType": "Observation",
                        "id": "1",
                        "meta": {"tag": [{"code": "SUBSETTED"}]},
                    }
                ]
            ),
            "given",
            "incomplete: the server left something out",
        ),
        (page_of([ONE], type="searchset"), "given", ""),
        (page_of([ONE], type="collection"), "given", ""),
        (page_of([ONE], type="batch-response"), "given", ""),
        (page_of([ONE], type=None), "given", ""),
        (outcome("error"), "failed", None),
        (outcome("fatal"), "failed", None),
        (outcome("warning"), "failed", None),
        (outcome("information"), "failed", None),
        (page_of([outcome("error")]), "failed", "the server reported an error"),
        (
            page_of([ONE, outcome("error")]),
            "given",
            "incomplete: the server reported an error",
        ),
        (
            page_of([outcome("warning")]),
            "failed",
            "the server sent a warning with it",
        ),
        (page_of([outcome("Error")]), "failed", "the server reported an error"),
        (page_of([outcome("")]), "failed", "the server reported an error"),
        (page_of([outcome("information")]), "empty", ""),
        (
            page_of([ONE, outcome("warning")]),
            "given",
            "incomplete: the server sent a warning with it",
        ),
        (page_of([ONE, outcome("information")]), "given", ""),
        ("x", "failed", None),
        (5, "failed", None),
        (True, "failed", None),
        ([], "failed", None),
        ([ONE], "failed", None),
        ({}, "failed", None),
        ({"resourceType": 5}, "failed", None),
        ({"entry": []}, "failed", None),
        (A_PATIENT, "failed", None),
        (ONE, "given", "incomplete: one resource in place of a list"),
        (
            page_of([], entry=[{"resource": ONE}, {}]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, None]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, 5]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, {"resource": None}]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, {"resource": {}}]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, {"resource": {"resourceType": 1}}]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of([], entry=[{"resource": ONE}, {"resource": page_of([TWO])}]),
            "given",
            "incomplete: 1 entry could not be read",
        ),
        (
            page_of(
                [],
                entry=[{"resource": ONE}, {"resource": {"resourceType": "Parameters"}}],
            ),
            "given",
            "incomplete: 1 entry could not be read",
        ),
    ],
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
    assert not read_result(READ, [A_PATIENT]).is_cut
    assert read_result(READ, [ONE]).state == "failed"


@dataclass(frozen=True)
class PagedList:
    """What pages make of a list.

    Attributes:
        others: ids of resources of another type.
        note: what is missing.
        next_page: where it is.
    """

    ids: list[str | None]
    others: list[str] = field(default_factory=list)
    note: str = ""
    next_page: str | None = None


@pytest.mark.parametrize(
    ("pages", "missing", "expected"),
    [
        pytest.param(
            [page_of([ONE], following="https://x/fhir?2", total=5)],
            "",
            PagedList(["o1"], next_page="https://x/fhir?2"),
            id="a list with a further page tells where it is",
        ),
        pytest.param(
            [page_of([ONE], total=2), page_of([TWO])],
            "page 3: gone",
            PagedList(["o1", "o2"], note="incomplete: page 3: gone"),
            id="a page that failed is missing whatever the total",
        ),
        pytest.param(
            [page_of([ONE], total=2)],
            "page 2: gone",
            PagedList(["o1"], note="incomplete: page 2: gone"),
            id="missing pages make it incomplete otherwise",
        ),
        pytest.param(
            [page_of([ONE, TWO], total=3), page_of([TWO])],
            "",
            PagedList(["o1", "o2"], note="incomplete: 2 of 3 entries"),
            id="an entry that comes twice is one of the total",
        ),
        pytest.param(
            [page_of([ONE, ONE, TWO], total=2)],
            "",
            PagedList(["o1", "o2"]),
            id="a list that repeats an entry and reaches its total is whole",
        ),
        pytest.param(
            [
                page_of(
                    [
                        {"resourceType": "Observation", "status": "final"},
                        {"resourceType": "Observation", "status": "amended"},
                    ]
                )
            ],
            "",
            PagedList([None, None]),
            id="resources without an id are all kept",
        ),
        pytest.param(
            [page_of([ONE, A_PATIENT])],
            "",
            PagedList(["o1"], others=["p1"]),
            id="included resources are kept apart",
        ),
    ],
)
def test_what_pages_make_of_a_list(pages, missing, expected):
    result = read_result(LIST, pages, note=missing)
    assert [one.get("id") for one in result.resources] == expected.ids
    assert [one.resource["id"] for one in result.others] == expected.others
    assert result.note == expected.note
    assert result.next_page == expected.next_page


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"versionId": "2"}, {"versionId": "10"}),
        (
            {"lastUpdated": "2026-01-01T00:00:00Z"},
            {"lastUpdated": "2026-02-01T00:00:00Z"},
        ),
        (
            {"lastUpdated": "2026-10-25T02:40:00+02:00"},
            {"lastUpdated": "2026-10-25T02:10:00+01:00"},
        ),
        (
            {"lastUpdated": "2026-01-01T00:00:00Z"},
            {"lastUpdated": "2026-01-01T00:00:00.5Z"},
        ),
    ],
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
