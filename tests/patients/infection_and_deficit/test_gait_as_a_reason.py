"""Trouble with walking as a reason asks for no tumour, and reassures nobody."""

from typing import Any

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


TROUBLE = (
    "Gait disturbance|Unsteady gait|Difficulty walking|Gangstörung|Gangunsicherheit"
    "|Trouble de la marche|Alteración de la marcha|Disturbo della marcia|Loopstoornis"
    "|Zaburzenia chodu|歩行障害|步态异常|보행장애|Gait disturbance, osteoporotic fracture L1"
)
MORE = (
    "Gait disturbance, xqz|Gangstörung, Raumforderung|Trouble de la marche, masse L1"
    "|歩行障害 腫瘍|Gait disturbance and weight loss|Unsteady gait, lesion of L1"
    "|Gangstörung bei unklarem Prozess|步态异常 占位"
)


def order_for(words: str) -> dict[str, Any]:
    return cards_of(order=kyphoplasty(reasonCode=[{"text": words}]))["rehabilitation"]


@pytest.mark.parametrize("words", TROUBLE.split("|"))
def test_in_words_it_leaves_a_nerve_open_and_no_tumour(words: str) -> None:
    answer = order_for(words)
    assert "neurological deficit" in answer["detail"].partition("Not known")[2]
    assert "malignancy" not in answer["detail"]
    assert "not excluded" not in answer["summary"]
    assert REASSURING not in answer["summary"] + answer["detail"]


@pytest.mark.parametrize("words", MORE.split("|"))
def test_with_something_else_a_tumour_stays_open(words: str) -> None:
    answer = order_for(words)
    assert "malignancy" in answer["summary"].lower() + answer["detail"]


@pytest.mark.parametrize("words", ["New gait disturbance", "Neue Gangstörung"])
def test_new_trouble_leads(words: str) -> None:
    assert "deficit not excluded: examine" in order_for(words)["summary"]


@pytest.mark.parametrize("code", ["R26.2", "R26.89", "R26.9"])
def test_its_code_asks_for_no_tumour_either(code: str) -> None:
    assert "malignancy" not in card(code)["detail"]
