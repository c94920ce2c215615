"""Tokens broken in every way, most of them signed with the right key: one and the same 401, or a token that is good."""

import json
from copy import deepcopy
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.site.folder import load_site
from tests.chart_builders import NOW
from tests.client_tokens import (
    ISSUER,
    Signer,
    base64url,
    client_of,
    key_set,
    site_folder,
    tokens_at,
)
from tests.fuzz import bases
from tests.fuzz.amount import examples
from tests.fuzz.changes import apply, changes, splice, splices
from tests.fuzz.fuzzed_service import BASE_URL, CALL, FuzzedService
from tests.fuzz.nasty import OCTETS, TEXTS, dump

SIGNER = Signer()
MOMENT = int(NOW.timestamp())
HEADER = {"alg": "ES384", "typ": "JWT", "kid": SIGNER.kid}
CLAIMS = {
    "iss": ISSUER,
    "aud": BASE_URL + CALL,
    "iat": MOMENT,
    "exp": MOMENT + 300,
    "sub": "Canary-sub",
}
BODY = dump(bases.request("patient alone"))
SCHEMES = st.sampled_from(
    (
        "Bearer ",
        "Bearer ",
        "Bearer ",
        "bearer ",
        "BEARER  ",
        "Basic ",
        "Bearer",
        "",
        "Bearer, Bearer ",
    )
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = site_folder(tmp_path_factory.mktemp("fuzz") / "site", client_of())
    (folder / "keys.json").write_bytes(key_set(SIGNER))
    return load_site(folder)


@pytest.fixture
def closed(subject_of, site):
    """The application of a site that names one client, and what it says to a call without a token."""
    found = subject_of(site)
    with tokens_at(SimpleNamespace(now=MOMENT)):
        yield found, said(found, "")


def said(
    subject: FuzzedService, authorization: str
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the answer to a call."""
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": authorization} if authorization else {}
    )
    response = subject.send("POST", CALL, BODY, headers)
    return response.status_code, response.data, dict(response.headers)


def signed(header: Any, claims: Any) -> str:
    """A token with the right signature over whatever these are."""
    text = ".".join(base64url(dump(part)) for part in (header, claims))
    return f"{text}.{base64url(SIGNER.signature(text.encode()))}"


def is_good(header: Any, claims: Any) -> bool:
    """Whether CDS Hooks lets this token pass, by what it must say."""
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    return (
        {name: header[name] for name in HEADER if name != "typ"}
        == {"alg": "ES384", "kid": SIGNER.kid}
        and header["typ"].upper() == "JWT"
        and claims["iss"] == ISSUER
        and BASE_URL + CALL in audiences
        and isinstance(claims["jti"], str)
        and MOMENT - 61 < claims["exp"] <= claims["iat"] + 3600
        and claims["iat"] < MOMENT + 61
        and claims.get("nbf", 0) < MOMENT + 61
    )


@examples(0.03)
@given(of_header=st.just([]) | changes, of_claims=changes, scheme=SCHEMES)
def test_a_signed_token_with_any_part_broken_is_refused_like_none_at_all(
    closed, of_header, of_claims, scheme
):
    subject, refused = closed
    header, claims = deepcopy(HEADER), {**CLAIMS, "jti": str(uuid4())}
    apply(header, of_header, fixed=("Canary",))
    apply(claims, of_claims, fixed=("Canary",))
    answer = said(subject, f"{scheme}{signed(header, claims)}")
    assert answer == refused or (answer[0] == 200 and is_good(header, claims))


@examples(0.01)
@given(
    cuts=splices
    | st.lists(
        st.tuples(
            st.integers(0, 2**20), st.just(0), st.sampled_from((b".", b"=", b" ", b","))
        ),
        min_size=1,
    )
)
def test_a_token_damaged_on_its_way_is_refused_like_none_at_all(closed, cuts):
    subject, refused = closed
    whole = signed(HEADER, {**CLAIMS, "jti": str(uuid4())})
    damaged = (
        splice(whole.encode(), cuts)
        .decode("latin-1")
        .replace("\r", "")
        .replace("\n", "")
    )
    assert damaged.strip(" ") == whole or said(subject, f"Bearer {damaged}") == refused


@examples(0.01)
@given(
    parts=st.lists(
        st.sampled_from(OCTETS)
        | st.sampled_from(TEXTS).map(str.encode)
        | st.binary(max_size=30),
        max_size=6,
    )
)
def test_anything_in_the_form_of_a_token_is_refused_like_none_at_all(closed, parts):
    subject, refused = closed
    assert said(subject, f"Bearer {'.'.join(map(base64url, parts))}") == refused
    assert json.loads(refused[1])["resourceType"] == "OperationOutcome"
