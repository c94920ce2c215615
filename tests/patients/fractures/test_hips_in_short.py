"""A broken hip in the short forms of a ward is one (F12)."""

import pytest

from tests.patients.reassuring import cards_of, dated

HIPS = (
    "Fx cadera|Fx cuello fémur|Fx pertrocantérea|col du fémur fx|fx hanche G"
    "|Fract. col fémoral droit|fracture ESF|NOF #|#NOF right|intertroch fx|peritroch fx"
    "|subtroch #|Duokopfprothese bei SHF|SHF links|Pertroch Fx re|Fx collo femore"
    "|Frattura pertrocanterica|heup #|Collumfractuur links|Zł. szyjki kości udowej"
    "|大腿骨転子部Fx|人工骨頭置換術後（頚部骨折）|股骨转子间骨折|대퇴 전자부 골절"
    "|# col fémoral|F col fémoral|Cadera izq fx|# heup|Fr. collo femore"
)
OTHERS = (
    "Fx radio|fx cuello humeral|col du radius fx|Fracture du col de l'humérus"
    "|Scapula fx|Hip OA|Hip pain|Coxarthrose|Sin fx cadera|Pas de fracture du col"
    " fémoral|Coxitis|頚椎骨折|Fx tobillo|No NOF #|F. coxarthrose hanche droite"
    "|FR 16 douleur hanche|#1 coxarthrose hanche|# 2 dolor cadera|Fr. protesi anca"
    "|heup #1 artrose|Cadera dolor fx muñeca|Fx muñeca dolor cadera|#2 protesi anca"
    "|Hanche arthrose #3|F 76 ans hanche douloureuse"
)


@pytest.mark.parametrize("words", HIPS.split("|"))
def test_it_warns(words: str) -> None:
    card = cards_of(dated({"text": words}, days=150))["rehabilitation"]
    assert card["summary"].startswith("Hip fracture Jun 2026")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize("words", OTHERS.split("|"))
def test_another_bone_does_not(words: str) -> None:
    card = cards_of(dated({"text": words}, days=150))["rehabilitation"]
    assert not card["summary"].startswith("Hip fracture")
