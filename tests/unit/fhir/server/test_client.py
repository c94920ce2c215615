"""The FHIR client against real sockets: what it asks, what it believes, where the token goes, when it stops.

What a fault costs the answer is in `tests/faults/faults.toml`.
"""

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest

from cds_service.errors import CallFailed, FhirReadError
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result
from cds_service.fhir.server.client import TOKENLESS, FhirClient, wait_asked_for
from cds_service.fhir.server.searches import CATEGORIES
from cds_service.outgoing import Connections
from cds_service.outgoing.connections import MAX_BYTES
from tests.stub_fhir import (
    PATIENT_ID,
    Reply,
    StubFhir,
    fhir,
    observation,
    outcome,
    page,
)
from tests.stub_server import send

PATIENT = {"resourceType": "Patient", "id": PATIENT_ID}


@pytest.fixture
def server():
    with StubFhir() as stub:
        yield stub


def client_of(server: StubFhir, **options) -> FhirClient:
    return FhirClient(server.base, "secret", **options)


def fetch(client: FhirClient, query: str = "Patient/p1", seconds: float = 20):
    return client.fetch(query, until=time.monotonic() + seconds)


def ids(fetched) -> list[str]:
    return [
        entry["resource"]["id"]
        for document in fetched.documents
        for entry in document.get("entry", [])
    ]


def failure(
    client: FhirClient, query: str = "Patient/p1", seconds: float = 20
) -> FhirReadError:
    with pytest.raises(FhirReadError) as caught:
        fetch(client, query, seconds)
    return caught.value


def reply_of(body, status=200, headers=None):
    return Reply(body.encode(), status, headers or {})


def outcome_reply(severity, code="processing", status=200):
    return fhir(outcome(severity, code), status)


def page_of(numbers, **members):
    return fhir(page(*map(observation, numbers), **members))


def cut_off(handler):
    send(handler, 200, b'{"resourceType"', {"Content-Length": "500"})


def hang_up(handler):
    handler.connection.close()


CUT_OFF = Reply(script=cut_off)
HANGS_UP = Reply(script=hang_up)
DEEP = Reply(b"[" * 5000)
HUGE = Reply(b" " * (MAX_BYTES + 1))
PACKED = Reply(
    gzip.compress(b" " * (MAX_BYTES * 8)), headers={"Content-Encoding": "gzip"}
)
EVERY_INTENT = (
    "MedicationRequest?patient=p1&_count=100&intent=order,plan,original-order,"
    "reflex-order,filler-order,instance-order"
)


# --- one answer


def assert_fails(server, reply, reason, requests=1):
    """Assert that a read of the patient that is answered so fails for this reason."""
    server.say("/Patient/p1", reply)
    assert failure(client_of(server)).reason == reason
    assert len(server.requests) == requests
    assert server.headers[0]["Accept"].startswith("application/fhir+json")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Type": "application/fhir+json"}, id="R4"),
        pytest.param({"Content-Type": "application/json+fhir"}, id="DSTU2"),
        pytest.param({"Content-Type": "text/json; charset=utf-8"}, id="text"),
        pytest.param({}, id="none"),
    ],
)
def test_the_patient_is_read_under_each_content_type_of_json(server, headers):
    server.say("/Patient/p1", reply_of(json.dumps(PATIENT), headers=headers))
    assert fetch(client_of(server)).documents == (PATIENT,)
    assert len(server.requests) == 1
    assert server.headers[0]["Accept"].startswith("application/fhir+json")


@pytest.mark.parametrize("status", [204, 400, 401, 404, 410, 418, 501])
def test_a_refusal_is_not_asked_again(server, status):
    assert_fails(server, reply_of("", status=status), f"http-{status}")


def test_a_refusal_in_words_is_not_asked_again(server):
    refusal = reply_of("No", status=403, headers={"Content-Type": "text/plain"})
    assert_fails(server, refusal, "http-403")


def test_a_failure_of_the_server_is_asked_once_more(server):
    gateway = reply_of(
        "<html>502</html>", status=502, headers={"Content-Type": "text/html"}
    )
    assert_fails(server, gateway, "http-502", requests=2)


def test_a_lost_connection_is_asked_once_more(server):
    assert_fails(server, HANGS_UP, "reset", requests=2)


