"""A steroid of days, or as needed, is no input of the model's figure."""

import pytest

from tests.chart_builders import Resource, measured
from tests.codes import codeable
from tests.patients.reassuring import first_card
from tests.patients.steroids import steroid

CATEGORIES = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"


def risk(*entries: Resource) -> str:
    values = measured("bmd-t-score", -2.7), measured("bmi", 24)
    detail = first_card(*values, *entries)["detail"]
    (line,) = (one for one in detail.splitlines() if "**Risk:**" in one)
    return line


WITHOUT = "about 1 in 8"
WITH = "about 1 in 4"
DEXAMETHASONE = "dexamethasone 4 mg injection"


@pytest.mark.parametrize(
    "order",
    [
        steroid(
            "predniSONE 10 mg",
            "Take 4 tablets daily for 3 days, then 2 tablets for 3 days, then stop.",
            days=100,
            status="completed",
        ),
        steroid(
            DEXAMETHASONE,
            "4 mg, Intravenous, Once PRN, nausea",
            days=2,
            status="completed",
            category=[codeable(CATEGORIES, "inpatient")],
        ),
    ],
    ids=["taper", "against nausea"],
)
def test_a_steroid_that_is_over_changes_no_figure(order):
    assert WITHOUT in risk()
    assert WITHOUT in risk(order)


def test_one_on_the_list_as_needed_reassures_nobody_and_raises_nothing():
    line = risk(steroid(DEXAMETHASONE, days=2))
    assert WITHOUT not in line
    assert WITH not in line


def test_daily_prednisone_counts():
    assert WITH in risk(steroid("prednisone 10 mg", "1 tablet daily", days=100))
