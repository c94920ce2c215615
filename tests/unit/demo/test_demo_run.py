"""The run around the service: whom it shows, how it calls, and what it says when a call fails."""

import re
import signal
import subprocess
import sys
from datetime import date

import pytest
from werkzeug.wrappers import Response

from cds_service.commands.connecting.calling import CALL_SECONDS, CannotCall
from cds_service.commands.demo import (
    DEADLINE_SECONDS,
    call_service,
    choose_samples,
    print_addresses,
    run_demo,
)
from cds_service.commands.terminal import make_console
from cds_service.samples import load_samples
from cds_service.samples.fhir_server import LocalServer

SAMPLES = load_samples(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("asked", "count"),
    [(None, 15), ("p3", 1), ("p3-typical-western", 1), ("p", 0), ("p3-typical", 0)],
)
def test_a_patient_is_chosen_by_id_or_short_name(asked, count):
    assert len(choose_samples(SAMPLES, asked)) == count


def test_an_unknown_patient_is_wrong_use_and_the_known_ones_are_named(capsys):
    assert run_demo(patient="p99") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "p1-thin-high" in said.err


def test_the_service_gives_up_before_its_caller():
    assert DEADLINE_SECONDS < CALL_SECONDS


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, '{"resourceType": "OperationOutcome"}', "status 500"),
        (200, '{"cards": []}', "no card"),
        (200, "<html>", "no JSON"),
    ],
)
def test_any_other_answer_is_a_failure_that_says_what_came(status, body, said):
    answered = Response(body, status, content_type="application/json")
    with (
        LocalServer(lambda _: answered) as server,
        pytest.raises(CannotCall, match=said),
    ):
        call_service(server.url, {})


def test_every_address_that_it_prints_last_would_answer(capsys):
    """The servers are gone when it ends, so there is none."""
    assert run_demo(patient="p7") == 0
    said = capsys.readouterr().out
    assert "the basis" in said
    assert "http" not in said


@pytest.mark.parametrize("patient", ["p1", "p6"])
def test_the_patient_shown_whole_leaves_with_a_card(capsys, patient):
    assert run_demo(patient=patient) == 0
    leaving = capsys.readouterr().out.split(": leaving ", 1)[1]
    assert "Leaving after kyphoplasty" in leaving
    assert "could not be read" not in leaving


def test_the_worksheet_makes_the_figure_sharper(capsys):
    """Woman of 76, BMI 26: without HU the usual risk, with HU 30 about 1 in 4."""
    assert run_demo(patient="p15") == 0
    before, after = capsys.readouterr().out.split(": after", 1)
    assert "the usual 1 in 6 fracture" in " ".join(before.split())
    assert "about 1 in 4 fracture" in " ".join(after.replace("│", " ").split())
    assert "30.0 HU, L3" in after


@pytest.mark.parametrize(("port", "is_said"), [(8090, False), (40123, True)])
def test_another_port_than_the_documents_name_is_said(capsys, port, is_said):
    url = f"http://127.0.0.1:{port}/fhir"
    print_addresses(make_console(), {}, url, keep=True)
    assert ("port 8090" in capsys.readouterr().out) == is_said


def test_kept_running_it_shows_the_sandbox_page_and_ends_at_a_polite_signal():
    command = [
        sys.executable,
        "-u",
        "-m",
        "cds_service.cli",
        "demo",
        "--patient",
        "p5",
        "--keep",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    shown = ""
    while "Ctrl-C" not in shown:
        shown += process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.stdout.close()
    assert process.wait(20) == 0
    for line in (
        r"Sandbox: http://127.0.0.1:\d+/sandbox",
        r"FHIR server: http://127.0.0.1:\d+\S*",
        r"Review pages: http://127.0.0.1:\d+/audit, name demo, password \S+",
        r".*export KYPHOPLASTY_CDS_DATABASE_URL=sqlite:////\S+",
    ):
        assert re.search(f"^{line}$", shown, re.MULTILINE), shown
