"""A title that only denies names nothing, and supports no "no": it is free text."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

DENIALS = [
    *("No metastases", "No bone metastases", "No evidence of malignancy", "No myeloma"),
    *("Keine Metastasen", "Keine Knochenmetastasen", "Kein Anhalt für Malignität"),
    *("Pas de métastase osseuse", "Aucune métastase", "Absence de malignité"),
    *("Sin metástasis", "Nessuna metastasi", "Assenza di metastasi"),
    *("Geen metastasen", "Bez przerzutów", "骨転移なし", "골전이 없음", "未见骨转移"),
    *("No discitis", "No metastases or infection", "Keine Metastasen, kein Abszess"),
]
NO_DENIALS = [
    *("No metastases, myeloma", "No longer metastases"),
    *("No change of the metastases", "No biopsy of the metastasis yet"),
]
ALL_BUT_ONE = ["No metastases except L1", "Nessuna metastasi tranne L1"]
NAMED = "not excluded"


@pytest.mark.parametrize(
    "title",
    [
        *("no paraplegia", "keine Querschnittslähmung", "pas de paraplégie"),
        *("paraplegia ruled out", "kein Brustkrebs", "se descarta espondilodiscitis"),
        *("absence of discitis", "without discitis", "sans spondylodiscite"),
        *("Spondylodiszitis unwahrscheinlich", "discitis prophylaxis", "预防截瘫"),
        *("workup for myeloma", "cancer-free", "Angst vor Brustkrebs"),
    ],
)
def test_what_a_title_denies_or_only_thinks_of_is_not_stated(title):
    entry = problem("hypertension", number="g", code={"text": title})
    card = card_of(entry)
    assert card["summary"].startswith("No bone drug")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("title", DENIALS)
def test_a_title_that_only_denies_names_nothing_and_excludes_nothing(title):
    detail = card_of(problem("x", code={"text": title}))["detail"]
    assert NAMED not in detail
    assert "1 entry of the problem list not understood" in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize("title", DENIALS)
def test_next_to_a_code_that_is_known_it_leaves_nothing_open(title):
    detail = card_of(problem("x", code=codeable(ICD, "I10", title)))["detail"]
    assert NAMED not in detail
    assert "below the usual" in detail


@pytest.mark.parametrize("title", DENIALS[:4])
def test_it_takes_nothing_from_a_code_of_what_it_denies(title):
    card = card_of(dated(codeable(ICD, "C79.51", title), days=90))
    assert "below the usual" not in card["detail"]
    assert "none given" in card["detail"]


@pytest.mark.parametrize("title", NO_DENIALS)
def test_a_title_that_says_more_leaves_it_open(title):
    detail = card_of(problem("x", code={"text": title}))["detail"]
    assert "malignancy of bone not excluded" in detail


@pytest.mark.parametrize("title", ALL_BUT_ONE)
def test_a_title_that_excepts_a_vertebra_states_one(title):
    card = card_of(problem("x", code={"text": title}))
    assert card["summary"].startswith("Bone metastasis on record")
