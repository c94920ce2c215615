"""The service as a process: it says where it listens once it does, answers with several workers, and ends when told."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.web.server import refuse_public_host

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from flask import Flask
from cds_service.web.http_server import serve

def make_app(address):
    app = Flask("stub")
    app.add_url_rule("/health/live", "live", lambda: {"status": "live"})
    app.add_url_rule("/address", "address", lambda: address)
    return app

serve(make_app, host=sys.argv[1], port=int(sys.argv[2]), workers=int(sys.argv[3]))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def get(address: str, path: str) -> str:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_says_where_it_listens_answers_there_and_ends_cleanly(workers):
    with start("127.0.0.1", "0", workers) as process:
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        address = line.removeprefix("listening on ").strip()
        assert get(address, "/address") == address
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=60)
    assert rest == ""
    assert process.returncode == 0, errors


FORKED_AND_TOLD_TO_END = """
import os, signal, sys, time
from cds_service.web.http_server import Drain

class Arbiter:
    class log:
        debug = staticmethod(lambda *_: None)

Drain(0.0).watch(Arbiter)
begun, begin = os.pipe()
worker = os.fork()
if worker == 0:
    os.write(begin, b"1")
    time.sleep(30)
    os._exit(7)
os.read(begun, 1)
os.kill(worker, signal.SIGTERM)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


def test_a_worker_that_is_told_to_end_before_it_listens_to_signals_ends():
    done = subprocess.run([sys.executable, "-c", FORKED_AND_TOLD_TO_END], check=False)
    assert done.returncode == 0


def test_a_port_that_is_taken_is_wrong_use():
    with start("127.0.0.1", "0", "1") as first:
        port = first.stdout.readline().strip().rpartition(":")[2]
        with start("127.0.0.1", port, "1") as second:
            _, errors = second.communicate(timeout=60)
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=60)
    assert "cannot listen there" in errors
    assert second.returncode != 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "cds.example.org", ""])
def test_only_the_machine_itself_may_call_as_long_as_callers_are_not_authenticated(host):
    with pytest.raises(DataFileError):
        refuse_public_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_served(host):
    refuse_public_host(host)


def test_the_command_says_that_nginx_is_required_beyond_loopback():
    said = CliRunner().invoke(main, ["serve", "--help"]).output
    assert "Beyond loopback put nginx in front" in said
