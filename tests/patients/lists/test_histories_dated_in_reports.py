"""A year in a report dates the cancer or the palsy that it stands with."""

import pytest

from tests.patients.reassuring import cards_of, end_is_selected, first_card, imaging

OPEN = "not excluded"
OLD = [
    "breast cancer 2009",
    "Fracture L1. History of breast cancer 2009.",
    "RCC resected 2010, no recurrence",
    "prostate cancer 2012, no recurrence",
    "paraplegia 2012",
    "Fracture L1. Old foot drop.",
    "Z.n. Mammakarzinom 2009",
    "Fußheberparese 2011",
    "ATCD de cancer du sein 2009",
    "cáncer de mama 2009",
    "carcinoma mammario 2009",
    "borstkanker 2009",
    "rak piersi 2009",
    "乳癌 2009年",
    "乳腺癌 2010年",
    "유방암 2009",
]
OF_NOW = [
    "breast cancer",
    "breast cancer 2024",
    "breast cancer 2009, on letrozole",
    "breast cancer 2009, bone metastases",
    "breast cancer 2009, now lung cancer",
    "breast cancer 2009, recurrence 2025",
    "breast cancer 2009. New breast cancer.",
    "breast cancer 2022, treated 2009",
    "RCC, compared to CT 2010",
    "RCC resected 2010, progressive disease",
    "myeloma 2009",
    "bone metastasis 2010",
    "foot drop",
    "foot drop 2026",
    "old foot drop, now worse",
    "old stroke, foot drop",
    "foot drop, MRI 2012 compared",
    "paraplegia 2012, new leg weakness",
    "Mammakarzinom 2009 mit Knochenmetastasen",
    "rak piersi 2009, przerzuty",
    "乳癌 2009年、骨転移",
]


@pytest.mark.parametrize("conclusion", OLD)
def test_what_a_year_or_a_word_makes_old_leads_no_card(conclusion):
    assert OPEN not in first_card(imaging(conclusion))["summary"]


@pytest.mark.parametrize("conclusion", OLD)
def test_it_reassures_of_nothing(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("conclusion", OF_NOW)
def test_what_may_be_of_now_leads(conclusion):
    assert OPEN in first_card(imaging(conclusion))["summary"]
