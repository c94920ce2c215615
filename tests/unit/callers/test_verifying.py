"""A token is believed when form, issuer, key, signature, claims and first use are as they must be; else nobody is."""

import hashlib
from types import SimpleNamespace

import pytest

from cds_service.audit.used_tokens import UsedTokens
from cds_service.callers.key_sets import read_keys
from cds_service.callers.keys import KeyAddress
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.core.caller import Caller
from cds_service.errors import NotAuthenticated
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from tests.client_tokens import ISSUER, Signer, key_set, tokens_at
from tests.key_publisher import Publisher

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


@pytest.mark.parametrize("tenant", ["north", "süd", "urn:oid:1.2.3", "https://a/b"])
def test_a_word_of_a_tenant_is_kept(door, tenant):
    assert verify(door(), good(claims={"tenant": tenant})).tenant == tenant


@pytest.mark.parametrize(
    "tenant", ["Anna Canary, born 1950", "a\nb", "Canary" * 20, "Canary;DROP", " "]
)
def test_what_is_no_word_of_a_tenant_is_kept_as_its_hash(door, tenant):
    kept = verify(door(), good(claims={"tenant": tenant})).tenant
    assert kept == f"sha256:{hashlib.sha256(tenant.encode()).hexdigest()}"


def test_a_tenant_that_the_site_names_is_kept(door):
    named = "north,east"
    found = verify(door(tenants=[named]), good(claims={"tenant": named}))
    assert found.tenant == named


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


def from_now(seconds):
    return NOW + seconds


@pytest.mark.parametrize(
    ("authorization", "why"),
    [
        *[
            (None, "auth.missing"),
            ("", "auth.missing"),
            ("Basic dXNlcjpwdw==", "auth.scheme"),
            ("Bearer", "jwt.format"),
            ("Bearer ", "jwt.format"),
            ("Bearer a.b.c,Bearer a.b.c", "auth.scheme"),
            ("Bearer a.b", "jwt.format"),
            ("Bearer a.b.c.d.e", "jwt.format"),
            ("Bearer é.b.c", "jwt.format"),
            ("Bearer W10.W10.x", "jwt.format"),
        ],
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
        *[
            ({"crit": ["x"]}, "jwt.crit"),
            ({"b64": False}, "jwt.crit"),
            ({"zip": "DEF"}, "jwt.crit"),
            ({"jwk": {"kty": "EC"}}, "jwt.header"),
            ({"x5c": ["MIIB"]}, "jwt.header"),
            ({"x5u": "https://ehr.example.org/c"}, "jwt.header"),
            ({"typ": "at+jwt"}, "jwt.typ"),
            ({"alg": "none"}, "jwt.alg"),
            ({"alg": "nOnE"}, "jwt.alg"),
            ({"alg": 7}, "jwt.alg"),
            ({"alg": "RS384"}, "jwt.alg_key"),
            ({"kid": 7}, "jwt.kid"),
            ({"kid": ""}, "jwt.kid"),
            ({"kid": "../../etc/passwd"}, "jwt.kid_unknown"),
            ({"kid": "' OR 1=1"}, "jwt.kid_unknown"),
            ({"kid": "theirs"}, "jwt.kid_unknown"),
            ({"jku": "https://evil.example.org/keys"}, "jwt.jku"),
            ({"jku": ["https://ehr.example.org"]}, "jwt.jku"),
        ],
        ({"kid": "k" * 257}, "jwt.kid"),
    ],
    ids=str,
)
def test_a_header_that_asks_for_something_else_is_refused(door, header, why):
    assert reason(door(), good(header=header)) == why


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        *[
            ({"aud": "https://cds.example.org"}, "jwt.aud"),
            (
                {
                    "aud": (
                        "https://cds.example.org/cds-services/kyphoplasty-order-sign/feedback"
                    )
                },
                "jwt.aud",
            ),
            (
                {
                    "aud": (
                        "https://cds.example.org/cds-services/kyphoplasty-order-sign//"
                    )
                },
                "jwt.aud",
            ),
            ({"aud": []}, "jwt.aud"),
            (
                {
                    "aud": {
                        "x": (
                            "https://cds.example.org/cds-services/kyphoplasty-order-sign"
                        )
                    }
                },
                "jwt.aud",
            ),
            (
                {
                    "aud": [
                        "https://cds.example.org/cds-services/kyphoplasty-order-sign",
                        7,
                    ]
                },
                "jwt.aud",
            ),
            ({"aud": None}, "jwt.aud"),
            ({"exp": from_now(-61)}, "jwt.exp"),
            ({"exp": -1}, "jwt.exp"),
            ({"exp": 1e30}, "jwt.exp"),
            ({"exp": True}, "jwt.exp"),
            ({"exp": float("nan")}, "jwt.format"),
            ({"iat": from_now(61)}, "jwt.iat"),
            ({"iat": None}, "jwt.iat"),
            ({"nbf": from_now(61)}, "jwt.nbf"),
            ({"nbf": "soon"}, "jwt.nbf"),
            ({"iat": from_now(-10), "exp": from_now(3591)}, "jwt.lifetime"),
            ({"iat": from_now(30), "exp": from_now(30)}, "jwt.lifetime"),
            ({"jti": ""}, "jwt.jti"),
            ({"jti": 7}, "jwt.jti"),
            ({"tenant": ["north"]}, "jwt.tenant"),
            ({"tenant": ""}, "jwt.tenant"),
            ({"iss": "https://evil.example.org"}, "jwt.iss"),
            ({"iss": ["https://ehr.example.org"]}, "jwt.iss"),
            ({"iss": "https://ehr.example.org/"}, "jwt.iss"),
        ],
        ({"aud": HERE.upper()}, "jwt.aud"),
        ({"exp": str(NOW + 60)}, "jwt.exp"),
        ({"jti": "j" * 257}, "jwt.jti"),
    ],
    ids=str,
)
def test_a_claim_that_is_not_for_us_now_is_refused(door, claims, why):
    assert reason(door(), good(claims=claims)) == why


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://cds.example.org/cds-services/kyphoplasty-order-sign/"},
        {
            "aud": [
                "https://elsewhere.example.org",
                "https://cds.example.org/cds-services/kyphoplasty-order-sign",
            ]
        },
        {"iat": 1789999700, "exp": 1789999941},
        {"iat": 1790000059, "exp": 1790000300},
        {"nbf": 1789999700},
        {"iat": 1789999999.5, "exp": 1790000060.5},
        {"iat": 1790000000, "exp": 1790003600},
        {"sub": "us", "azp": ["x"], "scope": None},
        {"tenant": None},
    ],
    ids=str,
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
    "jku",
    [
        "https://ehr.example.org.evil.tld/jwks.json",
        "https://ehr.example.org@evil.tld/jwks.json",
        "http://ehr.example.org/jwks.json",
        "https://ehr.example.org:8443/jwks.json",
        "https://ehr.example.org./jwks.json",
        "https://ehr.example.org/JWKS.json",
        "https://ehr.example.org/jwks.json?x=1",
        "https://ehr.example.org/jwks.json#x",
        "https://ehr.example.org/x/../jwks.json",
        "//ehr.example.org/jwks.json",
        "file:///etc/passwd",
        "data:application/json,{}",
        "https://еhr.example.org/jwks.json",
        "",
    ],
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


