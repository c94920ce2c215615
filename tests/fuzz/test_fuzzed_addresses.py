"""Any address, method and headers, on every page of the service: an answer or a refusal, never a failure."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from tests.chart_builders import NOW, PATIENT, open_service
from tests.fuzz import bases
from tests.fuzz.amount import examples
from tests.fuzz.changes import apply, changes
from tests.fuzz.fuzzed_service import CALL, in_time
from tests.fuzz.nasty import TEXTS, dump
from tests.review_desk import PASSWORD, Reviewer

ODD = tomllib.loads(
    Path(__file__).with_name("addresses.toml").read_text(encoding="utf-8")
)
MODELS = tuple(f"/models/{name}" for name in open_service().model_cards)
METHOD = st.sampled_from((*ODD["methods"], "GET", "POST", "GET", "POST"))
PATH = st.tuples(
    st.sampled_from((*ODD["ways"], *MODELS)),
    st.lists(
        st.sampled_from((*ODD["pieces"], "x" * 3000)) | st.text(max_size=5), max_size=3
    ),
).map(lambda parts: "".join((parts[0], *parts[1])))
HEADERS = st.dictionaries(
    st.sampled_from(ODD["headers"]), st.sampled_from(ODD["values"]), max_size=4
)
QUERY = st.lists(
    st.tuples(
        st.sampled_from(("", "a", "access_token", "_count", "find", "name")),
        st.sampled_from(ODD["values"]),
    ),
    max_size=3,
)
TYPES = st.sampled_from((*[{"CONTENT_TYPE": value} for value in ODD["values"]], {}))
LENGTHS = st.sampled_from(
    (
        {},
        {},
        {},
        *({"CONTENT_LENGTH": value} for value in ("", "0", "-1", "x", "7", "9" * 30)),
    )
)
WORDS = st.sampled_from(TEXTS) | st.sampled_from(
    ("answer", "refusal", "2026-11", "ndjson", "csv", PATIENT, "1", "2", "yes")
)


def on_the_wire(text: str) -> str:
    """As WSGI gives text: octets, each one character."""
    return text.encode("utf-8", "replace").decode("latin-1")


@examples(0.09)
@given(
    method=METHOD,
    path=PATH,
    headers=HEADERS,
    query=QUERY,
    kind=TYPES,
    length=LENGTHS,
    with_body=st.booleans(),
)
def test_any_address_method_and_headers_get_an_answer_or_a_refusal(
    subject, method, path, headers, query, kind, length, with_body
):
    named = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in headers.items()
    }
    asked = {
        "PATH_INFO": on_the_wire(path),
        "QUERY_STRING": on_the_wire("&".join("=".join(pair) for pair in query)),
    }
    body = dump(bases.request("patient alone")) if with_body else b""
    response = subject.send(
        method or "GET",
        "/",
        body,
        **named,
        **asked,
        **kind,
        **length,
        REQUEST_METHOD=method,
    )
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@examples(0.02)
@given(
    made=changes,
    way=st.sampled_from(("/sandbox/patients", "/sandbox/record")),
    patient=st.sampled_from(TEXTS),
)
def test_whatever_the_sandbox_is_asked_it_answers_or_refuses(
    subject, made, way, patient
):
    body = {
        "server": "http://127.0.0.1:8080/sandbox/fhir",
        "find": patient,
        "patient": patient,
    }
    apply(body, made)
    assert (
        subject.send(
            "POST", way, dump(body), {"Content-Type": "application/json"}
        ).status_code
        < 500
    )


@pytest.fixture
def reviewer(subject):
    """A reviewer's browser before a log with a few entries."""
    subject.answer(dump(bases.request("thin")))
    subject.post(CALL, dump(bases.request("no prefetch")))
    accounts = Accounts(Access(lambda: subject.store.database, lambda: NOW))
    accounts.add("anna", "reviewer", PASSWORD, replace=True)
    anna = Reviewer(subject)
    assert anna.log_in("anna", PASSWORD).status_code == 303
    return anna


@examples(0.05)
@given(
    asked=st.sampled_from(
        [("GET", page) for page in ODD["pages"]]
        + [("POST", page) for page in ODD["forms"]]
    ),
    inside=WORDS,
    fields=st.dictionaries(st.sampled_from(ODD["fields"]), WORDS, max_size=4),
    with_token=st.sampled_from((True, True, True, False)),
)
def test_whatever_a_reviewer_asks_for_or_sends_is_a_page_taken_or_refused(
    reviewer, asked, inside, fields, with_token
):
    method, page = asked
    path = on_the_wire("/audit" + page.format(inside))
    form = {"data": fields | ({"token": reviewer.token()} if with_token else {})}
    sent = {"query_string": fields} if method == "GET" else form
    with in_time():
        response = reviewer.client.open(
            "/", method=method, environ_overrides={"PATH_INFO": path}, **sent
        )
        text = response.text
    refusals = {400, 403, 404} | ({405, 429} if method == "POST" else set())
    assert response.status_code in {200, 303} | refusals, (
        response.status_code,
        text[:500],
    )
    assert "<script>alert" not in text
