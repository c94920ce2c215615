"""Any octets on a connection of a real server process: an answer or a close, and the next caller is served."""

import re
import socket
import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.commands.service_process import ServiceProcess
from tests.fuzz import bases
from tests.fuzz.amount import DEADLINE_SECONDS, examples
from tests.fuzz.changes import splice, splices
from tests.fuzz.fuzzed_service import CALL, ECHO, FEEDBACK, REFUSALS, nothing_leaks
from tests.fuzz.nasty import OCTETS, dump

WAIT_SECONDS = 60
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
ALLOWED = {100, 200, 204, 408, 414, 417, 421, 431, *REFUSALS}
LINES = (
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: +5", b"Content-Length: 5, 5", b"Content-Length:"),
    *(b"Content-Length: 99999999999999999999", b"Content-Length: 0x5", b"Content-Length: \xd9\xa1", b"X", b"TE: x"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, chunked"),
    *(b" fold: x",),
    *(b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked", b"Transfer-encoding:\x0bchunked"),
    *(b"Expect: 100-continue", b"Expect: x", b"Connection: upgrade", b"Upgrade: h2c", b"Host: a", b"Host:", b": x"),
    *(b"Content-Encoding: gzip", b"X-Canary: Canary-header", b"A: " + b"b" * 9000, b"\xff: \xff", b"Connection: close"),
    *(b"Content-Length : 5", b"a\x00b: c"),
)
PIECES = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"FFFFFFFFF\r\n", b"-5\r\n"),
    *(b"\x16\x03\x01",),
    *(b"5;x=y\r\nhello\r\n0\r\nT: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1", b"HTTP/9.9", b"HTTP/0.9"),
    *(b" fold: x", b"\x16\x03\x01"),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    *OCTETS,
)
NEXT = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PATHS = (CALL, CALL, FEEDBACK, "/", "/metrics", "*", "http://127.0.0.1/models", "//x", "/\xe9", "/%00", "/a b")
VERSIONS = (b"HTTP/1.1",) * 12 + (b"HTTP/1.0", b"HTTP/1.2", b"http/1.1", b"")


METHODS = (*4 * [b"POST"], b"GET", b"GET", b"HEAD", b"OPTIONS", b"post", b"P OST", b"")
BODIES = (b"", dump(bases.request("patient alone")), b'{"feedback": []}')


@st.composite
def messages(draw):
    """A request that is odd in one way or in all: its first line, its headers, how its octets came."""
    odd = draw(st.sampled_from(("line", "headers", "octets", "all")))
    line, path, body = [b"POST", b"HTTP/1.1"], CALL.encode(), draw(st.sampled_from(BODIES))
    if odd in ("line", "all"):
        line = [draw(st.sampled_from(METHODS)), draw(st.sampled_from(VERSIONS))]
        path = draw(st.sampled_from(PATHS)).encode("latin-1")
    lines = [b" ".join((line[0], path, line[1])), b"Host: localhost", b"Content-Type: application/json"]
    lines += [b"Content-Length: %d" % len(body)] if odd != "all" or draw(st.booleans()) else []
    if odd in ("headers", "all"):
        lines += draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=2))
    text = b"\r\n".join(lines) + b"\r\n\r\n" + body
    if odd in ("octets", "all"):
        text = splice(text, [(where, length, draw(st.sampled_from(PIECES))) for where, length, _ in draw(splices)])
    return text + draw(st.sampled_from((b"", b"", text)))


@pytest.fixture(scope="module")
def process():
    """The service as an operator starts it; whatever it wrote to its log is looked at in the end."""
    with ServiceProcess("http://127.0.0.1:1/fhir", deadline_seconds=DEADLINE_SECONDS) as running:
        yield running
        written = running.errors()
    nothing_leaks(written)
    assert '"level": "ERROR"' not in written
    assert "Traceback" not in written


def exchange(url: str, octets: bytes) -> bytes:
    """What comes back for these octets, after which nothing more is sent."""
    found = b""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=WAIT_SECONDS) as connection:
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                found += piece
        except (ConnectionResetError, BrokenPipeError):
            return found
    return found


@examples(0.03)
@given(octets=messages())
def test_whatever_octets_come_they_are_answered_or_the_connection_is_closed(process, tally, octets):
    started = time.monotonic()
    found = exchange(process.url, octets)
    assert not found or found.startswith(b"HTTP/1."), found[:200]
    statuses = {int(status) for status in STATUS.findall(found)}
    tally.add(min(statuses, default=0), time.monotonic() - started)
    assert statuses <= ALLOWED, (statuses, found[:500])
    assert not ECHO.search(found) or 200 in statuses
    started = time.monotonic()
    assert b"HTTP/1.1 200" in exchange(process.url, NEXT)
    tally.add(200, time.monotonic() - started)
