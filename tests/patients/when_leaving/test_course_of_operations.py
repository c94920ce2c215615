"""What the record of an augmentation says of how it went, when the patient leaves."""

import pytest

from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    everything_arranged,
    kyphoplasty_done,
    leave,
)

PLAIN_NOTES = [
    *("No complications", "Patient tolerated the procedure well", "Successful"),
    *("EBL minimal. Bipedicular access.", "Cement 4 ml right, 3 ml left"),
    *("Komplikationsloser Verlauf", "8 ml Zement", "Schnitt-Naht-Zeit 32 min"),
    *("4,5 ml Zement, regelrechter Verlauf", "OP-Bericht siehe KIS"),
    *("Sans complication. 5 ml de ciment", "Sin complicaciones, buena evolución"),
    *("Nessuna complicanza, decorso regolare", "Geen complicaties, goed verlopen"),
    *("Bez powikłań, 6 ml cementu", "合併症なし、経過良好", "手术顺利，骨水泥4ml"),
]
PLAIN_OUTCOMES = [
    "Good",
    "Erfolgreich",
    "réussi",
    "exitoso",
    "riuscito",
    "良好",
    "成功",
]
PLAIN_FOLLOW_UPS = [
    *("Suture removal in 10 days", "Fäden ex Tag 10", "Ablation des fils J10"),
    *("Retirada de puntos", "rimozione dei punti", "hechtingen verwijderen"),
    *("zdjęcie szwów", "抜糸", "拆线"),
]
NO_PLAIN_NOTES = [
    *("Patient tolerated the procedure well. Suspected metastasis.", "Not successful"),
    *("No complications, cement leak into the canal", "8 ml Zement, Tumor verdächtig"),
    *(
        "Verlauf nicht regelrecht",
        "tolerated well, pus aspirated",
        "手术顺利，考虑转移",
    ),
]


def cards_when(**members):
    done = kyphoplasty_done("L1", **members)
    fracture, drug = coded("S32.010A", days=20), statement("alendronate", "M05BA04", 1)
    return leave(chart(fracture, done, *everything_arranged(), drug))


@pytest.mark.parametrize("note", PLAIN_NOTES)
def test_a_note_that_all_went_well_asks_nothing(note):
    assert cards_when(note=[{"text": note}]) == []


@pytest.mark.parametrize("outcome", PLAIN_OUTCOMES)
def test_nor_does_such_an_outcome(outcome):
    assert cards_when(outcome={"text": outcome}) == []


@pytest.mark.parametrize("follow_up", PLAIN_FOLLOW_UPS)
def test_nor_the_removal_of_stitches(follow_up):
    assert cards_when(followUp=[{"text": follow_up}]) == []


@pytest.mark.parametrize("note", NO_PLAIN_NOTES)
def test_a_note_that_says_more_is_still_read(note):
    assert cards_when(note=[{"text": note}]) != []


@pytest.mark.parametrize(
    "outcome", ["Good, but left leg weak", "Erfolgreich, Parese", "良好、下肢麻痺"]
)
def test_so_is_an_outcome_that_says_more(outcome):
    (card,) = cards_when(outcome={"text": outcome})
    assert "neurological deficit" in card["summary"]
