"""At discharge a visit counts that takes place, and soon enough."""

import pytest

from tests.chart_builders import PATIENT, ordered
from tests.patients.leaving import appointment, leave, leaving_chart

DAY = "2026-12-04"


def taking_part(actor, status="accepted", **members):
    return {"actor": {"reference": actor}, "status": status} | members


PATIENT_HERSELF = f"Patient/{PATIENT}"
CLINIC = taking_part("Practitioner/1")


def cards_with(day=DAY, **members):
    """Give the cards of one with physiotherapy ordered, and this visit to the FLS."""
    visit = appointment(order="s-bone-treatment", day=day, **members)
    review, training = (
        ordered(one, days=1) for one in ("bone-treatment", "rehabilitation")
    )
    return leave(leaving_chart(review, visit, training))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {"participant": [taking_part(PATIENT_HERSELF, "declined")]}, id="patient"
        ),
        pytest.param(
            {
                "participant": [
                    taking_part(PATIENT_HERSELF, "declined", required="optional"),
                    CLINIC,
                ]
            },
            id="patient-alone",
        ),
        pytest.param(
            {
                "participant": [
                    taking_part(PATIENT_HERSELF),
                    taking_part("Practitioner/1", "declined"),
                ]
            },
            id="clinic",
        ),
        pytest.param({"cancelationReason": {"text": "by patient"}}, id="reason"),
        pytest.param({"comment": "CANCELLED by patient"}, id="comment"),
        pytest.param({"comment": "zurückgestellt"}, id="not-understood"),
        pytest.param({"patientInstruction": "Do not come"}, id="instruction"),
        pytest.param({"description": "Bone clinic: cancelled"}, id="title"),
        pytest.param({"day": "2029-12-04"}, id="in-three-years"),
    ],
)
def test_a_visit_that_is_off_or_years_ahead_settles_nothing(members):
    (card,) = cards_with(**members)
    assert "review ordered (19 Nov) without a date. When?" in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="no-more"),
        pytest.param({"comment": "Osteoporosis clinic, new patient"}, id="comment"),
        pytest.param(
            {
                "participant": [
                    taking_part(PATIENT_HERSELF),
                    CLINIC,
                    taking_part("RelatedPerson/1", "declined", required="optional"),
                ]
            },
            id="a-relative-declined",
        ),
        pytest.param(
            {"participant": [taking_part(PATIENT_HERSELF, "needs-action")]},
            id="not-answered",
        ),
        pytest.param({"day": "2027-04-20"}, id="in-five-months"),
    ],
)
def test_a_visit_that_takes_place_settles_the_review(members):
    assert cards_with(**members) == []
