"""Which keys of a JWK Set may verify tokens, and why others may not."""

from __future__ import annotations

import json

import pytest

from cds_service.callers.keys import MAX_KEYS, NoKeySet, read_keys
from tests.client_tokens import Signer, base64url, key_set

EC, RSA = Signer("ES384", "ec"), Signer("RS384", "rsa")


def ignored(member) -> str:
    found = read_keys(key_set(member))
    assert found.keys == {}
    return found.ignored[member.get("kid", "")]


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_a_key_of_a_curve_is_for_the_algorithm_of_that_curve_alone(algorithm):
    (key,) = read_keys(key_set(Signer(algorithm, "k").jwk(alg=None))).keys["k"]
    others = {"ES256", "ES384", "ES512", "RS384", "PS384"} - {algorithm}
    assert key.fits(algorithm)
    assert not any(key.fits(other) for other in others)


def test_an_rsa_key_is_for_all_of_its_kind_unless_it_is_bound_to_one():
    (free,) = read_keys(key_set(RSA.jwk(alg=None))).keys["rsa"]
    (bound,) = read_keys(key_set(RSA.jwk(alg="RS256"))).keys["rsa"]
    assert all(free.fits(algorithm) for algorithm in ("RS256", "RS384", "RS512", "PS384"))
    assert not free.fits("ES384")
    assert bound.fits("RS256")
    assert not bound.fits("RS384")


@pytest.mark.parametrize("changed", [{"use": None}, {"key_ops": ["verify"]}, {"key_ops": ["verify", "sign"], "x": 1}])
def test_a_key_that_may_verify_is_used(changed):
    changed.pop("x", None)
    assert set(read_keys(key_set(EC.jwk(**changed))).keys) == {"ec"}


@pytest.mark.parametrize(
    "changed", [{"use": "enc"}, {"use": 7}, {"key_ops": ["encrypt"]}, {"key_ops": []}, {"key_ops": "verify"}]
)
def test_a_key_for_another_use_is_not_used(changed):
    assert ignored(EC.jwk(**changed)) == "jwks.use"


@pytest.mark.parametrize(
    "weak",
    [
        Signer("RS384", "weak", bits=1024).jwk(),
        Signer("ES192", "weak").jwk(alg="ES256"),
        EC.jwk(crv="secp256k1", kid="weak"),
    ],
    ids=["1024 bit", "P-192", "secp256k1"],
)
def test_a_weak_key_is_not_used(weak):
    assert ignored(weak) == "jwks.weak"


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
        EC.jwk(kid="k" * 65),
    ],
    ids=range(14),
)
def test_what_is_no_public_key_with_a_name_is_not_used(bad):
    found = read_keys(key_set(bad))
    assert found.keys == {}
    assert set(found.ignored.values()) <= {"jwks.badkey", "jwks.weak"}


def test_a_bad_key_does_not_cost_the_good_ones():
    members = [{"kty": "oct", "k": "eA", "kid": "bad"}, "text", None, EC.jwk(), RSA.jwk()]
    found = read_keys(json.dumps({"keys": members}).encode())
    assert set(found.keys) == {"ec", "rsa"}


def test_different_keys_may_have_the_same_name():
    found = read_keys(key_set(EC.jwk(kid="same"), RSA.jwk(kid="same")))
    assert [key.bound for key in found.keys["same"]] == ["ES384", "RS384"]


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b"\xff", json.dumps({"keys": [{}] * (MAX_KEYS + 1)}).encode()],
)
def test_what_is_no_key_set_is_refused(text):
    with pytest.raises(NoKeySet):
        read_keys(text)
