"""C1 and C13 to C15: wrong lengths, slow senders and broken HTTP end at the nginx of `deploy/`."""

import json
import socket
import threading
import time
from contextlib import ExitStack, closing, suppress

from cds_service.settings import BODY_BYTES
from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field, front_token
from tests.attacks.playing import check_answer
from tests.attacks.raw import Wire, head, wire
from tests.attacks.running import Running
from tests.attacks.scenarios import scenario
from tests.attacks.table import CASES
from tests.deploy.front import NAME, Front, front
from tests.live_service import Reply
from tests.waiting import wait_until

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
GOOD = next(case for case in CASES if case.row == "C16" and case.status == 200)
PIECE = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


def call(*lines: str) -> bytes:
    """The head of a call of the EHR."""
    return head(
        "POST", CALL, JSON, f"Authorization: Bearer {front_token()}", *lines, host=NAME
    )


def still_answers(field: Field) -> None:
    """Whoever comes next is answered, through nginx and past it."""
    front = field.front()
    assert front.ask("GET", "/models", headers={"Accept": "application/json"})[0] == 200
    bearer = {"Authorization": f"Bearer {front_token()}"}
    assert (
        front.ask("POST", CALL, json.dumps(field.request(GOOD)).encode(), bearer)[0]
        == 200
    )
    assert field.service("front").send("GET", "/health/live").status == 200


def heard(place: Running | Front, octets: bytes) -> Reply:
    """The first answer to this."""
    with wire(place) as line:
        line.send(octets)
        return line.hear()


def refusal_of(front: Front, octets: bytes) -> int:
    """Its status: nothing of the request is in it, and the connection ends with it."""
    with wire(front) as line:
        with suppress(OSError):  # it may answer, and end, before all is sent
            line.send(octets)
        answer = line.hear()
        assert b"Canary" not in answer.body
        assert line.is_ended()
    return answer.status


@scenario
def larger_by_its_length(case: Case, field: Field) -> None:
    assert (
        heard(field.front(), call(f"Content-Length: {BODY_BYTES + 1}")).status
        == case.status
    )
    still_answers(field)


@scenario
def larger_in_pieces(case: Case, field: Field) -> None:
    octets = call(CHUNKED) + PIECE * (BODY_BYTES // 0x10000 + 1)
    assert refusal_of(field.front(), octets) == case.status
    still_answers(field)


@scenario
def very_small_pieces(case: Case, field: Field) -> None:
    """Nginx puts them together; the service gets one body of 20 kB, which is no JSON."""
    check_answer(
        case,
        field,
        heard(field.front(), call(CHUNKED) + b"1\r\n \r\n" * 20_000 + b"0\r\n\r\n"),
    )
    still_answers(field)


@scenario
def in_pieces(case: Case, field: Field) -> None:
    """A body of unannounced length is no attack by itself, with nginx or without."""
    body = json.dumps(field.request(case)).encode()
    pieces = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part)
        for part in (body[:100], body[100:5000], body[5000:])
    )
    field.prepare(case)
    for place, host in ((field.front(), NAME), (field.service(case.site), "127.0.0.1")):
        with wire(place) as line:
            bearer = f"Authorization: Bearer {front_token()}"
            line.send(
                head("POST", CALL, JSON, CHUNKED, bearer, host=host)
                + pieces
                + b"0\r\n\r\n"
            )
            assert line.hear().status == case.status
            # what came behind the body is not part of it
            line.send(head("GET", "/models", host=host))
            assert line.hear().status == 200


@scenario
def pieces_that_are_none(case: Case, field: Field) -> None:
    """What is no piece is the caller's fault, not ours."""
    body = json.dumps(field.request(case)).encode()
    whole = b"%x\r\n%s\r\n0\r\n" % (len(body), body)
    wrong = (
        b"zz\r\n",
        b"-1\r\n",
        b"5;" + b"a" * 1_000_000,
        b"3\r\n{}xx",
        whole + b"A: b\r\n" * 10_000,
        whole + b"A\r\n\r\n",
    )
    for octets in wrong:
        with (
            wire(field.service(case.site)) as line,
            suppress(BrokenPipeError, ConnectionResetError),
        ):
            line.send(head("POST", CALL, JSON, CHUNKED) + octets + b"\r\n")
            assert line.hear().status == case.status, octets[:40]
    still_answers(field)


@scenario
def shorter_than_it_says(case: Case, field: Field) -> None:
    for place, service in (
        (field.front(), field.service("front")),
        (field.service(case.site),) * 2,
    ):
        before = service.mark()
        with wire(place) as line:
            line.send(call("Content-Length: 1000") + b"{")
        assert service.entries(before) == []
    still_answers(field)


