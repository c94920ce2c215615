"""C: bodies, parsers and sockets."""

from __future__ import annotations

import gzip
import json
import threading
import time
from contextlib import ExitStack, suppress

from cds_service.settings import BODY_BYTES
from tests.attacks.cases import CALL, CASES, Case
from tests.attacks.field import Field
from tests.attacks.playing import play
from tests.attacks.raw import Wire, head, wire
from tests.attacks.running import Running
from tests.attacks.scenarios import scenario

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
GOOD = next(case for case in CASES if case.row == "C16" and case.status == 200)


def still_answers(field: Field) -> None:
    """Whoever comes next gets cards."""
    play(GOOD, field)


def is_refused(service: Running, octets: bytes, status: int, secret: str = "") -> None:
    """The refusal is ours, sober, and the connection ends with it."""
    with wire(service) as line:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before all is sent
            line.send(octets)
        heard = line.hear()
        assert heard.status == status
        assert heard.headers["connection"] == "close"
        assert heard.headers["cache-control"] == "no-store"
        assert heard.issue["severity"] == "error"
        assert not secret or secret.encode() not in heard.body
        assert not any(word in heard.body.lower() for word in (b"gunicorn", b"<html", b"python", b"werkzeug"))
        assert line.is_ended()


@scenario
def larger_by_its_length(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    is_refused(service, head("POST", CALL, JSON, f"Content-Length: {BODY_BYTES + 1}"), 413)
    service.logged(before, event="sent-away", status=413, reason="too-large")
    still_answers(field)


@scenario
def larger_in_pieces(case: Case, field: Field) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    is_refused(field.service(case.site), head("POST", CALL, JSON, CHUNKED) + piece * (BODY_BYTES // 0x10000 + 1), 413)
    still_answers(field)


@scenario
def very_small_pieces(case: Case, field: Field) -> None:
    is_refused(field.service(case.site), head("POST", CALL, JSON, CHUNKED) + b"1\r\n \r\n" * 20_000, 413)
    still_answers(field)


@scenario
def in_pieces(case: Case, field: Field) -> None:
    """A body of unannounced length is no attack by itself."""
    body = json.dumps(field.request(case)).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:5000], body[5000:]))
    field.prepare(case)
    with wire(field.service(case.site)) as line:
        line.send(head("POST", CALL, JSON, CHUNKED) + pieces + b"0\r\n\r\n")
        assert line.hear().status == case.status
        line.send(head("GET", "/health/live"))  # what came behind the body is not part of it
        assert line.hear().status == 200


