"""A list or an order says in its dosage when a bone drug ends, or that it is over.

The status stays "active" and the period of intake has no end: nobody continues a tablet
that ended ten days ago.
"""

import pytest

from tests.chart_builders import days_ago, dispensed, drug, of_patient, ordered
from tests.codes import ATC, UCUM, codeable
from tests.patients.inpatients import cards_by_topic, chart, coded, given, statement
from tests.patients.leaving import leave, leaving_chart

ALENDRONATE = codeable(ATC, "M05BA04", "Alendronic acid 70 mg")
WEEKLY = {"frequency": 1, "period": 1, "periodUnit": "wk"}
HANDED_OVER = dispensed(ALENDRONATE, days=58)


def until(start, end):
    return {"boundsPeriod": {"start": days_ago(start), "end": days_ago(end)}}


def weeks(value, unit="wk"):
    length = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {"boundsDuration": length}


def timed(*repeats):
    return [{"text": "70 mg", "timing": {"repeat": one}} for one in repeats]


def listed(*repeats, name="alendronate", code="M05BA04", start=60, more=()):
    return statement(name, code, start) | {"dosage": [*timed(*repeats), *more]}


def since(days, *repeats, **members):
    said = {"medicationCodeableConcept": ALENDRONATE} | members
    dosage = {"dosageInstruction": timed(*repeats)} if repeats else {}
    return drug("losartan", number=f"order-{days}", days=days, **said | dosage)


def reported(**members):
    said = {"status": "active", "medicationCodeableConcept": ALENDRONATE}
    return of_patient("MedicationStatement", "reported", **said | members)


def card(*entries, fracture=80):
    record = chart(coded("M80.08XA", days=fracture), *entries)
    return cards_by_topic(record)["rehabilitation"]


def summary(*entries):
    return card(*entries)["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(listed(until(60, 10)), id="a period"),
        pytest.param(listed(weeks(4)), id="a length"),
        pytest.param(listed(weeks(48, "h")), id="hours"),
        pytest.param(
            listed({"boundsRange": {"high": weeks(4)["boundsDuration"]}}), id="a range"
        ),
        pytest.param(listed(WEEKLY | {"count": 4}), id="a number of doses"),
        pytest.param(listed(until(60, 30), until(30, 10)), id="two dosages"),
        pytest.param(
            reported(effectiveDateTime=days_ago(2), dosage=timed(until(60, 10))),
            id="a list of later",
        ),
        pytest.param(
            reported(effectiveDateTime=days_ago(60), dosage=timed(weeks(4))),
            id="a length from the day of a list",
        ),
        pytest.param(reported(dosage=timed(until(60, 10))), id="a list without a day"),
        pytest.param(
            listed()
            | {"dosage": [{"timing": {"event": ["2026-09-21", "2026-10-12"]}}]},
            id="the days of its doses",
        ),
    ],
)
def test_a_list_whose_dosage_ended_does_not_continue(entry):
    assert "lendronate stopped" in summary(entry)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(listed(until(60, -30)), id="a period to come"),
        pytest.param(listed(weeks(12)), id="a length to come"),
        pytest.param(listed(WEEKLY | {"count": 12}), id="doses to come"),
        pytest.param(
            listed(until(60, 30), {"boundsPeriod": {"start": days_ago(30)}}),
            id="a second dosage that goes on",
        ),
        pytest.param(
            listed({"boundsPeriod": {"end": "9999-12-31"}}), id="an end for none"
        ),
        pytest.param(
            listed()
            | {
                "dosage": [
                    {"sequence": 1, "timing": {"repeat": weeks(4)}},
                    {"sequence": 2, "timing": {"repeat": weeks(8)}},
                ]
            },
            id="steps of one course",
        ),
    ],
)
def test_one_whose_dosage_goes_on_continues(entry):
    assert "continue" in summary(entry)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            listed(until(60, 30), more=[{"text": "then"}]), id="more without a time"
        ),
        pytest.param(listed(weeks(4, "Mal")), id="an unknown unit"),
        pytest.param(listed({"count": 4}), id="doses without a pace"),
        pytest.param(
            listed({"boundsRange": {"low": weeks(4)["boundsDuration"]}}), id="at least"
        ),
    ],
)
def test_an_end_that_is_not_clear_is_asked_about(entry):
    words = summary(entry)
    assert "ask" in words
    assert "continue" not in words


def test_teriparatide_that_ended_in_its_dosage_is_warned_of():
    entry = listed(until(700, 100), name="teriparatide", code="H05AA02", start=700)
    shown = card(entry)
    assert "Teriparatide ended Aug 2026, nothing since" in shown["summary"]
    assert shown["indicator"] == "warning"


def test_a_tablet_of_three_weeks_does_not_close_overdue_denosumab():
    shown = card(given("denosumab", "M05BX04", 250), listed(until(100, 80), start=100))
    assert "Denosumab overdue" in shown["summary"]
    assert shown["indicator"] == "warning"


