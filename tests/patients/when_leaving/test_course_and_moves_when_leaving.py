"""A complaint in how the operation went, and a move to a monitor, are asked about."""

import pytest

from tests.chart_builders import days_ago
from tests.patients.leaving import act_done, act_ordered, cards_beside, summaries_after

COMPLAINTS = [
    *("Chest pain post-op", "Shortness of breath", "Dyspnoea", "Collapse", "SOB"),
    *("Leg swelling", "Severe pain", "Wheeze", "Atemnot", "Starke Schmerzen"),
    *("Douleur thoracique", "Essoufflement", "Dolor torácico", "Dolore toracico"),
]


@pytest.mark.parametrize("words", COMPLAINTS)
def test_a_complaint_in_the_outcome_follow_up_or_note_is_asked_about(words):
    assert summaries_after(outcome={"text": words})
    assert summaries_after(followUp=[{"text": words}])
    assert summaries_after(note=[{"text": words}])


@pytest.mark.parametrize(
    "words",
    [
        *("Good", "Successful", "Pain relief", "Uneventful", "No chest pain"),
        *("Good pain relief", "Less pain", "Severe pain relieved"),
        *("Haemodynamically stable", "Return if fever", "Call the ward if chest pain"),
        *("No fever or shortness of breath", "Physiotherapy", "X-ray in 6 weeks"),
    ],
)
def test_an_ordinary_course_is_not(words):
    assert summaries_after(outcome={"text": words}) == []
    assert summaries_after(followUp=[{"text": words}]) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Transfer to ICU for monitoring", "Transfer to HDU", "ICU transfer"),
        *("Verlegung auf IMC", "Verlegung auf Intensivstation zur Überwachung"),
        *("Transfert en réanimation pour surveillance", "Traslado a la UCI"),
    ],
)
def test_a_move_to_a_monitor_on_a_later_day_is_asked_about(title):
    assert cards_beside(act_ordered(title))
    assert cards_beside(act_done(title))


@pytest.mark.parametrize(
    "title",
    [
        *("Transfer to ward", "Transfer from ICU to ward", "Telemetry"),
        *("Planned ICU admission after surgery", "Transfer to HDU from ICU"),
        *("Vital signs monitoring", "Verlegung auf Normalstation"),
    ],
)
def test_an_ordinary_move_or_a_planned_one_is_not(title):
    assert cards_beside(act_ordered(title)) == []


@pytest.mark.parametrize(
    "title",
    ["ICU transfer for monitoring", "Transfer to HDU", "Verlegung auf IMC"],
)
def test_nor_is_one_of_the_day_of_the_operation(title):
    assert cards_beside(act_ordered(title, authoredOn=days_ago(2))) == []
