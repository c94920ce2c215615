"""What was seen and not used is named on the card, never left out."""

import pytest

from tests.chart_builders import (
    application,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    thin_and_weak,
)
from tests.patients.inpatients import cards_by_topic, chart, coded, worded

SUSPECTED = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
            "code": "provisional",
        }
    ]
}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        pytest.param(
            problem("malignancy", verificationStatus=SUSPECTED),
            ["malignancy of bone not excluded", "suspected, not confirmed"],
            id="suspected metastasis",
        ),
        pytest.param(
            problem("malignancy", onsetDateTime="2027-01-01"),
            ["malignancy of bone not excluded", "dated in the future"],
            id="metastasis of next year",
        ),
        pytest.param(
            problem("spinal-infection", verificationStatus=SUSPECTED),
            ["spinal infection not excluded", "suspected, not confirmed"],
            id="suspected infection",
        ),
        pytest.param(
            measured("bmd-t-score", -3.9, number="newer", days=1, status="preliminary"),
            ["another T-score not used", "preliminary"],
            id="newer preliminary T-score",
        ),
    ],
)
def test_names_what_was_seen_and_not_used(entry, words):
    answer = application().post(order_sign([*thin_and_weak(), entry], kyphoplasty()))
    detail = by_topic(answer.json["cards"])["rehabilitation"]["detail"]
    (line,) = [one for one in detail.splitlines() if "**Not known:**" in one]
    assert all(word in line.replace("\\", "") for word in words), line


def test_what_leads_is_not_said_to_be_open() -> None:
    """An infection in words leads the card: the line of what is not known does not repeat it."""
    record = chart(worded("Spondylodiscitis L3/4", days=40))
    detail = cards_by_topic(record)["rehabilitation"]["detail"]
    assert "discitis" in detail
    assert "not excluded" not in detail
    assert "Measure" not in detail


def test_nothing_is_chosen_for_a_patient_of_unknown_age() -> None:
    """One under 50 may have strong bone; without a birth date nobody knows."""
    person = {name: value for name, value in patient().items() if name != "birthDate"}
    record = (person, *chart(coded("S72.001A", days=90))[1:])
    offered = cards_by_topic(record)["rehabilitation"]["suggestions"]
    assert [one["label"] for one in offered if one["isRecommended"]] == []
