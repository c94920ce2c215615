"""No training is chosen next to a leg, a hip or a pelvis that words say broke lately."""

import pytest

from tests.chart_builders import days_ago, inpatient, kyphoplasty
from tests.patients.acts import done, drug, order
from tests.patients.reassuring import card_of, imaging
from tests.patients.training import FALLS, REFER, WALK, chosen

BROKEN = [
    *("Acute fracture of the tibial plateau.", "Displaced ankle fracture"),
    *("Acute L1 fracture. Fractures of superior and inferior pubic rami.",),
    *("Displaced femoral neck fracture on the left.", "Pelvic ring fracture"),
    *("Acute fracture of the tibial plateau. Old tear of the meniscus.",),
    *("Vordere Beckenringfraktur links.", "Schenkelhalsfraktur rechts."),
    *("Fracture du bassin.", "Fracture du col du fémur."),
    *("Fractura de pelvis.", "Fractura de cadera izquierda."),
    *("Frattura del bacino.", "Frattura del collo del femore."),
    *("Bekkenfractuur links.", "Heupfractuur."),
    *("Złamanie miednicy.", "Złamanie szyjki kości udowej."),
    *("恥骨骨折を認める。", "大腿骨頸部骨折。", "骨盆骨折。", "股骨颈骨折。"),
    *("골반 골절.", "대퇴골 경부 골절."),
]
OTHER = [
    *("Acute L1 fracture. No pelvic fracture.", "No hip fracture."),
    *("Old healed fracture of the pubic rami.", "Hip fracture 2015."),
    *("History of hip fracture.", "10-year probability of hip fracture 4 %."),
    *("Prevention of hip fracture", "Risk of hip fracture is high."),
    *("Wrist fracture", "Osteoarthritis of the hip.", "Kein Hinweis auf Beckenfraktur"),
    *("Z.n. Schenkelhalsfraktur 2014", "Pas de fracture du bassin."),
    *("Ancienne fracture de hanche", "Sin fractura de cadera."),
    *("Nessuna frattura del bacino.", "Geen heupfractuur.", "Bez złamania miednicy."),
    *("陈旧性股骨颈骨折", "股関節骨折なし。", "未见骨盆骨折。", "골반 골절 없음."),
]
PLACES = {
    "report": lambda words: imaging(words, days=4),
    "reason of an order": lambda words: order(reasonCode=[{"text": words}]),
    "note of an order": lambda words: order(note=[{"text": words}]),
    "reason of a drug": drug,
    "reason of the stay": lambda words: inpatient() | {"reasonCode": [{"text": words}]},
    "note of an act": lambda words: done(days=4, note=[{"text": words}]),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BROKEN)
def test_training_waits(words: str, place: str) -> None:
    card = card_of(FALLS, PLACES[place](words))
    assert REFER not in chosen(card)
    assert WALK not in card["detail"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", OTHER)
def test_an_old_one_or_none_holds_nothing_back(words: str, place: str) -> None:
    card = card_of(FALLS, PLACES[place](words))
    assert REFER in chosen(card)
    assert WALK in card["detail"]


@pytest.mark.parametrize("words", ["Fracture of the pubic rami", "Beckenfraktur"])
def test_the_signed_order_may_tell_of_it(words: str) -> None:
    signed = kyphoplasty(reasonCode=[{"text": f"L1 fracture, {words}"}])
    assert WALK not in card_of(FALLS, order=signed)["detail"]


@pytest.mark.parametrize("days", [100, 400])
def test_a_report_of_long_ago_holds_nothing_back(days: int) -> None:
    assert REFER in chosen(card_of(FALLS, imaging(BROKEN[0], days=days)))


def test_an_order_that_was_withdrawn_holds_nothing_back() -> None:
    withdrawn = order(status="revoked", reasonCode=[{"text": BROKEN[1]}])
    assert REFER in chosen(
        card_of(FALLS, withdrawn, imaging(effectiveDateTime=days_ago(2)))
    )
