"""A title that denies a grave thing and names it elsewhere leaves it open."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, cards_of, dated, selected

NAMED = [
    *("Keine Metastase L1, Metastase L3", "Keine Metastasen LWK 1-5, BWK 8 Metastase"),
    *("Keine Metastase LWK 1, aber Metastase BWK 8", "Keine Metastase sondern Myelom"),
    *("Kein Tumor LWK 1, Tumor LWK 3", "No tumour at L1, tumour at L3"),
    *("L1 Fraktur, keine Metastase L1, Metastase L3", "L1无转移，L3转移"),
    "Sin metástasis L1, metástasis L3",
]
DENIED = [
    *("Keine Metastasen LWK 1-5", "No metastases, infection or deficit"),
    *("L1 fracture, no malignancy on MRI", "Hypertension, no mets"),
    *("Sin metástasis en L1", "No family history of cancer"),
    *("Breast cancer 2005, no recurrence", "Z.n. Mamma-Ca 2005, kein Rezidiv"),
]


def cards(title):
    return cards_of(problem("x", number="g", code={"text": title}))


@pytest.mark.parametrize("title", NAMED)
def test_no_act_is_chosen_beside_what_is_named(title):
    found = cards(title)
    detail = found["rehabilitation"]["detail"]
    assert "malignancy of bone not excluded" in detail
    assert REASSURING not in detail
    assert not selected(found)


@pytest.mark.parametrize("title", ["L1無転移、L3転移", "第1腰椎無転移、第3腰椎転移"])
def test_a_japanese_comma_before_another_vertebra_ends_what_is_denied(title):
    found = cards(title)
    assert found["rehabilitation"]["summary"].startswith("Bone metastasis")
    assert not selected(found)


@pytest.mark.parametrize("title", DENIED)
def test_what_is_only_denied_names_nothing(title):
    assert "not excluded" not in cards(title)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "title",
    [
        *("Hip OA, mets", "Hypertension, mets", "BI-RADS 4 left breast"),
        *("BIRADS V", "Bosniak IV cyst", "Struma maligna", "Bocio maligno"),
    ],
)
def test_a_tumour_in_short_is_left_open(title):
    found = cards(title)
    detail = found["rehabilitation"]["detail"]
    assert "malignancy of bone not excluded" in detail
    assert not selected(found)


@pytest.mark.parametrize(
    "title",
    [
        *("4 METs", "METs > 4", "BI-RADS 2", "Bosniak I cyst", "Hypertension, no mets"),
        *("Struma nodosa", "CKD stage 4", "Pressure ulcer stage IV"),
    ],
)
def test_what_only_looks_like_one_is_none(title):
    assert "malignancy" not in cards(title)["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", ["Fallfuß", "L1 Fraktur mit Fallfuss rechts"])
def test_a_foot_drop_in_german_is_a_deficit(title):
    entry = dated({"text": title}, days=10)
    card = cards_of(entry)["rehabilitation"]
    assert card["summary"].startswith("Foot drop")


@pytest.mark.parametrize("title", ["kein Fallfuß", "Fallfußschiene", "Knickfuß"])
def test_an_orthosis_or_a_denial_is_none(title):
    assert "Foot drop" not in cards(title)["rehabilitation"]["summary"]
