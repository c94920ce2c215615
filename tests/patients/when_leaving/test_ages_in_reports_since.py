"""A report since the operation names each vertebra with the age of its own fracture."""

import pytest

from tests.patients.leaving import cards_beside, image_report

NEW_T11 = [
    "There is a new fracture of T11 since the prior study.",
    "New T11 compression fracture since the previous MRI",
    "New T11 fracture since prior",
    "Height loss of T11 since previous examination",
    "T11 wedge deformity since previous",
    "No new fracture; collapse of T11 since prior",
    "Fracture of T11 since old study",
    "T11 fracture in old osteoporosis",
    "T11-Fraktur bei Z.n. Kyphoplastie L1",
    "BWK-11-Fraktur bei bekannter Osteoporose",
    "Status post kyphoplasty L1 with T11 compression fracture",
    "Frattura D11 in esiti di cifoplastica L1",
    "Wervelfractuur Th11 bij status na kyfoplastiek L1",
    "L1椎体形成術後、T11骨折",
    "T8 (chronic) and T11 (acute) fractures",
    "T11 (new), T8 (old) compression fractures",
    "fractures T8 (old) and T11 (new)",
    "Frakturen BWK 8 (alt), BWK 11 (frisch)",
    "fractures T8 (ancienne) et T11 (récente)",
    "fracturas D8 (antigua) y D11 (reciente)",
    "Compression fractures T8 (old), T11 (new since prior)",
]


@pytest.mark.parametrize("conclusion", NEW_T11)
def test_a_vertebra_that_broke_since_is_named_and_no_old_one(conclusion):
    (card,) = cards_beside(image_report(conclusion))

    assert "recent fracture of T11 perhaps not treated" in card["summary"]


@pytest.mark.parametrize(
    "conclusion",
    [
        "Old fracture T8. Cement in L1.",
        "Old T8 and T11 fractures, unchanged",
        "Z.n. Kyphoplastie L1, keine neue Fraktur",
        "T8 (old) fracture, unchanged since prior",
        "No change since prior study; kyphoplasty L1",
        "Chronic T8 fracture since 2019",
        "Fracture of T8 seen on prior study, unchanged",
    ],
)
def test_an_old_fracture_in_a_report_since_asks_nothing(conclusion):
    assert cards_beside(image_report(conclusion)) == []
