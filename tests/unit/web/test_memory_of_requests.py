"""Requests that are not whole yet hold memory: who holds most of it makes room, not who comes last."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from flask import Flask
from cds_service.web.server import serve
from cds_service.web.transport.limits import Limits

def make_app(address):
    app = Flask("stub")
    app.add_url_rule("/health/live", "live", lambda: {"status": "live"})
    return app

serve(make_app, host="127.0.0.1", port=0, limits=Limits(held_bytes=1_000_000, receive_seconds=60.0))
"""
HANG_SECONDS = 20


@pytest.fixture
def port():
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    run = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        try:
            yield int(process.stdout.readline().strip().rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=HANG_SECONDS)


def test_c13_a_large_request_that_stalls_makes_room_for_small_ones(port):
    large, small = (socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) for _ in range(2))
    with large, small:
        large.sendall(head(900_000) + b" " * 800_000)
        for _ in range(10):  # the loop reads a piece of each at every turn: by then it has all of the large one
            assert is_alive(port)
        small.sendall(head(300_000) + b" " * 290_000)
        assert large.recv(65536).startswith(b"HTTP/1.1 503 "), "the largest that is not whole"
        small.sendall(b" " * 10_000)
        assert small.recv(65536).startswith(b"HTTP/1.1 405 "), "whole, and the application's own answer"


def is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def head(length: int) -> bytes:
    return f"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
