"""The FHIR client against real sockets: what it asks, what it believes, where the token goes, when it stops.

What a fault costs the answer is in `tests/faults/faults.toml`.
"""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from cds_service.errors import CallFailed, FhirReadError
from cds_service.fhir.server.client import TOKENLESS, FhirClient, wait_asked_for
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


THE_PATIENT = fhir(PATIENT)
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


@pytest.mark.parametrize(
    ("reply", "reason", "requests"),
    [
        # what the server answers to the read of Patient p1, the reason of the failure or none, and how often it is asked
        (THE_PATIENT, "", 1),
        (reply_of('{"resourceType": "Patient", "id": "p1"}'), "", 1),
        (
            reply_of(
                '{"resourceType": "Patient", "id": "p1"}',
                headers={"Content-Type": "application/json+fhir"},
            ),
            "",
            1,
        ),
        (
            reply_of(
                '{"resourceType": "Patient", "id": "p1"}',
                headers={"Content-Type": "text/json; charset=utf-8"},
            ),
            "",
            1,
        ),
        # a refusal is not repeated, a failure is, and 429 only when the server says that it will be soon
        (reply_of("", status=400), "http-400", 1),
        (reply_of("", status=401), "http-401", 1),
        (
            reply_of("No", status=403, headers={"Content-Type": "text/plain"}),
            "http-403",
            1,
        ),
        (reply_of("", status=404), "http-404", 1),
        (reply_of("", status=410), "http-410", 1),
        (reply_of("", status=418), "http-418", 1),
        (reply_of("", status=501), "http-501", 1),
        (
            reply_of(
                "<html>502</html>", status=502, headers={"Content-Type": "text/html"}
            ),
            "http-502",
            2,
        ),
        (reply_of("", status=429), "http-429", 1),
        (reply_of("", status=429, headers={"Retry-After": "0"}), "http-429", 2),
        (reply_of("", status=429, headers={"Retry-After": "60"}), "http-429", 1),
        (HANGS_UP, "reset", 2),
        # what is not the resource
        (reply_of("", status=204), "http-204", 1),
        (reply_of(""), "empty", 1),
        (
            reply_of("<html>log in</html>", headers={"Content-Type": "text/html"}),
            "content-type",
            1,
        ),
        (
            reply_of("<Patient/>", headers={"Content-Type": "application/fhir+xml"}),
            "content-type",
            1,
        ),
        (reply_of('{"resourceType": "Pat'), "not-json", 1),
        (reply_of('{"resourceType": "Patient", "x": NaN}'), "not-json", 1),
        (reply_of("[]"), "not-fhir", 1),
        (reply_of('{"hello": "world"}'), "not-fhir", 1),
        (outcome_reply("error"), "outcome", 1),
        (outcome_reply("fatal"), "outcome", 1),
        (
            reply_of("not gzip at all", headers={"Content-Encoding": "gzip"}),
            "truncated",
            1,
        ),
        (CUT_OFF, "truncated", 1),
        (DEEP, "not-json", 1),
        (HUGE, "too-large", 1),
        (PACKED, "too-large", 1),
        # no redirect is followed, not even below the base
        (
            reply_of("", status=301, headers={"Location": "/fhir/Patient/moved"}),
            "redirect",
            1,
        ),
        (
            reply_of("", status=301, headers={"Location": "/fhir/Patient/p2"}),
            "redirect",
            1,
        ),
        (
            reply_of("", status=302, headers={"Location": "/fhir/Patient/p1"}),
            "redirect",
            1,
        ),
        (reply_of("", status=307, headers={"Location": "/admin"}), "redirect", 1),
        (
            reply_of("", status=307, headers={"Location": "/fhir/../admin"}),
            "redirect",
            1,
        ),
        (
            reply_of("", status=307, headers={"Location": "file:///etc/passwd"}),
            "redirect",
            1,
        ),
        (reply_of("", status=307, headers={"Location": "http://["}), "redirect", 1),
        (reply_of("", status=307, headers={"Location": "//evil/fhir"}), "redirect", 1),
    ],
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


@dataclass(frozen=True)
class Search:
    """What the server answers to a search.

    Attributes:
        replies: by the address below the base; the first is of the search itself,
            unless `query` is.
        otherwise: to every other question.
    """

    replies: dict[str, Reply]
    query: str = ""
    otherwise: Reply | None = None

    @property
    def first(self) -> str:
        return self.query or next(iter(self.replies))

    def script(self, server: StubFhir) -> None:
        for place, reply in self.replies.items():
            server.say(f"/{place}".replace("/?", "?"), reply)
            server.forms[f"/{place}"] = reply
        server.default = self.otherwise


@dataclass(frozen=True)
class Listed:
    """What is read of a list.

    Attributes:
        numbers: of its Observations.
        requests: how often the server was asked; None is not looked at.
        forms: what was sent in a body.
    """

    numbers: list[int]
    requests: int | None = None
    forms: list[str] = field(default_factory=list)


class Whole(Listed):
    """A list that was read to its end: it has no note."""


@dataclass(frozen=True)
class Incomplete(Listed):
    """A list that says why it is not whole, in a note that begins so."""

    note: str = ""


@dataclass(frozen=True)
class Failed:
    reason: str


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="a next link that is relative: ?page=2",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1], following="Observation?page=2"
                    ),
                    "Observation?page=2": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="a next link that is relative: Observation?page=2",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1], following="/fhir/Observation?page=2"
                    ),
                    "Observation?page=2": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="a next link that is relative: /fhir/Observation?page=2",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1], following="http://10.0.0.7:8080/fhir?_getpages=a&_offset=1"
                    ),
                    "?_getpages=a&_offset=1": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="one that names another server is asked on the base:"
            " http://10.0.0.7:8080/fhir",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1],
                        following="http://localhost:1/other/path?_getpages=a&_offset=1",
                    ),
                    "?_getpages=a&_offset=1": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="one that names another server is asked on the base:"
            " http://localhost:1/other/path",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1],
                        following="https://evil.example.org/fhir?_getpages=a&_offset=1",
                    ),
                    "?_getpages=a&_offset=1": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="one that names another server is asked on the base:"
            " https://evil.example.org/fhir",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1],
                        following=(
                            "http://inner:8080/hapi/r4/Observation?_getpages=a&_offset=1"
                        ),
                    ),
                    "Observation?_getpages=a&_offset=1": page_of([2]),
                }
            ),
            Whole([1, 2], requests=2),
            id="by its resource type where it names one",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1], following="http://h:443:443/fhir?page=2"
                    )
                }
            ),
            Incomplete([1], requests=1),
            id="one that is no address, or leads elsewhere, leaves the list"
            " incomplete: http://h:443:443/fhir?page=2",
        ),
        pytest.param(
            Search(
                {"Observation?patient=p1": page_of([1], following="file:///etc/passwd")}
            ),
            Incomplete([1], requests=1),
            id="one that is no address, or leads elsewhere, leaves the list"
            " incomplete: file:///etc/passwd",
        ),
        pytest.param(
            Search({"Observation?patient=p1": page_of([1], following="javascript:1")}),
            Incomplete([1], requests=1),
            id="one that is no address, or leads elsewhere, leaves the list"
            " incomplete: javascript:1",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of(
                        [1], following="http://127.0.0.1/fhir/%2e%2e/x?a=1"
                    )
                }
            ),
            Incomplete([1], requests=1),
            id="one that is no address, or leads elsewhere, leaves the list"
            " incomplete: http://127.0.0.1/fhir/%2e%2e/x?a=1",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": reply_of("", status=410),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: 410",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": reply_of("", status=500),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: 500",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": outcome_reply("error"),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: an outcome",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": reply_of(
                        '{"resourceType": "Patient", "id": "p1"}',
                        headers={"Content-Type": "application/json"},
                    ),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: a Patient",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": reply_of("x"),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: no JSON",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": reply_of(""),
                }
            ),
            Incomplete([1], note="page 2: "),
            id="a page that fails is said: nothing",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=a"),
                    "Observation?page=a": page_of([2], following="?page=b"),
                    "Observation?page=b": page_of([3], following="?page=a"),
                }
            ),
            Incomplete([1, 2, 3], requests=3),
            id="pages in a circle are read once and said",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": page_of([], following="?page=3"),
                    "Observation?page=3": page_of([2]),
                }
            ),
            Whole([1, 2], requests=3),
            id="an empty page ends no list that goes on",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([], following="?page=2"),
                    "Observation?page=2": page_of([1]),
                }
            ),
            Whole([1], requests=2),
            id="a list that begins with an empty page is read on",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1": page_of([1], following="?page=2"),
                    "Observation?page=2": page_of([], following="?page=3"),
                    "Observation?page=3": page_of([], following="?page=4"),
                }
            ),
            Incomplete(
                [1], note="the list may go on after two empty pages", requests=3
            ),
            id="a list of empty pages without an end is not whole",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": page_of([3, 4, 5]),
                    "Observation?_count=3&_offset=6": page_of([6]),
                }
            ),
            Whole([0, 1, 2, 3, 4, 5, 6], requests=3),
            id="a full list without links is read on by offset, without a total",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2], total=7),
                    "Observation?_count=3&_offset=3": page_of([3, 4, 5], total=7),
                    "Observation?_count=3&_offset=6": page_of([6], total=7),
                }
            ),
            Whole([0, 1, 2, 3, 4, 5, 6], requests=3),
            id="a full list without links is read on by offset, with a total",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1], total=3),
                    "Observation?_count=3&_offset=2": page_of([2], total=3),
                }
            ),
            Whole([0, 1, 2], requests=2),
            id="by what came, not by what was asked",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": page_of([]),
                }
            ),
            Whole([0, 1, 2], requests=2),
            id="an empty one ends it",
        ),
        pytest.param(
            Search({"Observation?_count=3": page_of([0, 1, 2], total=3)}),
            Whole([0, 1, 2], requests=1),
            id="a total that was reached ends it",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": page_of([0, 1, 2]),
                }
            ),
            Incomplete(
                [0, 1, 2], note="the list may go on after 3 entries", requests=2
            ),
            id="the same page again is no next one",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": reply_of("", status=400),
                }
            ),
            Incomplete([0, 1, 2], note="the list may go on after 3 entries"),
            id="a server that knows no offset leaves the end open: 400",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": outcome_reply("error"),
                }
            ),
            Incomplete([0, 1, 2], note="the list may go on after 3 entries"),
            id="a server that knows no offset leaves the end open: an outcome",
        ),
        pytest.param(
            Search(
                {
                    "Observation?_count=3": page_of([0, 1, 2]),
                    "Observation?_count=3&_offset=3": reply_of(
                        '{"resourceType": "Patient", "id": "p1"}',
                        headers={"Content-Type": "application/json"},
                    ),
                }
            ),
            Incomplete([0, 1, 2], note="the list may go on after 3 entries"),
            id="a server that knows no offset leaves the end open: a Patient",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1&_sort=-date&_count=50": reply_of(
                        "no sorting", status=400
                    ),
                    "Observation?patient=p1&_count=50": page_of([1]),
                }
            ),
            Whole([1], requests=2),
            id="a refused sort is asked once more without: 400",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1&_sort=-date&_count=50": reply_of(
                        "no sorting", status=500
                    ),
                    "Observation?patient=p1&_count=50": page_of([1]),
                }
            ),
            Whole([1], requests=2),
            id="a refused sort is asked once more without: 500",
        ),
        pytest.param(
            Search(
                {"ServiceRequest?patient=p1": page_of([1])},
                query="ServiceRequest?patient=p1&status=active,completed&_sort=-authored&_count=100",
                otherwise=outcome_reply("error", status=400),
            ),
            Whole([1], requests=3),
            id="refused parameters are left out step by step",
        ),
        pytest.param(
            Search(
                {"Observation/_search": page_of([1])},
                query="Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50",
                otherwise=reply_of("", status=414),
            ),
            Whole(
                [1],
                forms=[
                    "patient=p1&code=http%3A%2F%2Floinc.org%7C38267-1&_sort=-date&_count=50"
                ],
            ),
            id="an address that is too long is sent as a form",
        ),
        pytest.param(
            Search(
                {
                    EVERY_INTENT: page_of([1]),
                },
                query="MedicationRequest?patient=p1&_count=100",
                otherwise=reply_of("The intent parameter is required.", status=400),
            ),
            Whole([1], requests=2),
            id="a demanded intent is sent (athenahealth, MedicationRequest search: it"
            " is required)",
        ),
        pytest.param(
            Search(
                {
                    "Observation?patient=p1&_sort=-date&_count=100&category=survey": (
                        page_of([1], total=1)
                    )
                },
                query="Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50",
                otherwise=reply_of("Must have either code or category.", status=400),
            ),
            Incomplete([1], note="8 of 9 categories could not be read"),
            id="a demand for a category is met with every category, and those that"
            " fail are said",
        ),
        pytest.param(
            Search(
                {},
                query="Observation?patient=p1&code=http://loinc.org|38267-1&_sort=-date&_count=50",
                otherwise=outcome_reply("error", code="required", status=400),
            ),
            Failed("category-required"),
            id="a demand that nothing meets is a failed read: Observation",
        ),
        pytest.param(
            Search(
                {},
                query="Condition?patient=p1",
                otherwise=reply_of("Must have either code or category.", status=400),
            ),
            Failed("category-required"),
            id="a demand that nothing meets is a failed read: Condition",
        ),
    ],
)
def test_a_list_is_read_to_its_end_or_said_to_be_incomplete(server, search, expected):
    search.script(server)
    if isinstance(expected, Failed):
        assert failure(client_of(server), search.first).reason == expected.reason
        return
    fetched = fetch(client_of(server), search.first)
    assert ids(fetched) == [f"o{number}" for number in expected.numbers]
    if isinstance(expected, Incomplete):
        assert fetched.note
        assert fetched.note.startswith(expected.note)
    else:
        assert fetched.note == ""
    if expected.requests is not None:
        assert len(server.requests) == expected.requests
    assert server.sent == expected.forms
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


def test_a_list_without_links_is_cut_too(server):
    asked = "Observation?_count=3"
    for offset in range(0, 200, 3):
        suffix = f"&_offset={offset}" if offset else ""
        server.say(
            f"/{asked}{suffix}", page(*map(observation, range(offset, offset + 3)))
        )
    assert fetch(client_of(server), asked).note == "the list was cut after 20 pages"


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


def test_without_a_token_a_401_says_so(server):
    server.default = Reply(status=401)
    assert str(failure(FhirClient(server.base))) == TOKENLESS


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        *[
            ({}, None),
            ({"Retry-After": "2"}, 2),
            ({"Retry-After": " 120 "}, 120),
            ({"Retry-After": "soon"}, float("inf")),
            ({"Retry-After": "-1"}, float("inf")),
            ({"Retry-After": ""}, float("inf")),
            ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
            ({"x-ms-retry-after-ms": "250"}, 0.25),
        ],
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
