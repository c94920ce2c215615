"""What was seen and not used is named on the card, never left out."""

import pytest

from tests.chart_builders import application, by_topic, kyphoplasty, measured, order_sign, problem, thin_and_weak

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