@pytest.mark.parametrize(
    ("name", "code"),
    [("zoledronate", "M05BA08"), ("romosozumab", "M05BX06")],
)
@pytest.mark.parametrize(
    "repeat",
    [
        pytest.param({"count": 1}, id="one dose"),
        pytest.param(until(100, 100), id="its day"),
    ],
)
def test_the_day_of_one_injection_is_no_end(name, code, repeat):
    assert "continue" in summary(listed(repeat, name=name, code=code, start=100))


def test_nor_is_the_order_of_one():
    order = {"medicationCodeableConcept": codeable(ATC, "M05BX06", "Romosozumab")}
    entries = since(10, {"count": 1}, **order), given("romosozumab", "M05BX06", 10)
    assert "continue" in summary(*entries)


def test_romosozumab_that_ended_in_its_dosage_is_warned_of():
    entry = listed(weeks(6, "mo"), name="romosozumab", code="M05BX06", start=200)
    assert "Romosozumab ended Oct 2026, nothing since" in summary(entry)


def test_one_tablet_on_a_list_was_last_given_on_its_day():
    assert "Alendronate last given Sep 2026" in summary(listed({"count": 1}))


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(since(60, until(60, 10)), id="a period"),
        pytest.param(since(60, until(60, 10), status="completed"), id="completed"),
        pytest.param(since(60, weeks(4)), id="a length"),
        pytest.param(since(60, WEEKLY | {"count": 4}), id="a number of doses"),
        pytest.param(
            since(
                60,
                until(60, 10),
                dispenseRequest={"validityPeriod": {"end": days_ago(-300)}},
            ),
            id="valid for a year",
        ),
    ],
)
@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(HANDED_OVER, id="dispensed"),
        pytest.param(statement("alendronate", "M05BA04", 60), id="listed"),
    ],
)
def test_an_order_whose_dosage_ended_does_not_continue(order, beside):
    words = summary(order, beside)
    assert "lendronate" in words
    assert "continue" not in words


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(HANDED_OVER, id="dispensed"),
        pytest.param(statement("alendronate", "M05BA04", 60), id="listed"),
    ],
)
@pytest.mark.parametrize(
    "dosages",
    [
        pytest.param([*timed(until(60, 10)), {"text": "then"}], id="more without time"),
        pytest.param(timed(weeks(4, "Mal")), id="an unknown unit"),
    ],
)
def test_an_order_whose_end_is_not_clear_is_asked_about(dosages, beside):
    words = summary(since(60, dosageInstruction=dosages), beside)
    assert "ask" in words
    assert "continue" not in words


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([since(60, until(60, 10)), since(14)], id="a newer order"),
        pytest.param(
            [since(60, weeks(4, "Mal")), since(14)], id="a newer order, not clear"
        ),
        pytest.param(
            [since(60, until(60, 10)), dispensed(ALENDRONATE, days=5)],
            id="a newer supply",
        ),
        pytest.param(
            [since(60, weeks(4), dispenseRequest={"numberOfRepeatsAllowed": 3})],
            id="repeats",
        ),
        pytest.param(
            [
                since(
                    60,
                    weeks(4),
                    dispenseRequest={
                        "expectedSupplyDuration": weeks(26)["boundsDuration"]
                    },
                )
            ],
            id="a longer supply",
        ),
        pytest.param(
            [since(60, until(60, 10), {"boundsPeriod": {"start": days_ago(10)}})],
            id="a second dosage that goes on",
        ),
    ],
)
def test_one_that_was_renewed_continues(entries):
    assert "continue" in summary(*entries, HANDED_OVER)


def test_a_supply_ends_with_its_dosage():
    supply = HANDED_OVER | {"dosageInstruction": timed(until(58, 40))}
    assert "Alendronate supply ended" in summary(supply)


def _leaving(*entries):
    return [one["summary"] for one in leave(leaving_chart(*entries))]


TRAINING = ordered("rehabilitation", days=1)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(listed(until(10, 1), start=10), id="listed"),
        pytest.param(
            since(
                8,
                until(8, 1),
                dispenseRequest={"validityPeriod": {"end": days_ago(-300)}},
            ),
            id="ordered",
        ),
    ],
)
def test_nobody_leaves_without_a_word_on_a_tablet_that_ended_yesterday(entry):
    (words,) = _leaving(TRAINING, entry)
    assert "alendronate stopped Nov 2026" in words


def test_nor_on_one_that_ends_in_three_days():
    (words,) = _leaving(TRAINING, listed(until(1, -3), start=1))
    assert "order for home not found" in words


def test_one_that_lasts_for_months_settles_it():
    assert _leaving(TRAINING, listed(until(1, -90), start=1)) == []
