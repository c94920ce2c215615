"""A complaint that an order, a procedure or a prescription names is to be read."""

from typing import Any

import pytest

from tests.chart_builders import drug
from tests.patients.leaving import act_ordered, summaries_beside

READ = (
    "1 recent entry names an injury or grave illness. Read before leaving.",
    "1 recent entry not understood. Read before leaving.",
)
EXAMINE = "new neurological deficit not excluded. Examine before leaving."


def prescription(**members: Any) -> Any:
    return drug("losartan", number="act", days=1) | members


COMPLAINTS = [
    *("Left leg numbness, new", "Numb left leg", "Left leg numb"),
    *("Numb left foot since surgery", "Hypästhesie Bein links"),
    *("Gefühlsstörung Beine seit OP", "weakness tibialis anterior"),
    *("Urinary retention", "Retention", "AUR", "Not passed urine 12 h"),
    *("No urine since theatre", "TWOC failed", "Failed trial of void"),
    *("Restharn 800 ml", "PVR 800 ml", "New incontinence", "Harnverhalt"),
    *("pus from puncture site", "discharge from wound", "Eiter aus Stichkanal"),
    *("clear fluid from wound", "Surgical site infection", "purulent wound"),
    *("Taubheit linkes Bein neu", "Engourdissement jambe gauche", "Rétention d'urine"),
    *(
        "Pus au point de ponction",
        "weak dorsiflexion left",
        "Keine Miktion seit OP",
        "Fussheberschwäche",
    ),
    *("Wunde nässt", "oozing wound", "Inkontinenz seit OP", "Globe vésical"),
    *("numb left leg, no pain", "numb left leg, previous fusion"),
    *(
        "Taubheit linkes Bein, kann schlecht laufen",
        "numb feet since surgery, diabetic",
    ),
]


@pytest.mark.parametrize("words", COMPLAINTS)
def test_a_complaint_as_a_reason_is_to_be_read(words: str) -> None:
    (card,) = summaries_beside(act_ordered("Consultation", words))
    assert card.endswith(READ) or EXAMINE in card


@pytest.mark.parametrize("words", COMPLAINTS)
def test_so_is_one_as_a_title(words: str) -> None:
    (card,) = summaries_beside(act_ordered(words))
    assert card.endswith(READ) or EXAMINE in card


@pytest.mark.parametrize(
    "title",
    [
        "Bladder catheterisation for retention",
        "EMG weakness tibialis anterior",
        "Wundabstrich Eiter",
        "Urologisches Konsil Restharn 800 ml",
    ],
)
def test_so_is_one_behind_a_title(title: str) -> None:
    (card,) = summaries_beside(act_ordered(title))
    assert card.endswith(READ) or EXAMINE in card


@pytest.mark.parametrize(
    "reason",
    [
        *("no numbness", "no leg weakness or numbness", "keine Taubheit"),
        *("numb feet, known diabetic neuropathy", "chronic numbness of feet"),
        *("bekannte Polyneuropathie mit Taubheit der Füsse", "bladder training"),
        *("PVR 20 ml", "Restharn 30 ml", "no retention", "sodium retention"),
        *("wound clean, no pus", "discharge planning", "wound care teaching"),
        *("known urinary incontinence", "stress incontinence for years"),
        *("Konsil Anästhesie", "Narkose in Allgemeinanästhesie"),
        *("pus cells in urine", "general weakness", "deconditioning"),
        *("chronic retention, BPH", "surgical site infection prevention"),
        *("check for numbness", "Harnverhalt ausgeschlossen"),
    ],
)
def test_what_is_denied_or_long_known_is_not(reason: str) -> None:
    assert summaries_beside(act_ordered("Full blood count", reason)) == []


HARMS = [
    *("Fell on ward, hip pain", "cannot pass urine since operation"),
    *("Wound infection", "Cement embolism", "Taubheit linkes Bein neu"),
    *("Hip fracture", "rib fractures after fall on the ward", "Numb left leg"),
]


@pytest.mark.parametrize("words", HARMS)
@pytest.mark.parametrize("place", ["reasonCode", "note", "dosageInstruction"])
def test_so_is_what_a_prescription_says(words: str, place: str) -> None:
    (card,) = summaries_beside(prescription(**{place: [{"text": words}]}))
    assert card.endswith(READ) or EXAMINE in card


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Take one tablet daily",
            "Stop if bleeding or bruising",
            "For blood pressure",
        ),
        *("May cause bleeding", "bei Blutung absetzen", "for stroke prevention"),
        *(
            "for neuropathic pain, numb feet",
            "Risk of falls",
            "to reduce hip fractures",
        ),
        *("Can cause numbness or tingling", "side effects: wound infection"),
        *("Kann zu Hämatomen führen", "Peut provoquer des saignements"),
        *("after hip fracture 2019", "call if wound infection", "prn constipation"),
    ],
)
@pytest.mark.parametrize("place", ["note", "dosageInstruction"])
def test_what_a_drug_may_do_or_prevents_is_not(words: str, place: str) -> None:
    assert summaries_beside(prescription(**{place: [{"text": words}]})) == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        *(("Post-fall assessment", ""), ("Sturzprotokoll", "")),
        *(("Sturzereignis dokumentiert", ""), ("Incident report fall", "")),
        *(
            ("Post fall huddle", ""),
            ("CT Schädel", "Kopfanprall"),
            ("CT head", "GCS 13"),
        ),
        *(
            ("Fall incident report", ""),
            ("Sturzmeldung", ""),
            ("Déclaration de chute", ""),
        ),
        *(
            ("CCT", "Kopfanprall"),
            ("Neuro obs", "GCS 14"),
            ("Post-fall huddle form", ""),
        ),
        *(("CT head", "bang to head"), ("Scanner cérébral", "traumatisme crânien")),
    ],
)
def test_a_fall_told_by_a_document_is_to_be_read(title: str, reason: str) -> None:
    (card,) = summaries_beside(act_ordered(title, reason))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        *(("Fall risk assessment", ""), ("Sturzrisiko-Assessment", "")),
        *(("Fall prevention protocol", ""), ("Sturzprophylaxe", "")),
        *(("Neuro obs", "GCS 15"), ("Neuro obs", "call if GCS < 13")),
        *(("Falls clinic", ""), ("X-ray hip", "headache"), ("Sturzanamnese", "")),
    ],
)
def test_what_prevents_falls_is_not(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason)) == []
