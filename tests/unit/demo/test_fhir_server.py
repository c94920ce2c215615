"""The embedded server over HTTP: reads, pages, and errors as a real one gives them."""

import subprocess
import sys
from datetime import date

import pytest
import requests
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service.samples import load_samples
from cds_service.samples.fhir_server import start_fhir_server

P1 = next(sample for sample in load_samples(date(2026, 11, 20)) if sample.id == "p1-thin-high")


@pytest.fixture
def server():
    with start_fhir_server(P1.resources, page_size=5) as running:
        yield running


def ask(server, path):
    return requests.get(f"{server.url}/{path}", timeout=10)


def test_metadata_is_a_capability_statement_of_r4(server):
    statement = CapabilityStatement.model_validate(ask(server, "metadata").json())
    assert statement.fhirVersion == "4.0.1"
    assert {"Patient", "Observation", "Condition"} <= {resource.type for resource in statement.rest[0].resource}


def test_following_next_gives_every_match_once_and_the_total_from_the_first_page(server):
    pages, url = [], f"{server.url}/Observation?patient=p1-thin-high&_sort=-date"
    while url:
        bundle = requests.get(url, timeout=10).json()
        Bundle.model_validate(bundle)
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        assert bundle["total"] == 18
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [5, 5, 5, 3]
    assert sorted(names) == sorted(r["id"] for r in P1.resources if r["resourceType"] == "Observation")


@pytest.mark.parametrize(("count", "entries"), [(2, 2), (100, 5), (0, 0)])
def test_count_makes_pages_smaller_never_larger_than_the_server_allows(server, count, entries):
    bundle = ask(server, f"Observation?patient=p1-thin-high&_count={count}").json()
    assert len(bundle.get("entry", [])) == entries
    assert bundle["total"] == 18


def test_a_search_by_post_is_the_same_search(server):
    form = {"patient": "p1-thin-high", "code": "http://loinc.org|39156-5"}
    bundle = requests.post(f"{server.url}/Observation/_search", data=form, timeout=10).json()
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == ["p1-thin-high-bmi"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient/nobody", 404),
        ("Claim?patient=p1-thin-high", 404),
        ("Observation?colour=red", 400),
        ("Observation?_sort=colour", 400),
        ("Observation?_count=many", 400),
        ("?_getpages=none&_getpagesoffset=5", 410),
    ],
)
def test_errors_are_operation_outcomes_with_their_status(server, path, status):
    answer = ask(server, path)
    assert answer.status_code == status
    assert OperationOutcome.model_validate(answer.json()).issue[0].severity == "error"


def test_nothing_can_be_written(server):
    answer = requests.post(f"{server.url}/Patient", json={"resourceType": "Patient"}, timeout=10)
    assert answer.status_code == 405
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_every_request_is_noted_as_it_was_sent(server):
    ask(server, "Patient/p1-thin-high")
    ask(server, "Observation?patient=p1-thin-high&code=http%3A%2F%2Floinc.org%7C39156-5")
    requests.post(f"{server.url}/Condition/_search", data={"patient": "p1-thin-high"}, timeout=10)
    assert server.requests == [
        "Patient/p1-thin-high",
        "Observation?patient=p1-thin-high&code=http%3A%2F%2Floinc.org%7C39156-5",
        "Condition/_search?patient=p1-thin-high",
    ]


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_not_another_port(server):
    port = server.url.split(":")[2].split("/")[0]
    command = [sys.executable, "-m", "cds_service.samples", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"port {port} is taken" in done.stderr
