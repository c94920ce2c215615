"""An exception from a denial states what it excepts, on the problem list."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of

EXCEPTIONS = [
    *("No metastasis except L1", "No metastases other than in L1"),
    *("No metastasis apart from L1", "No evidence of metastasis outside L1"),
    *("No neurological deficit except left foot drop", "No metastases besides L1"),
    *("Keine Metastasen außer LWK 1", "Keine Metastasen mit Ausnahme von L1"),
    *("Pas de métastase sauf en L1", "Pas de métastase en dehors de L1"),
    *("Sin metástasis excepto L1", "Sin metástasis fuera de L1"),
    *("Nessuna metastasi tranne L1", "Nessuna metastasi al di fuori di L1"),
    *("Bez przerzutów poza L1", "除L1外无转移", "L1以外に転移なし"),
]
# A title of `harmless.toml` denies. Other words of a denial are no title.
FREE = [
    "Keine Knochenmetastasen",
    "No neurological deficit",
    "No known cancer",
    "无转移",
    "転移なし",
]


def cards_beside(words):
    return cards_of(problem("x", number="said", code={"text": words}))


@pytest.mark.parametrize("words", EXCEPTIONS)
def test_an_exception_from_a_denial_reassures_nobody(words):
    cards = cards_beside(words)
    assert "below" not in cards["rehabilitation"]["detail"]
    # Where the exception is stated, there is no card on braces.
    braces = [one for name, one in cards.items() if name.startswith("brace")]
    assert braces or cards["rehabilitation"]["indicator"] == "warning"
    for card in braces:
        assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize("words", FREE)
def test_a_denial_in_free_words_neither_reassures_nor_names(words):
    cards = cards_beside(words)
    detail = cards["rehabilitation"]["detail"]
    assert "below" not in detail
    assert "1 entry of the problem list not understood" in detail
    assert "not excluded" not in cards["rehabilitation"]["summary"]
