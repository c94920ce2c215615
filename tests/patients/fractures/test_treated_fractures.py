"""CPT's treatments of a vertebral fracture tell of one."""

import pytest

from tests.chart_builders import (
    brace,
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    strong_and_nourished,
)
from tests.codes import CPT, codeable

TREATMENTS = ["22310", "22315", "22325", "22327"]


def card_with(code, days):
    said = {"status": "completed", "code": codeable(CPT, code)}
    done = of_patient("Procedure", "done", performedDateTime=days_ago(days), **said)
    record = [*strong_and_nourished(), done]
    return cards_for(record, kyphoplasty(), brace())["rehabilitation"]


@pytest.mark.parametrize("code", TREATMENTS)
def test_a_treatment_of_long_ago_tells_of_an_earlier_fracture(code):
    assert card_with(code, 2000)["summary"].startswith("Earlier vertebral fracture")
    assert card_with(code, 400)["summary"].startswith("Second vertebral fracture")


@pytest.mark.parametrize("code", TREATMENTS)
def test_a_treatment_of_these_months_may_be_of_another_fracture(code):
    card = card_with(code, 90)
    assert "below the usual" not in card["detail"]
    assert "arlier vertebral fracture" in card["detail"]


@pytest.mark.parametrize("code", TREATMENTS)
def test_a_treatment_of_these_days_is_of_this_fracture(code):
    assert "arlier vertebral fracture" not in card_with(code, 10)["detail"]
