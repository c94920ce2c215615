"""The FHIR client against real sockets: what it asks, what it believes, where the token goes, when it stops.

What a fault costs the answer is in `tests/faults/faults.toml`.
"""

import gzip
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from cds_service.errors import FhirReadError
from cds_service.fhir.server.client import WITHOUT_TOKEN, FhirClient, wait_asked_for
from cds_service.fhir.server.searches import CATEGORIES, MAX_PAGES
from cds_service.outgoing import Connections
from cds_service.outgoing.connections import MAX_BYTES
from tests.stub_fhir import PATIENT_ID, Reply, StubFhir, fhir, observation, outcome, page
from tests.tables import cases

SEARCH = "Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50"
PATIENT = {"resourceType": "Patient", "id": PATIENT_ID}


@pytest.fixture
def server():
    with StubFhir() as stub:
        yield stub


def soon(seconds: float = 20) -> float:
    return time.monotonic() + seconds


def ids(fetched) -> list[str]:
    return [entry["resource"]["id"] for document in fetched.documents for entry in document.get("entry", [])]


def failure(client: FhirClient, query: str = "Patient/p1", seconds: float = 20) -> FhirReadError:
    with pytest.raises(FhirReadError) as caught:
        client.fetch(query, until=soon(seconds))
    return caught.value


def refusal(server: StubFhir, reply: Reply | dict) -> FhirReadError:
    server.say("/Patient/p1", reply)
    return failure(FhirClient(server.base))


def test_a_read_asks_for_fhir_json_below_the_base(server):
    server.say("/Patient/p1", PATIENT)
    fetched = FhirClient(server.base).fetch("Patient/p1", until=soon())
    assert fetched.documents == (PATIENT,)
    assert fetched.note == ""
    assert server.requests == ["/fhir/Patient/p1"]
    assert server.headers[0]["Accept"].startswith("application/fhir+json")


def test_a_token_is_never_sent_over_plain_http_to_another_machine():
    client = FhirClient("http://ehr.example.org/fhir", "secret")
    assert "Authorization" not in client._session.headers


