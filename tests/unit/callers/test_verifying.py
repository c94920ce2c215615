"""A token is believed when form, issuer, key, signature, claims and first use are as they must be; else nobody is."""

from types import SimpleNamespace

import pytest

from cds_service.audit.used_tokens import UsedTokens
from cds_service.callers.keys import KeyAddress, read_keys
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.core.caller import Caller
from cds_service.errors import NotAuthenticated
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from tests.client_tokens import ISSUER, Signer, key_set, tokens_at
from tests.tables import cases

NOW = 1_790_000_000
HERE = "https://cds.example.org/cds-services/kyphoplasty-order-sign"
EC, RSA = Signer("ES384", "ec"), Signer("RS384", "rsa")
OTHER_ISSUER = "https://other.example.org"
OTHER = Signer("ES384", "theirs")


@pytest.fixture(autouse=True)
def noon():
    with tokens_at(SimpleNamespace(now=NOW)):
        yield


@pytest.fixture
def door(tmp_path):
    """Verifies tokens of two EHRs, at noon; further settings of the first go to it."""

    def make(*keys, **settings):
        (tmp_path / "keys.json").write_bytes(key_set(*(keys or (EC, RSA))))
        (tmp_path / "other.json").write_bytes(key_set(OTHER))
        first = {
            "issuer": ISSUER,
            "jwks-file": "keys.json",
            "fhir-servers": ["https://e.org/r4"],
            **settings,
        }
        second = {
            "issuer": OTHER_ISSUER,
            "jwks-file": "other.json",
            "fhir-servers": ["https://o.org/r4"],
        }
        clients = [
            KnownClient.of(Client.model_validate(one), tmp_path, Connections())
            for one in (first, second)
        ]
        return Callers(clients, UsedTokens(None))

    return make


def verify(door, token, address=HERE):
    return door.verify(f"Bearer {token}", [address], Deadline.after(30))[1]


def reason(door, token, address=HERE) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        verify(door, token, address)
    return caught.value.reason


def good(signer=EC, *, now=NOW, audience=HERE, **changes):
    return signer.token(audience, now=now, **changes)


@pytest.mark.parametrize("signer", [EC, RSA])
def test_a_good_token_says_who_calls(door, signer):
    assert verify(door(), good(signer)) == Caller(ISSUER, None)
    assert verify(door(), good(signer, claims={"tenant": "north"})) == Caller(
        ISSUER, "north"
    )


@pytest.mark.parametrize(
    "algorithm", ["ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512"]
)
def test_other_algorithms_are_for_those_who_set_them(door, algorithm):
    signer = Signer(algorithm, "k")
    assert reason(door(signer), good(signer)) == "jwt.alg"
    assert verify(door(signer, algorithms=[algorithm]), good(signer)).client == ISSUER
    assert reason(door(signer, EC, algorithms=[algorithm]), good(EC)) == "jwt.alg"


@pytest.mark.parametrize(
    "algorithm", ["none", "HS256", "HS384", "HS512", "EdDSA", "ES256K"]
)
def test_what_proves_nothing_cannot_be_set(algorithm):
    with pytest.raises(ValueError, match="algorithms"):
        Client.model_validate(
            {
                "issuer": "i",
                "jwks-url": "https://e.org/k",
                "fhir-servers": ["https://e.org"],
                "algorithms": [algorithm],
            }
        )


TIMES = {"seconds": lambda seconds: NOW + seconds}


@pytest.mark.parametrize(
    ("authorization", "why"),
    [
        *cases(__file__, "what_is_no_bearer_token_is_nobody", TIMES),
        ("Bearer " + "a" * 20_000, "jwt.format"),
    ],
)
def test_what_is_no_bearer_token_is_nobody(door, authorization, why):
    with pytest.raises(NotAuthenticated) as caught:
        door().verify(authorization, [HERE], Deadline.after(30))
    assert caught.value.reason == why


@pytest.mark.parametrize(
    ("header", "why"),
    [
        *cases(__file__, "a_header_that_asks_for_something_else_is_refused", TIMES),
        ({"kid": "k" * 257}, "jwt.kid"),
    ],
    ids=str,
)
def test_a_header_that_asks_for_something_else_is_refused(door, header, why):
    assert reason(door(), good(header=header)) == why


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        *cases(__file__, "a_claim_that_is_not_for_us_now_is_refused", TIMES),
        ({"aud": HERE.upper()}, "jwt.aud"),
        ({"exp": str(NOW + 60)}, "jwt.exp"),
        ({"jti": "j" * 257}, "jwt.jti"),
    ],
    ids=str,
)
def test_a_claim_that_is_not_for_us_now_is_refused(door, claims, why):
    assert reason(door(), good(claims=claims)) == why