@pytest.fixture
def two_sets():
    """Publishers of an EC and of an RSA key."""
    with Publisher(EC) as one, Publisher(RSA) as other:
        yield one, other


def of_sets(door, two_sets):
    urls = [one.base + "/keys" for one in two_sets]
    return door(**{"jwks-file": None, "jwks-urls": urls})


def test_a_token_is_held_against_the_keys_of_every_set(door, two_sets):
    of_both = of_sets(door, two_sets)
    for signer in (EC, RSA):
        assert verify(of_both, good(signer)).client == ISSUER


def test_a_token_that_names_a_set_has_a_key_of_that_set(door, two_sets):
    of_both = of_sets(door, two_sets)
    first, second = ({"jku": one.base + "/keys"} for one in two_sets)
    assert verify(of_both, good(EC, header=first)).client == ISSUER
    assert verify(of_both, good(RSA, header=second)).client == ISSUER
    refusal = refused(of_both, good(EC, header=second))
    assert refusal.reason == "jwt.kid_unknown"
    assert refusal.expected["kid"] == ["rsa"]


def test_a_key_beyond_the_third_of_its_id_is_refused_with_its_reason(door):
    signers = [Signer("ES384", "same", f"{number}") for number in range(4)]
    with Publisher(*signers) as publisher:
        of_many = door(**{"jwks-file": None, "jwks-url": publisher.base + "/keys"})
        for signer in signers[:3]:
            assert verify(of_many, good(signer)).client == ISSUER
        assert refused(of_many, good(signers[3])).reason == "jwks.many"


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
