"""The run around the service: whom it shows, how it calls, and what it says when a call fails."""

import json
import threading
from contextlib import contextmanager
from datetime import date

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from cds_service.demo.run import CallFailed, call_service, choose_samples, run_demo
from cds_service.samples import load_samples

SAMPLES = load_samples(date(2026, 11, 20))


@contextmanager
def service_that_answers(status, body):
    server = make_server("127.0.0.1", 0, Response(body, status, content_type="application/json"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("asked", "count"), [(None, 9), ("p3", 1), ("p3-typical-western", 1), ("p", 0), ("p3-typical", 0)]
)
def test_a_patient_is_chosen_by_id_or_short_name(asked, count):
    assert len(choose_samples(SAMPLES, asked)) == count


def test_an_unknown_patient_is_wrong_use_and_the_known_ones_are_named(capsys):
    assert run_demo(patient="p99") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "p1-thin-high" in said.err


def test_cards_are_returned_as_they_came():
    response = {"cards": [{"summary": "x"}]}
    with service_that_answers(200, json.dumps(response)) as url:
        assert call_service(url, {}) == response


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, '{"resourceType": "OperationOutcome"}', "status 500"),
        (200, '{"cards": []}', "no card"),
        (200, "<html>", "readable"),
    ],
)
def test_any_other_answer_is_a_failure_that_says_what_came(status, body, said):
    with service_that_answers(status, body) as url, pytest.raises(CallFailed, match=said):
        call_service(url, {})


def test_no_service_at_all_is_a_failure():
    with service_that_answers(200, "{}") as url:
        pass
    with pytest.raises(CallFailed, match="no readable answer"):
        call_service(url, {})
