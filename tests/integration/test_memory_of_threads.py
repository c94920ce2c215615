"""Threads come and go with every record that is read: what one of them has given back is there for the next."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.running import children, megabytes

ROOT = Path(__file__).resolve().parents[2]
# Twelve threads at once, of which one at a time uses 6 MB and keeps a little at the end of it.
PROGRAM = """
from threading import Barrier, Lock, Thread
from flask import Flask
from cds_service.web.server import serve

kept = []

def use(all_here, turn):
    here = bytearray(1000)
    all_here.wait()
    with turn:
        pieces = [b"x" * 60_000 for _ in range(100)]
        kept.append(bytearray(1000))
        del pieces
    all_here.wait()

def read():
    all_here, turn = Barrier(12), Lock()
    threads = [Thread(target=use, args=(all_here, turn)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "read"

def make_app(address):
    app = Flask("stub")
    app.add_url_rule("/health/live", "live", lambda: {"status": "live"})
    app.add_url_rule("/read", "read", read)
    return app

serve(make_app, host="127.0.0.1", port=0)
"""
HANG_SECONDS = 30


@pytest.fixture
def server():
    """The process and its port."""
    run = [sys.executable, "-u", "-c", PROGRAM]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process.pid, int(process.stdout.readline().strip().rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=HANG_SECONDS)


def test_a_worker_keeps_what_one_thread_needed_not_what_each_of_them_did(server):
    process, port = server
    (worker,) = children(process)
    before = megabytes(worker)
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
        connection.request("GET", "/read")
        assert connection.getresponse().read() == b"read"
        connection.close()
    assert megabytes(worker) - before < 30
