"""A `no` in a report denies what it stands before, and nothing else of the sentence."""

import pytest

from tests.patients.reassuring import cards_of, end_is_selected, imaging


@pytest.mark.parametrize(
    "conclusion",
    [
        "No change in the known bone metastases.",
        "No cord compression, but bone metastases are present.",
        "No malignancy other than known myeloma.",
        "No improvement of discitis.",
        "Not only discitis but also epidural abscess.",
        "No doubt about metastatic disease.",
        "Non-contrast CT: metastases.",
        "Absent marrow signal, in keeping with metastasis.",
        "No new metastases.",
        "Keine neue Fraktur, aber Metastase BWK 12.",
        "Keine Änderung der bekannten Metastasen.",
        "Kein Zweifel an einer Spondylodiszitis.",
        "Pas de modification des métastases connues.",
        "No se descarta metástasis.",
        "Non si esclude metastasi.",
        "Bez zmian w przerzutach do kości.",
        "不能排除转移瘤。",
        "未见明显变化的骨转移。",
        "The fracture is unstable.",
        "Fraktur LWK 1, instabil.",
        "Fracture de L1, instable.",
        "Frattura L1, instabile.",
        "Niestabilne złamanie L1.",
        "腰1椎体骨折，不稳定。",
        "L1骨折、不安定。",
        "TLICS score 5",
        "Fracture through both pedicles",
        "OF-Klassifikation Typ 5",
    ],
)
def test_what_no_word_denies_is_open_and_no_end_is_chosen(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "not excluded" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "conclusion",
    [
        "No evidence of metastasis. No discitis.",
        "Keine Metastasen, keine Spondylodiszitis.",
        "Pas de métastase.",
        "未见转移瘤。",
        "Acute L1 fracture, not unstable.",
        "Keine instabile Fraktur.",
        "TLICS score 2",
        "No change. No metastasis.",
    ],
)
def test_what_is_denied_changes_nothing(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)
