"""Entries that say nothing, or say it in a place of their own, at discharge."""

from typing import Any

import pytest

from tests.chart_builders import PATIENT, Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    STAY,
    cards_beside,
    everything_arranged,
    kyphoplasty_done,
    leave,
    pathology,
    summaries_beside,
)
from tests.patients.reassuring import RADIOLOGY

HIP = "hip fracture (19 Nov). Read before leaving."
EMBOLISM = "grave illness since the operation. Read before leaving."
PATIENT_NAME = f"Patient/{PATIENT}"


def biopsy() -> Resource:
    title = {"text": "Bone biopsy L1"}
    said = {"status": "completed", "intent": "order", "code": title}
    return of_patient("ServiceRequest", "bx", **said, authoredOn=days_ago(2))


def test_an_empty_final_report_is_no_result_of_a_biopsy() -> None:
    empty = pathology(order="bx")
    empty.pop("conclusion", None)
    (said,) = summaries_beside(biopsy(), empty)
    assert "biopsy result pending" in said


def test_one_that_says_something_is() -> None:
    told = pathology(order="bx") | {"conclusion": "Osteoporotic bone. No malignancy."}
    assert cards_beside(biopsy(), told) == []


def stay_with(
    code: str, *, reference: str = "#c1", of: str = PATIENT_NAME, status: str = ""
) -> Resource:
    """The present stay, which contains a diagnosis that began yesterday."""
    return {
        "resourceType": "Encounter",
        "id": STAY,
        "status": status or "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": PATIENT_NAME},
        "period": {"start": days_ago(4)},
        "contained": [
            {
                "resourceType": "Condition",
                "id": "c1",
                "subject": {"reference": of},
                "code": codeable(ICD, code),
                "onsetDateTime": days_ago(1),
            }
        ],
        "diagnosis": [{"condition": {"reference": reference}}],
    }


def said_of_stay(stay: Resource) -> str:
    taken = statement("alendronate", "M05BA04", 1)
    arranged = (coded("M80.08XA", days=20), kyphoplasty_done(), *everything_arranged())
    usual = chart(*arranged, taken)
    record = [one for one in usual if one["resourceType"] != "Encounter"]
    cards = leave((*record, stay))
    return cards[0]["summary"] if cards else ""


@pytest.mark.parametrize(("code", "said"), [("S72.001A", HIP), ("I26.99", EMBOLISM)])
def test_a_diagnosis_that_the_stay_contains_is_read(code: str, said: str) -> None:
    assert said in said_of_stay(stay_with(code))


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param(stay_with("S72.001A", of="Patient/other"), id="of another"),
        pytest.param(stay_with("I10"), id="everyday"),
    ],
)
def test_nobody_elses_and_no_everyday_one_is(stay: Any) -> None:
    said = said_of_stay(stay)
    assert HIP not in said
    assert EMBOLISM not in said


@pytest.mark.parametrize("day", ["18.11.2026", "Nov 18 2026", "gestern", "11/18/2026"])
def test_an_operation_whose_day_is_no_date_has_the_card_without_a_day(day: str) -> None:
    treated = coded("M80.08XA", days=20)
    (card,) = leave(chart(treated, kyphoplasty_done(performedDateTime=day)))
    (without,) = leave(chart(treated, kyphoplasty_done(performedDateTime=None)))
    assert card["summary"] == without["summary"]
    assert "Leaving after kyphoplasty L1: " in card["summary"]


@pytest.mark.parametrize("title", ["X-ray lumbar spine", "Röntgen LWS"])
def test_an_x_ray_that_is_a_file_alone_is_named_as_not_read(title: str) -> None:
    report = of_patient(
        "DiagnosticReport",
        "file",
        status="final",
        category=[RADIOLOGY],
        code={"text": title},
        effectiveDateTime=days_ago(1),
        presentedForm=[{"contentType": "application/pdf", "url": "Binary/1"}],
    )
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), report)
    (card,) = leave(record)
    assert "the words of a report not fully understood" in card["detail"]
