"""A broken hip limits training and a brace's end for six weeks, by any day it has.

Later a hip fracture asks for training (fact F12; cards page, E10).
"""

import pytest

from tests.chart_builders import cards_for, kyphoplasty, problem
from tests.patients.inpatients import chart, coded, worn
from tests.patients.reassuring import cards_of

END = "Set end 15 Jan 2027"
REHABILITATION = "Refer to rehabilitation"
HEALS = "may still be healing"


def chosen(*entries):
    """Return the labels that are pre-selected next to a brace without an end."""
    record = chart(coded("M80.08XA", days=20), *entries)
    cards = cards_for(record, kyphoplasty(), worn("TLSO"))
    return {
        one["label"]
        for card in cards.values()
        for one in card.get("suggestions", ())
        if one.get("isRecommended")
    }


def recorded(code, days):
    return problem(code, number="hip", days=days)


@pytest.mark.parametrize("code", ["S72.001A", "S72.141D"])
@pytest.mark.parametrize("days", [60, 200, 400])
def test_a_day_of_recording_makes_a_hip_old(code, days):
    assert END in chosen(recorded(code, days))


@pytest.mark.parametrize("days", [3, 40])
def test_a_hip_recorded_of_late_holds_both_back(days):
    assert not chosen(recorded("S72.001A", days)) & {END, REHABILITATION}


@pytest.mark.parametrize(
    "title",
    [
        *("Schenkelhalsfraktur 2015", "hip fracture 2012", "Hip fracture Aug 2026"),
        *("fractura de cadera 2019", "大腿骨頸部骨折 2018", "Hypertonie, SHF 2015"),
        *("fracture du col du fémur 2018", "pertrochantäre Fraktur 2020"),
    ],
)
@pytest.mark.parametrize("days", [None, 10])
def test_a_day_in_the_title_makes_a_hip_old(title, days):
    entry = problem("x", number="hip", days=days or 1, code={"text": title})
    if days is None:
        del entry["recordedDate"]
    detail = cards_of(entry)["rehabilitation"]["detail"]
    assert HEALS not in detail


@pytest.mark.parametrize(
    "title",
    ["Hypertonie 2015, Schenkelhalsfraktur", "hip fracture", "Hip fracture Nov 2026"],
)
def test_a_year_of_something_else_does_not(title):
    entry = problem("x", number="hip", days=10, code={"text": title})
    assert HEALS in cards_of(entry)["rehabilitation"]["detail"]
