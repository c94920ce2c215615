"""At discharge a drug on which the patient fractured is reviewed before a next dose."""

from tests.chart_builders import ordered
from tests.patients.inpatients import ZOLEDRONATE, given
from tests.patients.leaving import leave, leaving_chart

PHYSIOTHERAPY = ordered("rehabilitation", days=1)


def cards_after(*days):
    """Give the cards of one who had infusions so many days ago."""
    infusions = [given("zoledronate", ZOLEDRONATE, day) for day in days]
    return leave(leaving_chart(*infusions, PHYSIOTHERAPY))


def test_a_fracture_on_infusions_names_the_review_next_to_the_dose():
    (card,) = cards_after(200, 565, 930)
    assert "fracture on zoledronate, next due" in card["summary"]
    assert "Review, then book?" in card["summary"]
    assert "review the drug first (FLS)" in card["detail"]


def test_a_late_dose_after_a_fracture_names_the_review_too():
    (card,) = cards_after(375, 740, 1105)
    assert (
        "fracture on zoledronate, dose was due 10 Nov. Review first?" in card["summary"]
    )
    assert "review the drug first (FLS)" in card["detail"]


def test_an_infusion_of_less_than_a_year_is_booked():
    (card,) = cards_after(200)
    assert "Book it?" in card["summary"]
    assert "eview the drug" not in card["detail"]
