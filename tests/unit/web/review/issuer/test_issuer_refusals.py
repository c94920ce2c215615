"""Every way in which what comes back from the issuer proves nothing."""

import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.issuer_desk import BACK, SESSION, Traveller, refusal
from tests.stub_issuer import rsa_key


def from_now(seconds):
    return int(time.time()) + seconds


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        *[
            ({"nonce": "another"}, "nonce"),
            ({"nonce": None}, "claims"),
            ({"aud": "another-client"}, "audience"),
            ({"aud": ["kyphoplasty-cds", "another-client"]}, "azp"),
            ({"azp": "another-client"}, "azp"),
            ({"iss": "https://evil.example"}, "issuer"),
            ({"iss": None}, "claims"),
            ({"exp": from_now(-61)}, "expired"),
            ({"exp": None}, "claims"),
            ({"exp": "soon"}, "times"),
            ({"iat": from_now(36000)}, "not-yet"),
            ({"nbf": from_now(36000)}, "not-yet"),
            ({"sub": ""}, "subject"),
            ({"sub": "two words"}, "subject"),
            ({"groups": None}, "role"),
            ({"groups": ["staff"]}, "role"),
            ({"groups": {"cds-reviewers": True}}, "role"),
            ({"groups": [["cds-reviewers"]]}, "role"),
        ],
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_a_token_that_says_something_else_is_refused(traveller, stub, claims, why):
    stub.claims = claims
    assert refusal(traveller, traveller.log_in_at(stub)) == why


def with_public_key_as_secret(stub):
    """HS256, where the secret is what everybody knows: the public key."""
    pem = (
        stub.keys["k1"]
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )

    def sign(claims):
        parts = [{"alg": "HS256", "typ": "JWT", "kid": "k1"}, claims]
        body = b".".join(
            jwt.utils.base64url_encode(json.dumps(one).encode()) for one in parts
        )
        mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)

        return (
            body
            + b"."
            + jwt.utils.base64url_encode(hmac.digest(pem, body, mac.hash_alg))
        ).decode()

    return sign


def encoded(key, algorithm="RS256", **header):
    return lambda claims: jwt.encode(
        claims, key, algorithm, headers={"kid": "k1", **header}
    )


@pytest.mark.parametrize(
    ("signer", "why"),
    [
        (lambda _: encoded(None, "none"), "algorithm"),
        (with_public_key_as_secret, "algorithm"),
        (lambda _: encoded(rsa_key()), "signature"),
        (
            lambda stub: lambda claims: stub.signed(claims)[:-8] + "AAAAAAAA",
            "signature",
        ),
        (lambda stub: encoded(stub.keys["k1"], kid="gone"), "key"),
        (lambda stub: encoded(stub.keys["k1"], crit=["b64"], b64=True), "algorithm"),
    ],
)
def test_a_token_that_the_issuer_did_not_sign_is_refused(traveller, stub, signer, why):
    stub.sign = signer(stub)
    assert refusal(traveller, traveller.log_in_at(stub)) == why


@pytest.mark.parametrize(
    ("token", "why"),
    [
        *[
            ("no token", "token"),
            ("a.b.c", "token"),
            ("é.é.é", "token"),
            ("W10.W10.W10", "token"),
            # The algorithm is an empty list.
            ("eyJhbGciOltdfQ.e30.", "algorithm"),
        ],
        ("x" * 100_000, "token"),
        (7, "no-token"),
    ],
)
def test_what_is_no_token_is_refused(traveller, stub, token, why):
    stub.sign = lambda _claims: token
    assert refusal(traveller, traveller.log_in_at(stub)) == why


def test_a_short_key_signs_nothing(traveller, stub):
    stub.keys["k1"] = rsa_key(1024)
    stub.sign = encoded(stub.keys["k1"])  # PyJWT only warns of it
    with pytest.warns(Warning, match="key"):
        response = traveller.log_in_at(stub)
    assert refusal(traveller, response) == "key"


def test_a_new_key_of_the_issuer_is_found_at_the_next_login(
    make_desk, stub, monkeypatch
):
    monkeypatch.setattr("cds_service.outgoing.cached.PAUSE_SECONDS", 0.0)
    desk = make_desk()
    Traveller(desk).log_in_at(stub)
    stub.keys, stub.kid = {"k2": ec.generate_private_key(ec.SECP256R1())}, "k2"
    assert Traveller(desk).log_in_at(stub).status_code == 200
    stub.sign = encoded(rsa_key())
    assert Traveller(desk).log_in_at(stub).status_code == 403


def test_a_state_that_this_browser_did_not_bring_along_begins_nothing(desk, stub):
    theirs, ours = Traveller(desk), Traveller(desk)
    address = stub.browse(theirs.set_out())
    assert ours.come_back(address).status_code == 403  # without any way
    ours.set_out()
    assert ours.come_back(address).status_code == 403  # with another one
    for wrong in ("", "?state=", "?code=x", "?state=x&code=y", "?state=%01&code=%ff"):
        assert ours.client.get(f"{BACK}{wrong}").status_code == 403
    assert ours.client.get(f"{BACK}?state=%00&code=%ff").status_code == 400
    assert "/token/" not in stub.calls
    assert ours.client.get_cookie(SESSION, path="/audit") is None


