"""Which keys of a JWK Set may verify tokens, and why others may not."""

import json

import pytest

from cds_service.callers.key_sets import MAX_KEYS, NoKeySet, read_keys
from tests.client_tokens import Signer, base64url, key_set

EC, RSA = Signer("ES384", "ec"), Signer("RS384", "rsa")


def algorithms(member) -> set[str]:
    """Whose tokens the key verifies."""
    (keys,) = read_keys(key_set(member)).keys.values()
    return {key.algorithm_name for key in keys}


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_a_key_of_a_curve_is_for_the_algorithm_of_that_curve_alone(algorithm):
    assert algorithms(Signer(algorithm, "k").jwk(alg=None)) == {algorithm}
    for other in ("ES256", "ES384", "ES512", "RS384", "RSA-OAEP", "none"):
        assert algorithms(Signer(algorithm, "k").jwk(alg=other)) == {algorithm} & {
            other
        }


def test_an_rsa_key_is_for_all_of_its_kind_unless_it_is_bound_to_one():
    assert algorithms(RSA.jwk(alg=None)) == {
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
    }
    assert algorithms(RSA.jwk(alg="RS256")) == {"RS256"}
    assert algorithms(RSA.jwk(alg="HS256")) == set()


@pytest.mark.parametrize(
    "changed", [{"use": None}, {"key_ops": ["verify"]}, {"key_ops": ["verify", "sign"]}]
)
def test_a_key_that_may_verify_is_used(changed):
    assert set(read_keys(key_set(EC.jwk(**changed))).keys) == {"ec"}


@pytest.mark.parametrize(
    ("member", "why"),
    [
        *((EC.jwk(use=use), "jwks.use") for use in ("enc", 7)),
        *(
            (EC.jwk(key_ops=operations), "jwks.use")
            for operations in (["encrypt"], [], "verify")
        ),
        (Signer("RS384", "ec", name="short", bits=1024).jwk(), "jwks.weak"),
        (RSA.jwk(e=base64url(b"\1" * 255), kid="ec"), "jwks.weak"),
        (Signer("ES192", "ec", name="P-192").jwk(alg="ES256"), "jwks.weak"),
        (EC.jwk(crv="secp256k1"), "jwks.weak"),
    ],
    ids=range(9),
)
def test_a_weak_key_and_one_for_another_use_is_not_used(member, why):
    found = read_keys(key_set(member))
    assert (found.keys, found.ignored) == ({}, {"ec": why})


@pytest.mark.parametrize(
    "bad",
    [
        {"kty": "oct", "k": base64url(b"x" * 64), "kid": "ec", "alg": "HS384"},
        {"kty": "OKP", "crv": "Ed25519", "x": base64url(b"x" * 32), "kid": "ec"},
        EC.jwk(d=base64url(b"x" * 48)),
        RSA.jwk(d=base64url(b"x" * 256)),
        EC.jwk(x=base64url(b"\1" * 48)),
        EC.jwk(x=None),
        EC.jwk(y=7),
        RSA.jwk(n="!!"),
        RSA.jwk(e=base64url(b"\1")),
        RSA.jwk(n=base64url(b"\xff" * 2000)),
        EC.jwk(alg=["ES384"]),
        {"kid": "ec"},
        EC.jwk(kid=None),
        EC.jwk(kid="k" * 257),
    ],
    ids=range(14),
)
def test_what_is_no_public_key_with_a_name_is_not_used(bad):
    found = read_keys(key_set(bad))
    assert not any(keys for kid, keys in found.keys.items() if kid)
    assert set(found.ignored.values()) <= {"jwks.badkey", "jwks.weak"}


def test_an_id_has_no_more_keys_than_a_rotation_needs():
    """A token is tried with each of them, before anybody knows who sent it."""
    members = [Signer("ES384", "ec", name=f"{number}").jwk() for number in range(5)]
    found = read_keys(key_set(*members, EC.jwk(kid="other"), RSA.jwk(kid="ec")))
    coordinates = [key._jwk_data["x"] for key in found.fitting("ES384", "ec")]
    assert coordinates == [member["x"] for member in members[:3]]
    assert len(found.fitting("RS384", "ec")) == 1
    assert len(found.fitting("ES384", "other")) == 1
    assert found.ignored == {"ec": "jwks.many"}


def test_keys_without_an_id_are_not_counted():
    members = [Signer("ES384", "", name=f"{number}").jwk() for number in range(5)]
    for member in members:
        del member["kid"]
    found = read_keys(key_set(*members))
    assert len(found.fitting("ES384", None)) == 5


def test_a_bad_key_does_not_cost_the_good_ones():
    members = [
        {"kty": "oct", "k": "eA", "kid": "bad"},
        {"kty": ["EC"], "kid": "list"},
        "text",
        None,
        EC.jwk(),
        RSA.jwk(),
    ]
    found = read_keys(json.dumps({"keys": members}).encode())
    assert set(found.keys) == {"ec", "rsa"}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b"\xff",
        json.dumps({"keys": [{}] * (MAX_KEYS + 1)}).encode(),
    ],
)
def test_what_is_no_key_set_is_refused(text):
    with pytest.raises(NoKeySet):
        read_keys(text)