def _cut_off(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"resourceType"')


REPLIES = {
    "reply": lambda body, status=200, headers=None: Reply(body.encode(), status, headers or {}),
    "outcome": lambda severity: fhir(outcome(severity)),
    "page": lambda numbers, **members: page(*map(observation, numbers), **members),
}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        *cases(__file__, "an_answer_that_cannot_be_used_fails_with_its_reason", REPLIES),
        (Reply(b"[" * 5000, headers=JSON), "not-json"),
        (Reply(script=_cut_off), "truncated"),
        (Reply(b" " * (MAX_BYTES + 1), headers=JSON), "too-large"),
        (Reply(gzip.compress(b" " * (MAX_BYTES * 8)), headers={"Content-Encoding": "gzip"}), "too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_that_cannot_be_used_fails_with_its_reason(server, reply, reason):
    assert refusal(server, reply).reason == reason


@pytest.mark.parametrize("content_type", ["application/json+fhir", "application/json", "text/json; charset=utf-8", ""])
def test_any_json_type_will_do(server, content_type):
    server.say("/Patient/p1", Reply(json.dumps(PATIENT).encode(), headers={"Content-Type": content_type}))
    assert FhirClient(server.base).fetch("Patient/p1", until=soon()).documents == (PATIENT,)


def test_a_server_that_hangs_up_is_asked_once_more(server):
    assert refusal(server, Reply(script=lambda handler: handler.connection.close())).reason == "reset"
    assert len(server.requests) == 2


def test_nothing_is_asked_once_the_time_is_over(server):
    failure(FhirClient(server.base), seconds=-1)
    assert server.requests == []


# --- redirects


@pytest.mark.parametrize("location", ["/admin", "/fhir/../admin", "file:///etc/passwd", "http://[", "//evil/fhir"])
def test_a_redirect_outside_the_base_is_not_followed(server, location):
    reply = Reply(status=307, headers={"Location": location})
    assert refusal(server, reply).reason == "redirect"
    assert len(server.requests) == 1


def test_a_redirect_within_the_base_is_followed(server):
    server.say("/Patient/p1", Reply(status=301, headers={"Location": "/fhir/Patient/p2"}))
    server.say("/Patient/p2", PATIENT)
    assert FhirClient(server.base).fetch("Patient/p1", until=soon()).documents == (PATIENT,)


def test_redirects_in_a_circle_end(server):
    assert refusal(server, Reply(status=302, headers={"Location": "/fhir/Patient/p1"})).reason == "redirect"
    assert len(server.requests) == 4


# --- searches


@pytest.mark.parametrize("status", [400, 500])
def test_a_refused_sort_is_asked_once_more_without(server, status):
    server.say(f"/{SEARCH}", Reply(b"no sorting", status))
    server.say("/Observation?patient=p1&code=http://loinc.org|38267-1&_count=50", page(observation(1)))
    assert ids(FhirClient(server.base).fetch(SEARCH, until=soon())) == ["o1"]
    assert len(server.requests) == 2


def test_all_pages_are_read_with_the_token(server):
    server.say(f"/{SEARCH}", page(observation(1), following=f"{server.base}?page=2"))
    server.say("?page=2", page(observation(2), following=f"{server.base}?page=3"))
    server.say("?page=3", page(observation(3)))
    fetched = FhirClient(server.base, "secret").fetch(SEARCH, until=soon())
    assert ids(fetched) == ["o1", "o2", "o3"]
    assert fetched.note == ""
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


@pytest.mark.parametrize("case", cases(__file__, "lists", REPLIES), ids=lambda case: case["why"])
def test_a_list_is_read_to_its_end_or_said_to_be_incomplete(server, case):
    for place, reply in case["replies"].items():
        server.say(f"/{place}".replace("/?", "?"), reply)
    fetched = FhirClient(server.base, "secret").fetch(next(iter(case["replies"])), until=soon())
    assert ids(fetched) == [f"o{number}" for number in case["ids"]]
    assert bool(fetched.note) is (case.get("note") != "")
    assert fetched.note.startswith(case.get("note", ""))
    assert len(server.requests) == case.get("requests", len(server.requests))


def test_a_list_without_end_is_cut_and_says_so(server):
    for number in range(MAX_PAGES + 2):
        server.say(f"/Observation?page={number}", page(observation(number), following=f"?page={number + 1}"))
    fetched = FhirClient(server.base).fetch("Observation?page=0", until=soon())
    assert len(server.requests) == len(fetched.documents) == MAX_PAGES
    assert fetched.note == f"the list was cut after {MAX_PAGES} pages"


def test_an_unusable_base_is_refused_by_name():
    with pytest.raises(FhirReadError) as caught:
        FhirClient("ftp://ehr.example.org/fhir")
    assert caught.value.reason == "address"


# --- the bytes of one request


def padded(number: int) -> dict:
    return observation(number, note=[{"text": "x" * 300_000}])


def test_all_reads_of_one_request_share_its_bytes_and_nothing_is_asked_beyond(server):
    for number in range(1, 9):
        server.say(f"/Observation?code={number}", page(padded(number)))
    client = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    with ThreadPoolExecutor(8) as threads:
        reads = [threads.submit(client.fetch, f"Observation?code={number}", until=soon()) for number in range(1, 9)]
    failed = [read.exception() for read in reads if read.exception()]
    assert len(failed) >= 5, "three fit"
    assert {error.reason for error in failed} == {"budget"}
    asked = len(server.requests)
    failure(client, "Observation?code=1")
    assert len(server.requests) == asked
    other = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    assert ids(other.fetch("Observation?code=1", until=soon())) == ["o1"]


def test_a_page_beyond_the_bytes_leaves_the_list_incomplete(server):
    for number in range(1, 9):
        following = f"{server.base}/Observation?page={number + 1}"
        server.say(f"/Observation?page={number}", page(padded(number), following=following))
    client = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    fetched = client.fetch("Observation?page=1", until=soon())
    assert ids(fetched) == ["o1", "o2", "o3"]
    assert fetched.note == "page 4: the server sent more than is read for one answer"


@pytest.mark.parametrize("value", [{}, "ab", 999])
def test_values_count_more_than_the_bytes_that_write_them(server, value):
    server.say("/Patient/p1", PATIENT | {"extension": [value] * 60_000})
    client = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    assert failure(client).reason == "budget"


# --- retries


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 501])
def test_a_refusal_is_not_repeated(server, status):
    server.default = Reply(status=status)
    assert failure(FhirClient(server.base)).reason == f"http-{status}"
    assert len(server.requests) == 1


