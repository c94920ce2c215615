"""An infection of years ago with its year is history; with anything new it leads."""

import pytest

from tests.chart_builders import TODAY
from tests.patients.leaving import act_ordered, summaries_beside

YEAR = TODAY.year
OLD = YEAR - 12
HISTORY = (
    "History of discitis {y}, fully healed|Discitis {y}, healed"
    "|Z.n. Spondylodiszitis {y}, ausgeheilt|Discite {y} guérie"
    "|Endocarditis {y}, healed|Osteomyelitis {y}, healed|Septische Arthritis {y}"
    "|Known breast cancer {y}, in remission|Bekanntes Mammakarzinom {y}, in Remission"
    "|Cancer du sein {y}, en rémission|Cáncer de mama {y}, en remisión"
    "|Borstkanker {y}, in remissie|乳癌 {y}年、寛解"
)
OF_NOW = (
    "Discitis {y}, now again fever and discitis L3|Discitis {y}, recurrence"
    "|Discitis, healed|Old discitis|Discitis {y}, on antibiotics"
    "|Endocarditis|Endocarditis since {y}|Osteomyelitis of toe {y}, on antibiotics"
    "|Spondylodiszitis {y}, jetzt erneut|Breast cancer {y}, new bone metastases"
    "|Breast cancer {y}, recurrence|Discitis since {y}|Chronic discitis {y}"
    "|Spondylodiszitis seit {y}|Discite depuis {y}|Espondilodiscitis desde {y}"
    "|Discitis sinds {y}|Discitis {y} healed?|Discitis {y}, healed?"
    "|Discitis L3/4 {y}, unchanged|Discitis {y}, stable|Discitis {y}, chronic"
    "|Epidural abscess {y}, unchanged|Spondylodiszitis {y}, unverändert"
    "|Spondylodiscite {y}, inchangée|Espondilodiscitis {y}, sin cambios"
    "|Spondilodiscite {y} invariata|Spondylodiscitis {y}, onveranderd"
    "|Zapalenie krążka {y} bez zmian|椎间盘炎{y}年，无变化|{y}年椎間板炎、不変"
    "|추간판염 {y}년, 변화 없음"
)


def asked_by(words: str) -> list[str]:
    note = [{"text": words.format(y=OLD)}]
    return summaries_beside(act_ordered("CBC", note=note))


@pytest.mark.parametrize("words", HISTORY.split("|"))
def test_what_ended_years_ago_asks_nothing(words: str) -> None:
    assert asked_by(words) == []


@pytest.mark.parametrize("words", OF_NOW.split("|"))
def test_what_is_new_or_has_no_year_asks(words: str) -> None:
    assert asked_by(words)


def test_an_infection_of_last_year_asks() -> None:
    note = [{"text": f"Discitis {YEAR - 1}, healed"}]
    assert summaries_beside(act_ordered("CBC", note=note))
