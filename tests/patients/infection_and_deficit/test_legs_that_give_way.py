"""Legs that give way, and a loss next to back pain, lead as a deficit in doubt."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import cards_of, dated

ACT = "is augmentation alone enough"
LOST = (
    "Both legs gave way|Legs gave out under him|Legs buckled yesterday"
    "|Beide Beine weggesackt|Beine knicken weg|Les deux jambes ont lâché"
    "|Dérobement des jambes|Le fallan las piernas|Le gambe hanno ceduto"
    "|Door beide benen gezakt|Nogi się pod nią ugięły|足が崩れる|双腿发软|다리가 풀림"
    "|歩行不能 腰痛|Unable to walk, low back pain|Kann nicht mehr gehen, Rückenschmerzen"
    "|No puede caminar, lumbalgia|无法行走，腰痛|보행 불가, 요통"
)
OTHER = (
    "Knee gave way|Unable to walk due to back pain|Gehunfähig wegen Rückenschmerzen"
    "|腰痛で歩けない|Legs gave way 2015|Legs gave way due to dizziness|Leg ulcer"
    "|Unable to stand, severe pain|Beinschmerzen|Lâchage de genou|无腿部无力"
    "|Ne peut plus marcher à cause d'une lombalgie|요통으로 걷지 못함"
)


@pytest.mark.parametrize("words", LOST.split("|"))
def test_it_leads_as_not_excluded(words: str) -> None:
    assert ACT in cards_of(dated({"text": words}, days=1))["rehabilitation"]["summary"]
    order = kyphoplasty(reasonCode=[{"text": words}])
    assert ACT in cards_of(order=order)["rehabilitation"]["summary"]


@pytest.mark.parametrize("words", OTHER.split("|"))
def test_what_pain_or_something_else_explains_does_not(words: str) -> None:
    card = cards_of(dated({"text": words}, days=1))["rehabilitation"]
    assert ACT not in card["summary"]
    order = kyphoplasty(reasonCode=[{"text": words}])
    assert ACT not in cards_of(order=order)["rehabilitation"]["summary"]