@pytest.mark.parametrize(("headers", "requests"), [({"Retry-After": "0"}, 2), ({"Retry-After": "60"}, 1), ({}, 1)])
def test_too_many_requests_are_repeated_only_when_the_server_says_soon(server, headers, requests):
    server.default = Reply(status=429, headers=headers)
    assert failure(FhirClient(server.base), seconds=5).reason == "http-429"
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [*cases(__file__, "retry_after_is_read_in_every_spelling"), ({"Retry-After": "9" * 400}, 6 * 3600)],
)
def test_retry_after_is_read_in_every_spelling(headers, seconds):
    assert wait_asked_for(headers) == seconds


# --- the breaker


def test_a_server_that_fails_ten_times_is_not_asked_again_by_any_request(server):
    server.default = Reply(status=500)
    connections = Connections()
    reasons = [failure(FhirClient(server.base, connections=connections)).reason for _ in range(12)]
    assert reasons == ["http-500"] * 10 + ["breaker"] * 2
    asked = len(server.requests)
    assert failure(FhirClient(server.base, connections=connections)).reason == "breaker"
    assert len(server.requests) == asked


def test_one_server_that_fails_does_not_shut_another(server):
    connections = Connections()
    server.default = Reply(status=500)
    with StubFhir() as other:
        other.say("/Patient/p1", PATIENT)
        for _ in range(12):
            failure(FhirClient(server.base, connections=connections))
        FhirClient(other.base, connections=connections).fetch("Patient/p1", until=soon())


def test_refusals_do_not_open_it(server):
    server.default = Reply(status=403)
    connections = Connections()
    for _ in range(15):
        assert failure(FhirClient(server.base, connections=connections)).reason == "http-403"


def test_calls_that_had_no_time_do_not_open_it_for_others(server):
    """As behind a body that took nearly all of it."""
    server.default = Reply(script=lambda _handler: server.released.wait(20))
    connections = Connections()
    reasons = [failure(FhirClient(server.base, connections=connections), seconds=0.1).reason for _ in range(12)]
    assert reasons == ["timeout"] * 12


def test_f33_timeouts_of_a_process_that_stood_still_do_not_open_it(server):
    server.default = Reply(status=500)
    connections = Connections()
    for _ in range(15):
        client = FhirClient(server.base, connections=connections)
        with suppress(FhirReadError):
            client._answer(f"{server.base}/Patient/p1", _stale())
    server.default = fhir(PATIENT)
    FhirClient(server.base, connections=connections).fetch("Patient/p1", until=soon())


def _stale():
    class Stale:
        left, share_left, is_stale = 5.0, 0.0, True

    return Stale()


# --- time and sockets


