"""A burst fracture that no word calls stable may be unstable (E14)."""

import pytest

from tests.patients.reassuring import cards_of, dated, end_is_selected

BURST = (
    "L1 burst fracture|Berstungsfraktur LWK1|Fracture éclatement L1"
    "|fractura estallido L1|frattura da scoppio L1|burstfractuur L1"
    "|złamanie wybuchowe L1|L1破裂骨折|L1爆裂骨折|L1 방출성 골절"
    "|L1 burst fracture, not stable|Berstungsfraktur LWK1, nicht stabil"
    "|burstfractuur L1, niet stabiel"
)
STABLE = (
    "stable burst fracture L1|L1 burst fracture, stable|stabile Berstungsfraktur LWK1"
    "|fracture éclatement stable L1|fractura estallido estable L1|frattura da scoppio"
    " stabile L1|L1稳定爆裂骨折|L1安定型破裂骨折|L1 compression fracture"
    "|posterior wall involvement L1|LWK1-Fraktur|stabiele burstfractuur L1"
)
OPEN = "unstable fracture not excluded"


@pytest.mark.parametrize("title", BURST.split("|"))
def test_it_leaves_an_unstable_fracture_open(title: str) -> None:
    cards = cards_of(dated({"text": title}, days=5))
    assert OPEN in cards["rehabilitation"]["detail"]
    assert "Reason to keep not excluded" in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("title", STABLE.split("|"))
def test_one_that_is_called_stable_does_not(title: str) -> None:
    card = cards_of(dated({"text": title}, days=5))["rehabilitation"]
    assert OPEN not in card["detail"]
