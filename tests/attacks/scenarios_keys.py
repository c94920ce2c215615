"""A: what an issuer publishes: keys of the wrong kind, keys that fail, change or are taken away."""

import gzip
import json
import time
from typing import Any

from tests.attacks.cases import CALL, Case
from tests.attacks.clinic import (
    BASES,
    PUBLIC,
    PUBLIC_URL,
    SIGNER,
    Clinic,
    by_hand,
    clinic,
)
from tests.attacks.field import Field
from tests.attacks.playing import check_refusal
from tests.attacks.scenarios import scenario
from tests.client_tokens import Signer, base64url, forged, key_set
from tests.key_publisher import HANG_SECONDS

OTHER = Signer("ES384", "other")


def check(door: Clinic, text: str, log: Any) -> None:
    """Refused, for the reason of the case."""
    before = door.service.mark()
    check_refusal(door.call(text))
    door.service.logged(before, **log)


@scenario
def public_key_as_secret(case: Case, _field: Field) -> None:
    rsa = Signer("RS384", "rsa")
    with clinic(SIGNER, rsa) as door:
        for signer in (SIGNER, rsa):
            for secret in (signer.pem(), json.dumps(signer.jwk()).encode()):
                for algorithm in ("HS256", "HS384"):
                    text = forged(
                        secret,
                        door.service.url + CALL,
                        algorithm=algorithm,
                        kid=signer.kid,
                    )
                    check(door, text, case.log)


@scenario
def symmetric_key(case: Case, _field: Field) -> None:
    member = {"kty": "oct", "k": base64url(b"secret" * 8), "kid": "oct", "alg": "HS384"}
    with clinic(SIGNER, member) as door:
        check(
            door,
            forged(
                b"secret" * 8, door.service.url + CALL, algorithm="HS384", kid="oct"
            ),
            case.log,
        )
        assert door.status(door.token()) == 200
        assert any('"jwks.badkey"' in line for line in door.service.lines())


@scenario
def publishes(case: Case, _field: Field) -> None:
    """Keys by the arguments of `Signer`, each with what is changed of it (`jwk`); tokens, with what of their header."""
    with clinic(
        *(Signer(*one["key"]).jwk(**one.get("jwk", {})) for one in case.sends["keys"])
    ) as door:
        for one in case.sends.get("taken", ()):
            assert (
                door.status(door.token(Signer(*one["key"]), header=one.get("header")))
                == 200
            )
        for one in case.sends["refused"]:
            check(
                door,
                door.token(Signer(*one["key"]), header=one.get("header")),
                case.log,
            )


@scenario
def keys_lead_elsewhere(case: Case, field: Field) -> None:
    field.evil.forget()
    for place in (
        f"{field.evil.base}/latest/meta-data",
        "http://169.254.169.254/latest/meta-data",
    ):
        with clinic(answer=(302, {"Location": place}, b"")) as door:
            assert door.status(door.token()) == 401
            door.service.logged(door.service.start, **case.log)
            called = door.service.connects(door.service.start) - {door.service.address}
            assert called == {door.keys.base.removeprefix("http://")}
    assert field.evil.asked == []


@scenario
def thousand_unknown_keys(case: Case, _field: Field) -> None:
    with clinic() as door:
        assert door.status(door.token()) == 200
        asked = len(door.keys.asked)
        before, began = door.service.mark(), time.monotonic()
        for number in range(1000):
            assert door.status(door.token(header={"kid": f"unknown-{number}"})) == 401
        door.service.logged(before, **case.log)
        # One a minute: the first fetch was that of the start, and a busy machine may
        # take some minutes for a thousand.
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
def keys_fail(case: Case, _field: Field) -> None:
    """Without keys nobody is known and nothing breaks; known keys outlast an address that fails (clock by hand)."""
    for fault in FAULTS:
        with clinic(answer=fault) as door:
            assert door.status(door.token()) == 401
            door.service.logged(
                door.service.start, event="client-keys", reason="jwks.unreachable"
            )
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
def new_key(case: Case, _field: Field) -> None:
    with by_hand() as door:
        assert door.is_known()
        door.keys.answer = (200, {}, key_set(SIGNER, OTHER))
        door.wait(minutes=2)
        assert door.is_known(OTHER)
        assert door.said == [case.log["reason"]] * 2


@scenario
def key_taken_away(case: Case, _field: Field) -> None:
    with by_hand() as door:
        assert door.is_known()
        door.keys.answer = (200, {}, key_set(OTHER))
        door.wait(minutes=10.1)
        assert not door.is_known()
        assert door.why == case.log["reason"]


@scenario
def again(case: Case, _field: Field) -> None:
    with clinic(arguments=("--workers", "2"), environment=PUBLIC) as door:
        text = SIGNER.token(PUBLIC_URL + CALL)
        assert sorted(door.status(text) for _ in range(12)) == [200] + [401] * 11
        door.service.logged(door.service.start, **case.log)
        door.restart()
        assert door.status(text) == 401
        assert door.status(SIGNER.token(PUBLIC_URL + CALL)) == 200


@scenario
def server_of_another_tenant(case: Case, _field: Field) -> None:
    lines = (
        'tenants = ["north", "south"]',
        f'tenant-fhir-servers = {{ north = ["{BASES[0]}"], south = ["{BASES[1]}"] }}',
    )
    with clinic(lines=lines) as door:
        for tenant, base, status in (
            ("north", 0, 200),
            ("south", 1, 200),
            ("north", 1, 403),
            ("south", 0, 403),
        ):
            before = door.service.mark()
            token = door.token(claims={"tenant": tenant})
            # Only an order of ours needs the record, and with it a server that may be
            # named.
            members = {"draft": ""} if status == 403 else {}
            answer = door.call(token, fhirServer=BASES[base], **members)
            assert answer.status == status
            assert door.service.connects(before) == set()
            if status == 403:
                assert answer.issue == "forbidden"
                door.service.logged(before, **case.log)
