"""A: tokens that need keys, times or clients of their own."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

from tests.attacks.cases import CALL, Case
from tests.attacks.clinic import BASES, PUBLIC, PUBLIC_URL, SIGNER, Clinic, by_hand, clinic
from tests.attacks.field import Field
from tests.attacks.playing import check_refusal
from tests.attacks.raw import wire
from tests.attacks.running import Answered
from tests.attacks.scenarios import scenario
from tests.attacks.tokens import ISSUER, OTHER_ISSUER, base64url, key_id, token
from tests.client_tokens import Signer, forged, key_set
from tests.key_publisher import HANG_SECONDS

OTHER = Signer("ES384", "other")


def send(case: Case, field: Field, text: str | None, path: str = CALL, scheme: str = "Bearer") -> Answered:
    """The request of this case with this token."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"{scheme} {text}"} if text else {})
    body = json.dumps(field.request(case)).encode()
    return field.service(case.site).send("POST", path, body, headers)


def made(case: Case, field: Field, **changes: Any) -> str:
    return token(field.service(case.site).url + CALL, **changes)


def refused(case: Case, field: Field, text: str) -> None:
    """With this token: 401, no socket, no entry, and the line of the case."""
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    check_refusal(send(case, field, text))
    field.check_sockets(case, before)
    assert service.entries(before) == []
    service.logged(before, **case.log)


def accepted(case: Case, field: Field, text: str) -> None:
    """With this token the caller is known: an order whose record cannot be read is 412."""
    assert send(case, field, text).status in {200, 412}


# --- on the field


@scenario
def two_headers(case: Case, field: Field) -> None:
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    lines = "".join(f"Authorization: Bearer {made(case, field)}\r\n" for _ in range(2))
    request = (
        f"POST {CALL} HTTP/1.1\r\nHost: x\r\n{lines}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    )
    with wire(service) as line:
        line.send(request.encode())
        assert line.hear().status == 401
    service.logged(before, **case.log)
    assert service.entries(before) == []


@scenario
def scheme_in_lower_case(case: Case, field: Field) -> None:
    assert send(case, field, made(case, field), scheme="bEaReR").status in {200, 412}


@scenario
def empty_signature(case: Case, field: Field) -> None:
    head, said, _ = made(case, field, header={"alg": "none"}).split(".")
    refused(case, field, f"{head}.{said}.")


@scenario
def long_name_of_a_key(case: Case, field: Field) -> None:
    refused(case, field, made(case, field, header={"kid": "k" * 5000}))


@scenario
def long_id(case: Case, field: Field) -> None:
    refused(case, field, made(case, field, claims={"jti": "j" * 5000}))


@scenario
def key_of_the_same_name(case: Case, field: Field) -> None:
    stranger = Signer("ES384", key_id(ISSUER), name="a stranger's")
    refused(case, field, stranger.token(field.service(case.site).url + CALL, claims={"tenant": "north"}))


@scenario
def past(case: Case, field: Field) -> None:
    now = int(time.time())
    refused(case, field, made(case, field, claims={"iat": now - 300, "exp": now - 70}))
    accepted(case, field, made(case, field, claims={"iat": now - 300, "exp": now - 30}))


@scenario
def not_a_number(case: Case, field: Field) -> None:
    refused(case, field, made(case, field, claims={"exp": float("nan")}))


@scenario
def made_in_the_future(case: Case, field: Field) -> None:
    now = int(time.time())
    refused(case, field, made(case, field, claims={"iat": now + 90, "exp": now + 300}))
    accepted(case, field, made(case, field, claims={"iat": now + 30, "exp": now + 300}))


@scenario
def good_for_too_long(case: Case, field: Field) -> None:
    now = int(time.time())
    refused(case, field, made(case, field, claims={"iat": now, "exp": now + 3601}))
    refused(case, field, made(case, field, claims={"iat": now, "exp": now - 30}))  # over before it was made
    accepted(case, field, made(case, field, claims={"iat": now, "exp": now + 3600}))


@scenario
def not_good_yet(case: Case, field: Field) -> None:
    now = int(time.time())
    refused(case, field, made(case, field, claims={"nbf": now + 90}))
    accepted(case, field, made(case, field, claims={"nbf": now - 300}))


@scenario
def same_id_of_two_issuers(case: Case, field: Field) -> None:
    accepted(case, field, made(case, field, claims={"jti": "the same"}))
    theirs = made(case, field, issuer=OTHER_ISSUER, claims={"jti": "the same"})
    assert send(case, field, theirs).status == 403  # known, and of another server than the request's


@scenario
def token_of_a_megabyte(case: Case, field: Field) -> None:
    assert send(case, field, "a." * 500_000).status == 431


@scenario
def all_refusals_alike(case: Case, field: Field) -> None:
    """A28: one answer, octet by octet, whatever was wrong."""
    changes: list[dict[str, Any]] = [
        {"header": {"alg": "none"}},
        {"header": {"kid": "unknown"}},
        {"header": {"jwk": {}}},
        {"claims": {"iss": "https://evil.tld"}},
        {"claims": {"aud": "x"}},
        {"claims": {"exp": 1}},
        {"claims": {"tenant": "south"}},
        {"without": ["jti"]},
    ]
    used = made(case, field)
    accepted(case, field, used)
    tokens = [None, "x", used, *(made(case, field, **one) for one in changes)]
    seen = set()
    for text in tokens:
        answer = send(case, field, text)
        headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name != "Date"))
        seen.add((answer.status, answer.body, headers))
    ((status, _, headers),) = seen
    assert status == 401
    assert ("WWW-Authenticate", "Bearer") in headers


