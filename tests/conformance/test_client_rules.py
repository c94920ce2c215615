"""Trusting CDS clients (CH-52 to CH-57, 59, 60): a service process of a site with two EHRs, one key of each kind."""

import json
import time

import pytest

from tests.client_tokens import ISSUER, Signer, client_of, forged, key_set, site_folder
from tests.faults.scripted_fhir import ScriptedFhir
from tests.live_service import CALL, FEEDBACK
from tests.running_service import RunningService
from tests.signings import empty_prefetch, kyphoplasty, order_sign, person

ELLIPTIC, RSA = Signer("ES384", "key-ec"), Signer("RS384", "key-rsa")
OTHER = Signer("ES384", "key-other")
OTHER_ISSUER = "https://other.example.org"
NAME = "Zebulon-Canaryson"


@pytest.fixture(scope="module")
def ehr():
    with ScriptedFhir((), {}, address="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, ehr):
    folder = tmp_path_factory.mktemp("clients")
    theirs = f'fhir-servers = ["{ehr.base}"]'
    site = site_folder(
        folder / "site",
        client_of('fhir-servers = ["http://127.0.0.1:9/fhir"]'),
        client_of(theirs, issuer=OTHER_ISSUER, keys='jwks-file = "other.json"'),
        client_of(
            issuer="https://sandbox.cds-hooks.org", keys='jwks-file = "sandbox.json"'
        ),
    )
    (site / "keys.json").write_bytes(key_set(ELLIPTIC, RSA))
    (site / "other.json").write_bytes(key_set(OTHER))
    (site / "sandbox.json").write_bytes(key_set(Signer("ES384", "key-sandbox")))
    with RunningService(
        folder / "run", environment={"KYPHOPLASTY_CDS_SITE": str(site)}
    ) as running:
        yield running


@pytest.fixture
def kyphoplasty_signed(templates):
    """With all that discovery asks for, and a server that this client may name."""
    return order_sign(
        kyphoplasty(),
        prefetch=empty_prefetch(templates),
        fhirServer="http://127.0.0.1:9/fhir",
    )


def token(clinic, signer=ELLIPTIC, path=CALL, **changes):
    return signer.token(clinic.url + path, **changes)


def status(clinic, text):
    return clinic.call(order_sign(), text).status


@pytest.mark.parametrize("signer", [ELLIPTIC, RSA], ids=["ES384", "RS384"])
def test_ch_52_the_recommended_algorithms_are_accepted(clinic, signer):
    reply = clinic.call(order_sign(), token(clinic, signer))
    assert (reply.status, reply.json()) == (200, {"cards": []})


def test_ch_52_no_algorithm_and_symmetric_ones_are_refused(clinic):
    for algorithm in ("none", "None", "nOnE"):
        head, said, _ = token(clinic, header={"alg": algorithm}).split(".")
        assert status(clinic, f"{head}.{said}.") == 401
    for algorithm in ("HS256", "HS384", "HS512"):
        for secret in (RSA.pem(), json.dumps(RSA.jwk()).encode(), ELLIPTIC.pem()):
            assert (
                status(
                    clinic,
                    forged(
                        secret, clinic.url + CALL, algorithm=algorithm, kid="key-rsa"
                    ),
                )
                == 401
            )


def signed(signer=ELLIPTIC, **changes):
    """Makes the token for this service once it runs."""
    return lambda clinic: token(clinic, signer, **changes)


@pytest.mark.parametrize(
    "token_for",
    [
        pytest.param(
            signed(claims={"aud": "https://elsewhere.example.org"}),
            id="audience-elsewhere",
        ),
        pytest.param(signed(claims={"exp": 1}), id="expired"),
        pytest.param(
            signed(claims={"iss": "https://evil.example.org"}), id="unknown-issuer"
        ),
        pytest.param(signed(without=["iss"]), id="without-iss"),
        pytest.param(signed(without=["aud"]), id="without-aud"),
        pytest.param(signed(without=["exp"]), id="without-exp"),
        pytest.param(signed(without=["iat"]), id="without-iat"),
        pytest.param(signed(without=["jti"]), id="without-jti"),
        pytest.param(signed(without=["kid"]), id="without-kid"),
        pytest.param(signed(without=["typ"]), id="without-typ"),
        pytest.param(signed(header={"kid": "unknown"}), id="unknown-key-id"),
        pytest.param(
            signed(Signer("ES384", "key-ec", name="not theirs")),
            id="signed-by-another-key",
        ),
    ],
)
def test_ch_53_a_token_that_is_not_as_it_must_be_is_refused_without_a_reason(
    clinic, token_for
):
    refused = clinic.call(order_sign(), token_for(clinic))
    bare = clinic.call(order_sign())
    assert (refused.status, refused.body) == (401, bare.body)
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert {**refused.headers, "Date": ""} == {**bare.headers, "Date": ""}


def test_ch_54_keys_are_never_fetched_from_where_a_token_says(clinic, ehr):
    ehr.asked.clear()
    assert status(clinic, token(clinic, header={"jku": ehr.base + "/jwks.json"})) == 401
    assert ehr.asked == []


def test_ch_55_a_token_is_good_once(clinic):
    used = token(clinic)
    assert [status(clinic, used) for _ in range(3)] == [200, 401, 401]


def test_ch_56_more_claims_and_an_audience_among_others_are_accepted(clinic):
    ours = clinic.url + CALL
    for claims in (
        {"aud": ["https://elsewhere.example.org", ours]},
        {"aud": ours + "/"},
        {
            "sub": "kyphoplasty-cds",
            "nbf": int(time.time()) - 300,
            "tenant": "north",
            "scope": ["x"],
        },
    ):
        assert status(clinic, token(clinic, claims=claims)) == 200, claims


def test_ch_56_feedback_has_an_audience_of_its_own(clinic):
    assert (
        clinic.call({"feedback": []}, token(clinic, path=FEEDBACK), FEEDBACK).status
        == 200
    )
    assert clinic.call({"feedback": []}, token(clinic), FEEDBACK).status == 200
    assert status(clinic, token(clinic, path=FEEDBACK)) == 401


def test_ch_57_neither_tokens_nor_names_are_logged_or_sent_back(
    clinic, kyphoplasty_signed
):
    body = kyphoplasty_signed
    body["prefetch"]["patient"] = person() | {"name": [{"text": NAME}]}
    body["fhirAuthorization"] = {
        "access_token": "canary-access-4711",
        "token_type": "Bearer",
        "expires_in": 300,
    }
    good, bad = token(clinic), token(clinic, claims={"exp": 1})
    replies = [
        clinic.call(body, good),
        clinic.call(body, bad),
        clinic.call({**body, "hook": "x"}, token(clinic)),
    ]
    assert [reply.status for reply in replies] == [200, 401, 400]
    clinic.logged(event="unauthenticated", reason="jwt.exp")
    clinic.logged(event="call", status=400)
    left = "".join(clinic.lines()) + "".join(
        reply.body.decode() for reply in replies[1:]
    )
    left += clinic.send("GET", "/metrics").body.decode()
    for secret in (
        good,
        bad,
        *good.split("."),
        *bad.split(".")[1:],
        "canary-access-4711",
        NAME,
    ):
        assert secret not in left


def test_ch_59_a_server_of_another_client_is_refused_and_not_called(
    clinic, ehr, kyphoplasty_signed
):
    ehr.asked.clear()
    body = kyphoplasty_signed | {"fhirServer": ehr.base}
    assert clinic.call({**body, "prefetch": {}}, token(clinic)).status == 403
    assert clinic.call(body, token(clinic)).status == 200, "nothing is left to read"
    assert ehr.asked == []
    theirs = OTHER.token(clinic.url + CALL, claims={"iss": OTHER_ISSUER})
    assert clinic.call({**body, "prefetch": {}}, theirs).status in {200, 412}
    assert ehr.asked != []


def test_ch_60_a_client_with_a_token_gets_cards_that_do_not_name_it(
    clinic, kyphoplasty_signed
):
    reply = clinic.call(kyphoplasty_signed, token(clinic))
    assert reply.status == 200
    assert reply.json()["cards"]
    assert ISSUER not in reply.body.decode()
