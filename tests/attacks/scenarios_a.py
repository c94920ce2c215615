"""A: tokens against the clinic that all rows share, wrong in a way that no table can say."""

import time
from typing import Any

from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field
from tests.attacks.playing import check_refusal
from tests.attacks.raw import wire
from tests.attacks.scenarios import scenario
from tests.attacks.tokens import ISSUER, OTHER_ISSUER, SIGNERS, token
from tests.client_tokens import Signer
from tests.live_service import Reply


def send(case: Case, field: Field, text: str | None) -> Reply:
    """The request of this case with this token."""
    return field.send(case, Authorization=f"Bearer {text}" if text else None)


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


@scenario
def two_headers(case: Case, field: Field) -> None:
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    lines = "".join(f"Authorization: Bearer {made(case, field)}\r\n" for _ in range(2))
    lines += "Content-Type: application/json\r\nContent-Length: 2\r\n"
    request = f"POST {CALL} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n{{}}"
    with wire(service) as line:
        line.send(request.encode())
        assert line.hear().status == 401
    service.logged(before, **case.log)
    assert service.entries(before) == []


@scenario
def empty_signature(case: Case, field: Field) -> None:
    head, said, _ = made(case, field, header={"alg": "none"}).split(".")
    refused(case, field, f"{head}.{said}.")


@scenario
def at_these_times(case: Case, field: Field) -> None:
    """Claims in seconds from now, of tokens that are refused and of those that are taken."""
    now = int(time.time())
    for take in (refused, accepted):
        for claims in case.sends[take.__name__]:
            take(
                case,
                field,
                made(
                    case,
                    field,
                    claims={name: now + seconds for name, seconds in claims.items()},
                ),
            )


@scenario
def key_of_the_same_name(case: Case, field: Field) -> None:
    stranger = Signer("ES384", SIGNERS[ISSUER].kid, name="a stranger's")
    refused(
        case,
        field,
        stranger.token(field.service(case.site).url + CALL, claims={"tenant": "north"}),
    )


@scenario
def same_id_of_two_issuers(case: Case, field: Field) -> None:
    accepted(case, field, made(case, field, claims={"jti": "the same"}))
    theirs = made(case, field, issuer=OTHER_ISSUER, claims={"jti": "the same"})
    # known, and of another server than the request's
    assert send(case, field, theirs).status == 403


@scenario
def all_refusals_alike(case: Case, field: Field) -> None:
    """A28: one answer, octet by octet, whatever was wrong."""
    used = made(case, field)
    accepted(case, field, used)
    tokens = [
        None,
        "x",
        used,
        *(made(case, field, **one) for one in case.sends["changes"]),
    ]
    first, *others = [send(case, field, text) for text in tokens]
    check_refusal(first)
    for one in others:
        assert one.body == first.body
        assert {**one.headers, "Date": ""} == {**first.headers, "Date": ""}
