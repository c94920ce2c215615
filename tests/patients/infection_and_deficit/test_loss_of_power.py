"""A loss of power in the legs is a deficit, in whatever noun a language names it.

"Loss of power in both legs" led no card when an order was signed: only "weakness" did.
"""

import pytest

from tests.patients.places import as_reason, listed, noted_when_leaving, reported

LOST = [
    "Loss of power in both legs",
    "Acute back pain with loss of leg power",
    "Reduced power left leg",
    "Loss of strength in the left leg",
    "Power 3/5 left leg",
    "Kraftverlust der Beine",
    "Kraftminderung rechtes Bein",
    "Kraft 3/5 linkes Bein",
    "Rückenschmerzen mit Kraftverlust der Beine",
    "Perte de force des jambes",
    "Force 3/5 de la jambe gauche",
    "Pérdida de fuerza en las piernas",
    "Fuerza 3/5 en pierna izquierda",
    "Perdita di forza alle gambe",
    "Forza 3/5 alla gamba sinistra",
    "Krachtverlies benen",
    "Kracht 3/5 linkerbeen",
    "Utrata siły w nogach",
    "Siła 3/5 w lewej nodze",
    "下肢筋力低下",
    "下肢肌力下降",
    "다리 근력 저하",
]
NOT_LOST = [
    "No loss of power in the legs",
    "Strength 5/5 legs",
    "Loss of muscle strength and mass",
    "Kein Kraftverlust der Beine",
    "Kraft 5/5 beide Beine",
    "Pas de perte de force des jambes",
    "Sin pérdida de fuerza en las piernas",
    "Nessuna perdita di forza alle gambe",
    "Geen krachtverlies benen",
    "Bez utraty siły w nogach",
    "다리 근력 저하 없음",
]


# No concept names these; at discharge they led, and when an order was signed they did not.
FAILING = [
    "Both legs numb",
    "Numbness of both legs since the fall",
    "Lähmung der Beine",
    "Beide Beine taub",
    "Bein zieht nach",
    "Gefühllosigkeit der Beine",
    "Engourdissement des jambes",
    "Piernas dormidas",
    "Gambe addormentate",
    "Drętwienie nóg",
    "両足のしびれ",
    "双下肢麻木",
    "Loss of sensation below the waist",
    "No feeling from the waist down",
    "Numb from the waist down",
    "Paralysed from the waist down",
    "Gefühllos ab der Hüfte abwärts",
    "Engourdi sous la ceinture",
    "Insensible de cintura para abajo",
    "Paralizzato dalla vita in giù",
    "Verlamd vanaf het middel",
    "Sparaliżowany od pasa w dół",
    "腰から下がしびれる",
    "하반신 마비",
    "腰以下麻木",
]
NOT_FAILING = [
    "No numbness in the legs",
    "Diabetic polyneuropathy, numb feet",
    "Numbness of the feet since 2012",
    "Restless legs",
    "Keine Lähmung der Beine",
    "Lähmung der Beine seit 2012",
    "Lumbar radiculopathy L5 left",
    "Pain from the waist down",
    "Warm below the waist",
]


@pytest.mark.parametrize("place", [listed, reported, as_reason])
@pytest.mark.parametrize("words", FAILING)
def test_a_failing_leg_leads_by_any_noun(words, place):
    assert "new neurological deficit" in place(words).lower()


@pytest.mark.parametrize("words", FAILING)
def test_a_failing_leg_is_examined_before_leaving(words):
    assert "new neurological deficit" in noted_when_leaving(words)


@pytest.mark.parametrize("place", [listed, reported, as_reason])
@pytest.mark.parametrize("words", NOT_FAILING)
def test_what_is_no_failing_leg_leads_nothing(words, place):
    assert "deficit" not in place(words).lower()


@pytest.mark.parametrize("place", [listed, reported, as_reason])
@pytest.mark.parametrize("words", LOST)
def test_a_loss_of_power_leads(words, place):
    assert "new neurological deficit" in place(words).lower()


@pytest.mark.parametrize("words", NOT_LOST)
def test_what_is_no_loss_of_power_leads_nothing(words):
    summary = as_reason(words).lower()
    assert "deficit" not in summary
    assert "malignancy" not in summary