@scenario
def longer_than_it_says(case: Case, field: Field) -> None:
    with wire(field.front()) as line:
        line.send(call("Content-Length: 2") + b'{}{"hook": "Canary-rest"}\r\n\r\n')
        assert line.hear().status == case.status, "the body as it was announced"
        answer = line.hear()
        assert (answer.status, b"Canary" in answer.body) == (400, False)
        assert line.is_ended()


@scenario
def slow_senders(case: Case, field: Field) -> None:
    """More of them than the replica has threads: others are served meanwhile.

    nginx ends a head after ten seconds, and a body of which nothing comes for ten; one
    that goes on a byte a second costs it a connection, and the service nothing.
    """
    front = field.front()
    starts = {
        "headers": (call("X-Slow: ")[:-4], b"a"),
        "body": (call("Content-Length: 1000") + b"{", b" "),
        "no body": (call("Content-Length: 1000", "Expect: 100-continue"), b""),
    }
    begun, octet = starts[case.title]
    with ExitStack() as opened:
        slow = [opened.enter_context(wire(front)) for _ in range(40)]
        for line in slow:
            line.send(begun)
        if case.title == "no body":
            assert {line.head()[0] for line in slow} == {100}
        over = threading.Event()
        drip = threading.Thread(target=_drip, args=(slow, octet, over))
        drip.start()
        try:
            for _ in range(5):
                still_answers(field)
                time.sleep(0.5)
            if case.title != "body":
                assert slow[-1].is_ended()
        finally:
            over.set()
            drip.join()
    still_answers(field)


def _drip(slow: list[Wire], octet: bytes, over: threading.Event) -> None:
    until = time.monotonic() + 30
    while not over.wait(1) and octet and time.monotonic() < until:
        for line in slow:
            with suppress(OSError):
                line.send(octet)


@scenario
def slow_senders_from_elsewhere(case: Case, field: Field) -> None:
    """Eight machines take all places for bodies, or for pages; once a site names who may call, they take none."""
    port = field.service("front").port
    path, place = case.path, f"geo ${case.sends['who']} {{\n    default "
    for is_named in (False, True):
        changed = {f"{place}1;": f"{place}0; 127.0.0.1/32 1;"} if is_named else {}
        with front([port], changed) as proxy, ExitStack() as opened:
            for number in range(300):
                line = opened.enter_context(
                    closing(proxy.connect(client=f"127.9.0.{number // 40 + 1}"))
                )
                with suppress(OSError):  # one that is refused is closed
                    line.sendall(
                        head("POST", path, JSON, "Content-Length: 1000", host=NAME)
                        + b"{"
                    )
            wait_until(
                lambda named=is_named: (
                    (proxy.ask("POST", path, b"{}")[0] == 429) is not named
                )
            )


HIDDEN = b"0\r\n\r\n" + head("GET", "/Canary", host=NAME)


@scenario
def smuggles(case: Case, field: Field) -> None:
    assert refusal_of(field.front(), call(*case.sends["lines"]) + HIDDEN) == case.status


@scenario
def reads_a_bare_line_feed_as_the_end_of_a_line(case: Case, field: Field) -> None:
    """Nginx does, and says so to the service: what is behind the body is a request of its own to both."""
    with wire(field.front()) as line:
        line.send(call(*case.sends["lines"]) + HIDDEN)
        assert line.hear().status == case.status, "an empty body"
        assert line.hear().status == 404


@scenario
def broken_pieces(case: Case, field: Field) -> None:
    """What stands for the length of a piece, or behind it, is none."""
    for pieces in (
        b"-1\r\n",
        b"0x10\r\n",
        b"g\r\n",
        b"\r\n",
        b"2\r\n{}GET / HTTP/1.1\r\n\r\n",
        b"ff" * 9000,
    ):
        assert refusal_of(field.front(), call(CHUNKED) + pieces) == case.status


@scenario
def idle_connections(case: Case, field: Field) -> None:
    with ExitStack() as opened:
        for _ in range(1000):
            opened.enter_context(
                socket.create_connection(("127.0.0.1", field.front().port), timeout=60)
            )
        still_answers(field)
    assert field.front().ask("GET", case.path)[0] == case.status


@scenario
def too_long(case: Case, field: Field) -> None:
    assert (
        refusal_of(field.front(), case.sends["octets"].encode("latin-1")) == case.status
    )
    still_answers(field)


@scenario
def ends_at_the_service(case: Case, field: Field) -> None:
    """Nginx has no limit for these; the service has."""
    octets = case.sends["octets"].replace("{token}", front_token())
    answer = heard(field.front(), octets.encode("latin-1"))
    assert (answer.status, b"Canary" in answer.body) == (case.status, False)
    still_answers(field)


@scenario
def without_host(case: Case, field: Field) -> None:
    """HTTP/1.1 wants one; probes that speak HTTP/1.0 have none."""
    service = field.service(case.site)
    assert heard(service, b"GET /models HTTP/1.1\r\n\r\n").status == case.status
    assert heard(service, b"GET /health/live HTTP/1.0\r\n\r\n").status == 200
