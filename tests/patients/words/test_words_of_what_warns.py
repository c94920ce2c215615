"""The commonest words of what warns, in the languages of lists (docs/cards.md, facts F1 to F7 and F23)."""

import pytest

from tests.chart_builders import (
    problem,
)
from tests.patients.reassuring import card_of

INFECTION = "Spinal infection"
WARNING = {
    INFECTION: [
        *("Spondylodiszitis L1", "Spondylodiscite L1", "Espondilodiscitis L1"),
        *("Zapalenie krążka międzykręgowego L1", "Zapalenie kości kręgosłupa"),
        *("Ropień nadtwardówkowy", "ropień przykręgosłupowy", "椎间盘炎", "椎間板炎"),
        *("Spondilodiscite L1", "化脓性脊柱炎", "化膿性脊椎炎", "硬膜外脓肿"),
    ],
    "Sepsis": [
        *("Urosepsis", "Septicémie", "Sepsis urinaria", "Sepsi", "敗血症", "脓毒症"),
        *("Posocznica", "Sepsa", "Urosepsa", "Wstrząs septyczny"),
    ],
    "(15 Nov)": [
        *("Cauda-equina-Syndrom", "Faiblesse des jambes", "Debilidad en piernas"),
        *("Debolezza alle gambe", "Niedowład kończyn dolnych", "Osłabienie nóg"),
        *("Zespół ogona końskiego", "Parapareza", "馬尾症候群", "下肢麻痺"),
        *("下肢无力", "双下肢瘫痪", "Motor deficit", "Motorisches Defizit"),
        *("Déficit moteur", "Déficit motor", "Déficit sensitivo-motor"),
        *("Deficit motorio", "Deficyt motoryczny", "運動麻痺"),
    ],
    "on record": [
        *("Knochenmetastasen", "Myélome multiple", "Metástasis óseas", "骨転移"),
        *("Metastasi ossee", "Przerzuty do kości", "Szpiczak mnogi", "多发性骨髓瘤"),
    ],
    "cancer (2026)": [
        *("Mammakarzinom", "Cancer du sein", "Cáncer de mama", "Carcinoma mammario"),
        *("Tumore della mammella", "Tumore del polmone", "Rak piersi", "Rak stercza"),
        *("Rak nerki", "Rak płuca", "肺癌", "乳腺癌"),
    ],
}
ROWS = [(fact, words) for fact, each in WARNING.items() for words in each]


def card_with(words, days=5):
    return card_of(problem("x", number="named", days=days, code={"text": words}))


@pytest.mark.parametrize(("fact", "words"), ROWS)
def test_common_words_warn(fact, words):
    card = card_with(words)
    assert card["indicator"] == "warning"
    assert fact in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        *("Rezidivierende Stürze", "Chutes répétées", "Caídas frecuentes"),
        *("Cadute ricorrenti", "Nawracające upadki", "Częste upadki", "反复跌倒"),
        *("転倒を繰り返す", "Three falls this year"),
    ],
)
def test_common_words_of_falls_are_a_fact(words):
    assert "falls" in card_with(words)["summary"].lower()


@pytest.mark.parametrize(
    "words",
    [
        *("Rak piersi u matki", "Podejrzenie raka piersi", "Brak przerzutów do kości"),
        *("Rak podstawnokomórkowy skóry", "Wykluczono posocznicę", "Ryzyko upadków"),
        *("Zesztywniające zapalenie stawów kręgosłupa", "Porażenie nerwu twarzowego"),
        "Niedowładu kończyn dolnych brak",
    ],
)
def test_polish_words_of_something_else_do_not_warn(words):
    card = card_with(words)
    assert card["indicator"] == "info"
    assert "below" not in card["detail"]


def test_a_sepsis_of_long_ago_does_not_warn():
    assert card_with("Przebyta sepsa", days=700)["indicator"] == "info"


@pytest.mark.parametrize(
    "words",
    [
        *("Motor deficit after stroke", "Motorisches Defizit rechter Arm"),
        *("Déficit motor de mano derecha", "Sin déficit motor", "no motor deficit"),
        *("Pas de déficit moteur", "kein motorisches Defizit"),
    ],
)
def test_a_motor_deficit_of_the_brain_or_an_arm_or_denied_does_not_warn(words):
    assert card_with(words)["indicator"] == "info"
