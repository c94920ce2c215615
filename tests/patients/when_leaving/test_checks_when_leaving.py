"""An ordinary check after the operation makes no card; one that tells of harm does."""

import pytest

from tests.patients.leaving import summaries_beside
from tests.patients.reassuring import imaging
from tests.tables import cases


def _in_any_language(kind: str) -> list[str]:
    return [words for group in cases(__file__, kind).values() for words in group]


@pytest.mark.parametrize("words", _in_any_language("ordinary"))
def test_an_ordinary_check_makes_no_card(words: str) -> None:
    assert summaries_beside(imaging(words, days=1)) == []


@pytest.mark.parametrize("words", _in_any_language("harm"))
def test_one_that_tells_of_harm_is_to_be_read(words: str) -> None:
    assert summaries_beside(imaging(words, days=1)) != []
