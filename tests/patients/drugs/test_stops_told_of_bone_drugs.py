"""A task or a message that puts a bone drug off, and one that tells of years ago."""

import pytest

from tests.chart_builders import (
    ask,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    act_ordered,
    everything_arranged,
    leave,
    leaving_chart,
)

GIVEN = of_patient(
    "MedicationAdministration",
    "den",
    status="completed",
    medicationCodeableConcept={"text": "denosumab 60 mg"},
    effectiveDateTime=days_ago(100),
)
PUT_OFF = [
    *("Stop Prolia", "Defer Prolia", "Delay denosumab", "Hold Prolia"),
    *("Postpone denosumab injection", "Prolia verschieben", "Denosumab pausieren"),
    *("Reporter Prolia", "Aplazar denosumab", "Rinviare denosumab"),
    *("Prolia uitstellen", "Odroczyć denosumab", "プラリア延期", "推迟地舒单抗"),
    "프롤리아 연기",
]
GOES_ON = [
    *("Give Prolia", "Do not delay Prolia", "Do not stop Prolia", "Book denosumab"),
    *("Prolia due 10 Feb", "Continue Prolia"),
]
YEARS_AGO = [
    *("Denosumab discontinued in 2019", "Denosumab stopped 2019"),
    *("Prolia abgesetzt 2019", "Prolia was held in 2018"),
]
# A stop of today of a drug that began in an earlier year.
STARTED_YEARS_AGO = [
    *("Stop denosumab started 2019", "Stop Prolia taken since 2018"),
    *("Discontinue denosumab first given 2020", "Please hold Prolia begun in 2019"),
    *("Denosumab absetzen nach Beginn 2018", "Arrêter denosumab débuté en 2019"),
    "Denosumab to be stopped after starting 2019",
    *("Suspender denosumab iniciado en 2019", "Prolia stoppen gestart 2018"),
]


def signed_with(words, *record):
    task = drafted("Task", "t", status="requested", intent="order", description=words)
    of = chart(coded("M80.08XA", days=20), *record)
    (card,) = ask(order_sign(of, kyphoplasty(), task))
    return card["summary"]


def left_with(order):
    (card,) = leave(leaving_chart(*everything_arranged(), GIVEN, order))
    return card["summary"]


@pytest.mark.parametrize("words", PUT_OFF)
def test_what_a_task_puts_off_is_stopped(words):
    assert "Denosumab stopped Nov 2026" in signed_with(words, GIVEN)


@pytest.mark.parametrize("words", [*GOES_ON, *YEARS_AGO])
def test_what_goes_on_or_was_stopped_years_before_a_dose_is_not(words):
    assert "next due 12 Feb" in signed_with(words, GIVEN)


@pytest.mark.parametrize("words", YEARS_AGO)
def test_a_stop_of_years_ago_without_a_dose_is_a_rebound(words):
    assert "rebound risk" in signed_with(words)


def test_a_tablet_that_was_stopped_years_ago_is_of_that_year():
    assert "2015" in signed_with("Alendronate stopped in 2015")


@pytest.mark.parametrize("words", [*YEARS_AGO, "Do not stop Prolia"])
def test_an_order_that_tells_of_years_ago_withholds_nothing(words):
    assert "next denosumab due 12 Feb" in left_with(act_ordered(words))


@pytest.mark.parametrize("words", YEARS_AGO)
def test_nor_does_a_note_at_an_order(words):
    order = act_ordered("Physiotherapy", note=[{"text": words}])
    assert "next denosumab due 12 Feb" in left_with(order)


@pytest.mark.parametrize("words", STARTED_YEARS_AGO)
def test_the_year_in_which_a_drug_began_is_not_that_of_its_stop(words):
    assert "Denosumab stopped Nov 2026" in signed_with(words, GIVEN)
    assert "perhaps withheld" in left_with(act_ordered(words))
    note = act_ordered("Physiotherapy", note=[{"text": words}])
    assert "perhaps withheld" in left_with(note)


@pytest.mark.parametrize("words", ["Stop Prolia", "Denosumab on hold since 2019"])
def test_what_is_stopped_still_is_asked_about(words):
    assert "perhaps withheld" in left_with(act_ordered(words))
