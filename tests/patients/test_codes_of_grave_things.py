"""Codes of grave things that no list of ours may pass over: a warning, or nothing reassures."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import codeable

ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
REASSURING = "below the usual"


def card_of(*entries):
    """The card of a patient whose T-score and weight would reassure."""
    known = [
        patient(),
        *quiet_lists(),
        measured("bmd-t-score", -1.5),
        measured("bmi", 27),
    ]
    return by_topic(ask(order_sign([*known, *entries], kyphoplasty())))[
        "rehabilitation"
    ]


def coded(system, code):
    return problem("x", days=3, code=codeable(system, code))


def test_without_them_the_patient_is_told_to_be_below():
    assert REASSURING in card_of()["detail"]


@pytest.mark.parametrize(
    "code", ["A02.1", "A22.7", "A26.7", "A39.2", "A42.7", "A54.86", "R57.2", "T80.211A"]
)
def test_sepsis_in_icd_10(code):
    card = card_of(problem(code, days=3))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize(
    "code", ["038.9", "038.42", "995.91", "995.92", "785.52", "790.7"]
)
def test_sepsis_in_icd_9(code):
    card = card_of(coded(ICD_9, code))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize("code", ["K68.12", "T84.63XA"])
def test_infection_of_the_spine(code):
    card = card_of(problem(code, days=3))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Spinal infection")


@pytest.mark.parametrize("code", ["G06.2", "A17.81", "T81.42XA", "I33.0"])
def test_an_infection_that_may_be_of_the_spine(code):
    detail = card_of(problem(code, days=3))["detail"]
    assert "spinal infection not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "entry",
    [
        *(
            problem(code, days=3)
            for code in ("R33.9", "R15.9", "N31.9", "K59.2", "R26.1")
        ),
        *(problem(code, days=3) for code in ("G04.91", "S14.109A", "G54.4")),
        *(coded(ICD_9, code) for code in ("336.9", "788.20", "787.60")),
    ],
    ids=lambda entry: entry["code"]["coding"][0]["code"],
)
def test_a_deficit_that_may_be(entry):
    detail = card_of(entry)["detail"]
    assert "neurological deficit not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param({"onsetDateTime": days_ago(30)}, id="onset"),
        pytest.param({"onsetPeriod": {"start": days_ago(40)}}, id="period"),
    ],
)
def test_a_sepsis_that_began_earlier_and_is_active_is_open(dates):
    detail = card_of(problem("A41.9", days=2, **dates))["detail"]
    assert "sepsis not excluded" in detail
    assert REASSURING not in detail


def test_a_sepsis_that_is_over_is_not():
    assert (
        REASSURING in card_of(problem("A41.9", days=200, status="resolved"))["detail"]
    )
