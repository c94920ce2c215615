"""Repeated falls of this year happened, whatever the list says of them now."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def fallen(status, days):
    code = codeable(ICD, "R29.6", "Repeated falls")
    return dated(code, days=days, clinicalStatus=codeable(STATUS, status))


@pytest.mark.parametrize("status", ["resolved", "inactive"])
def test_repeated_falls_of_this_year_count_though_they_are_over(status):
    card = card_of(fallen(status, 30))
    assert "repeated falls" in card["summary"].lower()
    assert "below" not in card["detail"]


def test_those_of_years_ago_are_over():
    assert "below the usual" in card_of(fallen("resolved", 500))["detail"]
