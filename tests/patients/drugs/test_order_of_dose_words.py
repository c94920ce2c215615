"""The plain words of a dose mean the same in any order: `weekly tablet` (F16)."""

import pytest

from tests.chart_builders import days_ago, dispensed, of_patient
from tests.codes import UCUM
from tests.patients.reassuring import card_of

SAME = [
    *("alendronate 70 mg weekly tablet", "alendronate 70 mg tablet weekly"),
    *("weekly alendronate 70 mg tablet", "alendronate weekly tablet 70 mg"),
    *("risedronate 35 mg weekly tablet", "risedronate 35 mg weekly tablets"),
    *("ibandronate 150 mg monthly tablet", "Fosamax weekly tablet"),
    *("acide alendronique 70 mg cp hebdo", "acide alendronique 70 mg hebdo cp"),
]


@pytest.mark.parametrize("title", SAME)
def test_tablets_of_years_are_understood(title):
    taken = of_patient(
        "MedicationStatement",
        "taken",
        status="active",
        medicationCodeableConcept={"text": title},
        effectivePeriod={"start": "2021-01-01"},
    )
    summary = card_of(taken)["summary"]
    assert summary.startswith("Fracture on ")
    assert "(since 2021)" in summary


def test_dispenses_of_weekly_tablets_are_one_course():
    supply = {"value": 84, "unit": "d", "system": UCUM, "code": "d"}
    handed_over = [
        dispensed(
            {"text": "alendronate 70 mg weekly tablet"},
            days=days,
            number=str(days),
            daysSupply=supply,
        )
        for days in range(14, 700, 84)
    ]
    assert card_of(*handed_over)["summary"].startswith("Fracture on alendronate (since")


@pytest.mark.parametrize(
    "title",
    [
        "weekly tablet",
        "alendronate, then osteoporosis injection",
        "alendronate weekly tablet, osteoporosis injection",
        "alendronate, monthly injection",
    ],
)
def test_words_of_another_bone_drug_are_asked_about(title):
    taken = of_patient(
        "MedicationStatement",
        "taken",
        status="active",
        medicationCodeableConcept={"text": title},
        effectivePeriod={"start": days_ago(900)},
    )
    assert "recorded, not understood: ask" in card_of(taken)["summary"]
