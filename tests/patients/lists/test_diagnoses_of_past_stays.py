"""A diagnosis of a stay that is long over counts at its day.

Nobody ends the diagnoses of a stay: they are "active" for ever. What ends is over with
the stay; what is grave for ever counts whatever its list.
"""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.doors import OF_THE_STAY, TERMINOLOGY
from tests.patients.leaving import STAY, leave, leaving_chart
from tests.patients.reassuring import (
    cards_of,
    first_card,
)

ON_LIST = codeable(f"{TERMINOLOGY}/condition-category", "problem-list-item")
ACTIVE = codeable(f"{TERMINOLOGY}/condition-clinical", "active")


def of_stay(code, days, *, lists=(OF_THE_STAY,), **members):
    """An active diagnosis of a stay, recorded so many days ago."""
    fields = {
        "category": [*lists],
        "code": codeable(ICD, code),
        "clinicalStatus": ACTIVE,
        "recordedDate": days_ago(days),
    }
    return of_patient("Condition", f"d-{code}", **fields | members)


def test_a_sepsis_of_a_stay_of_years_ago_is_not_there():
    cards = cards_of(of_stay("A41.9", 1600))
    assert "epsis" not in str(cards)
    assert (
        cards["rehabilitation"]["suggestions"]
        == cards_of()["rehabilitation"]["suggestions"]
    )


def test_what_ended_with_a_stay_holds_nothing_back_at_discharge():
    (card,) = leave(leaving_chart(of_stay("A41.9", 1600)))
    assert "Cause first" not in card["detail"]


def test_a_doubt_of_a_stay_of_years_ago_is_over_too():
    unsure = codeable(f"{TERMINOLOGY}/condition-ver-status", "provisional")
    assert "epsis" not in str(
        cards_of(of_stay("A41.9", 1600, verificationStatus=unsure))
    )


STILL_OPEN = {
    "within half a year": of_stay("A41.9", 170),
    "on the problem list as well": of_stay("A41.9", 1600, lists=(OF_THE_STAY, ON_LIST)),
    "on the problem list alone": of_stay("A41.9", 1600, lists=(ON_LIST,)),
    "in no named list": of_stay("A41.9", 1600, lists=()),
    "no day of recording": of_stay(
        "A41.9", 0, recordedDate=None, onsetDateTime=days_ago(1600)
    ),
}


@pytest.mark.parametrize("entry", STILL_OPEN.values(), ids=STILL_OPEN)
def test_what_may_last_is_still_not_excluded(entry):
    assert "sepsis not excluded" in cards_of(entry)["rehabilitation"]["detail"]


@pytest.mark.parametrize("status", ["recurrence", "relapse", "active"])
def test_a_sepsis_of_this_stay_leads(status):
    again = codeable(f"{TERMINOLOGY}/condition-clinical", status)
    card = first_card(of_stay("A41.9", 3, clinicalStatus=again))
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize("code", ["C50.911", "C79.51", "C90.00"])
def test_a_cancer_of_a_stay_of_years_ago_is_the_same_as_on_the_list(code):
    of_old = first_card(of_stay(code, 1600))
    listed = first_card(of_stay(code, 1600, lists=(ON_LIST,)))
    assert of_old["indicator"] == listed["indicator"]
    assert of_old["summary"] == listed["summary"]


@pytest.mark.parametrize("code", ["C50.911", "C79.51", "C90.00", "M46.46"])
def test_a_grave_diagnosis_of_years_ago_reassures_nobody(code):
    detail = cards_of(of_stay(code, 1600))["rehabilitation"]["detail"]
    assert "below the usual" not in detail


def test_a_sepsis_of_a_stay_that_goes_on_is_not_excluded():
    here = {"encounter": {"reference": f"Encounter/{STAY}"}}
    (card,) = leave(leaving_chart(of_stay("A41.9", 290, **here)))
    assert "sepsis not excluded" in card["detail"]
