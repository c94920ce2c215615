"""A broken neck or pedicle that only a reason, or the operation's note, names."""

import pytest

from tests.patients.leaving import (
    act_ordered,
    cards_beside,
    summaries_after,
    summaries_beside,
)

REASONS = [
    *("C2 fracture", "Odontoid fracture", "Dens fracture", "Pedicle fracture L1"),
    *("Densfraktur", "Fracture de l'odontoïde", "Fractura de odontoides"),
    *("Frattura del dente", "Densfractuur", "歯突起骨折", "邻椎骨折", "치돌기 골절"),
]
# A word behind the name, or a year of now, denies nothing.
BESIDE = [
    *("Dens fracture 2026", "C2 fracture, known since yesterday"),
    *("Odontoid fracture without displacement", "Densfraktur, ohne Dislokation"),
    *("Pedicle fracture, no canal involvement", "Fall risk, dens fracture"),
    "Fractura de odontoides sin desplazamiento",
]
HARMLESS = [
    *("No C2 fracture", "Old dens fracture", "Dens fracture 2019", "Fracture L1"),
    *("Cervical spine pain", "Osteoporotic fracture L1", "Keine Densfraktur"),
    *("Z.n. Densfraktur", "Dens fracture, old", "Risk of adjacent fracture"),
    *("Prevention of adjacent vertebral fractures", "Dens fracture excluded"),
    "Osteoporosis treatment to prevent adjacent fracture",
]
AFTERMATHS = ["note", "outcome", "followUp"]


def written(element, words):
    code = {"text": words}
    return {element: code if element == "outcome" else [code]}


@pytest.mark.parametrize("reason", [*REASONS, *BESIDE])
def test_a_reason_that_names_another_vertebra_is_read(reason):
    (card,) = cards_beside(act_ordered("X-ray", reason))
    # A pedicle that broke leads by the stability of the spine.
    assert "names an injury" in card["summary"] + card["detail"]
    assert card["summary"].endswith("Read before leaving.")


@pytest.mark.parametrize("reason", HARMLESS)
def test_one_that_denies_it_or_is_old_asks_nothing(reason):
    assert summaries_beside(act_ordered("X-ray", reason)) == []


@pytest.mark.parametrize("element", AFTERMATHS)
def test_a_pedicle_that_broke_at_the_operation_is_read(element):
    (summary,) = summaries_after(**written(element, "Pedicle fracture L1"))
    assert summary.endswith("unstable fracture not excluded. Read before leaving.")
