"""A steroid that a ward gave for months counts as one that was prescribed (F20).

An administration may be one dose, or all doses of a period.
"""

import pytest

from tests.chart_builders import ATC, days_ago, of_patient
from tests.codes import codeable
from tests.patients.reassuring import card_of

PREDNISOLONE = codeable(ATC, "H02AB06")


def given(number="given", **members):
    usual = {"status": "completed", "medicationCodeableConcept": PREDNISOLONE}
    return of_patient("MedicationAdministration", number, **usual | members)


def over(start=None, end=None, **members):
    days = {"start": start, "end": end}
    written = {name: days_ago(day) for name, day in days.items() if day is not None}
    return given(f"over-{start}", effectivePeriod=written, **members)


def daily(*days, **members):
    return [
        given(f"d{day}", effectiveDateTime=days_ago(day), **members) for day in days
    ]


LONG = [
    pytest.param([over(200, 1)], id="one period"),
    pytest.param([over(200, 90)], id="ended lately"),
    pytest.param([over(200, -10)], id="a period that ends next week"),
    pytest.param([over(200, 101), over(100, 1)], id="two periods"),
    pytest.param(daily(*range(1, 121)), id="every day"),
    pytest.param([over(200, 30), *daily(29, 25, 20)], id="a period, then doses"),
]
OPEN = [
    pytest.param([over(200)], id="a period without an end"),
    pytest.param([over(end=1)], id="a period without a start"),
    pytest.param([over(20)], id="begun weeks ago, without an end"),
    pytest.param([over(200, status="in-progress")], id="still given"),
    pytest.param([over(200, 1, status="unknown")], id="of no known status"),
    pytest.param(daily(1, dosage={"text": "10 mg daily, long-term"}), id="long-term"),
    pytest.param(daily(1, dosage={"text": "Dauermedikation"}), id="Dauermedikation"),
    pytest.param(daily(1, note=[{"text": "au long cours"}]), id="au long cours"),
]
SHORT = [
    pytest.param(daily(0), id="one dose"),
    pytest.param(daily(3, 2, 1), id="around an operation"),
    pytest.param([over(3, 1)], id="a period of days"),
    pytest.param([over(0)], id="begun today"),
    pytest.param([over(400, 250)], id="ended months ago"),
    pytest.param([over(900)], id="begun years ago"),
]


def test_doses_of_months_count_as_a_prescription_does():
    order = {"status": "active", "intent": "order", "authoredOn": days_ago(200)}
    order["medicationCodeableConcept"] = PREDNISOLONE
    prescribed = card_of(of_patient("MedicationRequest", "ordered", **order))
    card = card_of(over(200, 1))
    started = "since May 2026, T −1.5, no bone drug: start with this order"
    assert started in prescribed["summary"]
    assert started in card["summary"]


@pytest.mark.parametrize("entries", LONG)
def test_doses_of_months_are_a_long_course(entries):
    card = card_of(*entries)
    assert card["summary"].startswith("Prednisolone since ")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("entries", OPEN)
def test_doses_that_may_be_of_months_reassure_nobody(entries):
    card = card_of(*entries)
    assert "systemic steroid not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("entries", SHORT)
def test_a_few_doses_are_no_treatment(entries):
    card = card_of(*entries)
    assert "teroid" not in card["detail"]
    assert "below the usual" in card["detail"]


def test_weeks_of_doses_are_a_steroid_in_the_figure():
    assert "About 1 in 6" in card_of(over(30, 1))["summary"]
