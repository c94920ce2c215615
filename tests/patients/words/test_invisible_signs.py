"""Signs that nobody sees do not hide a word."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff"])
def test_a_word_with_one_of_them_is_read(sign: str) -> None:
    title = f"bone metas{sign}tases"
    listed = problem("x", number="g", code=codeable(ICD, "I10", title))
    assert "below the usual" not in cards_of(listed)["rehabilitation"]["detail"]