@pytest.mark.parametrize(
    ("headers", "requests"),
    [
        pytest.param({}, 1, id="not said when"),
        pytest.param({"Retry-After": "60"}, 1, id="in a minute"),
        pytest.param({"Retry-After": "0"}, 2, id="at once"),
    ],
)
def test_too_many_requests_are_asked_again_only_if_it_will_be_soon(
    server, headers, requests
):
    assert_fails(server, reply_of("", 429, headers), "http-429", requests)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(reply_of(""), "empty", id="nothing"),
        pytest.param(
            reply_of("<html>log in</html>", headers={"Content-Type": "text/html"}),
            "content-type",
            id="a login page",
        ),
        pytest.param(
            reply_of("<Patient/>", headers={"Content-Type": "application/fhir+xml"}),
            "content-type",
            id="XML",
        ),
        pytest.param(reply_of('{"resourceType": "Pat'), "not-json", id="half of it"),
        pytest.param(
            reply_of('{"resourceType": "Patient", "x": NaN}'), "not-json", id="NaN"
        ),
        pytest.param(DEEP, "not-json", id="too deep"),
        pytest.param(reply_of("[]"), "not-fhir", id="a list"),
        pytest.param(reply_of('{"hello": "world"}'), "not-fhir", id="other JSON"),
        pytest.param(outcome_reply("error"), "outcome", id="an error"),
        pytest.param(outcome_reply("fatal"), "outcome", id="a fatal error"),
        pytest.param(
            reply_of("not gzip at all", headers={"Content-Encoding": "gzip"}),
            "truncated",
            id="no gzip",
        ),
        pytest.param(CUT_OFF, "truncated", id="cut off"),
        pytest.param(HUGE, "too-large", id="too large"),
        pytest.param(PACKED, "too-large", id="too large once unpacked"),
    ],
)
def test_what_is_not_the_resource_fails_with_its_reason(server, reply, reason):
    assert_fails(server, reply, reason)


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (301, "/fhir/Patient/moved"),
        (301, "/fhir/Patient/p2"),
        (302, "/fhir/Patient/p1"),
        (307, "/admin"),
        (307, "/fhir/../admin"),
        (307, "file:///etc/passwd"),
        (307, "http://["),
        (307, "//evil/fhir"),
    ],
)
def test_no_redirect_is_followed_not_even_below_the_base(server, status, location):
    server.say("/Patient/moved", PATIENT)
    server.say("/Patient/p2", PATIENT | {"id": "p2"})
    redirect = reply_of("", status=status, headers={"Location": location})
    assert_fails(server, redirect, "redirect")


# --- a list


LIST = "Observation?patient=p1"
BY_THREE = "Observation?_count=3"
BY_DATE = "Observation?patient=p1&_sort=-date&_count=50"
BY_CODE = "Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50"


def say_pages(server, pages: dict[str, Reply]) -> None:
    """Answer each of these addresses below the base."""
    for place, reply in pages.items():
        server.say(place if place.startswith("?") else f"/{place}", reply)


def assert_listed(server, fetched, numbers):
    """Assert that these Observations came, and that the token went with each question."""
    assert ids(fetched) == [f"o{number}" for number in numbers]
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


def assert_whole(server, query, numbers, requests):
    """Assert that a list is read to its end in so many requests."""
    fetched = fetch(client_of(server), query)
    assert_listed(server, fetched, numbers)
    assert fetched.note == ""
    assert len(server.requests) == requests
    assert server.sent == []


def assert_incomplete(server, query, numbers, note=""):
    """Assert that a list is said not to be whole, in a note that begins so."""
    fetched = fetch(client_of(server), query)
    assert_listed(server, fetched, numbers)
    assert fetched.note
    assert fetched.note.startswith(note)
    assert server.sent == []


@pytest.mark.parametrize(
    "link", ["?page=2", "Observation?page=2", "/fhir/Observation?page=2"]
)
def test_a_next_link_that_is_relative_is_followed(server, link):
    say_pages(
        server,
        {LIST: page_of([1], following=link), "Observation?page=2": page_of([2])},
    )
    assert_whole(server, LIST, [1, 2], requests=2)


@pytest.mark.parametrize(
    "other",
    [
        "http://10.0.0.7:8080/fhir",
        "http://localhost:1/other/path",
        "https://evil.example.org/fhir",
    ],
)
def test_a_next_link_that_names_another_server_is_asked_on_the_base(server, other):
    following = "?_getpages=a&_offset=1"
    say_pages(
        server,
        {LIST: page_of([1], following=other + following), following: page_of([2])},
    )
    assert_whole(server, LIST, [1, 2], requests=2)


