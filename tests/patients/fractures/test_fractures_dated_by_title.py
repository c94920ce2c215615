"""A vertebral fracture whose title alone has its year (facts F11 and F13).

A list that was typed at admission records everything on that day.
"""

import pytest

from tests.chart_builders import Resource, days_ago, problem
from tests.patients.reassuring import card_of


def titled(title: str, *, days: int = 100, **members: object) -> Resource:
    """Return a diagnosis without onset, recorded so many days ago."""
    entry = problem("M80.08XA", number="titled", code={"text": title})
    entry.pop("onsetDateTime", None)
    return {**entry, "recordedDate": days_ago(days), **members}


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Compression fracture of T8, 2018", 2018),
        ("VCF T7 (2019)", 2019),
        ("Wirbelkörperfraktur LWK 3 06/2023", 2023),
        ("Sinterungsfraktur BWK 8 2021", 2021),
        ("T12 compression fracture 3/2020", 2020),
    ],
)
def test_the_year_in_the_title_is_that_of_the_fracture(title, year):
    card = card_of(titled(title))
    assert card["indicator"] == "info"
    assert card["summary"].startswith(f"Earlier vertebral fracture ({year})")


def test_a_year_of_late_is_a_second_fracture():
    card = card_of(titled("Compression fracture of T8, 2025"))
    assert card["indicator"] == "warning"
    assert "in 2 years (T8, 2025)" in card["summary"]


def test_an_onset_counts_before_the_title():
    onset = {"onsetDateTime": days_ago(200)}
    card = card_of(titled("Compression fracture of T8, seen on CT 2018", **onset))
    assert card["indicator"] == "warning"


def test_without_a_year_the_day_of_recording_counts():
    card = card_of(titled("Compression fracture of T8"))
    assert "in 2 years (T8, Aug 2026)" in card["summary"]
