"""The catalogue's own title of a code says no more than the code."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import CPT, codeable
from tests.patients.reassuring import cards_of, dated, end_is_selected

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("S32.01", "Fraktur eines Lendenwirbels: L1"),
        ("S32.00", "Fraktur eines Lendenwirbels: Höhe nicht näher bezeichnet"),
        ("M81.00", "Postmenopausale Osteoporose: Mehrere Lokalisationen"),
    ],
)
def test_the_title_of_a_diagnosis_changes_nothing(code, title):
    cards = cards_of(dated(codeable(GM, code, display=title), days=6))
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("more", ["Metastase", "Eiter", "LWK 4 Xyloprax"])
def test_a_title_that_says_more_is_open(more):
    title = f"Fraktur eines Lendenwirbels: L1, {more}"
    cards = cards_of(dated(codeable(GM, "S32.01", display=title), days=6))
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


def test_the_short_name_of_the_operation_changes_nothing():
    name = "Percut vertebral augmentation lumbar"
    order = kyphoplasty() | {"code": codeable(CPT, "22514", display=name)}
    assert end_is_selected(cards_of(order=order))
