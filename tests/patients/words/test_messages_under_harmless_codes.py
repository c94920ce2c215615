"""Texts of a harmless code that are no name of it, and what they leave open."""

import pytest

from tests.chart_builders import kyphoplasty, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, cards_of, dated, selected


def detail_of(code, words):
    entry = dated(codeable(ICD, code, words), days=700)
    return card_of(entry, order=kyphoplasty())["detail"]


@pytest.mark.parametrize("code", ["M25.50", "Z71.9", "N40.0", "I10"])
@pytest.mark.parametrize(
    "words",
    ["Await biopsy", "Blood cultures pending", "Second fracture L3 not treated"],
)
def test_a_message_under_a_harmless_code_leaves_a_gap(code, words):
    assert "below the usual" not in detail_of(code, words)


@pytest.mark.parametrize("words", ["MGUS, progression suspected", "MGUS progressing"])
def test_an_mgus_in_progress_leaves_a_gap(words):
    assert "below the usual" not in detail_of("D47.2", words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("D47.2", "MGUS"),
        ("D47.2", "MGUS stable"),
        ("D47.2", "MGUS, no progression"),
        ("I10", "Bluthochdruck"),
        ("I10", "art. Hypertonie"),
        ("M17.11", "OA right knee"),
        ("I25.10", "CAD s/p PCI 2012"),
        ("J30.1", "Allergische Rhinopathie durch Pollen"),
    ],
)
def test_a_name_of_a_harmless_code_leaves_none(code, words):
    assert "below the usual" in detail_of(code, words)


@pytest.mark.parametrize(
    "words",
    [
        "Left leg drags",
        "No feeling when wiping",
        "Trips over left foot",
        "New incontinence",
        "Bein zieht nach",
        "Beine sacken weg",
        "Kein Gefühl beim Abwischen",
        "traîne la jambe gauche",
        "arrastra la pierna izquierda",
        "trascina la gamba sinistra",
        "sleept met linkerbeen",
        "powłóczy lewą nogą",
        "左足を引きずる",
        "左腿拖地",
        "왼쪽 다리를 끈다",
        "Fever 39.2",
        "Fieber 39,2",
        "pT2 N0 M1",
        "CUP-Syndrom",
        "Osteoblastic lesions",
    ],
)
@pytest.mark.parametrize("code", ["M25.50", "I10"])
def test_a_complaint_or_a_stage_under_a_harmless_code_is_open(code, words):
    assert "below the usual" not in detail_of(code, words)


@pytest.mark.parametrize(
    "words",
    [
        "Restless legs syndrome",
        "Stress incontinence since 2010",
        "Leg cramps",
        "Schmerz zieht ins Bein",
        "jambes lourdes",
        "Harninkontinenz",
        "下肢浮腫",
        "다리 부종",
        "Hay fever",
        "Rheumatic fever 1960",
        "Fever 37",
        "PSA 0.5",
    ],
)
def test_an_ordinary_text_leaves_nothing_open(words):
    assert "below the usual" in detail_of("I10", words)


def title_alone(words):
    return cards_of(problem("I10", number="told", days=20, code={"text": words}))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("cT3N1M1 Prostata", "malignancy of bone"),
        ("pT2 pN0 M0 G2 ER+ Mamma", "malignancy of bone"),
        ("CUP-Syndrom", "malignancy of bone"),
        ("lésions ostéoblastiques", "malignancy of bone"),
        ("成骨性病变", "malignancy of bone"),
        ("PSA 340", "malignancy of bone"),
        ("Gleason 9", "malignancy of bone"),
        ("Fever 39", "spinal infection"),
        ("Fieber 39,2", "spinal infection"),
        ("fièvre 39", "spinal infection"),
        ("発熱39度", "spinal infection"),
        ("Fever of unknown origin", "spinal infection"),
    ],
)
def test_a_title_in_short_words_leaves_its_finding_open(words, named):
    cards = title_alone(words)
    assert f"{named} not excluded" in cards["rehabilitation"]["detail"]
    assert not selected(cards)


@pytest.mark.parametrize("words", ["Hay fever", "COPD Gold IV", "PSA 2,3"])
def test_an_ordinary_title_leaves_no_finding_open(words):
    assert "not excluded" not in title_alone(words)["rehabilitation"]["detail"]
