"""E6, E8, D9: what follows from knowing who calls."""

from __future__ import annotations

import time
from typing import Any

from tests.attacks.cases import CALL, Case
from tests.attacks.clinic import SIGNER, Clinic, clinic
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.faults.service_under_faults import templates

OTHER_ISSUER = "https://other.example.org"
FEEDBACK = f"{CALL}/feedback"


@scenario
def one_issuer_too_often(case: Case, field: Field) -> None:  # noqa: ARG001
    with clinic(lines=("calls-per-minute = 6",), more=(f'issuer = "{OTHER_ISSUER}"',)) as door:
        before = door.service.mark()
        answers = [door.call(door.token()) for _ in range(30)]
        refused = [one for one in answers if one.status == 429]
        assert {one.status for one in answers} == {200, 429}
        assert len(refused) >= 20
        assert {one.issue for one in refused} == {"throttled"}
        assert all(1 <= int(one.headers["Retry-After"]) <= 10 for one in refused)
        door.service.logged(before, **case.log)
        others = [door.status(door.token(claims={"iss": OTHER_ISSUER})) for _ in range(10)]
        assert others == [200] * 10
        order = {"fhirServer": None, "prefetch": dict.fromkeys(templates())}
        before = door.service.mark()
        assert 429 in [door.call(door.token(), draft="", **order).status for _ in range(10)]
        assert {"refusal"} <= {entry["kind"] for entry in door.service.entries(before, 1)}


def wrong_clock(case: Case, minutes: int) -> None:
    """Five genuine tokens that are refused for their time speak against the clock, until one is good."""
    with clinic(command=("faketime", "-f", f"{minutes:+d}m")) as door:
        before = door.service.mark()
        for number in range(5):
            assert door.service.send("GET", "/health/ready").status == 200, number
            assert door.status(door.token()) == 401
        ready = door.service.send("GET", "/health/ready")
        assert (ready.status, ready.document["reasons"]) == (503, ["clock"])
        door.service.logged(before, **case.log)
        assert door.status(door.token(now=time.time() + 60 * minutes)) == 200
        assert door.service.send("GET", "/health/ready").status == 200


@scenario
def clock_ahead(case: Case, field: Field) -> None:  # noqa: ARG001
    wrong_clock(case, 10)


@scenario
def clock_behind(case: Case, field: Field) -> None:  # noqa: ARG001
    wrong_clock(case, -10)


@scenario
def feedback_on_a_card_of_another(case: Case, field: Field) -> None:  # noqa: ARG001
    tables = (f'issuer = "{OTHER_ISSUER}"',)
    with clinic(more=tables) as door:
        north = {"tenant": "north"}
        order = {"draft": "", "prefetch": dict.fromkeys(templates())}
        card = door.call(door.token(claims=north), **order).document["cards"][0]["uuid"]
        (shown,) = [one for one in door.service.entries(door.service.start) if one["kind"] == "answer"]
        assert (shown["client"], shown["tenant"]) == ("https://ehr.example.org", "north")
        for claims in ({"tenant": "south"}, {}, {"iss": OTHER_ISSUER, **north}):
            before = door.service.mark()
            answer = tell(door, card, claims)
            assert (answer.status, answer.document) == (200, {})
            door.service.logged(before, **case.log)
            (entry,) = door.service.entries(before, 1)
            assert (entry["about"], entry["patient"], entry["tenant"]) == (None, None, claims.get("tenant"))
        before = door.service.mark()
        unknown = tell(door, "00000000-0000-4000-8000-000000000000", north)
        own = tell(door, card, north)
        assert (own.status, own.body) == (unknown.status, unknown.body)
        entries = door.service.entries(before, 2)
        assert [entry["about"] is not None for entry in entries] == [False, True]


def tell(door: Clinic, card: str, claims: dict[str, Any]) -> Any:
    """The same statement about this card, by whoever the claims say."""
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T09:00:00Z"}
    return door.call(SIGNER.token(door.service.url + FEEDBACK, claims=claims), FEEDBACK, {"feedback": [item]})
