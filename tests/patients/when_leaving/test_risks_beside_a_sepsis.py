"""The risk of a fall, a sore or a clot next to a sepsis says nothing of the sepsis."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

SEPTIC = (
    "Sepsis mit Sturzrisiko|Sepsis bei erhöhtem Dekubitusrisiko"
    "|Sepsis unter Thromboseprophylaxe|Sepsis with fall risk"
    "|Sepsis and high risk of falls|Sepsis avec risque de chute"
    "|Sepsis con riesgo de caídas|Sepsi con rischio di caduta|Sepsis met valrisico"
    "|Sepsa z ryzykiem upadku|敗血症で転倒リスク高い|脓毒症伴跌倒风险"
    "|패혈증, 낙상 위험"
)
AT_RISK = (
    "Sepsisrisiko erhöht|Risk of sepsis|Risiko für Sepsis und Sturz"
    "|Fall risk assessment|Sturzrisiko|Risk of falls and sepsis"
    "|Thromboseprophylaxe|risque de sepsis|敗血症リスク|脓毒症风险|패혈증 위험"
    "|Sturzprophylaxe, Sepsisprävention|High risk for sepsis with fall risk"
    "|Mother had sepsis, fall risk"
)


def led_by(words: str) -> list[str]:
    told = summaries_beside(act_ordered("CBC", note=[{"text": words}]))
    return [one for one in told if "sepsis not excluded" in one.lower()]


@pytest.mark.parametrize("words", SEPTIC.split("|"))
def test_the_sepsis_leads(words: str) -> None:
    assert led_by(words)


@pytest.mark.parametrize("words", AT_RISK.split("|"))
def test_the_risk_of_a_sepsis_does_not(words: str) -> None:
    assert not led_by(words)
