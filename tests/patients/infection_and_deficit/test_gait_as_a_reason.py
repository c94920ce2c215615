"""Trouble with walking as a reason asks for no tumour, and reassures nobody."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import REASSURING, cards_of


def card(code):
    reasons = [codeable(ICD, "M80.08XA"), codeable(ICD, code)]
    return cards_of(order=kyphoplasty(reasonCode=reasons))["rehabilitation"]


@pytest.mark.parametrize("code", ["R26.2", "R26.8", "R26.89", "R26.9"])
def test_a_code_of_it_leads_nothing_and_reassures_nobody(code: str) -> None:
    answer = card(code)
    assert "settle this" not in answer["summary"]
    assert "augmentation alone" not in answer["summary"]
    assert REASSURING not in answer["summary"] + answer["detail"]


@pytest.mark.parametrize("code", ["R26.0", "R29.5", "M89.9"])
def test_another_code_that_was_not_judged_still_leads(code: str) -> None:
    assert "not excluded" in card(code)["summary"]
