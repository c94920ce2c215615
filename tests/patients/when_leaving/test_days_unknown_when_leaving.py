"""A known name without a day says no less than unknown words do."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.leaving import STAY, summaries_after, summaries_beside

KNOWN = ["Heart failure", "Ischialgie", "Radius fracture", "Pulmonary embolism"]
OF_STAY = {"encounter": {"reference": f"Encounter/{STAY}"}}


def undated(words, **members):
    entry = problem("x", number="g", code={"text": words}, **members)
    del entry["recordedDate"]
    return entry


@pytest.mark.parametrize("words", [*KNOWN, "Blorbitis"])
@pytest.mark.parametrize("stay", [{}, OF_STAY])
def test_what_is_seldom_without_a_day_is_to_be_read(words, stay):
    assert len(summaries_beside(undated(words, **stay))) == 1


def test_so_is_a_grave_code_without_a_day():
    entry = problem("I26.99", number="g")
    del entry["recordedDate"]
    assert len(summaries_beside(entry)) == 1


@pytest.mark.parametrize("words", ["Hypertension", "Gonarthrose", "Nausea"])
@pytest.mark.parametrize("stay", [{}, OF_STAY])
def test_what_is_everyday_is_not(words, stay):
    assert summaries_beside(undated(words, **stay)) == []


def test_nor_is_what_another_stay_names():
    of_another = undated("Heart failure", encounter={"reference": "Encounter/other"})
    assert summaries_beside(of_another) == []


def recorded(hour, words="Heart failure"):
    """The summaries of a diagnosis of the day of an operation that ended at 11."""
    entry = problem(
        "x",
        number="g",
        code={"text": words},
        recordedDate=f"{days_ago(2)}T{hour}:00:00Z",
    )
    return summaries_after(entry, performedDateTime=f"{days_ago(2)}T11:00:00Z")


def test_recorded_hours_after_the_operation_it_is_to_be_read():
    assert len(recorded(15)) == 1


@pytest.mark.parametrize(("hour", "words"), [("08", "Heart failure"), (15, "Nausea")])
def test_recorded_before_it_or_everyday_it_is_not(hour, words):
    assert recorded(hour, words) == []
