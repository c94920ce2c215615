"""At discharge, one dose, a week's supply or a ward's doses settle no bone drug."""

import pytest

from tests.chart_builders import days_ago, dispensed, of_patient, ordered
from tests.codes import ATC, UCUM, codeable
from tests.patients.inpatients import given
from tests.patients.leaving import appointment, leave, leaving_chart

ALENDRONATE = codeable(ATC, "M05BA04", "Alendronic acid 70 mg")
TERIPARATIDE = codeable(ATC, "H05AA02", "Teriparatide 20 micrograms")
WEEKLY = {"dosage": [{"text": "70 mg weekly"}]}


def _cards(*entries):
    record = leaving_chart(ordered("rehabilitation", days=1), *entries)
    return [card["summary"] for card in leave(record)]


def _days(value):
    return {"value": value, "unit": "d", "system": UCUM, "code": "d"}


def _listed(status="active", **members):
    said = {
        "status": status,
        "medicationCodeableConcept": ALENDRONATE,
        "effectivePeriod": {"start": days_ago(1)},
    }
    return of_patient("MedicationStatement", "listed", **said | members)


def _timed(**repeat):
    return {"dosage": [{"text": "70 mg", "timing": {"repeat": repeat}}]}


def _until(days):
    return {"effectivePeriod": {"start": days_ago(1), "end": days_ago(-days)}}


def _tablets(value, **members):
    return dispensed(
        ALENDRONATE, days=1, quantity={"value": value, "unit": "tablet"}, **members
    )


def _supplied(value, **members):
    return dispensed(ALENDRONATE, days=1, daysSupply=_days(value), **members)


def _for_home(**members):
    said = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(0),
        "medicationCodeableConcept": ALENDRONATE,
        "dosageInstruction": [{"text": "70 mg weekly"}],
    }
    return of_patient("MedicationRequest", "home", **said | members)


INPATIENT = {"category": [{"coding": [{"code": "inpatient"}]}]}
ONE_ON_THE_WARD = given("alendronate", "M05BA04", 1)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_listed(**_timed(boundsDuration=_days(7))), id="seven-days"),
        pytest.param(_listed(**_until(1)), id="until-tomorrow"),
        pytest.param(_listed(**_until(7)), id="for-a-week"),
        pytest.param(_listed(category={"text": "inpatient"}), id="of-the-ward"),
        pytest.param(_tablets(1), id="one-tablet"),
        pytest.param(_supplied(1), id="supply-of-a-day"),
        pytest.param(_supplied(7), id="supply-of-a-week"),
        pytest.param(
            _supplied(28, category={"text": "inpatient"}), id="dispensed-to-the-ward"
        ),
        pytest.param(
            _supplied(28, category=INPATIENT["category"][0]), id="the-same-by-code"
        ),
        pytest.param(ONE_ON_THE_WARD, id="one-administration"),
        pytest.param(given("teriparatide", "H05AA02", 1), id="one-teriparatide"),
        pytest.param(given("romosozumab", "M05BX06", 1), id="one-romosozumab"),
    ],
)
def test_one_dose_or_a_week_settles_nothing(entry):
    (card,) = _cards(entry)
    assert "started 19 Nov" in card
    assert "not found" in card


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_listed(dosage=[{"text": "70 mg once"}]), id="once"),
        pytest.param(_listed(**_timed(count=1)), id="count"),
        pytest.param(
            _listed("completed", effectivePeriod=None, effectiveDateTime=days_ago(1)),
            id="taken-on-a-day",
        ),
    ],
)
def test_one_dose_on_a_list_settles_nothing(entry):
    (card,) = _cards(entry)
    assert "last given Nov 2026" in card
    assert "Restart or change" in card


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([_listed(**WEEKLY)], id="on-the-list"),
        pytest.param([_listed()], id="without-a-dosage"),
        pytest.param([_listed(**_until(90))], id="for-three-months"),
        pytest.param([_listed(category={"text": "community"})], id="at-home"),
        pytest.param([_supplied(28)], id="supply-of-28-days"),
        pytest.param([_supplied(14)], id="supply-of-two-weeks"),
        pytest.param(
            [_supplied(84, category={"coding": [{"code": "community"}]})],
            id="at-the-pharmacy",
        ),
        pytest.param([_tablets(4)], id="four-tablets"),
        pytest.param([ONE_ON_THE_WARD, _for_home()], id="ward-and-order-for-home"),
        pytest.param([ONE_ON_THE_WARD, _listed(**WEEKLY)], id="ward-and-list"),
        pytest.param(
            [dispensed(TERIPARATIDE, days=1, quantity={"value": 1, "unit": "pen"})],
            id="a-pen",
        ),
        pytest.param(
            [
                given("romosozumab", "M05BX06", 31),
                given("romosozumab", "M05BX06", 1),
                appointment("Osteoporosis clinic", day="2026-12-18"),
            ],
            id="romosozumab-each-month-and-a-visit",
        ),
    ],
)
def test_what_goes_on_at_home_settles_the_drug(entries):
    assert _cards(*entries) == []


@pytest.mark.parametrize("drug", [("zoledronate", "M05BA08"), ("denosumab", "M05BX04")])
def test_an_injection_for_months_is_started_by_one_dose(drug):
    """Only the day of the next dose may be open."""
    cards = _cards(given(*drug, 1))
    assert all("Book it?" in card for card in cards)


def test_a_monthly_injection_that_was_left_out_settles_nothing():
    (card,) = _cards(
        given("romosozumab", "M05BX06", 70),
        given("romosozumab", "M05BX06", 40),
    )
    assert "next dose not found" in card


def test_the_order_of_the_ward_does_not_take_a_dose_home():
    (card,) = _cards(ONE_ON_THE_WARD, _for_home(**INPATIENT))
    assert "order for home not found" in card


@pytest.mark.parametrize(
    "words",
    [
        "70 mg once a week for 1 week",
        "70 mg weekly for 7 days",
        "70 mg einmal pro Woche für 1 Woche",
        "70 mg une fois par semaine pendant 1 semaine",
    ],
)
def test_one_tablet_a_week_for_a_week_does_not_take_a_dose_home(words):
    (card,) = _cards(ONE_ON_THE_WARD, _for_home(dosageInstruction=[{"text": words}]))
    assert "start not recorded" in card
