"""An injury of the posterior wall alone is a burst: a brace, and training offered."""

import pytest

from tests.chart_builders import labels
from tests.patients.reassuring import cards_of, end_is_selected, imaging

REHABILITATION = "Refer to rehabilitation"
BURST = [
    "Frische Fraktur LWK 1 mit Hinterkantenbeteiligung.",
    "Fraktur LWK 1 mit Hinterkantenbeteiligung, keine Instabilität.",
    "LWK 1 OF4.",
    "L1 fracture with posterior wall involvement.",
    "L1 fracture with posterior wall involvement, no translation.",
    "L1 fracture OF4.",
    "Fracture de L1 avec recul du mur postérieur.",
    "Fractura de L1 con afectación del muro posterior.",
    "Frattura di L1 con interessamento del muro posteriore.",
    "Fractuur L1 met betrokkenheid van de achterwand.",
    "Złamanie L1 z zajęciem tylnej ściany.",
    "L1圧迫骨折、後壁損傷あり。",
    "L1骨折，后壁受累。",
    "L1 골절, 후벽 침범.",
]
UNSTABLE = [
    "Fraktur LWK 1, OF5.",
    "LWK 1 OF4, instabil.",
    "Fraktur LWK 1 mit Translation und Hinterkantenbeteiligung.",
    "Fraktur LWK 1 mit Beteiligung der Hinterkante und der Bogenwurzel.",
    "LWK 1 Hinterkantenbeteiligung, hinterer Bandkomplex rupturiert.",
    "L1 fracture with posterior wall involvement and translation.",
    "Rotational injury L1 with posterior wall involvement.",
    "L1 fracture with posterior wall involvement and PLC injury.",
    "L1 fracture with posterior wall involvement, unstable.",
    "Fracture-luxation T12 avec atteinte du mur postérieur.",
    "Fractura inestable de L1 con afectación del muro posterior.",
    "Frattura instabile di L1 con interessamento del muro posteriore.",
    "Niestabilne złamanie L1 z zajęciem tylnej ściany.",
    "L1不稳定骨折，后壁受累。",
]


@pytest.mark.parametrize("conclusion", BURST)
def test_a_posterior_wall_offers_training_and_keeps_the_brace(conclusion):
    cards = cards_of(imaging(conclusion))
    assert REHABILITATION in labels(cards["rehabilitation"])
    assert not end_is_selected(cards)


@pytest.mark.parametrize("conclusion", UNSTABLE)
def test_no_training_is_offered_beside_what_is_unstable(conclusion):
    cards = cards_of(imaging(conclusion))
    assert REHABILITATION not in labels(cards["rehabilitation"])
    assert not end_is_selected(cards)
