"""A time is no condition: "on ward round cannot lift the leg" tells of what is there.

The words that begin a condition begin times, too ("when", "bei", "quand"), and those of
one language are others in the next: a Spanish "se" is no Italian "if".
"""

import pytest

from tests.patients.places import DEFICIT, listed, noted_when_leaving

THERE = [
    "On return from theatre cannot move left leg",
    "On call review: cannot lift left foot",
    "Nurse report: cannot feel her legs",
    "When mobilised, left leg gave way",
    "When examined cannot lift left foot",
    "Monitoring: cannot pass urine since catheter out",
    "Bei Visite kann sie das linke Bein nicht heben",
    "Bei Mobilisation knickt das Bein weg",
    "Bei Aufnahme Wasserlassen nicht möglich",
    "Wenn er aufsteht, knickt das linke Bein weg",
    "Schwächer als gestern, Fuß kann nicht gehoben werden",
    "Kontrolle auf Station: kann nicht mehr gehen",
    "Quand elle se lève, la jambe lâche",
    "Cuando se levanta le falla la pierna",
    "La pierna no se mueve",
    "No se puede poner de pie",
    "Quando si alza la gamba cede",
    "La gamba non si muove",
    "Non si regge in piedi",
    "Bij onderzoek kan linkervoet niet optillen",
    "Bij mobiliseren zakt zij door het been",
    "Als hij opstaat zakt hij door zijn been",
    "Gdy wstaje, noga się ugina",
    "立位時に脚に力が入らない",
    "回診時、左足が上がらない",
    "일어설 때 다리에 힘이 안 들어감",
    "查房时左腿抬不起来",
    "注意到患者左腿抬不起来",
]
CONDITIONS = [
    "Straight cath if unable to void",
    "Bladder scan when unable to void",
    "Notify provider if patient cannot move legs",
    "Call MD when patient cannot void",
    "Report inability to void",
    "Return to ED if cannot walk",
    "Bei Harnverhalt Katheter",
    "Bei Lähmung sofort melden",
    "Wenn Wasserlassen nicht möglich, Arzt rufen",
    "Falls Gehen nicht möglich, Physiotherapie",
    "Si ne peut pas marcher, appeler",
    "Si no puede orinar, sondaje",
    "Se non riesce a urinare, cateterismo",
    "Als hij niet kan plassen, katheter",
    "Bij niet kunnen plassen katheteriseren",
    "Jeśli nie może oddać moczu, cewnik",
]
CAUSES = [
    ("Bei Aufnahme Sepsis", "sepsis"),
    ("Return from theatre: sepsis, on noradrenaline", "sepsis"),
    ("Call from lab: blood cultures positive for staph aureus", "sepsis"),
    ("Bij opname sepsis", "sepsis"),
    ("When admitted septic, discitis on MRI", "spinal infection"),
    ("Quand admis, spondylodiscite L4", "spinal infection"),
    ("Se observa espondilodiscitis L4-L5", "spinal infection"),
    ("Si conferma spondilodiscite", "spinal infection"),
    ("Als Befund Spondylodiszitis L4/5", "spinal infection"),
    ("Report: spinal metastases", "malignancy of bone"),
    ("Se confirman metástasis óseas", "malignancy of bone"),
    ("Si evidenziano metastasi ossee", "malignancy of bone"),
    ("Größer als zuvor: Metastase LWK 2", "malignancy of bone"),
]
DENIED = [
    "Das Bein knickt nicht weg",
    "La gamba non cede",
    "Zakt niet door het been",
    "La pierna no le falla",
]


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", THERE)
def test_a_loss_at_a_time_leads(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize(("words", "cause"), CAUSES)
def test_a_cause_at_a_time_leads(words, cause):
    assert f"{cause} not excluded" in noted_when_leaving(words)


@pytest.mark.parametrize("words", [*CONDITIONS, *DENIED])
def test_one_that_may_come_or_is_denied_leads_nothing(words):
    assert "deficit" not in noted_when_leaving(words)
