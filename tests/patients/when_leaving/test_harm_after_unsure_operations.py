"""An operation that was broken off may have done harm, and the card asks."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.leaving import (
    act_done,
    act_ordered,
    summaries_after,
)
from tests.patients.reassuring import imaging

STATUSES = ["stopped", "on-hold", "unknown", "finished", None]
PERHAPS = "Leaving, perhaps after kyphoplasty L1"


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
    (summary,) = summaries_after(diagnosis(code), status=status)
    assert summary.startswith(PERHAPS)


@pytest.mark.parametrize("status", STATUSES)
def test_so_is_a_complication_of_its_own(status):
    (summary,) = summaries_after(
        status=status, complication=[{"text": "Cement leakage"}]
    )
    assert summary.startswith(PERHAPS)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("code", "days"), [("I10", 1), ("I26.99", 90), ("K59.00", 1)])
def test_everyday_or_older_diagnoses_are_not(code, days, status):
    assert summaries_after(diagnosis(code, days), status=status) == []


def test_nor_is_harm_after_an_operation_without_a_day():
    members = {"performedDateTime": None, "encounter": None}
    assert summaries_after(diagnosis("I26.99"), **members) == []


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("members", "entry", "asked"),
    [
        pytest.param(
            {},
            imaging("New fracture T12.", days=1),
            "T12 perhaps not treated",
            id="report",
        ),
        pytest.param(
            {},
            imaging("Purple elephants.", days=1),
            "1 recent entry not understood",
            id="words",
        ),
        pytest.param(
            {"outcome": {"text": "Fall on ward"}}, None, "1 recent entry", id="outcome"
        ),
        pytest.param(
            {"followUp": [{"text": "T12 fracture, MRI"}]},
            None,
            "names an injury",
            id="follow-up",
        ),
        pytest.param(
            {}, act_ordered("Bone biopsy L1", days=2), "biopsy result pending", id="bx"
        ),
        pytest.param({}, act_done("Return to theatre"), "1 recent entry", id="again"),
    ],
)
def test_so_is_harm_in_words_and_a_result_to_come(members, entry, asked, status):
    (summary,) = summaries_after(*filter(None, [entry]), status=status, **members)
    assert summary.startswith(PERHAPS)
    assert asked in summary


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(imaging("Cement L1, no new fracture.", days=1), id="plain check"),
        pytest.param(act_done("Dressing change lumbar wound"), id="dressing"),
        pytest.param(act_ordered("Physiotherapy, gait training"), id="training"),
    ],
)
def test_what_is_ordinary_is_not(entry, status):
    assert summaries_after(entry, status=status) == []


@pytest.mark.parametrize("status", ["not-done", "preparation", "cancelled", "planned"])
def test_nothing_is_asked_after_one_that_was_not_begun(status):
    assert summaries_after(imaging("New fracture T12.", days=1), status=status) == []
