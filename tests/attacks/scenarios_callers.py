"""D9: what is said to one caller is not told to another."""

from typing import Any

from tests.attacks.cases import CALL, Case
from tests.attacks.clinic import SIGNER, Clinic, clinic
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.faults.service_under_faults import templates

OTHER_ISSUER = "https://other.example.org"
FEEDBACK = f"{CALL}/feedback"


@scenario
def feedback_on_a_card_of_another(case: Case, _field: Field) -> None:
    tables = (f'issuer = "{OTHER_ISSUER}"',)
    with clinic(more=tables) as door:
        north = {"tenant": "north"}
        order = {"draft": "", "prefetch": dict.fromkeys(templates())}
        card = door.call(door.token(claims=north), **order).json()["cards"][0]["uuid"]
        (shown,) = [
            one
            for one in door.service.entries(door.service.start)
            if one["kind"] == "answer"
        ]
        assert (shown["client"], shown["tenant"]) == (
            "https://ehr.example.org",
            "north",
        )
        for claims in ({"tenant": "south"}, {}, {"iss": OTHER_ISSUER, **north}):
            before = door.service.mark()
            answer = tell(door, card, claims)
            assert (answer.status, answer.json()) == (200, {})
            door.service.logged(before, **case.log)
            (entry,) = door.service.entries(before, 1)
            assert (entry["about"], entry["patient"], entry["tenant"]) == (
                None,
                None,
                claims.get("tenant"),
            )
        before = door.service.mark()
        unknown = tell(door, "00000000-0000-4000-8000-000000000000", north)
        own = tell(door, card, north)
        assert (own.status, own.body) == (unknown.status, unknown.body)
        entries = door.service.entries(before, 2)
        assert [entry["about"] is not None for entry in entries] == [False, True]


def tell(door: Clinic, card: str, claims: dict[str, Any]) -> Any:
    """The same statement about this card, by whoever the claims say."""
    item = {
        "card": card,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:00:00Z",
    }
    return door.call(
        SIGNER.token(door.service.url + FEEDBACK, claims=claims),
        FEEDBACK,
        {"feedback": [item]},
    )
