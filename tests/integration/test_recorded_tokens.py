"""Tokens that the public CDS Hooks client signed, with its own public keys: each is good at its moment, as it stands.

They lie outside this checkout; without them these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest

from cds_service.callers.replays import Replays
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.errors import NotAuthenticated
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from tests.client_tokens import tokens_at
from tests.wire_builders import SHARED

RECORDED = SHARED / "data" / "cds-requests"
ISSUER = "https://sandbox.cds-hooks.org"
DENSE = 3  # tokens of which every single character is changed


def recorded():
    """Authorization header and decoded token of every recorded call that has one; none where they are not there."""
    index = RECORDED / "index.json"
    calls = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else []
    return [(dict(call["headers"])["Authorization"], call["jwt"]) for call in calls if call["jwt"]]


TOKENS = recorded()
pytestmark = pytest.mark.skipif(not TOKENS, reason="the recorded requests are not beside this checkout")


@pytest.fixture
def callers(tmp_path):
    """Knows the client by its published keys; the clock stands where the test puts it."""
    shutil.copy(RECORDED / "sandbox-public-jwks.json", tmp_path / "keys.json")
    settings = Client.model_validate(
        {"issuer": ISSUER, "jwks-file": "keys.json", "fhir-servers": ["http://127.0.0.1:1/fhir"]}
    )
    clock = SimpleNamespace(now=0.0)
    with tokens_at(clock):
        yield Callers([KnownClient.of(settings, tmp_path, Connections())], Replays(None)), clock


def verify(callers, authorization, said):
    made, clock = callers
    clock.now = float(said["payload"]["iat"])
    return made.verify(authorization, [said["payload"]["aud"]], Deadline.after(30))[1]


def test_each_of_the_recorded_tokens_is_good_at_its_moment_and_once(callers):
    assert len(TOKENS) == 80
    for authorization, said in TOKENS:
        assert verify(callers, authorization, said).client == ISSUER
        with pytest.raises(NotAuthenticated):
            verify(callers, authorization, said)


def test_none_of_them_is_good_with_a_character_changed(callers):
    """Every character of the first ones; of the others one in 29, another place in each."""
    for number, (authorization, said) in enumerate(TOKENS):
        scheme, _, token = authorization.partition(" ")
        places = range(len(token)) if number < DENSE else range(number % 29, len(token), 29)
        for place in places:
            sign = "A" if token[place] != "A" else "B"
            with pytest.raises(NotAuthenticated):
                verify(callers, f"{scheme} {token[:place]}{sign}{token[place + 1 :]}", said)
        assert verify(callers, authorization, said).client == ISSUER


def test_all_of_them_are_past_today_and_none_is_good_elsewhere(callers):
    made, clock = callers
    for authorization, said in TOKENS[:5]:
        clock.now = said["payload"]["exp"] + 61.0
        for address in (said["payload"]["aud"], said["payload"]["aud"] + "/feedback"):
            with pytest.raises(NotAuthenticated):
                made.verify(authorization, [address], Deadline.after(30))
