"""A list has a bone drug as completed: it is over or was one dose, and does not go on."""

import pytest

from tests.chart_builders import days_ago, dispensed, drug, of_patient, ordered
from tests.codes import ATC, codeable
from tests.patients.inpatients import cards_by_topic, chart, coded, statement
from tests.patients.leaving import leave, leaving_chart

ALENDRONATE = codeable(ATC, "M05BA04", "Alendronic acid 70 mg")
ORDER = drug("losartan", number="order", days=60, medicationCodeableConcept=ALENDRONATE)
AT_HOME = statement("alendronate", "M05BA04", 60)


def completed(days, code="M05BA04", **members):
    said = members or {"effectiveDateTime": days_ago(days)}
    return of_patient(
        "MedicationStatement",
        f"completed-{days}",
        status="completed",
        medicationCodeableConcept=codeable(ATC, code),
        **said,
    )


def card(*entries):
    record = chart(coded("M80.08XA", days=80), *entries)
    return cards_by_topic(record)["rehabilitation"]


def summary(*entries):
    return card(*entries)["summary"]


@pytest.mark.parametrize("days", [2, 60])
def test_what_is_completed_was_last_given_on_its_day(days):
    month = {2: "Nov", 60: "Sep"}[days]
    assert f"Alendronate last given {month} 2026: restart or" in summary(
        completed(days)
    )


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([AT_HOME, completed(2)], id="beside a list"),
        pytest.param([AT_HOME, completed(60)], id="as old as the list"),
        pytest.param([dispensed(ALENDRONATE, days=58), completed(2)], id="a supply"),
        pytest.param(
            [completed(2, dateAsserted=days_ago(2)), AT_HOME], id="a day of a list"
        ),
        pytest.param(
            [
                completed(
                    2,
                    effectivePeriod={"start": days_ago(2), "end": days_ago(2)},
                )
            ],
            id="a period of a day",
        ),
    ],
)
def test_it_does_not_continue(entries):
    words = summary(*entries)
    assert "lendronate" in words
    assert "continue" not in words


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([ORDER], id="ordered"),
        pytest.param([ORDER, AT_HOME], id="ordered and listed"),
    ],
)
def test_doses_under_an_order_in_force_are_asked_about(entries):
    doses = [completed(days) for days in (2, 9, 16)]
    assert "last intake Nov 2026: ask" in summary(*entries, *doses)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([dispensed(ALENDRONATE, days=58)], id="a supply"),
        pytest.param([statement("alendronate", "M05BA04", 30)], id="a list"),
    ],
)
def test_what_began_since_continues(entries):
    assert "continue" in summary(completed(65), *entries)


def test_teriparatide_that_is_completed_is_warned_of():
    shown = card(completed(100, "H05AA02"))
    assert "Teriparatide last given Aug 2026, nothing since" in shown["summary"]
    assert shown["indicator"] == "warning"


def test_an_injection_by_others_is_a_dose_that_acts():
    assert "Romosozumab started 10 Nov" in summary(completed(10, "M05BX06"))


def test_nobody_leaves_with_one_dose_as_a_treatment():
    record = leaving_chart(ordered("rehabilitation", days=1), completed(1))
    (words,) = [one["summary"] for one in leave(record)]
    assert "alendronate last given Nov 2026. Restart or change" in words
