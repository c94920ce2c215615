"""A disease of years ago that came back: the year beside it is that of the first time.

"Discitis 2019, now recurrence" names one year, and it is not that of the discitis which
is there now.
"""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import cards_of, dated

INFECTIONS = [
    "Discitis 2019, now recurrence",
    "Discitis 2019, recurrence",
    "Discitis L4/5 2018, recurred now",
    "Diszitis 2019, jetzt Rezidiv",
    "Spondylodiscite 2018, récidive",
]
DEFICITS = [
    "Paraparesis 2015, now recurred",
    "Foot drop 2016, recurrence",
    "Fußheberparese 2016, jetzt Rezidiv",
]
NOT_BACK = [
    "Discitis 2019, no recurrence",
    "Diszitis 2019, kein Rezidiv",
    "Foot drop 2016, no recurrence",
    "Recurrent UTI, discitis 2019",
]


def listed(words):
    return cards_of(dated({"text": words}, days=30))["rehabilitation"]["summary"]


def as_reason(words):
    order = ordered(
        "o1",
        days=3,
        code={"text": "Consult internal medicine"},
        reasonCode=[{"text": words}],
    )
    return cards_of(order)["rehabilitation"]["summary"]


def noted_when_leaving(words):
    dressing = of_patient(
        "Procedure",
        "n1",
        status="completed",
        code={"text": "Dressing change"},
        performedDateTime=days_ago(1),
        note=[{"text": words}],
    )
    (card,) = leave(leaving_chart(dressing))
    return card["summary"]


@pytest.mark.parametrize("place", [listed, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", INFECTIONS)
def test_an_infection_that_is_back_leads(words, place):
    assert "spinal infection not excluded" in place(words).lower()


@pytest.mark.parametrize("place", [as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", DEFICITS)
def test_a_deficit_that_is_back_leads(words, place):
    assert "new neurological deficit not excluded" in place(words).lower()


@pytest.mark.parametrize("words", DEFICITS)
def test_a_deficit_on_the_list_is_named(words):
    assert "examine; is augmentation alone enough?" in listed(words)


@pytest.mark.parametrize("place", [listed, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", NOT_BACK)
def test_one_that_is_not_back_leads_nothing(words, place):
    summary = place(words)
    assert "not excluded" not in summary
    assert "examine" not in summary.lower()