def test_a_next_link_of_another_server_is_asked_by_the_type_that_it_names(server):
    following = "Observation?_getpages=a&_offset=1"
    other = f"http://inner:8080/hapi/r4/{following}"
    say_pages(server, {LIST: page_of([1], following=other), following: page_of([2])})
    assert_whole(server, LIST, [1, 2], requests=2)


@pytest.mark.parametrize(
    "link",
    [
        "http://h:443:443/fhir?page=2",
        "file:///etc/passwd",
        "javascript:1",
        "http://127.0.0.1/fhir/%2e%2e/x?a=1",
        pytest.param("a/" * 40_000 + "Condition?page=2", id="of 80,000 characters"),
    ],
)
def test_a_next_link_that_is_no_address_of_ours_leaves_the_list_incomplete(
    server, link
):
    say_pages(server, {LIST: page_of([1], following=link)})
    assert_incomplete(server, LIST, [1])
    assert len(server.requests) == 1


A_PATIENT = reply_of(
    '{"resourceType": "Patient", "id": "p1"}',
    headers={"Content-Type": "application/json"},
)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(reply_of("", status=410), id="410"),
        pytest.param(reply_of("", status=500), id="500"),
        pytest.param(outcome_reply("error"), id="an outcome"),
        pytest.param(A_PATIENT, id="a Patient"),
        pytest.param(reply_of("x"), id="no JSON"),
        pytest.param(reply_of(""), id="nothing"),
    ],
)
def test_a_page_that_fails_is_said(server, second):
    say_pages(
        server,
        {LIST: page_of([1], following="?page=2"), "Observation?page=2": second},
    )
    assert_incomplete(server, LIST, [1], note="page 2: ")


def test_pages_in_a_circle_are_read_once_and_said(server):
    say_pages(
        server,
        {
            LIST: page_of([1], following="?page=a"),
            "Observation?page=a": page_of([2], following="?page=b"),
            "Observation?page=b": page_of([3], following="?page=a"),
        },
    )
    assert_incomplete(server, LIST, [1, 2, 3])
    assert len(server.requests) == 3


def test_an_empty_page_ends_no_list_that_goes_on(server):
    say_pages(
        server,
        {
            LIST: page_of([1], following="?page=2"),
            "Observation?page=2": page_of([], following="?page=3"),
            "Observation?page=3": page_of([2]),
        },
    )
    assert_whole(server, LIST, [1, 2], requests=3)


def test_a_list_that_begins_with_an_empty_page_is_read_on(server):
    say_pages(
        server,
        {LIST: page_of([], following="?page=2"), "Observation?page=2": page_of([1])},
    )
    assert_whole(server, LIST, [1], requests=2)


def test_a_list_of_empty_pages_without_an_end_is_not_whole(server):
    say_pages(
        server,
        {
            LIST: page_of([1], following="?page=2"),
            "Observation?page=2": page_of([], following="?page=3"),
            "Observation?page=3": page_of([], following="?page=4"),
        },
    )
    assert_incomplete(server, LIST, [1], "the list may go on after two empty pages")
    assert len(server.requests) == 3


# --- a list without links


@pytest.mark.parametrize(
    "members",
    [pytest.param({}, id="no total"), pytest.param({"total": 7}, id="total")],
)
def test_a_full_list_without_links_is_read_on_by_offset(server, members):
    say_pages(
        server,
        {
            BY_THREE: page_of([0, 1, 2], **members),
            f"{BY_THREE}&_offset=3": page_of([3, 4, 5], **members),
            f"{BY_THREE}&_offset=6": page_of([6], **members),
        },
    )
    assert_whole(server, BY_THREE, range(7), requests=3)


def test_the_offset_is_what_came_and_not_what_was_asked_for(server):
    say_pages(
        server,
        {
            BY_THREE: page_of([0, 1], total=3),
            f"{BY_THREE}&_offset=2": page_of([2], total=3),
        },
    )
    assert_whole(server, BY_THREE, [0, 1, 2], requests=2)


def test_an_empty_page_ends_a_list_without_links(server):
    say_pages(
        server,
        {BY_THREE: page_of([0, 1, 2]), f"{BY_THREE}&_offset=3": page_of([])},
    )
    assert_whole(server, BY_THREE, [0, 1, 2], requests=2)


