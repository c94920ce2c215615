"""A denial of something else in the same clause takes no deep infection away."""

import pytest

from tests.builders import terminology

THERE = (
    "Endocarditis without heart failure|Endocarditis, no fever|Liver abscess, no fever"
    "|Deep sternal wound infection, not healing|Endocarditis with risk of embolism"
    "|Endokarditis ohne Fieber|Leberabszess ohne Fieber, kein Keim"
    "|Endocardite infectieuse sans fièvre|Abcès hépatique sans fièvre"
    "|Endocarditis infecciosa sin fiebre|Absceso hepático, no fiebre"
    "|Endocardite senza febbre|Ascesso epatico senza febbre"
    "|Endocarditis zonder koorts|Leverabces, geen koorts|Zapalenie wsierdzia bez gorączki"
    "|Ropień wątroby bez gorączki|感染性心内膜炎、発熱なし|肝膿瘍、出血なし"
    "|感染性心内膜炎无发热|肝脓肿，未见出血|심내막염 발열 없음|간 농양, 출혈 위험"
)
NOT_THERE = (
    "No endocarditis|No evidence of endocarditis|Endocarditis ruled out"
    "|Without signs of liver abscess|Risk of endocarditis|Endocarditis prophylaxis"
    "|Keine Endokarditis|Kein Hinweis auf Endokarditis|Endokarditis ausgeschlossen"
    "|Ausschluss Leberabszess|Endokarditisrisiko|Pas d'endocardite|Sans abcès hépatique"
    "|Sin endocarditis|No se observa endocarditis|Endocarditis descartada"
    "|Non endocardite|Senza ascesso epatico|Geen aanwijzingen voor endocarditis"
    "|Endocarditis uitgesloten|Bez zapalenia wsierdzia|心内膜炎なし|心内膜炎は否定"
    "|未见心内膜炎|无肝脓肿|심내막염 없음|심내막염 배제"
)


def is_named(words: str) -> bool:
    return "deep-infection" in terminology().text_concepts(words)


@pytest.mark.parametrize("words", THERE.split("|"))
def test_what_is_denied_next_to_it_leaves_it(words: str) -> None:
    assert is_named(words)


@pytest.mark.parametrize("words", NOT_THERE.split("|"))
def test_its_own_denial_takes_it_away(words: str) -> None:
    assert not is_named(words)
