"""The FHIR client against real sockets: what it asks, what it believes, where the token goes, when it stops."""

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from cds_service.errors import FhirReadError
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.searches import MAX_PAGES
from cds_service.outgoing.connections import MAX_BYTES, Connections
from tests.stub_fhir import PATIENT_ID, Reply, StubFhir, fhir, observation, outcome, page

SEARCH = "Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50"
PATIENT = {"resourceType": "Patient", "id": PATIENT_ID}


@pytest.fixture
def server():
    stub = StubFhir()
    yield stub
    stub.close()


@pytest.fixture
def other():
    stub = StubFhir()
    yield stub
    stub.close()


def soon() -> float:
    return time.monotonic() + 20


def ids(documents) -> list[str]:
    return [entry["resource"]["id"] for document in documents for entry in document.get("entry", [])]


def refusal(server: StubFhir, reply: Reply | dict) -> FhirReadError:
    server.say("/Patient/p1", reply)
    with pytest.raises(FhirReadError) as caught:
        FhirClient(server.base).fetch("Patient/p1", until=soon())
    return caught.value


def test_a_read_asks_for_fhir_json_below_the_base(server):
    server.say("/Patient/p1", PATIENT)
    fetched = FhirClient(server.base).fetch("Patient/p1", until=soon())
    assert fetched.documents == (PATIENT,)
    assert fetched.note == ""
    assert server.requests == ["/fhir/Patient/p1"]
    assert server.headers[0]["Accept"].startswith("application/fhir+json")


def test_the_token_goes_to_the_server_of_the_request(server):
    server.say("/Patient/p1", PATIENT)
    FhirClient(server.base, "secret").fetch("Patient/p1", until=soon())
    assert server.headers[0]["Authorization"] == "Bearer secret"


def test_without_a_token_no_authorization_is_sent_whatever_the_environment_says(server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.say("/Patient/p1", PATIENT)
    FhirClient(server.base).fetch("Patient/p1", until=soon())
    assert "Authorization" not in server.headers[0]


def test_a_token_is_never_sent_over_plain_http_to_another_machine():
    client = FhirClient("http://ehr.example.org/fhir", "secret")
    assert "Authorization" not in client._session.headers


def test_cookies_of_a_server_are_not_kept(server):
    server.say("/Patient/p1", fhir(PATIENT, **{"Set-Cookie": "session=1; Path=/"}))
    client = FhirClient(server.base)
    client.fetch("Patient/p1", until=soon())
    client.fetch("Patient/p1", until=soon())
    assert all("Cookie" not in headers for headers in server.headers)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "http-404"),
        (Reply(status=401), "http-401"),
        (Reply(b"No", 403, {"Content-Type": "text/plain"}), "http-403"),
        (Reply(b"<html>502</html>", 502, {"Content-Type": "text/html"}), "http-502"),
        (Reply(b"", 204), "http-204"),
        (Reply(b""), "empty"),
        (Reply(b"<html>log in</html>", headers={"Content-Type": "text/html"}), "content-type"),
        (Reply(b"<Patient/>", headers={"Content-Type": "application/fhir+xml"}), "content-type"),
        (Reply(b'{"resourceType": "Pat', headers={"Content-Type": "application/json"}), "not-json"),
        (Reply(b'{"resourceType": "Patient", "x": NaN}', headers={"Content-Type": "application/json"}), "not-json"),
        (Reply(b"[" * 5000, headers={"Content-Type": "application/json"}), "not-json"),
        (Reply(b"[]", headers={"Content-Type": "application/json"}), "not-fhir"),
        (fhir({"hello": "world"}), "not-fhir"),
        (fhir(outcome("error")), "outcome"),
        (fhir(outcome("fatal")), "outcome"),
        (Reply(b"{}", headers={"Content-Length": "500"}, status=200), "truncated"),
        (Reply(b" " * (MAX_BYTES + 1), headers={"Content-Type": "application/json"}), "too-large"),
        (
            Reply(gzip.compress(b" " * (MAX_BYTES * 8)), headers={"Content-Encoding": "gzip"}),
            "too-large",
        ),
        (Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}), "truncated"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_that_cannot_be_used_fails_with_its_reason(server, reply, reason):
    if reason == "truncated" and reply.headers.get("Content-Length"):
        reply = Reply(script=_cut_off)
    assert refusal(server, reply).reason == reason


