"""How an operation ended that was stopped, put on hold or not done, at discharge."""

from typing import Any

import pytest

from tests.patients.leaving import summaries_after

ABANDONED = [
    *("Abandoned because of cement leak", "Procedure aborted, cement leak"),
    *("Abgebrochen wegen Zementaustritt", "Interrompue : fuite de ciment"),
    *("Interrumpida por fuga de cemento", "Interrotto per perdita di cemento"),
    *("Afgebroken wegens cementlekkage", "Zabieg przerwany, wyciek cementu"),
    *("セメント漏出のため中断", "手术中止，骨水泥渗漏", "시멘트 누출로 수술 중단"),
]
ORDINARY = [
    *("Patient declined", "OP verschoben", "Refus du patient", "Equipment failure"),
]
WHERE: list[Any] = ["outcome", "statusReason", "note", "complication"]


def told(where: str, words: str) -> dict[str, Any]:
    """Return an element of an operation with these words."""
    return {where: {"text": words} if where in WHERE[:2] else [{"text": words}]}


@pytest.mark.parametrize("status", ["stopped", "on-hold", "not-done"])
@pytest.mark.parametrize("where", WHERE)
def test_one_that_was_abandoned_for_a_leak_is_asked_about(
    status: str, where: str
) -> None:
    for words in ABANDONED:
        assert summaries_after(status=status, **told(where, words)), words


@pytest.mark.parametrize("where", WHERE[:3])
@pytest.mark.parametrize("words", ["cement leak", "Zementaustritt", "骨水泥渗漏"])
def test_a_leak_says_that_it_was_begun(where: str, words: str) -> None:
    assert summaries_after(status="not-done", **told(where, words))


@pytest.mark.parametrize("status", ["stopped", "on-hold"])
def test_an_outcome_that_is_not_understood_is_read_by_somebody(status: str) -> None:
    (summary,) = summaries_after(status=status, outcome={"text": "Unsuccessful"})
    assert "1 recent entry not understood" in summary


@pytest.mark.parametrize("status", ["stopped", "not-done"])
@pytest.mark.parametrize("words", ORDINARY)
def test_an_ordinary_outcome_asks_nothing(status: str, words: str) -> None:
    assert summaries_after(status=status, outcome={"text": words}) == []


@pytest.mark.parametrize("words", ["Not performed", "Rescheduled to Monday", "Fever"])
def test_nor_does_one_that_was_never_begun(words: str) -> None:
    assert summaries_after(status="not-done", note=[{"text": words}]) == []
    assert summaries_after(status="not-done", outcome={"text": words}) == []
    assert summaries_after(status="not-done") == []