@scenario
def shorter_than_it_says(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    with wire(service) as line:
        line.send(head("POST", CALL, JSON, "Content-Length: 1000") + b"{")
        line.end()
        assert line.is_ended()
    assert service.entries(before) == []
    still_answers(field)


@scenario
def longer_than_it_says(case: Case, field: Field) -> None:
    with wire(field.service(case.site)) as line:
        line.send(head("POST", CALL, JSON, "Content-Length: 2") + b'{}{"hook": "Canary-rest"}\r\n\r\n')
        assert line.hear().status == 400, "the body as it was announced"
        heard = line.hear()
        assert (heard.status, heard.headers["connection"]) == (400, "close")
        assert b"Canary" not in heard.body
        assert line.is_ended()


@scenario
def packed_bomb(case: Case, field: Field) -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    encoding = case.headers["Content-Encoding"]
    octets = gzip.compress(bomb) if "," in encoding else bomb
    with wire(field.service(case.site)) as line:
        length = f"Content-Length: {len(octets)}"
        line.send(head("POST", CALL, JSON, f"Content-Encoding: {encoding}", length) + octets)
        heard = line.hear()
    assert heard.status == case.status
    assert heard.issue["code"] == case.issue
    still_answers(field)


@scenario
def sends_octets(case: Case, field: Field) -> None:
    """The body of the case, in another encoding or with something between its members."""
    whole = json.dumps(field.request(case), ensure_ascii=False)
    kinds = {
        "an invalid octet": whole.replace('"order-sign"', '"order-sign", "a": "\u2603"', 1)
        .encode()
        .replace("\u2603".encode(), b"\xfc"),
        "UTF-16": whole.encode("utf-16"),
        "a byte-order mark": b"\xef\xbb\xbf" + whole.encode(),
        "half a surrogate pair": _with(whole, '"a": "\\ud800"'),
        "a NUL": _with(whole, '"a": "\\u0000"'),
        "NaN": _with(whole, '"a": NaN'),
        "Infinity": _with(whole, '"a": -Infinity'),
        "1e999": _with(whole, '"a": 1e999'),
        "5000 digits": _with(whole, '"a": ' + "7" * 5000),
        "-0": _with(whole, '"a": -0'),
        "hook twice": _with(whole, '"hook": "order-sign"'),
        "the patient twice": whole.replace('"patientId":', '"patientId": "p2", "patientId":', 1).encode(),
        "64 deep": _with(whole, '"a": ' + "[" * 63 + "]" * 63),
        "65 deep": _with(whole, '"a": ' + "[" * 64 + "]" * 64),
        "100 000 deep": _with(whole, '"a": ' + "[" * 100_000 + "]" * 100_000),
        "100 000 objects deep": _with(whole, '"a": ' + '{"a":' * 100_000 + "1" + "}" * 100_000),
    }
    answer = field.service(case.site).send("POST", CALL, kinds[case.title], field.headers(case))
    assert answer.status == case.status, answer.text
    if case.issue:
        assert answer.issue == case.issue
    for words in case.says:
        assert words in answer.text


def _with(whole: str, member: str) -> bytes:
    return whole.replace("{", "{" + member + ", ", 1).encode()


@scenario
def many_orders(case: Case, field: Field) -> None:
    body = field.request(case)
    body["context"]["draftOrders"]["entry"] *= 200 if case.status == 200 else 201
    play(case, field, body)


@scenario
def the_same_instance_with_another_body(case: Case, field: Field) -> None:
    service = field.service(case.site)
    body = field.request(case)
    before = service.mark()
    for user in ("Practitioner/1", "Practitioner/2"):
        body["context"]["userId"] = user
        answer = service.send("POST", CALL, json.dumps(body).encode(), field.headers(case))
        assert answer.status == case.status
    made = service.entries(before, 2)
    assert [(one["kind"], one["hook_instance"]) for one in made] == [("answer", body["hookInstance"])] * 2


@scenario
def slow_senders(case: Case, field: Field) -> None:
    """More of them than threads: others are served meanwhile, and each gets 408 and the end."""
    service = field.service(case.site)
    before = service.mark()
    whole = head("POST", CALL, JSON, "Content-Length: 1000")
    starts = {
        "headers": (head("POST", CALL, JSON, "X-Slow: ")[:-4], b"a"),
        "body": (whole + b"{", b" "),
        "no body": (head("POST", CALL, JSON, "Content-Length: 1000", "Expect: 100-continue"), b""),
    }
    begun, octet = starts[case.title]
    with ExitStack() as opened:
        slow = [opened.enter_context(wire(service)) for _ in range(40)]
        for line in slow:
            line.send(begun)
        if case.title == "no body":
            assert {line.line() for line in slow} == {b"HTTP/1.1 100 Continue"}
        over = threading.Event()
        drip = threading.Thread(target=_drip, args=(slow, octet, over))
        drip.start()
        try:
            still_answers(field)
            with wire(service) as other:  # no thread is taken by any of them
                other.send(head("GET", "/models"))
                assert other.hear().status == 200
            heard = slow[-1].hear()
            assert (heard.status, heard.issue["code"]) == (408, "timeout")
            assert slow[-1].is_ended()
        finally:
            over.set()
            drip.join()
    service.logged(before, event="sent-away", status=408, reason="slow")
    still_answers(field)


def _drip(slow: list[Wire], octet: bytes, over: threading.Event) -> None:
    until = time.monotonic() + 30
    while not over.wait(1) and octet and time.monotonic() < until:
        for line in slow:
            with suppress(OSError):
                line.send(octet)


SMUGGLED = {
    "a length and pieces": ["Content-Length: 4", CHUNKED],
    "two lengths": ["Content-Length: 4", "Content-Length: 5"],
    "the same length twice": ["Content-Length: 4", "Content-Length: 4"],
    "a list of lengths": ["Content-Length: 4, 4"],
    "a length with a sign": ["Content-Length: +4"],
    "pieces by another name": ["Transfer-Encoding: xchunked"],
    "pieces twice": ["Transfer-Encoding: chunked, chunked"],
    "pieces that are not last": ["Transfer-Encoding: chunked, gzip"],
    "a folded header": ["X-A: b", " Transfer-Encoding: chunked"],
    "a blank before the colon": ["Transfer-Encoding : chunked"],
    "a bare line feed": ["X-A: b\nTransfer-Encoding: chunked"],
    "a bare carriage return": ["X-A: b\rTransfer-Encoding: chunked"],
    "no colon": ["Transfer-Encoding"],
    "two hosts": ["Host: evil.example"],
}


@scenario
def smuggles(case: Case, field: Field) -> None:
    octets = (
        head("POST", CALL, JSON, *SMUGGLED[case.title]) + b"0\r\n\r\nGET /Canary HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    is_refused(field.service(case.site), octets, 400, "Canary")


@scenario
def broken_pieces(case: Case, field: Field) -> None:
    """What stands for the length of a piece, or behind it, is none."""
    for pieces in (
        b"-1\r\n",
        b"0x10\r\n",
        b"5 \r\n",
        b"g\r\n",
        b"\r\n",
        b"2\r\n{}GET / HTTP/1.1\r\n\r\n",
        b"ff" * 9000,
    ):
        is_refused(field.service(case.site), head("POST", CALL, JSON, CHUNKED) + pieces, 400, "GET /")


@scenario
def idle_connections(case: Case, field: Field) -> None:
    service = field.service(case.site)
    with ExitStack() as opened:
        lines = [opened.enter_context(wire(service)) for _ in range(1000)]
        still_answers(field)
        assert lines[0].is_ended(), "the longest idle made room"
    still_answers(field)
