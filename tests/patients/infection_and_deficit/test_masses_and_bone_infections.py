"""A mass of an organ, or an infected bone elsewhere, next to a code that says little."""

import pytest

from tests.chart_builders import Resource, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, cards_of, selected


def titled(code: str, title: str) -> Resource:
    coded = codeable(ICD, code) | {"text": title}
    return problem(code, number="titled", days=3, code=coded)


def not_known(card: Resource) -> str:
    return card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize(
    "entry",
    [
        titled("N28.89", "Mass of left kidney"),
        titled("N28.89", "Renal mass, right"),
        titled("K63.89", "Colonic mass"),
        titled("N94.89", "Adnexal mass"),
        titled("N32.89", "Bladder mass"),
    ],
    ids=["kidney", "renal", "colon", "adnexa", "bladder"],
)
def test_a_mass_leaves_a_malignancy_open_in_any_order_of_words(entry):
    card = card_of(entry)
    assert "below the usual" not in card["detail"]
    assert "malignancy" in not_known(card)
    assert not selected(cards_of(entry))


def test_the_mass_of_a_body_is_none():
    for title in ("Low bone mass", "Body mass index 27", "Loss of muscle mass"):
        assert "malignancy" not in not_known(card_of(titled("R68.89", title)))


@pytest.mark.parametrize(
    "entry",
    [
        titled("E11.69", "Diabetic foot ulcer with osteomyelitis (HCC)"),
        titled("E11.621", "Diabetic ulcer of toe with osteomyelitis"),
        titled("M86.171", "Osteomyelitis of right foot"),
        titled("E11.69", "Diabetisches Fußsyndrom mit Osteomyelitis"),
    ],
    ids=["ulcer", "toe", "foot", "german"],
)
def test_an_infected_bone_leaves_an_infection_open(entry):
    card = card_of(entry)
    assert "below the usual" not in card["detail"]
    assert "spinal infection not excluded" in not_known(card)
    assert not selected(cards_of(entry))
