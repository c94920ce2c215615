"""A dialysis of more than three months ago: a chronic one does not end by itself."""

import pytest

from tests.chart_builders import days_ago, measured, of_patient
from tests.codes import CPT, UCUM, codeable
from tests.patients.reassuring import card_of

OPEN = "severe kidney disease not excluded"
BELOW = "below the usual"


def dialysis(code, days, **members):
    said = {"status": "completed", "code": code, "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "dialysis", **said | members)


@pytest.mark.parametrize("days", [120, 800, 2200])
@pytest.mark.parametrize(
    "code",
    [
        {"text": "Hemodialysis"},
        {"text": "Peritoneal dialysis"},
        {"text": "Chronic hemodialysis 3x/week"},
        {"text": "Hämodialyse"},
        {"text": "Dialyse"},
        {"text": "Hémodialyse"},
        {"text": "Hemodiálisis"},
        {"text": "血液透析"},
        codeable(CPT, "90960"),
    ],
    ids=str,
)
def test_it_leaves_the_kidneys_open(code, days):
    detail = card_of(dialysis(code, days))["detail"]
    assert OPEN in detail
    assert BELOW not in detail


def test_the_card_says_since_when_nobody_knows():
    detail = card_of(dialysis({"text": "Hemodialysis"}, 800))["detail"]
    assert "2 years ago; whether it goes on is not recorded" in detail


def test_one_of_the_last_three_months_is_told():
    card = card_of(dialysis({"text": "Hemodialysis"}, 60))
    assert card["summary"].startswith("Dialysis")


@pytest.mark.parametrize(
    "title",
    [
        "Acute hemodialysis",
        "Akutdialyse",
        "Akute Hämodialyse",
        "Hémodialyse aiguë",
        "Dialysis declined",
    ],
)
def test_an_acute_one_of_long_ago_says_nothing(title):
    assert OPEN not in card_of(dialysis({"text": title}, 1200))["detail"]


def test_nor_does_one_before_kidneys_that_were_measured_since():
    unit = "mL/min/{1.73_m2}"
    quantity = {"value": 75, "unit": unit, "system": UCUM, "code": unit}
    code = codeable("http://loinc.org", "62238-1")
    filtration = measured("egfr", 75, days=20, code=code, valueQuantity=quantity)
    card = card_of(dialysis({"text": "Hemodialysis"}, 800), filtration)
    assert OPEN not in card["detail"]


def test_nor_does_one_that_was_not_done():
    act = dialysis({"text": "Hemodialysis"}, 800, status="not-done")
    assert OPEN not in card_of(act)["detail"]
