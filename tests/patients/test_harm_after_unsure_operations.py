"""An operation that was broken off may have done harm, and the card asks."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave

STATUSES = ["stopped", "on-hold", "unknown"]
PERHAPS = "Leaving, perhaps after kyphoplasty L1"


def summaries(*entries, **members):
    record = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(**members),
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
        *entries,
    )
    return [card["summary"] for card in leave(record)]


def diagnosis(code, days=1):
    return of_patient(
        "Condition",
        "harm",
        clinicalStatus=codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
        ),
        code=codeable(ICD, code),
        onsetDateTime=days_ago(days),
        recordedDate=days_ago(days),
    )


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("code", ["I26.99", "S72.001A", "W06.XXXA"])
def test_harm_since_its_day_is_asked_about(code, status):
    (summary,) = summaries(diagnosis(code), status=status)
    assert summary.startswith(PERHAPS)


@pytest.mark.parametrize("status", STATUSES)
def test_so_is_a_complication_of_its_own(status):
    (summary,) = summaries(status=status, complication=[{"text": "Cement leakage"}])
    assert summary.startswith(PERHAPS)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("code", "days"), [("I10", 1), ("I26.99", 90), ("K59.00", 1)])
def test_everyday_or_older_diagnoses_are_not(code, days, status):
    assert summaries(diagnosis(code, days), status=status) == []


def test_nor_is_harm_after_an_operation_without_a_day():
    members = {"performedDateTime": None, "encounter": None}
    assert summaries(diagnosis("I26.99"), **members) == []
