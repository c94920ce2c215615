"""A ward with monitors, or the note of a visit, may be the only word of harm."""

import pytest

from tests.chart_builders import days_ago, inpatient
from tests.patients.inpatients import statement
from tests.patients.leaving import (
    appointment,
    everything_arranged,
    leave,
    leaving_chart,
    summaries_beside,
)

TAKEN = statement("alendronate", "M05BA04", 1)


def left_after(name, *, start=1, end=None, **members):
    """The summaries of a stay with a place from so many days ago on."""
    place = {"location": {"display": name}, "status": "completed"} | members
    if start is not None:
        place["period"] = {"start": f"{days_ago(start)}T22:00:00Z"}
        place["period"] |= {"end": f"{days_ago(end)}T09:00:00Z"} if end else {}
    stay = inpatient() | {"location": [place]}
    others = [
        one
        for one in leaving_chart(*everything_arranged(), TAKEN)
        if one["resourceType"] != "Encounter"
    ]
    return [card["summary"] for card in leave((*others, stay))]


@pytest.mark.parametrize("name", ["ICU", "Intensivstation 2", "HDU", "重症监护室"])
def test_intensive_care_of_a_later_day_is_to_be_read(name):
    assert "not understood" in left_after(name)[0]


@pytest.mark.parametrize("start", [2, None])
def test_so_is_one_that_did_not_end_with_the_first_night(start):
    assert len(left_after("ICU", start=start)) == 1


def test_a_location_that_the_stay_contains_names_it():
    inside = {"resourceType": "Location", "id": "l", "name": "Intensive care"}
    stay = inpatient() | {
        "contained": [inside],
        "location": [{"location": {"reference": "#l"}}],
    }
    others = [
        one
        for one in leaving_chart(*everything_arranged(), TAKEN)
        if one["resourceType"] != "Encounter"
    ]
    assert len(leave((*others, stay))) == 1


@pytest.mark.parametrize(
    "place",
    [
        {"name": "Ward 3B"},
        {"name": "Recovery room", "start": 2, "end": 2},
        {"name": "Operating theatre 2", "start": 2, "end": 2},
        {"name": "ICU", "start": 2, "end": 1},
        {"name": "ICU", "start": 8, "end": 5},
        {"name": "ICU", "status": "planned"},
    ],
)
def test_a_ward_and_the_first_night_are_ordinary(place):
    assert left_after(**place) == []


def visit_with(element, words):
    visit = appointment("Wound check", day="2026-11-25", number="w")
    return summaries_beside(visit | {element: words})


@pytest.mark.parametrize("element", ["comment", "patientInstruction"])
@pytest.mark.parametrize(
    "words",
    [
        "wound leaks",
        "fever since last night",
        "Wunde nässt, Fieber",
        "suspected DVT",
        "fell yesterday, hip pain",
        "la plaie coule",
        "傷口から浸出液",
    ],
)
def test_harm_in_the_note_of_a_visit_is_to_be_read(element, words):
    assert len(visit_with(element, words)) == 1


@pytest.mark.parametrize("element", ["comment", "patientInstruction"])
@pytest.mark.parametrize(
    "words",
    [
        "Bring medication list",
        "Daughter will drive",
        "Call if fever",
        "Come back if fever or wound leaks",
        "Bei Fieber sofort melden",
        "wound dry, no fever",
        "wound open to air",
        "Wunde nicht nass machen",
        "prevent falls",
    ],
)
def test_an_ordinary_note_of_a_visit_is_not(element, words):
    assert visit_with(element, words) == []
