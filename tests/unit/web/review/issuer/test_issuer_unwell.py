"""An issuer that does not answer, or leads elsewhere."""

import threading

import pytest

from tests.issuer_desk import Traveller, unreachable
from tests.stub_issuer import StubIssuer, say


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "https://evil.example/token"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_document_that_leads_elsewhere_is_not_followed(traveller, stub, document):
    stub.document = document
    unreachable(traveller, traveller.client.get("/audit/login/issuer"))


def test_a_server_that_the_site_names_may_stand_in_the_document(make_desk, stub):
    with StubIssuer() as keys:
        keys.keys = stub.keys
        stub.document = {"jwks_uri": f"{keys.issuer}/keys"}
        assert (
            Traveller(make_desk(f'servers = ["{keys.origin}"]'))
            .log_in_at(stub)
            .status_code
            == 200
        )
        assert keys.calls == ["/keys"]


def huge(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(160):
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass  # we hung up


def redirected(handler):
    say(handler, 307, {}, Location="http://127.0.0.1:9/elsewhere")


@pytest.mark.parametrize(
    "answer",
    [
        lambda handler: say(handler, 500, {}),
        lambda handler: say(handler, 200, []),
        lambda handler: handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nno json"),
        lambda handler: handler.wfile.write(
            b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000
        ),
        huge,
        redirected,
    ],
)
def test_a_token_endpoint_that_answers_nonsense_gives_no_session(
    traveller, stub, answer
):
    stub.answer = answer
    unreachable(traveller, traveller.log_in_at(stub))


def test_a_token_endpoint_that_never_answers_is_given_up(traveller, stub, monkeypatch):
    monkeypatch.setattr("cds_service.review.issuer_login.SECONDS", 0.5)
    over = threading.Event()
    stub.answer = lambda _handler: over.wait(30)
    unreachable(traveller, traveller.log_in_at(stub))
    over.set()
