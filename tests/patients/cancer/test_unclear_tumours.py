"""A nodule, a mass or a raised marker is no cancer yet, and none that is excluded."""

import pytest

from tests.chart_builders import problem
from tests.codes import WHO, codeable
from tests.patients.reassuring import card_of, cards_of, selected

OPEN = "malignancy of bone not excluded"


def listed(words, *, days=100):
    return problem("x", number="p", days=days, code={"text": words})


@pytest.mark.parametrize(
    "words",
    [
        "Knochenherd",
        "Lung nodule",
        "Lungenrundherd",
        "PSA elevated",
        "PSA-Erhöhung",
        "Breast lump",
        "Nierenraumforderung",
        "Nodule pulmonaire",
        "bulto en mama izquierda",
        "nodulo mammario",
        "Knobbel in linker borst",
        "guz nerki",
        "PSA高値",
        "肺结节",
        "유방 종괴",
    ],
)
def test_what_may_be_a_tumour_leaves_one_of_bone_open(words):
    cards = cards_of(listed(words))
    assert OPEN in cards["rehabilitation"]["detail"]
    assert not selected(cards)


def test_its_code_or_another_ones_takes_nothing_back():
    for code in ("R91", "J44.9", "N40"):
        coded = codeable(WHO, code, text="Lung nodule")
        card = card_of(problem("x", number="p", days=100, code=coded))
        assert OPEN in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Thyroid nodule",
        "Benign breast lump",
        "Leberzyste",
        "Heberden nodes",
        "Guzki krwawnicze",
        "Low bone mass",
        "No lung nodule",
        "Psoriatic arthritis (PsA), high dose MTX",
    ],
)
def test_what_is_none_leaves_none_open(words):
    assert OPEN not in card_of(listed(words))["detail"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("borstkanker", "Breast cancer"),
        ("longcarcinoom", "Lung cancer"),
        ("prostaatkanker", "Prostate cancer"),
        ("darmkanker", "Cancer"),
        ("유방암", "Breast cancer"),
        ("위암", "Cancer"),
    ],
)
def test_a_dutch_or_korean_cancer_is_one(words, name):
    assert card_of(listed(words))["summary"].startswith(f"{name} (2026)")


@pytest.mark.parametrize("words", ["verdenking longkanker", "longkanker?", "폐암 의심"])
def test_a_suspected_one_leaves_one_of_bone_open(words):
    card = card_of(listed(words))
    assert OPEN in card["detail"]
    assert "metastasis?" not in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "uitzaaiingen",
    ],
)
def test_a_dutch_or_korean_spread_leaves_one_of_bone_open(words):
    assert OPEN in card_of(listed(words))["detail"]


@pytest.mark.parametrize("title", ["multipel myeloom", "골전이"])
def test_a_dutch_or_korean_one_of_bone_leads(title):
    card = cards_of(problem("x", number="g", code={"text": title}))["rehabilitation"]
    assert card["indicator"] == "warning"
    assert "on record" in card["summary"]


@pytest.mark.parametrize(
    "words", ["moeder borstkanker", "kankerscreening", "암 검진", "폐암 없음"]
)
def test_what_only_speaks_of_cancer_is_none(words):
    card = card_of(listed(words))
    assert OPEN not in card["detail"]
    assert "metastasis?" not in card["summary"]


def test_one_of_years_ago_is_an_old_cancer():
    for words in ("borstkanker 2009", "유방암 2009년"):
        card = card_of(listed(words))
        assert "metastasis?" not in card["summary"]