def test_a_total_that_was_reached_ends_a_list_without_links(server):
    say_pages(server, {BY_THREE: page_of([0, 1, 2], total=3)})
    assert_whole(server, BY_THREE, [0, 1, 2], requests=1)


OPEN_END = "the list may go on after 3 entries"


def test_the_same_page_again_is_no_next_one(server):
    same = page_of([0, 1, 2])
    say_pages(server, {BY_THREE: same, f"{BY_THREE}&_offset=3": same})
    assert_incomplete(server, BY_THREE, [0, 1, 2], OPEN_END)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(reply_of("", status=400), id="400"),
        pytest.param(outcome_reply("error"), id="an outcome"),
        pytest.param(A_PATIENT, id="a Patient"),
    ],
)
def test_a_server_that_knows_no_offset_leaves_the_end_open(server, second):
    say_pages(server, {BY_THREE: page_of([0, 1, 2]), f"{BY_THREE}&_offset=3": second})
    assert_incomplete(server, BY_THREE, [0, 1, 2], OPEN_END)


def test_a_list_without_links_is_cut_too(server):
    say_pages(
        server,
        {
            f"{BY_THREE}&_offset={offset}" if offset else BY_THREE: page_of(
                range(offset, offset + 3)
            )
            for offset in range(0, 200, 3)
        },
    )
    assert fetch(client_of(server), BY_THREE).note == "the list was cut after 20 pages"


# --- what a server refuses or demands


@pytest.mark.parametrize("status", [400, 500])
def test_a_refused_sort_is_asked_once_more_without(server, status):
    say_pages(
        server,
        {
            BY_DATE: reply_of("no sorting", status=status),
            "Observation?patient=p1&_count=50": page_of([1]),
        },
    )
    assert_whole(server, BY_DATE, [1], requests=2)


def test_refused_parameters_are_left_out_step_by_step(server):
    say_pages(server, {"ServiceRequest?patient=p1": page_of([1])})
    server.default = outcome_reply("error", status=400)
    query = (
        "ServiceRequest?patient=p1&status=active,completed&_sort=-authored&_count=100"
    )
    assert_whole(server, query, [1], requests=3)


def test_an_address_that_is_too_long_is_sent_as_a_form(server):
    server.default = reply_of("", status=414)
    server.forms["/Observation/_search"] = page_of([1])
    fetched = fetch(client_of(server), BY_CODE)
    assert_listed(server, fetched, [1])
    assert fetched.note == ""
    assert server.sent == [
        "patient=p1&code=http%3A%2F%2Floinc.org%7C38267-1&_sort=-date&_count=50"
    ]


def test_a_demanded_intent_is_sent(server):
    """athenahealth, MedicationRequest search: it is required."""
    say_pages(server, {EVERY_INTENT: page_of([1])})
    server.default = reply_of("The intent parameter is required.", status=400)
    assert_whole(server, "MedicationRequest?patient=p1&_count=100", [1], requests=2)


DEMAND = reply_of("Must have either code or category.", status=400)
SURVEYS = "Observation?patient=p1&_sort=-date&_count=100&category=survey"
OF_CODES = Template("values", "Observation?code", "Observation", is_search=True)


def test_a_demand_for_a_category_is_met_with_each_and_those_that_fail_are_said(server):
    say_pages(server, {SURVEYS: page_of([1], total=1)})
    server.default = DEMAND
    assert_incomplete(server, BY_CODE, [1], "8 of 9 categories could not be read")


def read_by_category(server, answer):
    """The list by codes if the server demands a category and answers so for surveys."""
    for category in CATEGORIES:
        query = SURVEYS.replace("survey", category)
        server.say(f"/{query}", page())
    server.say(f"/{SURVEYS}", answer)
    server.say(f"/{SURVEYS}&_offset=1", page())
    server.default = DEMAND
    fetched = fetch(client_of(server), BY_CODE)
    return read_result(OF_CODES, fetched.documents, note=fetched.note)


