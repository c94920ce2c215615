"""The operation of the present fracture is no sign of an earlier one."""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import cards_of, dated

WORDED = {"text": "Kyphoplasty L1"}
L1 = codeable(ICD, "S32.010A")
BROKEN = dated(L1, days=20, number="l1")


def operated(days, code=WORDED, *, written=""):
    when = {"performedDateTime": written or days_ago(days), "code": code}
    return of_patient("Procedure", "done", status="completed", **when)


@pytest.mark.parametrize("code", [WORDED, codeable(CPT, "22514")])
@pytest.mark.parametrize("days", [1, 5, 10, 19, 20])
def test_the_treated_vertebra_is_no_second_fracture(days, code):
    card = cards_of(BROKEN, operated(days, code))["rehabilitation"]
    assert card["indicator"] == "info"
    assert "ertebral fracture" not in card["summary"]
    assert "earlier vertebral fracture not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


def test_nor_is_it_months_later():
    card = cards_of(dated(L1, days=100, number="l1"), operated(90))["rehabilitation"]
    assert card["indicator"] == "info"
    assert "vertebral fracture in 2 years" not in card["summary"]


def test_nor_with_a_code_of_no_level_or_an_entry_of_a_later_visit():
    fracture = dated(codeable(ICD, "M80.08XA"), days=20, number="l1")
    anew = problem("S32.010D", number="anew", days=2)
    card = cards_of(fracture, anew, operated(10))["rehabilitation"]
    assert card["indicator"] == "info"


@pytest.mark.parametrize(
    "done",
    [
        pytest.param(operated(0, written="2026"), id="year"),
        pytest.param(operated(0, written="2026-10"), id="month"),
        pytest.param(operated(21), id="the day before the onset"),
        pytest.param(operated(27), id="a week before the onset"),
        pytest.param(operated(5, {"text": "Kyphoplasty L1-L2"}), id="two vertebrae"),
    ],
)
def test_nor_if_its_day_is_not_exact_or_it_treated_another_vertebra_too(done):
    card = cards_of(BROKEN, done)["rehabilitation"]
    assert card["indicator"] == "info"
    assert "ertebral fracture" not in card["summary"]
    assert "earlier vertebral fracture not excluded" in card["detail"]


def test_nor_if_the_fracture_is_dated_to_its_year():
    fracture = problem("S32.010A", number="l1", onsetDateTime="2026")
    card = cards_of(fracture, operated(10))["rehabilitation"]
    assert card["indicator"] == "info"
    assert "vertebral fracture in 2 years" not in card["summary"]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param((BROKEN, operated(10, {"text": "Kyphoplasty T12"})), id="another"),
        pytest.param((BROKEN, operated(40)), id="before it broke"),
        pytest.param((BROKEN, operated(0, written="2026-09")), id="the month before"),
        pytest.param((BROKEN, operated(0, written="2025")), id="the year before"),
        pytest.param(
            (BROKEN, operated(10, {"text": "Kyphoplasty T11-T12"})), id="two others"
        ),
        pytest.param(
            (BROKEN, dated(L1, days=70, number="first"), operated(60)), id="anew"
        ),
        pytest.param((BROKEN, operated(400)), id="long ago"),
    ],
)
def test_an_operation_of_another_fracture_is_a_second_one(record):
    card = cards_of(*record)["rehabilitation"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in 2 years")