@pytest.mark.parametrize(
    "claims", cases(__file__, "what_is_allowed_is_accepted"), ids=str
)
def test_what_is_allowed_is_accepted(door, claims):
    assert verify(door(), good(claims=claims)).client == ISSUER


def test_a_client_may_have_audiences_of_its_own_and_a_shorter_life(door):
    narrow = {"audiences": ["urn:kyphoplasty"], "max-lifetime-seconds": 299}
    assert reason(door(**narrow), good()) == "jwt.lifetime"
    short = {"exp": NOW + 200, "aud": "urn:kyphoplasty"}
    assert verify(door(**narrow), good(claims=short)).client == ISSUER


JWKS = "https://ehr.example.org/jwks.json"


@pytest.mark.parametrize(
    "jku", cases(__file__, "an_address_that_looks_like_the_right_one_is_not_it")
)
def test_an_address_that_looks_like_the_right_one_is_not_it(jku):
    known = Client.model_validate(
        {"issuer": ISSUER, "jwks-url": JWKS, "fhir-servers": ["https://e.org/r4"]}
    )
    source = KeyAddress(ISSUER, JWKS, Connections())
    source.known = lambda *_: read_keys(key_set(EC))
    callers = Callers([KnownClient(known, source)], UsedTokens(None))
    assert reason(callers, good(header={"jku": jku})) == "jwt.jku"
    for same in (JWKS, "HTTPS://EHR.example.org:443/jwks.json"):
        assert verify(callers, good(header={"jku": same})).client == ISSUER


def test_a_token_that_was_not_refused_is_good_once_and_its_id_is_its_issuers(door):
    callers = door()
    once = good(claims={"jti": "the same"})
    assert reason(callers, once, HERE + "/feedback") == "jwt.aud"
    assert verify(callers, once).client == ISSUER
    assert reason(callers, once) == "jwt.replay"
    assert reason(callers, good(claims={"jti": "the same", "x": 1})) == "jwt.replay"
    assert (
        verify(
            callers, good(OTHER, claims={"iss": OTHER_ISSUER, "jti": "the same"})
        ).client
        == OTHER_ISSUER
    )


def test_what_a_token_claims_of_itself_is_cut_for_the_log(door):
    with pytest.raises(NotAuthenticated) as caught:
        verify(door(), good(claims={"iss": "x" * 5000}, header={"kid": "k" * 64}))
    claimed = caught.value.claimed
    assert (len(claimed["iss"]), len(claimed["kid"])) == (64, 64)


def refused(door, token, address=HERE):
    with pytest.raises(NotAuthenticated) as caught:
        verify(door, token, address)
    return caught.value


def test_a_refusal_holds_what_the_token_says_and_what_the_site_has(door):
    jku = "https://elsewhere.example.org/keys/1"
    refusal = refused(
        door(audiences=["urn:ours"]), good(header={"jku": jku}, audience=HERE + "x")
    )
    assert refusal.claimed == {
        "iss": ISSUER,
        "aud": HERE + "x",
        "jku": jku,
        "kid": "ec",
    }
    assert refusal.expected == {
        "iss": [ISSUER],
        "aud": [HERE, "urn:ours"],
        "jku": [],
        "kid": ["ec", "rsa"],
    }


def test_of_an_unknown_issuer_the_known_ones_are_expected(door):
    refusal = refused(door(), good(claims={"iss": "https://unknown.example.org"}))
    assert refusal.claimed["iss"] == "https://unknown.example.org"
    assert refusal.expected == {"iss": [ISSUER, OTHER_ISSUER]}


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("https://x.example.org/a?token=secret", "https://x.example.org/a"),
        ("https://user:secret@x.example.org/a", "https://x.example.org/a"),
        ("https://x.example.org/a#secret", "https://x.example.org/a"),
        ("https://x.example.org/" + "a" * 500, "https://x.example.org/" + "a" * 178),
        (
            ["urn:a", 5, "https://x.example.org/a?secret"],
            ["urn:a", "", "https://x.example.org/a"],
        ),
    ],
)
def test_no_secret_of_an_address_is_logged(door, said, logged):
    assert refused(door(), good(audience=said)).claimed["aud"] == logged