def test_a_connection_on_which_an_answer_was_abandoned_is_not_used_again(server):
    def hang_in_body(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        handler.wfile.write(b'{"resourceType": "Patient", "id": "stranger"}')
        server.released.wait(20)

    server.say("/Patient/p1", Reply(script=hang_in_body))
    server.say("/Patient/p2", {"resourceType": "Patient", "id": "p2"})
    connections = Connections()
    assert failure(FhirClient(server.base, connections=connections), seconds=0.3).reason == "timeout"
    read = FhirClient(server.base, connections=connections).fetch("Patient/p2", until=soon())
    assert read.documents[0]["id"] == "p2"


# --- what a server demands


def test_a_demand_for_a_category_is_met_with_every_category_once_for_all_lists(server):
    server.default = fhir(outcome() | {"issue": [{"severity": "error", "code": "required"}]}, 400)
    for name in CATEGORIES:
        server.say(f"/Observation?patient=p1&_sort=-date&_count=100&category={name}", page())
    server.say("/Observation?patient=p1&_sort=-date&_count=100&category=procedure", page(observation(1)))
    client = FhirClient(server.base)
    other = SEARCH.replace("38267-1", "39156-5").replace("_count=50", "_count=100")
    reader = threading.Thread(target=client.fetch, args=(other,), kwargs={"until": soon()})
    reader.start()
    assert ids(client.fetch(SEARCH, until=soon())) == ["o1"]
    reader.join()
    assert len([one for one in server.requests if "category=" in one]) == len(CATEGORIES)


def test_a_category_that_cannot_be_read_leaves_the_list_incomplete(server):
    server.default = Reply(b"Must have either code or category.", 400, {"Content-Type": "text/plain"})
    server.say("/Observation?patient=p1&_sort=-date&_count=100&category=survey", page(observation(1), total=1))
    fetched = FhirClient(server.base).fetch(SEARCH, until=soon())
    assert ids(fetched) == ["o1"]
    assert fetched.note == "8 of 9 categories could not be read"
    assert "total" not in fetched.documents[0]


def test_a_demand_that_nothing_meets_is_a_failed_read(server):
    server.default = Reply(b"Must have either code or category.", 400, {"Content-Type": "text/plain"})
    assert failure(FhirClient(server.base), SEARCH).reason == "category-required"
    assert failure(FhirClient(server.base), "Condition?patient=p1").reason == "category-required"


def test_a_demanded_intent_is_sent(server):
    """athenahealth, MedicationRequest search: `intent` is required."""
    server.default = Reply(b"The intent parameter is required.", 400, {"Content-Type": "text/plain"})
    intents = "order,plan,original-order,reflex-order,filler-order,instance-order"
    asked = f"/MedicationRequest?patient=p1&_count=100&intent={intents}"
    server.say(asked, page({"resourceType": "MedicationRequest", "id": "m1"}))
    assert ids(FhirClient(server.base).fetch("MedicationRequest?patient=p1&_count=100", until=soon())) == ["m1"]
    assert len(server.requests) == 2


def test_refused_parameters_are_left_out_step_by_step(server):
    server.default = fhir(outcome(), 400)
    server.say("/ServiceRequest?patient=p1", page({"resourceType": "ServiceRequest", "id": "s1"}))
    query = "ServiceRequest?patient=p1&status=active,completed&_sort=-authored&_count=100"
    assert ids(FhirClient(server.base).fetch(query, until=soon())) == ["s1"]
    assert len(server.requests) == 3


def test_an_address_that_is_too_long_is_sent_as_a_form(server):
    server.say(f"/{SEARCH}", Reply(status=414))
    server.forms["/Observation/_search"] = fhir(page(observation(1)))
    assert ids(FhirClient(server.base, "secret").fetch(SEARCH, until=soon())) == ["o1"]
    assert server.sent == ["patient=p1&code=http%3A%2F%2Floinc.org%7C38267-1&_sort=-date&_count=50"]
    assert server.headers[-1]["Authorization"] == "Bearer secret"


def test_a_redirect_to_another_patient_is_said_and_not_taken(server):
    server.say("/Patient/p1", Reply(status=301, headers={"Location": "/fhir/Patient/p2"}))
    server.say("/Patient/p2", {"resourceType": "Patient", "id": "p2"})
    assert failure(FhirClient(server.base)).reason == "merged"


def test_without_a_token_a_401_says_so(server):
    server.default = Reply(status=401)
    assert str(failure(FhirClient(server.base))) == WITHOUT_TOKEN
    assert "has expired" in str(failure(FhirClient(server.base, "secret")))


def test_a_list_without_links_is_cut_too(server):
    asked = "Observation?_count=3"
    for offset in range(0, 200, 3):
        suffix = f"&_offset={offset}" if offset else ""
        server.say(f"/{asked}{suffix}", page(*map(observation, range(offset, offset + 3))))
    assert FhirClient(server.base).fetch(asked, until=soon()).note == "the list was cut after 20 pages"
