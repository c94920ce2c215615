"""The page sends nobody to walk next to an order that limits walking, in ten languages.

To walk alone may be forbidden while training with help goes on: the card still asks.
"""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import act_ordered, page_after
from tests.patients.reassuring import card_of
from tests.patients.training import FALLS, WALK

BRACES = [
    *("Knee brace locked", "Ankle brace", "Knieorthese gesperrt", "Beinorthese"),
    *("Genouillère articulée verrouillée", "Rodillera bloqueada", "Hüftorthese"),
    *("Tutore ginocchio bloccato", "Kniebrace", "Orteza stawu kolanowego"),
    *("膝装具", "支具 膝关节", "膝支具", "무릎 보조기"),
]
LYING = [
    *("Flat in bed", "Strict flat bed", "Lie flat", "Flach im Bett", "Rückenlage"),
    *("Rester allongé", "À plat au lit", "Decúbito supino", "Posizione supina"),
    *("Plat in bed", "Leżeć płasko", "仰臥位", "平躺", "앙와위 유지"),
]
AIDED = [
    *("Must not walk unaided", "Do not walk alone", "Walk only with help"),
    *("Nicht allein aufstehen", "Nur mit Hilfe gehen", "Ne pas marcher seul"),
    *("Marche uniquement accompagnée", "No caminar solo", "Non camminare da solo"),
    *("Niet alleen lopen", "Nie chodzić samodzielnie", "一人での歩行禁止"),
    *("不可独自行走", "혼자 걷지 않기", "Needs two to transfer"),
]
HARMLESS = [
    *("Ambulate with assist x1", "OOB with brace only", "Walk with frame"),
    *("Able to walk unaided", "Geht allein", "Marche avec aide", "协助下床活动"),
    *("Kniebandage", "Genouillère élastique", "膝サポーター", "护膝", "Leg bag"),
    *("Lie flat 4 h after procedure", "Flat screen", "X-ray knee supine"),
    *("Knee brace removed", "Hüftprotektor", "TLSO for 6 weeks", "Wrist splint"),
]


def device(words, **members):
    """The order of a device of yesterday."""
    said = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(1),
        "codeCodeableConcept": {"text": words},
    }
    return of_patient("DeviceRequest", "device", **said | members)


def may_walk(entry):
    return page_after(entry)["mayTrain"]


@pytest.mark.parametrize("words", BRACES)
def test_a_brace_of_a_leg_holds_the_page_back(words):
    assert not may_walk(device(words))
    assert not may_walk(act_ordered(words))


@pytest.mark.parametrize("words", LYING)
def test_so_does_an_order_to_lie(words):
    assert not may_walk(act_ordered(words))


@pytest.mark.parametrize("words", AIDED)
def test_so_does_one_that_nobody_may_walk_alone(words):
    assert not may_walk(act_ordered(words))
    assert not may_walk(act_ordered("Nursing care", note=[{"text": words}]))
    assert not may_walk(device("Rollator", note=[{"text": words}]))


def test_one_that_is_over_does_not():
    assert may_walk(act_ordered("Do not walk alone", status="completed"))
    assert may_walk(device("Knee brace locked", authoredOn=days_ago(300)))


@pytest.mark.parametrize("words", HARMLESS)
def test_nor_do_ordinary_orders(words):
    assert may_walk(act_ordered(words))


@pytest.mark.parametrize("words", ["Do not walk alone", "Nur mit Hilfe gehen"])
def test_the_card_of_the_signing_asks_for_training_all_the_same(words):
    assert WALK in card_of(FALLS, act_ordered(words))["detail"]
