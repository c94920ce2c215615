"""An event of the ward that a note or a reason names is to be read before leaving."""

import pytest

from tests.patients.leaving import act_noting, act_ordered, summaries_beside

EVENTS = (
    "Melaena x2 overnight, OGD planned|Teerstuhl, Gastro angemeldet|Hématémèse ce matin"
    "|Hematemesis|黑便两次|吐血|Facial droop and slurred speech at 0700"
    "|Hängender Mundwinkel links|Verwaschene Sprache seit heute|口角歪斜"
    "|AF with fast ventricular response overnight|Tachyarrhythmia absoluta"
    "|Opioid toxicity, RR 6|Atemdepression nach Morphin|Patientin somnolent"
    "|C. diff positive, isolated|Clostridien positiv, Isolation"
    "|Incarcerated hernia, for theatre tonight|Histology: plasma cell infiltrate"
    "|Zytologie: maligne Zellen|Fever and rigors day 2|Schüttelfrost heute Nacht"
    "|Kann seit heute früh nicht mehr laufen|Opadanie lewej stopy od wczoraj"
    "|Transfused 2 units. Falls precautions|Septic, moved to HDU|Creatinine doubled"
    "|Clot in left leg on Doppler|Thrombose V. poplitea rechts|Wunde klafft, Sekretion"
    "|Agitated and disoriented since last night|MRI: cord signal change at T12"
    "|Fall #2 this admission|Allergic reaction with airway swelling|MRSA in der Wunde"
    "|Rechte Hüfte außenrotiert und verkürzt|Suizidversuch auf Station"
    "|Pied gauche tombant|Pie derecho caído|Piede sinistro cadente"
)
ORDINARY = (
    "No melaena|Kein Teerstuhl|No facial droop, speech clear|No malignant cells"
    "|Keine malignen Zellen|No rigors, afebrile|Kein Schüttelfrost|Known AF, rate 72"
    "|Return if fever and chills|Clostridien negativ|Alert and responsive"
    "|Mundwinkel symmetrisch|Kann heute früh wieder laufen|Pas de pied tombant"
    "|Not transfused|No clot in leg veins|Septic screen negative|Aseptic dressing"
    "|Disoriented at baseline|Creatinine stable|No falls this admission"
    "|MRSA screen negative|No stridor|No cord signal change"
    "|Bez opadania stopy|Respiratory depression risk, monitor"
)


@pytest.mark.parametrize("words", EVENTS.split("|"))
def test_it_is_asked_about(words: str) -> None:
    assert summaries_beside(act_noting(words))


@pytest.mark.parametrize(
    "words", ["Fever and rigors day 2", "Melaena", "Schüttelfrost"]
)
def test_so_it_is_as_the_reason_of_an_order(words: str) -> None:
    assert summaries_beside(act_ordered("CBC", words))


@pytest.mark.parametrize("words", ORDINARY.split("|"))
def test_what_is_denied_or_known_is_not(words: str) -> None:
    assert summaries_beside(act_noting(words)) == []