def test_what_came_back_is_taken_once(traveller, stub, caplog):
    address = stub.browse(traveller.set_out())
    way = traveller.way
    assert traveller.come_back(address).status_code == 200
    asked = stub.calls.count("/token/")
    traveller.bring(way)
    assert traveller.come_back(address).status_code == 403
    assert caplog.records[-1].fields["reason"] == "replayed"
    assert stub.calls.count("/token/") == asked


def test_a_way_is_over_after_ten_minutes(desk, traveller, stub):
    address = stub.browse(traveller.set_out())
    desk.later(minutes=11)
    assert traveller.come_back(address).status_code == 403


def test_a_code_that_the_issuer_does_not_know_is_refused(traveller, stub):
    address = stub.browse(traveller.set_out())
    code = parse_qs(urlsplit(address).query)["code"][0]
    assert (
        refusal(traveller, traveller.come_back(address.replace(code, "made-up")))
        == "code"
    )


@pytest.mark.parametrize("more", ["", "&error_description=<script>alert(1)</script>"])
def test_an_error_of_the_issuer_is_refused_without_its_words(traveller, stub, more):
    stub.returns = {"code": "", "error": "access_denied"}
    response = traveller.come_back(stub.browse(traveller.set_out()) + more)
    assert refusal(traveller, response) == "no-code"
    assert "<script" not in response.text


@pytest.mark.parametrize(
    ("named", "status"), [("RIGHT", 200), ("https://evil.example", 403), ("", 403)]
)
def test_an_answer_that_another_issuer_sent_is_refused(desk, stub, named, status):
    # the document says that it always names itself
    stub.returns = {"iss": named.replace("RIGHT", stub.issuer)}
    assert Traveller(desk).log_in_at(stub).status_code == status


def test_another_sender_is_refused_even_where_the_issuer_does_not_name_itself(
    traveller, stub
):
    address = stub.browse(traveller.set_out()) + "&iss=https://evil.example"
    assert refusal(traveller, traveller.come_back(address)) == "sender"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/sandbox",
        "/audit\\@evil",
        "/audit/login/issuer",
        "/auditx",
        "/audit/../sandbox",
        "/audit/..//evil.example",
        "/audit/logout",
    ],
)
def test_the_way_never_leads_elsewhere(desk, stub, wanted):
    page = Traveller(desk).log_in_at(stub, wanted).text
    assert 'content="0; url=/audit"' in page


def test_a_cookie_that_was_tampered_with_leads_nowhere_else(traveller, stub):
    address = stub.browse(traveller.set_out())
    traveller.bring(f"{traveller.way.split(' ')[0]} //evil.example")
    assert 'content="0; url=/audit"' in traveller.come_back(address).text


FILTER = "/audit?patient=pat-1&kind=answer"
FORM = 'name="wanted" value="/audit?patient=pat-1&amp;kind=answer"'


def test_who_is_refused_may_try_again_for_the_same_page(traveller, stub):
    stub.claims = {"groups": []}
    assert FORM in traveller.log_in_at(stub, FILTER).text


def test_who_was_too_slow_at_the_issuer_may_try_again_for_the_same_page(
    desk, traveller, stub
):
    address = stub.browse(traveller.set_out(FILTER))
    desk.later(minutes=11)
    response = traveller.come_back(address)
    assert (response.status_code, FORM in response.text) == (403, True)


def test_two_tabs_each_come_to_their_own_page(traveller, stub):
    pages = ("/audit?kind=answer", "/audit/figures", "/audit/integrity")
    ways = [stub.browse(traveller.set_out(page)) for page in pages]
    for page, way in zip(pages, ways, strict=True):
        response = traveller.come_back(way)
        assert response.status_code == 200
        assert f'content="0; url={page}"' in response.text
    for way in ways:  # and none of them twice
        assert traveller.come_back(way).status_code == 403


def test_many_logins_of_one_browser_leave_a_cookie_that_it_keeps(traveller, stub):
    long = f"/audit?user={'x' * 900}"
    for _ in range(9):
        traveller.set_out(long)
    assert len(traveller.way) < 3500
    assert traveller.log_in_at(stub, long).status_code == 200


@pytest.mark.parametrize("sign", [",", ";", '"', "é", "<"])
def test_a_long_page_of_any_signs_leaves_a_cookie_that_a_browser_keeps(
    traveller, stub, sign
):
    """Browsers drop a cookie of more than 4096 bytes: the login would never end."""
    wanted = f"/audit/figures?x={sign * 1000}"
    response = traveller.client.get(
        "/audit/login/issuer", query_string={"wanted": wanted}
    )
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert len(cookie) < 4000
    page = traveller.come_back(stub.browse(response.headers["Location"]))
    assert 'content="0; url=/audit/figures"' in page.text