@scenario
def token_elsewhere(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    good = made(case, field)
    assert send(case, field, None, f"{CALL}?access_token={good}").status == 401
    form = f"access_token={good}".encode()
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    assert service.send("POST", CALL, form, plain).status == 401
    body = json.dumps(field.request(case) | {"access_token": good}).encode()
    assert service.send("POST", CALL, body, {"Content-Type": "application/json"}).status == 401
    service.logged(before, **case.log)
    assert not any(good in line for line in service.lines())
    accepted(case, field, good)


# --- with keys of their own


def check(door: Clinic, text: str, log: Any) -> None:
    """Refused, for the reason of the case."""
    before = door.service.mark()
    check_refusal(door.call(text))
    door.service.logged(before, **log)


@scenario
def public_key_as_secret(case: Case, field: Field) -> None:  # noqa: ARG001
    rsa = Signer("RS384", "rsa")
    with clinic(SIGNER, rsa) as door:
        for signer in (SIGNER, rsa):
            for secret in (signer.pem(), json.dumps(signer.jwk()).encode()):
                for algorithm in ("HS256", "HS384"):
                    text = forged(secret, door.service.url + CALL, algorithm=algorithm, kid=signer.kid)
                    check(door, text, case.log)


@scenario
def symmetric_key(case: Case, field: Field) -> None:  # noqa: ARG001
    member = {"kty": "oct", "k": base64url(b"secret" * 8), "kid": "oct", "alg": "HS384"}
    with clinic(SIGNER, member) as door:
        check(door, forged(b"secret" * 8, door.service.url + CALL, algorithm="HS384", kid="oct"), case.log)
        assert door.status(door.token()) == 200
        assert any('"jwks.badkey"' in line for line in door.service.lines())


@scenario
def bound_key(case: Case, field: Field) -> None:  # noqa: ARG001
    signer = Signer("RS384", "bound")
    for alg in ("RS256", "ES256", "RSA-OAEP"):
        with clinic(signer.jwk(alg=alg)) as door:
            check(door, door.token(signer), case.log)


@scenario
def keys_of_another_use(case: Case, field: Field) -> None:  # noqa: ARG001
    other = OTHER.jwk(key_ops=["encrypt"])
    with clinic(SIGNER.jwk(use="enc"), other) as door:
        check(door, door.token(), case.log)
        check(door, door.token(OTHER), case.log)


@scenario
def weak_keys(case: Case, field: Field) -> None:  # noqa: ARG001
    short, old = Signer("RS384", "short", bits=1024), Signer("ES192", "old")
    with clinic(short, old.jwk(alg="ES384")) as door:
        check(door, door.token(short), case.log)
        check(door, door.token(Signer("ES384", "old")), case.log)


@scenario
def keys_lead_elsewhere(case: Case, field: Field) -> None:
    field.evil.forget()
    for place in (f"{field.evil.base}/latest/meta-data", "http://169.254.169.254/latest/meta-data"):
        with clinic(answer=(302, {"Location": place}, b"")) as door:
            assert door.status(door.token()) == 401
            door.service.logged(door.service.start, **case.log)
            called = door.service.connects(door.service.start) - {door.service.address}
            assert called == {door.keys.base.removeprefix("http://")}
    assert field.evil.asked == []


@scenario
def thousand_unknown_keys(case: Case, field: Field) -> None:  # noqa: ARG001
    with clinic() as door:
        assert door.status(door.token()) == 200
        asked = len(door.keys.asked)
        before, began = door.service.mark(), time.monotonic()
        for number in range(1000):
            assert door.status(door.token(header={"kid": f"unknown-{number}"})) == 401
        door.service.logged(before, **case.log)
        # One a minute: the first fetch was that of the start, and a busy machine may take some minutes for a thousand.
        assert len(door.keys.asked) - asked <= 1 + (time.monotonic() - began) // 60
        assert door.status(door.token()) == 200


FAULTS: tuple[tuple[int, dict[str, str], bytes], ...] = (
    (503, {}, b""),
    (200, {}, b" " * 5_000_000),
    (200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"),
    (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000)),
    (200, {"Content-Length": "100"}, b"{"),
)


@scenario
def keys_fail(case: Case, field: Field) -> None:  # noqa: ARG001
    """Without keys nobody is known and nothing breaks; known keys outlast an address that fails (clock by hand)."""
    for fault in FAULTS:
        with clinic(answer=fault) as door:
            assert door.status(door.token()) == 401
            door.service.logged(door.service.start, event="client-keys", reason="jwks.unreachable")
    with by_hand() as door:
        assert door.is_known()
        for fault in FAULTS:
            door.keys.answer = fault
            door.wait(minutes=11)
            assert door.is_known()
            assert not door.is_known(header={"kid": "unknown"})
            assert door.said[-1] == case.log["reason"]
        door.keys.gate.clear()
        door.wait(minutes=11)
        began = time.monotonic()
        assert door.is_known()
        assert not door.is_known(header={"kid": "unknown"})
        assert time.monotonic() - began < HANG_SECONDS / 2
        door.wait(minutes=24 * 60)
        assert not door.is_known()


@scenario
def new_key(case: Case, field: Field) -> None:  # noqa: ARG001
    with by_hand() as door:
        assert door.is_known()
        door.keys.answer = (200, {}, key_set(SIGNER, OTHER))
        door.wait(minutes=2)
        assert door.is_known(OTHER)
        assert door.said == [case.log["reason"]] * 2


@scenario
def key_taken_away(case: Case, field: Field) -> None:  # noqa: ARG001
    with by_hand() as door:
        assert door.is_known()
        door.keys.answer = (200, {}, key_set(OTHER))
        door.wait(minutes=10.1)
        assert not door.is_known()
        assert door.why == case.log["reason"]


@scenario
def again(case: Case, field: Field) -> None:  # noqa: ARG001
    with clinic(arguments=("--workers", "2"), environment=PUBLIC) as door:
        text = SIGNER.token(PUBLIC_URL + CALL)
        assert sorted(door.status(text) for _ in range(12)) == [200] + [401] * 11
        door.service.logged(door.service.start, **case.log)
        door.restart()
        assert door.status(text) == 401
        assert door.status(SIGNER.token(PUBLIC_URL + CALL)) == 200


@scenario
def server_of_another_tenant(case: Case, field: Field) -> None:  # noqa: ARG001
    lines = (
        'tenants = ["north", "south"]',
        f'tenant-fhir-servers = {{ north = ["{BASES[0]}"], south = ["{BASES[1]}"] }}',
    )
    with clinic(lines=lines) as door:
        for tenant, base, status in (("north", 0, 200), ("south", 1, 200), ("north", 1, 403), ("south", 0, 403)):
            before = door.service.mark()
            answer = door.call(door.token(claims={"tenant": tenant}), fhirServer=BASES[base])
            assert answer.status == status
            assert door.service.connects(before) == set()
            if status == 403:
                assert answer.issue == "forbidden"
                door.service.logged(before, **case.log)
