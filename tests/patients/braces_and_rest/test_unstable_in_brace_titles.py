"""The title of a brace order that tells of an unstable fracture reassures nobody."""

import pytest

from tests.chart_builders import cards_for, drafted, kyphoplasty
from tests.patients.reassuring import reassuring_record

BELOW = "below the usual"


def detail_with(title, kind="DeviceRequest"):
    name = "codeCodeableConcept" if kind == "DeviceRequest" else "code"
    order = drafted(kind, "b", **{name: {"text": title}})
    cards = cards_for(reassuring_record(), kyphoplasty(), order)
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("kind", ["DeviceRequest", "ServiceRequest"])
@pytest.mark.parametrize(
    "title",
    [
        "Korsett 12 Wo., instabil",
        "Korsett bei B2-Fraktur",
        "Korsett bei B2-Verletzung",
        "Korsett 3 Monate, Hinterkante beteiligt",
        "Korsett 12 Wochen, Fraktur Typ B",
        "TLSO 12 weeks, type B injury",
        "TLSO, unstable",
        "TLSO 12 weeks (AO type B2 fracture)",
        "corset 3 mois, fracture type B",
        "corset 3 mois, lésion PLC",
        "corsé 12 semanas, inestable",
        "busto 3 mesi, frattura tipo B",
        "korset 12 weken, instabiel",
        "TLSO 12 tygodni, niestabilne",
        "コルセット3ヶ月 不安定型",
        "胸腰椎支具 3个月 不稳定",
        *("TLSO, Chance L1", "TLSO, AO C", "TLSO AO Spine B1", "Korsett, C-Verletzung"),
        *("Korsett, Translationsverletzung", "TLSO 屈曲牵张损伤", "TLSO, TLICS 5"),
        *(
            "TLSO PLC not intact",
            "TLSO PLC intact?",
            "Korsett, PLC nicht sicher intakt",
        ),
        *("TLSO PLC intact, posterior wall involved", "TLSO TLICS 3-5"),
        *("TLSO, unstable angina, unstable L1", "TLSO unstable gait, PLC torn"),
        "TLSO PLC normal initially, now disrupted",
    ],
)
def test_words_of_an_unstable_fracture_leave_one_open(title, kind):
    detail = detail_with(title, kind)
    assert BELOW not in detail
    assert "unstable fracture not excluded" in detail


@pytest.mark.parametrize(
    "title",
    [
        "TLSO brace 12 weeks",
        "Korsett 8 Wochen beim Aufstehen",
        "LSO off the shelf, size M",
        "TLSO custom fabricated, bivalve",
        "Rückenorthese Spinomed",
        "TLSO, rigid posterior panel",
        "TLSO type B, size L",
        "Korsett, keine Instabilität",
        "TLSO, no instability",
        "Corset 3 points, 6 semaines",
        "コルセット3ヶ月",
        *(
            "TLSO, PLC intact",
            "TLSO, intact PLC",
            "Korsett, PLC intakt",
            "TLSO, TLICS 2",
        ),
        *("Korsett, Hinterkante nicht beteiligt", "Corset, mur postérieur intact"),
        *("TLSO, unstable angina", "Korsett, instabile Angina pectoris", "TLSO type C"),
        *("Corset, angor instable", "TLSO unstable gait", "TLSO, hepatitis C"),
    ],
)
def test_an_ordinary_title_changes_nothing(title):
    assert BELOW in detail_with(title)
