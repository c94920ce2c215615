"""A cold, a nail fungus, a cataract or a new home changes nothing, in ten languages."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, cards_of, end_is_selected

HARMLESS = {
    "en": ("Common cold", "Rhinitis", "Nail fungus", "Cataract", "Moving house"),
    "de": ("Erkältung", "Schnupfen", "Nagelpilz", "Grauer Star", "Umzug"),
    "fr": ("Rhume", "Rhinite", "Mycose de l'ongle", "Cataracte", "Déménagement"),
    "es": ("Resfriado", "Rinitis", "Hongos en las uñas", "Catarata", "Mudanza"),
    "it": ("Raffreddore", "Rinite", "Onicomicosi", "Cataratta", "Trasloco"),
    "nl": ("Verkoudheid", "Rhinitis", "Kalknagel", "Staar", "Verhuizing"),
    "pl": ("Przeziębienie", "Katar", "Grzybica paznokci", "Zaćma", "Przeprowadzka"),
    "ja": ("風邪", "鼻炎", "爪白癬", "白内障", "引っ越し"),
    "zh": ("上呼吸道感染", "鼻炎", "灰指甲", "白内障", "搬家"),
    "ko": ("감기", "비염", "손발톱무좀", "백내장", "이사"),
}
# Nothing hides behind the name; next to it something may.
NEXT_TO_IT = [
    *("Common cold, discitis", "Rhinitis, leg weakness", "Erkältung mit Schüttelfrost"),
    *("Rhume, fièvre et lombalgie", "Umzug wegen Metastasen", "cold legs"),
    *("grippaler Infekt", "Nagelpilz, Sepsis", "鼻炎 脊椎炎", "感冒 转移癌"),
]


def cards_with(title):
    return cards_of(problem("x", number="g", days=10, code={"text": title}))


@pytest.mark.parametrize("language", HARMLESS)
def test_it_takes_nothing_away(language):
    for title in HARMLESS[language]:
        cards = cards_with(title)
        assert REASSURING in cards["rehabilitation"]["detail"], title
        assert end_is_selected(cards), title


@pytest.mark.parametrize("title", NEXT_TO_IT)
def test_what_is_next_to_it_stays_open(title):
    cards = cards_with(title)
    assert REASSURING not in cards["rehabilitation"].get("detail", "")
    assert not end_is_selected(cards)