def _cut_off(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"resourceType"')


def test_an_answer_that_is_announced_as_too_large_is_not_waited_for(server):
    def announce(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(MAX_BYTES + 1))
        handler.end_headers()
        server.released.wait(60)

    server.say("/Patient/p1", Reply(script=announce))
    with pytest.raises(FhirReadError) as caught:
        FhirClient(server.base).fetch("Patient/p1", until=time.monotonic() + 30)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("content_type", ["application/json+fhir", "application/json", "text/json; charset=utf-8", ""])
def test_any_json_type_will_do(server, content_type):
    server.say("/Patient/p1", Reply(json.dumps(PATIENT).encode(), headers={"Content-Type": content_type}))
    assert FhirClient(server.base).fetch("Patient/p1", until=soon()).documents == (PATIENT,)


def test_a_compressed_answer_is_read(server):
    body = gzip.compress(json.dumps(PATIENT).encode())
    server.say("/Patient/p1", Reply(body, headers={"Content-Encoding": "gzip"}))
    assert FhirClient(server.base).fetch("Patient/p1", until=soon()).documents == (PATIENT,)


def test_a_server_that_is_not_there_is_unreachable(server):
    base = server.base
    server.close()
    with pytest.raises(FhirReadError) as caught:
        FhirClient(base).fetch("Patient/p1", until=soon())
    assert caught.value.reason == "unreachable"


def test_a_server_that_hangs_up_is_asked_once_more(server):
    assert refusal(server, Reply(script=lambda handler: handler.connection.close())).reason == "reset"
    assert len(server.requests) == 2


def test_a_server_that_never_answers_ends_with_the_deadline(server):
    server.say("/Patient/p1", server.hold())
    with pytest.raises(FhirReadError) as caught:
        FhirClient(server.base).fetch("Patient/p1", until=time.monotonic() + 0.3)
    assert caught.value.reason == "timeout"


def test_a_server_that_trickles_ends_with_the_deadline(server):
    def trickle(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        with suppress(OSError):
            while not server.released.wait(0.02):
                handler.wfile.write(b" ")

    server.say("/Patient/p1", Reply(script=trickle))
    with pytest.raises(FhirReadError) as caught:
        FhirClient(server.base).fetch("Patient/p1", until=time.monotonic() + 0.3)
    assert caught.value.reason == "timeout"
    assert not server.released.is_set()


def test_nothing_is_asked_once_the_time_is_over(server):
    with pytest.raises(FhirReadError):
        FhirClient(server.base).fetch("Patient/p1", until=time.monotonic() - 1)
    assert server.requests == []


# --- redirects


def test_a_redirect_to_another_origin_is_not_followed_and_the_token_stays(server, other):
    other.say("/Patient/p1", PATIENT)
    server.say("/Patient/p1", Reply(status=302, headers={"Location": f"{other.base}/Patient/p1"}))
    with pytest.raises(FhirReadError) as caught:
        FhirClient(server.base, "secret").fetch("Patient/p1", until=soon())
    assert caught.value.reason == "redirect"
    assert other.requests == []


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


def test_a_search_sends_its_codes_as_they_are_meant(server):
    server.say(f"/{SEARCH}", page(observation(1)))
    assert ids(FhirClient(server.base).fetch(SEARCH, until=soon()).documents) == ["o1"]


@pytest.mark.parametrize("status", [400, 500])
def test_a_refused_sort_is_asked_once_more_without(server, status):
    server.say(f"/{SEARCH}", Reply(b"no sorting", status))
    server.say("/Observation?patient=p1&code=http://loinc.org|38267-1&_count=50", page(observation(1)))
    assert ids(FhirClient(server.base).fetch(SEARCH, until=soon()).documents) == ["o1"]
    assert len(server.requests) == 2


def test_a_refusal_that_is_not_about_sorting_is_not_repeated(server):
    server.default = Reply(status=400)
    with pytest.raises(FhirReadError):
        FhirClient(server.base).fetch("Condition?patient=p1", until=soon())
    assert len(server.requests) == 1


def test_all_pages_are_read_with_the_token(server):
    server.say(f"/{SEARCH}", page(observation(1), following=f"{server.base}?page=2"))
    server.say("?page=2", page(observation(2), following=f"{server.base}?page=3"))
    server.say("?page=3", page(observation(3)))
    fetched = FhirClient(server.base, "secret").fetch(SEARCH, until=soon())
    assert ids(fetched.documents) == ["o1", "o2", "o3"]
    assert fetched.note == ""
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


@pytest.mark.parametrize("link", ["?page=2", "Observation?page=2", "/fhir/Observation?page=2"])
def test_a_relative_next_is_resolved_against_the_request(server, link):
    server.say("/Observation?patient=p1", page(observation(1), following=link))
    server.say("/Observation?page=2", page(observation(2)))
    server.say("?page=2", page(observation(2)))
    assert ids(FhirClient(server.base).fetch("Observation?patient=p1", until=soon()).documents) == ["o1", "o2"]


@pytest.mark.parametrize(
    "link",
    [
        "http://10.0.0.7:8080/fhir?_getpages=a&_offset=1",
        "http://localhost:1/other/path?_getpages=a&_offset=1",
        "https://evil.example.org/fhir?_getpages=a&_offset=1",
    ],
)
def test_a_next_elsewhere_is_asked_on_the_base_and_nowhere_else(server, link):
    server.say("/Observation?patient=p1", page(observation(1), following=link))
    server.say("?_getpages=a&_offset=1", page(observation(2)))
    fetched = FhirClient(server.base, "secret").fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1", "o2"]
    assert fetched.note == ""


def test_a_next_elsewhere_keeps_its_resource_type_on_the_base(server):
    link = "http://inner:8080/hapi/r4/Observation?patient=p1&_offset=1"
    server.say("/Observation?patient=p1", page(observation(1), following=link))
    server.say("/Observation?patient=p1&_offset=1", page(observation(2)))
    assert ids(FhirClient(server.base).fetch("Observation?patient=p1", until=soon()).documents) == ["o1", "o2"]


def test_a_next_elsewhere_that_the_base_does_not_know_leaves_the_list_incomplete(server, other):
    server.say("/Observation?patient=p1", page(observation(1), following=f"{other.base}/Observation?page=2"))
    other.say("/Observation?page=2", page(observation(2)))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1"]
    assert fetched.note == "page 2: not found on the server (404)"
    assert other.requests == []


@pytest.mark.parametrize(
    "link", ["http://h:443:443/fhir?page=2", "file:///etc/passwd", "javascript:1", "http://127.0.0.1/fhir/%2e%2e/x?a=1"]
)
def test_a_next_that_is_no_address_leaves_the_list_incomplete(server, link):
    server.say("/Observation?patient=p1", page(observation(1), following=link))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1"]
    assert fetched.note
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "failure", [Reply(status=410), Reply(status=500), fhir(outcome()), fhir(PATIENT), Reply(b"x"), Reply(b"")]
)
def test_a_later_page_that_fails_keeps_the_earlier_ones(server, failure):
    server.say("/Observation?patient=p1", page(observation(1), following=f"{server.base}?page=2"))
    server.say("?page=2", failure)
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1"]
    assert fetched.note.startswith("page 2: ")


def test_a_next_that_points_at_itself_ends(server):
    server.say("/Observation?patient=p1", page(observation(1), following=f"{server.base}/Observation?patient=p1"))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert len(server.requests) == 1
    assert fetched.note


def test_pages_in_a_circle_end(server):
    server.say("/Observation?patient=p1", page(observation(1), following=f"{server.base}?page=a"))
    server.say("?page=a", page(observation(2), following=f"{server.base}?page=b"))
    server.say("?page=b", page(observation(3), following=f"{server.base}?page=a"))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1", "o2", "o3"]
    assert fetched.note


def test_an_empty_page_ends_the_list_although_it_has_a_next(server):
    server.say("/Observation?patient=p1", page(observation(1), following=f"{server.base}?page=2"))
    server.say("?page=2", page(following=f"{server.base}?page=3"))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert ids(fetched.documents) == ["o1"]
    assert fetched.note == ""
    assert len(server.requests) == 2


def test_a_list_without_end_is_cut_and_says_so(server):
    server.say("/Observation?patient=p1", page(observation(0), following=f"{server.base}?page=1"))
    for number in range(1, MAX_PAGES + 5):
        server.say(f"?page={number}", page(observation(number), following=f"{server.base}?page={number + 1}"))
    fetched = FhirClient(server.base).fetch("Observation?patient=p1", until=soon())
    assert len(fetched.documents) == MAX_PAGES
    assert fetched.note == f"the list was cut after {MAX_PAGES} pages"


def test_pages_after_one_that_came_with_the_request_are_read(server):
    first = page(observation(1), following=f"{server.base}?page=2")
    server.say("?page=2", page(observation(2)))
    fetched = FhirClient(server.base).follow(first, until=soon())
    assert ids(fetched.documents) == ["o1", "o2"]
    assert server.requests == ["/fhir?page=2"]


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
    with pytest.raises(FhirReadError):
        client.fetch("Observation?code=1", until=soon())
    assert len(server.requests) == asked
    other = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    assert ids(other.fetch("Observation?code=1", until=soon()).documents) == ["o1"]


def test_a_page_beyond_the_bytes_leaves_the_list_incomplete(server):
    for number in range(1, 9):
        following = f"{server.base}/Observation?page={number + 1}"
        server.say(f"/Observation?page={number}", page(padded(number), following=following))
    client = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    fetched = client.fetch("Observation?page=1", until=soon())
    assert ids(fetched.documents) == ["o1", "o2", "o3"]
    assert fetched.note == "page 4: the server sent more than is read for one answer"


def test_objects_and_lists_count_more_than_the_bytes_that_write_them(server):
    server.say("/Patient/p1", PATIENT | {"extension": [{}] * 60_000})
    client = FhirClient(server.base, connections=Connections(max_record_bytes=1_000_000))
    with pytest.raises(FhirReadError) as caught:
        client.fetch("Patient/p1", until=soon())
    assert caught.value.reason == "budget"
