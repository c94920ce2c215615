"""An order of a steroid whose own words end it, though it stayed on the list."""

import pytest

from tests.patients.reassuring import cards_of
from tests.patients.steroids import steroid


@pytest.mark.parametrize(
    ("title", "dosage"),
    [
        ("predniSONE 10 mg", "Take 4 tabs x3 days, then 3 x3, 2 x3, 1 x3 then stop"),
        ("predniSONE 20 mg", "as needed for gout flare"),
        ("predniSONE 40 mg rescue pack", "take 40 mg daily for 5 days if exacerbation"),
        ("methylPREDNISolone acetate 80 mg injection", ""),
        ("Kenalog-40 injection", ""),
    ],
)
def test_a_few_days_or_one_dose_are_no_steroid_of_months(title, dosage):
    card = cards_of(steroid(title, dosage, days=100))["rehabilitation"]
    assert "since" not in card["summary"]
    assert "rheumatology" not in card["summary"]
    assert "steroid" in card["detail"].partition("**Not known:**")[2]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("dosage", ["1 tablet daily", "5 mg daily, 10 mg as needed"])
def test_a_daily_dose_goes_on(dosage):
    card = cards_of(steroid("Prednisone 5 mg", dosage, days=100))["rehabilitation"]
    assert card["summary"].startswith("Prednisone since Aug 2026")


@pytest.mark.parametrize(
    "words",
    [
        *("once in theatre, chronic back pain", "single intraoperative dose"),
        *("stat, not for long-term use", "8 mg IV at induction for chronic pain"),
        "one dose only, chronic pain",
    ],
)
def test_one_dose_in_theatre_is_no_steroid_of_months(words):
    card = cards_of(steroid("Dexamethasone 8 mg", words, days=100))["rehabilitation"]
    assert "Dexamethasone since" not in card["summary"]
    assert "steroid not excluded" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("one dose in the morning", "20 mg stat then 5 mg", "stat, 5 mg daily"),
        *("intraop stress dose, continue home dose", "one dose with breakfast"),
        *("intraoperative cover; maintenance 5 mg", "1 dose per day"),
        *("one dose at bedtime", "take one dose at 8 am", "stat 40 mg, taper"),
        *("5 mg, steroid cover in theatre", "one-off 20 mg, usually 5 mg"),
        "5 mg alternate days; 50 mg at induction",
    ],
)
def test_a_dose_beside_an_ongoing_one_leaves_the_steroid(words):
    card = cards_of(steroid("Prednisone 5 mg", words, days=100))["rehabilitation"]
    assert card["summary"].startswith("Prednisone since Aug 2026")
