"""What every operation orders next asks for nothing, and hides nothing."""

import pytest

from tests.patients.leaving import summaries_after

PLAIN = [
    *("No brace", "No brace needed", "Mobilise freely", "Full mobilisation"),
    *("No brace. Mobilise freely.", "Kein Korsett", "Korsett nicht erforderlich"),
    *("Mobilisation frei", "Sans corset", "Mobilisation libre", "Sin corsé"),
    *("Movilización libre", "Senza corsetto", "Mobilizzazione libera"),
    *("Geen korset", "Vrij mobiliseren", "Bez gorsetu", "Swobodna mobilizacja"),
    *("コルセット不要", "離床フリー", "无需支具", "自由活动", "보조기 불필요"),
    "자유 보행",
]
NEWS = [
    *("No brace, leg weak", "Mobilise freely after MRI for numb legs"),
    *("Kein Korsett, Bein taub", "unable to mobilise", "Mobilise only in bed"),
    *("No mobilisation", "Do not mobilise", "コルセット不要 足のしびれ"),
    "No brace until neurosurgery review of weakness",
]


def told(words, place):
    return {place: {"text": words} if place == "outcome" else [{"text": words}]}


@pytest.mark.parametrize("place", ["followUp", "outcome", "note"])
@pytest.mark.parametrize("words", PLAIN)
def test_no_brace_and_free_mobilisation_ask_for_nothing(words, place):
    assert summaries_after(**told(words, place)) == []


@pytest.mark.parametrize("place", ["followUp", "note"])
@pytest.mark.parametrize("words", NEWS)
def test_what_else_is_said_there_is_read(words, place):
    (summary,) = summaries_after(**told(words, place))
    assert "before leaving" in summary