def test_a_list_by_categories_that_are_all_whole_is_whole(server):
    result = read_by_category(server, page_of([1], total=1))
    assert (result.state, result.is_cut, result.note) == ("given", False, "")


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"meta": {"tag": [{"code": "SUBSETTED"}]}}, id="a subset"),
        pytest.param({"total": 41}, id="fewer than the total"),
        pytest.param(
            {"link": [{"relation": "previous", "url": "?page=0"}]}, id="a later page"
        ),
    ],
)
def test_a_category_that_is_cut_leaves_the_list_incomplete(server, members):
    result = read_by_category(server, fhir({**page(observation(1)), **members}))
    assert result.is_cut
    assert "incomplete" in result.note


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"meta": {"tag": [{"code": "SUBSETTED"}]}}, id="a subset"),
        pytest.param({"total": 41}, id="fewer than the total"),
    ],
)
def test_an_empty_category_that_is_cut_was_not_read(server, members):
    result = read_by_category(server, fhir({**page(), **members}))
    assert (result.state, result.note) == (
        "failed",
        "1 of 9 categories could not be read",
    )


def test_a_category_that_is_answered_without_a_list_was_not_read(server):
    result = read_by_category(server, outcome_reply("warning"))
    assert "1 of 9 categories could not be read" in result.note


@pytest.mark.parametrize(
    ("query", "demand"),
    [
        pytest.param(
            BY_CODE,
            outcome_reply("error", code="required", status=400),
            id="Observation",
        ),
        pytest.param("Condition?patient=p1", DEMAND, id="Condition"),
    ],
)
def test_a_demand_that_nothing_meets_is_a_failed_read(server, query, demand):
    server.default = demand
    assert failure(client_of(server), query).reason == "category-required"


# --- addresses, tokens and times


def test_a_token_is_never_sent_over_plain_http_to_another_machine():
    sent_to = (
        FhirClient(f"{scheme}://ehr.example.org/fhir", "secret")._session.headers
        for scheme in ("https", "http")
    )
    assert ["Authorization" in headers for headers in sent_to] == [True, False]


@pytest.mark.parametrize("url", [{}, {"url": ""}, {"url": None}, {"url": 2}], ids=str)
def test_a_next_page_without_an_address_is_said_and_not_asked(server, url):
    asked = "Observation?patient=p1"
    further = {"relation": "next", **url}
    server.say(f"/{asked}", fhir({**page(observation(1)), "link": [further]}))
    fetched = fetch(client_of(server), asked)
    assert fetched.note == "the address of the next page cannot be used"
    assert len(server.requests) == 1


def test_nothing_is_asked_of_an_unusable_address_or_once_the_time_is_over(server):
    with pytest.raises(FhirReadError, match="address is not valid"):
        FhirClient("ftp://ehr.example.org/fhir")
    failure(client_of(server), seconds=-1)
    assert server.requests == []


def test_an_answer_is_not_decoded_any_more_once_the_time_is_over(server):
    """Many lists that only Python's decoder reads took the processor of the answer."""
    entries = b"{}," * 200_000 + b'{"id": "a\\u0000"}'
    whole = b'{"resourceType": "Bundle", "entry": [%s]}' % entries
    server.say("/Patient/p1", Reply(whole))
    assert failure(client_of(server), seconds=0.1).reason == "timeout"


def test_without_a_token_a_401_says_so(server):
    server.default = Reply(status=401)
    assert str(failure(FhirClient(server.base))) == TOKENLESS


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="not said"),
        pytest.param({"Retry-After": "2"}, 2, id="seconds"),
        pytest.param({"Retry-After": " 120 "}, 120, id="spaces"),
        pytest.param({"Retry-After": "soon"}, float("inf"), id="a word"),
        pytest.param({"Retry-After": "-1"}, float("inf"), id="negative"),
        pytest.param({"Retry-After": ""}, float("inf"), id="empty"),
        pytest.param(
            {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0, id="a past date"
        ),
        pytest.param({"x-ms-retry-after-ms": "250"}, 0.25, id="milliseconds"),
        pytest.param({"Retry-After": "9" * 400}, 6 * 3600, id="for ever"),
    ],
)
def test_retry_after_is_read_in_every_spelling(headers, seconds):
    assert wait_asked_for(headers) == seconds


# --- the bytes of one request


def padded(number: int) -> dict:
    return observation(number, note=[{"text": "x" * 300_000}])


def sparing(server: StubFhir) -> FhirClient:
    return client_of(server, connections=Connections(max_record_bytes=1_000_000))


