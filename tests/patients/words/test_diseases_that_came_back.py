"""A disease of years ago that came back, or is still there: its year dates nothing.

"Discitis 2019, now recurrence" names one year, and it is not that of the discitis which
is there now. "Discitis 2019, still on antibiotics" is not over.
"""

import pytest

from tests.patients.places import (
    DEFICIT,
    INFECTION,
    as_reason,
    listed,
    noted_when_leaving,
)

INFECTIONS = [
    "Discitis 2019, now recurrence",
    "Discitis 2019, recurrence",
    "Discitis L4/5 2018, recurred now",
    "Diszitis 2019, jetzt Rezidiv",
    "Spondylodiscite 2018, récidive",
    "Discitis 2019, ongoing",
    "Discitis 2019, still on antibiotics",
    "Discitis 2019, not healed",
    "Discitis 2019, CRP rising",
    "Discitis 2019, new abscess",
    "Discitis 2019, second episode",
    "Diszitis 2019, weiterhin aktiv",
    "Diszitis 2019, nicht ausgeheilt",
    "Spondylodiscite 2019, sous antibiotiques",
    "椎间盘炎2019年，未愈",
]
DEFICITS = [
    "Paraparesis 2015, now recurred",
    "Foot drop 2016, recurrence",
    "Fußheberparese 2016, jetzt Rezidiv",
    "Foot drop 2016, worse",
    "Foot drop 2016, progressive",
    "Paraparese seit 2016, zunehmend",
]
NOT_BACK = [
    "Discitis 2019, no recurrence",
    "Diszitis 2019, kein Rezidiv",
    "Foot drop 2016, no recurrence",
    "Recurrent UTI, discitis 2019",
    "Discitis 2019, no longer active",
    "Foot drop 2016, not worse",
]
# A deficit that goes on since years is an old one.
LASTING = ["Foot drop 2016, persistent", "Fußheberparese 2016, persistierend"]


@pytest.mark.parametrize("place", [listed, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", INFECTIONS)
def test_an_infection_that_is_back_leads(words, place):
    assert INFECTION in place(words).lower()


@pytest.mark.parametrize("place", [as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", DEFICITS)
def test_a_deficit_that_is_back_leads(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("words", DEFICITS)
def test_a_deficit_on_the_list_is_named(words):
    assert "examine; is augmentation alone enough?" in listed(words)


@pytest.mark.parametrize("place", [listed, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", [*NOT_BACK, *LASTING])
def test_one_that_is_not_back_leads_nothing(words, place):
    summary = place(words)
    assert "not excluded" not in summary
    assert "examine" not in summary.lower()


@pytest.mark.parametrize("words", ["Discitis, still on antibiotics", "Discitis, worse"])
def test_words_of_years_ago_say_nothing_of_now(words):
    assert "not excluded" not in listed(words, days=7 * 365)
