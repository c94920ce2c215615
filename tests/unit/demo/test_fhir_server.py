"""The embedded server over HTTP: reads, pages, and errors as a real one gives them."""

import socket
import subprocess
import sys
from datetime import date

import pytest
import requests
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service.samples import load_samples
from cds_service.samples.fhir_server import LocalServer, start_fhir_server

P1 = next(
    sample for sample in load_samples(date(2026, 11, 20)) if sample.id == "p1-thin-high"
)


@pytest.fixture
def server():
    with start_fhir_server(P1.resources, page_size=5) as running:
        yield running


def ask(server, path):
    return requests.get(f"{server.url}/{path}", timeout=10)


def test_following_next_gives_every_match_once_and_the_total_from_the_first_page(
    server,
):
    pages, url = [], f"{server.url}/Observation?patient=p1-thin-high&_sort=-date"
    while url:
        bundle = requests.get(url, timeout=10).json()
        Bundle.model_validate(bundle)
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        assert bundle["total"] == 18
        url = next(
            (link["url"] for link in bundle["link"] if link["relation"] == "next"), None
        )
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [5, 5, 5, 3]
    assert sorted(names) == sorted(
        r["id"] for r in P1.resources if r["resourceType"] == "Observation"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient/nobody", 404),
        ("Claim?patient=p1-thin-high", 404),
        ("Observation?colour=red", 400),
        ("Observation?_sort=colour", 400),
        ("Observation?_count=many", 400),
    ],
)
def test_errors_are_operation_outcomes_with_their_status(server, path, status):
    answer = ask(server, path)
    assert answer.status_code == status
    assert OperationOutcome.model_validate(answer.json()).issue[0].severity == "error"


def test_a_search_by_post_is_the_same_search_and_nothing_can_be_written(server):
    form = {"patient": "p1-thin-high", "code": "http://loinc.org|39156-5"}
    posted = requests.post(
        f"{server.url}/Observation/_search", data=form, timeout=10
    ).json()
    asked = requests.get(f"{server.url}/Observation", params=form, timeout=10).json()
    assert posted["entry"] == asked["entry"] != []
    refused = requests.post(
        f"{server.url}/Observation", json=P1.resources[0], timeout=10
    )
    assert refused.status_code == 405
    assert OperationOutcome.model_validate(refused.json()).issue[0].severity == "error"


def test_a_server_without_an_application_frees_its_port():
    def make_app(url: str):
        raise ValueError(url)

    with pytest.raises(ValueError, match="http") as failed:
        LocalServer(make_app)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(
            ("127.0.0.1", int(str(failed.value).rpartition(":")[2]))
        )


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_not_another_port(server):
    port = server.url.split(":")[2].split("/")[0]
    command = [sys.executable, "-m", "cds_service.samples", port]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"port {port} is taken" in done.stderr
