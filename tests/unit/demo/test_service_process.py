"""The service as a process: found by the line it prints, its own settings, ended for certain."""

import os
import sys

import pytest

from cds_service.commands import service_process
from cds_service.commands.service_process import ServiceNotStarted, ServiceProcess


@pytest.fixture
def stand_in(monkeypatch):
    """Another program in the service's place."""

    def use(program):
        monkeypatch.setattr(service_process, "_COMMAND", (sys.executable, "-c", program))

    return use


def test_it_gets_the_fhir_server_and_our_settings_but_none_of_the_users(stand_in, monkeypatch, tmp_path):
    monkeypatch.setenv("KYPHOPLASTY_CDS_PREFETCH", "none")
    stand_in(
        "import os, sys, time; ours = {k: v for k, v in os.environ.items() if k.startswith('KYPHO')};"
        "print(sys.argv[1:], ours, os.getcwd(), file=sys.stderr, flush=True);"
        "print('listening on http://127.0.0.1:1'); time.sleep(60)"
    )
    with ServiceProcess("http://127.0.0.1:1/fhir", site=tmp_path) as service:
        said = service.errors()
    assert "['serve', '--port', '0', '--fhir-server', 'http://127.0.0.1:1/fhir']" in said
    assert f"'KYPHOPLASTY_CDS_SITE': '{tmp_path}'" in said
    assert "PREFETCH" not in said
    assert os.getcwd() not in said  # noqa: PTH109 - as the process prints it


def test_a_service_that_does_not_start_is_an_error_with_its_own_words(stand_in):
    stand_in("import sys; print('half way'); sys.exit('studies/x.toml: beta: missing')")
    with pytest.raises(ServiceNotStarted, match=r"(?s)half way.*studies/x\.toml: beta: missing"):
        ServiceProcess("http://127.0.0.1:1/fhir")


def test_a_service_that_does_not_listen_to_the_polite_end_is_killed(stand_in, monkeypatch):
    monkeypatch.setattr(service_process, "STOP_SECONDS", 0.2)
    stand_in(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('listening on http://127.0.0.1:1'); time.sleep(60)"
    )
    with ServiceProcess("http://127.0.0.1:1/fhir") as service:
        process = service._process
    assert process.returncode == -9


def test_a_service_that_says_nothing_is_given_up(stand_in, monkeypatch):
    monkeypatch.setattr(service_process, "START_SECONDS", 0.2)
    stand_in("import time; time.sleep(60)")
    with pytest.raises(ServiceNotStarted, match="was silent for"):
        ServiceProcess("http://127.0.0.1:1/fhir")
