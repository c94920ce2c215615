"""A muscle that is named, or is of full strength, is no deficit; a weak one is."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import cards_of

NAMED = (
    "Fußsenker 5/5 beidseits|Training der Fußsenker|Fußsenker kräftig|Dehnung Fußsenker"
)
WEAK = "Fußsenkerparese|Fußsenkerschwäche links|Fußsenker 3/5|Fußsenker KG 2/5"


def summary_for(words: str) -> str:
    order = kyphoplasty(reasonCode=[{"text": words}])
    return str(cards_of(order=order)["rehabilitation"]["summary"])


@pytest.mark.parametrize("words", NAMED.split("|"))
def test_one_that_is_named_is_no_deficit(words: str) -> None:
    assert not summary_for(words).startswith("Neurological deficit")


@pytest.mark.parametrize("words", WEAK.split("|"))
def test_one_that_is_weak_is_a_deficit(words: str) -> None:
    assert "eurological deficit" in summary_for(words)
