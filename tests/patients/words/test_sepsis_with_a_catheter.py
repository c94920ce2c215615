"""A catheter or a denial next to a sepsis takes nothing from it, in ten languages."""

import pytest

from tests.patients.reassuring import cards_of, imaging

SEPSIS = (
    "Urosepsis with urinary catheter in place",
    "Sepsis from urinary catheter",
    "Bacteraemia, urinary catheter changed",
    "Sepsis without line infection",
    "Urosepsis, Blasenkatheter gewechselt",
    "Urosepsis bei Harnkatheter",
    "Septicémie sur sonde urinaire",
    "Sepsis con sonda urinaria",
    "Sepsi da catetere vescicale",
    "Urosepsis bij blaaskatheter",
    "Urosepsis zonder shock",
    "Sepsis zonder duidelijk focus",
    "Sepsis met risico op shock",
    "Urosepsa, cewnik moczowy",
    "尿脓毒症，留置导尿管",
    "败血症，尿管结石",
    "敗血症、尿道カテーテル交換",
    "尿道カテーテル関連敗血症",
    "요로 패혈증, 도뇨관 교체",
    "Bloodstream infection",
    "Kathetersepsis",
)
NONE = (
    "Urinary catheter infection",
    "Urinary catheter in place",
    "No bloodstream infection",
    "Blasenkatheterinfektion",
    "Keine Blutstrominfektion",
    "Geen bloedbaaninfectie",
    "Risico op lijninfectie",
    "Infectie blaaskatheter",
    "导尿管感染",
    "未见血流感染",
    "尿道カテーテル感染",
    "혈류감염 배제",
)


def is_led_by_sepsis(words: str) -> bool:
    summaries = [card["summary"] for card in cards_of(imaging(words, days=4)).values()]
    return any("Sepsis not excluded" in summary for summary in summaries)


@pytest.mark.parametrize("words", SEPSIS)
def test_a_sepsis_leads(words: str) -> None:
    assert is_led_by_sepsis(words)


@pytest.mark.parametrize("words", NONE)
def test_no_sepsis_leads(words: str) -> None:
    assert not is_led_by_sepsis(words)
