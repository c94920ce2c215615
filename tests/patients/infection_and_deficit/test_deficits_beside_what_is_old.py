"""A deficit of now is not old because something else in its title is."""

import pytest

from tests.patients.reassuring import cards_of, dated

OF_NOW = [
    "Cauda equina syndrome with post-void residual 600 ml",
    "Leg weakness in known L1 fracture",
    "Known osteoporosis with leg weakness",
    "Chronic back pain and new leg weakness",
    "leg weakness since yesterday in chronic back pain",
    "Acute on chronic leg weakness",
    "Progressive paraparesis with known metastasis",
    "Paraparesis over the past 2 days",
    "Paraparesis prior to admission",
    "Paraparesis in an old man",
    "Leg weakness in 82 year old woman",
    "Paraparese bei bekannter L1-Fraktur",
    "Bekannte Osteoporose mit Paraparese",
    "Akute Paraparese bei chronischem Kreuzschmerz",
    "Faiblesse des jambes avec fracture L1 connue",
    "Zunehmende chronische Paraparese",
    "Empeoramiento de paraparesia crónica",
    "Nota debilidad en piernas",
    "Se nota paraparesia",
    "Debilidad en piernas con osteoporosis conocida",
    "Paraparesi in nota osteoporosi",
    "Syndrome de la queue de cheval sur lombalgie chronique",
    "慢性腰痛に伴う下肢脱力",
    "Leg weakness, old stroke",
    "Leg weakness, history of falls",
    "Leg weakness, previous MRI normal",
    "Leg weakness with old MI",
    "Leg weakness with long-standing lymphoedema",
    "Pain resolved, leg weakness persists",
    "Known paraparesis, progressive",
    "Chronic foot drop, worse",
    "Bekannte Parese, progredient",
    "Beinschwäche, Z.n. Schlaganfall",
    "Faiblesse des jambes, AVC ancien",
    "慢性下肢脱力 増悪",
]
LASTING = [
    "Chronic leg weakness",
    "Leg weakness for years",
    "Weakness in left leg for many years",
    "Spinal stenosis with chronic leg weakness",
    "Stroke with residual leg weakness",
    "Leg weakness from old stroke",
    "Residual leg weakness",
    "Known foot drop",
    "Old foot drop",
    "Chronische Paraparese",
    "Bekannte Paraparese",
    "Paraparese seit Jahren",
    "Paraparésie chronique",
    "Paraparesia crónica",
    "Paraparesi nota",
    "Przewlekłe osłabienie nóg",
    "慢性下肢脱力",
    "Leg weakness, old",
    "Leg weakness, known",
    "Leg weakness, resolved",
    "Foot drop (history)",
    "Known paraparesis, not progressive",
    "Parésie du pied, ancienne",
    "Paraparese, bekannt, stabil",
    "下肢脱力、既往",
]


def said(title):
    return cards_of(dated({"text": title}, days=1))["rehabilitation"]


@pytest.mark.parametrize("title", OF_NOW)
def test_it_is_a_deficit_of_now(title):
    assert said(title)["indicator"] == "warning"


@pytest.mark.parametrize("title", LASTING)
def test_an_old_one_is_not_called_new(title):
    assert said(title)["indicator"] == "info"