def test_all_reads_of_one_request_share_its_bytes_and_nothing_is_asked_beyond(server):
    for number in range(1, 9):
        server.say(f"/Observation?code={number}", page(padded(number)))
    client = sparing(server)
    with ThreadPoolExecutor(8) as threads:
        reads = [
            threads.submit(fetch, client, f"Observation?code={number}")
            for number in range(1, 9)
        ]
    failed = [read.exception() for read in reads if read.exception()]
    assert len(failed) >= 5, "three fit"
    assert {error.reason for error in failed} == {"budget"}
    asked = len(server.requests)
    failure(client, "Observation?code=1")
    assert len(server.requests) == asked
    assert ids(fetch(sparing(server), "Observation?code=1")) == ["o1"]


def test_a_page_beyond_the_bytes_leaves_the_list_incomplete(server):
    for number in range(1, 9):
        server.say(
            f"/Observation?page={number}",
            page(padded(number), following=f"?page={number + 1}"),
        )
    fetched = fetch(sparing(server), "Observation?page=1")
    assert ids(fetched) == ["o1", "o2", "o3"]
    assert fetched.note == "page 4: the server sent more than is read for one answer"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({}, id="objects"),
        pytest.param("ab", id="texts"),
        pytest.param(999, id="numbers"),
    ],
)
def test_values_count_more_than_the_bytes_that_write_them(server, value):
    server.say("/Patient/p1", PATIENT | {"extension": [value] * 60_000})
    assert failure(sparing(server)).reason == "budget"


# --- the breaker, and connections


@pytest.mark.parametrize(
    ("reply", "seconds", "patients", "reasons"),
    [
        pytest.param(
            HANGS_UP, 20, 12, ["reset"] * 10 + ["breaker"] * 2, id="several-unreached"
        ),
        pytest.param(HANGS_UP, 20, 2, ["reset"] * 12, id="two-unreached"),
        pytest.param(
            Reply(status=500), 20, 12, ["http-500"] * 12, id="errors-are-answers"
        ),
        pytest.param(Reply(status=403), 20, 12, ["http-403"] * 12, id="refusals"),
        pytest.param(Reply(status=429), 20, 12, ["http-429"] * 12, id="too-many"),
        # Behind a body that took nearly all of the time.
        pytest.param(None, 0.1, 12, ["timeout"] * 12, id="no-time"),
    ],
)
def test_only_lost_connections_of_several_patients_shut_a_server(
    server, reply, seconds, patients, reasons
):
    server.default = reply or server.hold()
    connections = Connections()
    clients = [
        client_of(server, patient=f"p{number % patients}", connections=connections)
        for number in range(12)
    ]
    assert [failure(client, seconds=seconds).reason for client in clients] == reasons
    with StubFhir() as other:
        other.say("/Patient/p1", PATIENT)
        fetch(client_of(other, connections=connections))


def test_one_signing_does_not_shut_the_server_for_others(server):
    connections = Connections()
    server.default = HANGS_UP
    client = client_of(server, patient="broken", connections=connections)
    assert [failure(client).reason for _ in range(15)] == ["reset"] * 15
    server.default = fhir(PATIENT)
    for number in range(32):
        fetch(client_of(server, patient=f"p{number}", connections=connections))


def test_f33_failures_of_a_process_that_stood_still_do_not_shut_it(server):
    server.default = HANGS_UP
    connections, stale = (
        Connections(),
        SimpleNamespace(left=5.0, share_left=0.0, is_stale=True),
    )
    for number in range(15):
        client = client_of(server, patient=f"p{number}", connections=connections)
        with suppress(CallFailed):
            client._answer(f"{server.base}/Patient/p1", stale)
    server.default = fhir(PATIENT)
    fetch(client_of(server, connections=connections))


def test_a_connection_on_which_an_answer_was_abandoned_is_not_used_again(server):
    def hang_in_body(handler) -> None:
        send(
            handler,
            200,
            b'{"resourceType": "Patient", "id": "stranger"}',
            {"Content-Length": "500"},
        )
        server.released.wait(20)

    server.say("/Patient/p1", Reply(script=hang_in_body))
    server.say("/Patient/p2", {"resourceType": "Patient", "id": "p2"})
    connections = Connections()
    assert (
        failure(client_of(server, connections=connections), seconds=0.3).reason
        == "timeout"
    )
    read = fetch(client_of(server, connections=connections), "Patient/p2")
    assert read.documents[0]["id"] == "p2"
