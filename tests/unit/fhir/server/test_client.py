"""The FHIR client against real sockets: what it asks, what it believes, where the token goes, when it stops.

What a fault costs the answer is in `tests/faults/faults.toml`.
"""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest

from cds_service.errors import CallFailed, FhirReadError
from cds_service.fhir.server.client import WITHOUT_TOKEN, FhirClient, wait_asked_for
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
from tests.tables import cases

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


REPLIES = {
    "reply": lambda body, status=200, headers=None: Reply(
        body.encode(), status, headers or {}
    ),
    "outcome": lambda severity, code="processing", status=200: fhir(
        outcome(severity, code), status
    ),
    "page": lambda numbers, **members: fhir(
        page(*map(observation, numbers), **members)
    ),
    "PATIENT": fhir(PATIENT),
    "CUT_OFF": Reply(
        script=lambda handler: send(
            handler, 200, b'{"resourceType"', {"Content-Length": "500"}
        )
    ),
    "HANGS_UP": Reply(script=lambda handler: handler.connection.close()),
    "DEEP": Reply(b"[" * 5000),
    "HUGE": Reply(b" " * (MAX_BYTES + 1)),
    "PACKED": Reply(
        gzip.compress(b" " * (MAX_BYTES * 8)), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize(
    ("reply", "reason", "requests"), cases(__file__, "answers", REPLIES)
)
def test_an_answer_is_the_patient_or_fails_with_its_reason(
    server, reply, reason, requests
):
    server.say("/Patient/p1", reply)
    server.say("/Patient/moved", PATIENT)
    server.say("/Patient/p2", PATIENT | {"id": "p2"})
    if reason:
        assert failure(client_of(server)).reason == reason
    else:
        assert fetch(client_of(server)).documents == (PATIENT,)
    assert len(server.requests) == requests
    assert server.headers[0]["Accept"].startswith("application/fhir+json")


def test_a_token_is_never_sent_over_plain_http_to_another_machine():
    sent_to = (
        FhirClient(f"{scheme}://ehr.example.org/fhir", "secret")._session.headers
        for scheme in ("https", "http")
    )
    assert ["Authorization" in headers for headers in sent_to] == [True, False]


@pytest.mark.parametrize(
    "case", cases(__file__, "lists", REPLIES), ids=lambda case: case["why"]
)
def test_a_list_is_read_to_its_end_or_said_to_be_incomplete(server, case):
    query = case.get("query") or next(iter(case["replies"]))
    for place, reply in case["replies"].items():
        server.say(f"/{place}".replace("/?", "?"), reply)
        server.forms[f"/{place}"] = reply
    server.default = case.get("otherwise")
    if "reason" in case:
        assert failure(client_of(server), query).reason == case["reason"]
        return
    fetched = fetch(client_of(server), query)
    assert ids(fetched) == [f"o{number}" for number in case["ids"]]
    assert bool(fetched.note) is (case.get("note") != "")
    assert fetched.note.startswith(case.get("note", ""))
    assert len(server.requests) == case.get("requests", len(server.requests))
    assert server.sent == case.get("sent", [])
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


def test_a_list_without_links_is_cut_too(server):
    asked = "Observation?_count=3"
    for offset in range(0, 200, 3):
        suffix = f"&_offset={offset}" if offset else ""
        server.say(
            f"/{asked}{suffix}", page(*map(observation, range(offset, offset + 3)))
        )
    assert fetch(client_of(server), asked).note == "the list was cut after 20 pages"


def test_nothing_is_asked_of_an_unusable_address_or_once_the_time_is_over(server):
    with pytest.raises(FhirReadError, match="address is not valid"):
        FhirClient("ftp://ehr.example.org/fhir")
    failure(client_of(server), seconds=-1)
    assert server.requests == []


def test_without_a_token_a_401_says_so(server):
    server.default = Reply(status=401)
    assert str(failure(FhirClient(server.base))) == WITHOUT_TOKEN


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        *cases(__file__, "retry_after_is_read_in_every_spelling"),
        ({"Retry-After": "9" * 400}, 6 * 3600),
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


@pytest.mark.parametrize("value", [{}, "ab", 999])
def test_values_count_more_than_the_bytes_that_write_them(server, value):
    server.say("/Patient/p1", PATIENT | {"extension": [value] * 60_000})
    assert failure(sparing(server)).reason == "budget"


# --- the breaker, and connections


HANGS_UP = Reply(script=lambda handler: handler.connection.close())


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
