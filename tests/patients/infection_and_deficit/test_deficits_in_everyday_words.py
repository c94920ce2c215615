"""Weakness, palsy or numbness of leg, foot or saddle in words leads, in doubt (F37)."""

import pytest

from tests.builders import terminology
from tests.patients.reassuring import cards_of, dated

NAMED = (
    "Déficit releveurs gauche|Déficit des releveurs du pied gauche depuis hier"
    "|Releveurs gauches 2/5|Faiblesse MI gauche|Deficit forza arto inferiore sinistro"
    "|Ipoestesia a sella|Dorsiflessori 2/5|Doofheid rijbroekgebied|Voetheffers 2/5"
    "|Krachtsvermindering linkerbeen|하지 위약감|발목 위약|안장 부위 무감각"
    "|Déficit de fuerza miembro inferior izquierdo|Dorsiflexores 2/5"
    "|Ubytek siły kończyn dolnych|Prostowniki stopy 2/5|Left leg power reduced"
    "|Left foot dorsiflexors 2/5|Numbness saddle area|Kraftdefizit Bein links"
    "|Taubheit Reithosengebiet|足関節背屈筋力低下|サドル部しびれ|左足背屈无力|鞍区麻木"
)
ORDINARY = (
    "Déficit en vitamine D|Faiblesse du bras droit|Quadriceps 5/5|Releveurs 5/5"
    "|Deficit uditivo|Alluce valgo piede sinistro|Doofheid|Doofheid rechteroor"
    "|Krachttraining benen|하지 정맥류|발목 골절|Varices en piernas|Déficit auditivo"
    "|Żylaki kończyn dolnych|Drętwienie rąk|Leg ulcer|Power of attorney|Numb fingers"
    "|Taubheit Finger|Sehschwäche|Beinvenenthrombose 2015|下肢静脈瘤|上肢しびれ|耳聋|手麻木"
)
DENIED = "척수 손상 없음|척수 압박 없음|하지 근력 저하 없음|하지 마비 없음"
UNSURE = "척수 압박 배제할 수 없음|하지 위약 있으나 척수 손상 없음|다리에 힘 없음"


@pytest.mark.parametrize("words", NAMED.split("|"))
def test_it_leads_as_not_excluded(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=1))
    summaries = " ".join(card["summary"] for card in cards.values())
    assert "deficit not excluded" in summaries or "examine" in summaries


@pytest.mark.parametrize("words", ORDINARY.split("|"))
def test_an_ordinary_name_is_no_deficit(words: str) -> None:
    assert not terminology().grave_stems.concepts_in(words)


@pytest.mark.parametrize("words", DENIED.split("|"))
def test_what_a_korean_name_denies_is_no_deficit(words: str) -> None:
    assert not terminology().grave_stems.concepts_in(words)


@pytest.mark.parametrize("words", UNSURE.split("|"))
def test_what_it_leaves_open_stays_a_deficit(words: str) -> None:
    assert terminology().grave_stems.concepts_in(words)
