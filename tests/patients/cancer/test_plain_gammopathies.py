"""MGUS is nothing (E9), by its code and in plain words; one that grows is open."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, dated, end_is_selected

PLAIN = (
    "MGUS|MGUS, stable|Known MGUS|MGUS (IgG kappa)|MGUS, low risk|IgA MGUS"
    "|MGUS followed by haematology|MGUS, regelmäßige Kontrollen|MGUS seit 2018"
    "|MGUS connue|MGUS conocida|MGUS nota|Bekende MGUS|MGUS stabilna|MGUS 経過観察"
    "|MGUS 随访|MGUS 추적 관찰"
)
GROWING = (
    "MGUS rising|MGUS, progression|MGUS, M-protein rising|MGUS, Anstieg"
    "|MGUS mit Progress|MGUS en progression|MGUS en progresión|MGUS in progressione"
)


@pytest.mark.parametrize("words", PLAIN.split("|"))
def test_it_is_nothing(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=900))
    assert end_is_selected(cards)
    assert "Not known" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("words", ["", "MGUS", "MGUS, stable"])
def test_its_code_is_nothing_either(words: str) -> None:
    named = {"text": words} if words else {}
    entry = problem("D47.2", code=codeable(ICD, "D47.2") | named)
    assert end_is_selected(cards_of(entry))


@pytest.mark.parametrize("words", GROWING.split("|"))
def test_one_that_grows_is_open(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=900))
    assert not end_is_selected(cards)
