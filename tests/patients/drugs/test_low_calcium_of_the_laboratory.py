"""A low calcium of the laboratory is named next to the bone drug; none is normal."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import LOINC, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    ROMOSOZUMAB,
    TERIPARATIDE,
    ZOLEDRONATE,
    cards_by_topic,
    chart,
    coded,
    given,
    statement,
)
from tests.patients.leaving import leave, leaving_chart

DENOSUMAB = "M05BX04"
TOTAL, TOTAL_MASS = "2000-8", "17861-6"
ADJUSTED, ADJUSTED_MASS = "29265-6", "46099-8"
IONISED, IONISED_BLOOD, IONISED_MASS = "1995-0", "1994-3", "17863-2"
V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CHECK = "check the drug first"
PROLIA = given("denosumab", DENOSUMAB, 170)


def calcium(
    value: float | None,
    code: str = TOTAL,
    unit: str = "mmol/L",
    *,
    days: float = 3,
    number: str = "ca",
    **members: Any,
) -> Any:
    """A final calcium of three days ago."""
    said = {
        "status": "final",
        "code": codeable(LOINC, code),
        "effectiveDateTime": days_ago(int(days)),
    }
    if value is not None:
        said["valueQuantity"] = {"value": value, "unit": unit}
    return of_patient("Observation", number, **said | members)


def limits(low: float, high: float, unit: str = "mmol/L") -> Any:
    return {
        "referenceRange": [
            {"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}
        ]
    }


def judged(code: str) -> Any:
    return {"interpretation": [codeable(V3, code)]}


def told_of(*record: Any) -> str:
    cards = cards_by_topic(chart(coded("M80.08XA"), *record))
    card = cards["rehabilitation"]
    return f"{card['summary']} {card.get('detail', '')}"


@pytest.mark.parametrize(
    "value",
    [
        calcium(1.80),
        calcium(7.2, TOTAL_MASS, "mg/dL"),
        calcium(2.05, ADJUSTED),
        calcium(8.2, ADJUSTED_MASS, "mg/dL"),
        calcium(0.95, IONISED),
        calcium(0.95, IONISED_BLOOD),
        calcium(3.8, IONISED_MASS, "mg/dL"),
        calcium(1.9, IONISED, "mEq/L"),
        calcium(2.10, **limits(2.15, 2.55)),
        calcium(8.4, TOTAL_MASS, "mg/dL", **limits(8.6, 10.2, "mg/dL")),
        calcium(2.10, **limits(8.6, 10.2, "mg/dL")),
        calcium(1.10, IONISED, **limits(1.15, 1.32)),
        calcium(2.12, **judged("L")),
        calcium(2.12, **judged("LL")),
        calcium(None, **judged("L")),
        calcium(2.12, interpretation=[{"text": "below reference range"}]),
        calcium(
            None,
            valueQuantity={"value": 1.9, "unit": "mmol/L", "comparator": "<"},
        ),
        calcium(1.8, days=25),
        calcium(1.8, status="corrected"),
    ],
)
def test_a_low_value_is_named_next_to_the_drug(value: Any) -> None:
    told = told_of(PROLIA, value)
    assert "low calcium" in told.lower()
    assert CHECK in told


@pytest.mark.parametrize(
    "value",
    [
        calcium(2.30),
        calcium(9.4, TOTAL_MASS, "mg/dL"),
        calcium(1.20, IONISED),
        # A total is low where albumin is, and its limits are not given.
        calcium(2.05),
        calcium(2.05, **judged("N")),
        calcium(1.95, **limits(1.90, 2.55)),
        calcium(1.8, days=60),
        calcium(1.8, status="entered-in-error"),
        calcium(1.8, focus=[{"reference": "Patient/other"}]),
        calcium(1.8, unit="mmol/24h"),
        calcium(9.4, unit="mmol/L"),
        calcium(None, dataAbsentReason={"text": "haemolysed"}),
        calcium(
            None, valueQuantity={"value": 1.9, "unit": "mmol/L"} | {"comparator": ">"}
        ),
        calcium(2.20, **limits(8.6, 10.2, "mg/dL")),
        calcium(1.8, code="2004-0"),
    ],
)
def test_any_other_value_is_not(value: Any) -> None:
    assert "calcium" not in told_of(PROLIA, value).lower()


@pytest.mark.parametrize(
    ("later", "is_named"),
    [
        (calcium(2.31, days=1, number="later"), False),
        (calcium(2.31, ADJUSTED, days=3, number="later"), False),
        (calcium(1.21, IONISED, days=3, number="later"), False),
        (calcium(2.05, days=1, number="later"), True),
        (calcium(2.31, days=5, number="later"), True),
        (calcium(2.31, days=1, number="later", status="entered-in-error"), True),
        (calcium(2.31, days=1, number="later", status="preliminary"), True),
        (calcium(None, days=1, number="later"), True),
        (calcium(2.31, days=1, number="later", unit="?"), True),
    ],
)
def test_a_value_that_is_not_low_answers_an_older_one(
    later: Any, is_named: Any
) -> None:
    told = told_of(PROLIA, calcium(1.80), later)
    assert ("low calcium" in told.lower()) is is_named


def test_a_total_does_not_answer_an_ionised_one() -> None:
    low = calcium(0.95, IONISED)
    assert "Low calcium" in told_of(PROLIA, low, calcium(2.31, days=1, number="b"))


def test_one_that_is_not_final_is_possible() -> None:
    assert "Possible low calcium" in told_of(PROLIA, calcium(1.8, status="preliminary"))


def test_each_drug_that_lowers_calcium_is_checked() -> None:
    for drug in (
        given("zoledronate", ZOLEDRONATE, 200),
        given("romosozumab", ROMOSOZUMAB, 20),
        statement("alendronate", ALENDRONATE, 300),
    ):
        assert "Low calcium (17 Nov)" in told_of(drug, calcium(1.8))
    teriparatide = statement("teriparatide", TERIPARATIDE, 100)
    assert "calcium (17" not in told_of(teriparatide, calcium(1.8))


def test_a_diagnosis_says_it_alone() -> None:
    told = told_of(PROLIA, calcium(1.8), problem("E83.51", days=10))
    assert "Hypocalcaemia" in told
    assert "ow calcium" not in told


def test_no_next_dose_is_booked_past_it() -> None:
    for dose in (PROLIA, given("zoledronate", ZOLEDRONATE, 200)):
        summary = leave(leaving_chart(dose, calcium(1.8)))[0]["summary"]
        assert CHECK in summary.lower()
        assert "ow calcium" in summary


def test_it_raises_no_card_where_no_bone_drug_is_taken() -> None:
    assert told_of(calcium(1.8)) == told_of()


def test_a_value_that_was_read_says_nothing_else() -> None:
    assert told_of(PROLIA, calcium(2.3)) == told_of(PROLIA)
