"""A vertebral fracture whose onset is no date: its day of recording is not its own."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, UCUM, codeable
from tests.patients.reassuring import cards_of


def years(value):
    return {"value": value, "unit": "years", "system": UCUM, "code": "a"}


UNKNOWN = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}


def card_with(code="S22.060A", *, days=700, **onset):
    fracture = problem(code, number="g", days=days, code=codeable(ICD, code), **onset)
    return cards_of(fracture)["rehabilitation"]


# The patient turned 76 on 15 January 2026.
@pytest.mark.parametrize("code", ["M80.08XA", "S22.060A"])
@pytest.mark.parametrize(
    ("onset", "year"),
    [
        pytest.param({"onsetAge": years(60)}, "2010", id="age"),
        pytest.param({"onsetString": "2005"}, "2005", id="year"),
        pytest.param({"onsetString": "March 2005"}, "2005", id="month"),
        pytest.param({"onsetString": "about 10 years ago"}, "2014", id="years ago"),
        pytest.param(
            {"onsetRange": {"low": years(60), "high": years(60)}}, "2010", id="range"
        ),
    ],
)
def test_it_is_dated_by_its_onset(code, onset, year):
    card = card_with(code, **onset)
    assert card["indicator"] == "info"
    assert card["summary"].startswith(f"Earlier vertebral fracture ({year})")


@pytest.mark.parametrize(
    "onset",
    [
        pytest.param(
            {"onsetRange": {"low": years(55), "high": years(60)}}, id="some years"
        ),
        pytest.param({"onsetString": "2005 or 2010"}, id="two years"),
        pytest.param({"onsetString": "long ago"}, id="words"),
        pytest.param({"onsetAge": {"value": 60}}, id="age without a unit"),
        pytest.param({"_onsetDateTime": UNKNOWN}, id="unknown"),
    ],
)
def test_an_onset_that_tells_no_year_dates_nothing(onset):
    card = card_with(**onset)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture, T")


@pytest.mark.parametrize(
    "onset",
    [
        pytest.param({"onsetString": "2025"}, id="year"),
        pytest.param({"onsetString": "03/2025"}, id="month"),
        pytest.param({"onsetAge": years(75)}, id="age"),
    ],
)
def test_one_of_two_years_is_still_warned_of(onset):
    card = card_with(days=230, **onset)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in 2 years")


def test_a_month_in_words_is_that_month_alone():
    card = card_with(onsetString="03/2024")
    assert card["summary"].startswith("Earlier vertebral fracture (2024)")


def test_a_day_of_onset_dates_it_as_before():
    card = card_with(onsetDateTime=days_ago(700))
    assert card["summary"].startswith(
        "Second vertebral fracture in 2 years (T7, T8, Dec 2024)"
    )
