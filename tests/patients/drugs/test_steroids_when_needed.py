"""A steroid that its elements call one for when needed, and corticotropin."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

OPEN = "systemic steroid not excluded"
DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}


def dosed(*dosages: dict[str, Any]) -> Resource:
    """A prescription with these dosages."""
    return steroid("Prednisolone 5 mg", dosageInstruction=[*dosages])


def stated(**dosage: Any) -> Resource:
    """A statement of a steroid since many months."""
    return of_patient(
        "MedicationStatement",
        "steroid",
        status="active",
        medicationCodeableConcept={"text": "Prednisolone 5 mg"},
        effectivePeriod={"start": days_ago(300)},
        dosage=[dosage],
    )


@pytest.mark.parametrize(
    "entry",
    [
        dosed({"text": "5 mg daily", "asNeededBoolean": True}),
        dosed({"timing": DAILY, "asNeededBoolean": True}),
        dosed({"timing": DAILY, "asNeededCodeableConcept": {"text": "gout flare"}}),
        stated(text="5 mg", asNeededBoolean=True),
    ],
)
def test_when_needed_is_no_long_course_and_is_open(entry: Resource) -> None:
    card = card_of(entry)
    assert "Prednisolone since" not in card["summary"]
    assert OPEN in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        dosed({"text": "5 mg daily", "asNeededBoolean": False}),
        dosed({"text": "5 mg daily"}, {"text": "5 mg", "asNeededBoolean": True}),
        stated(text="5 mg"),
    ],
)
def test_what_is_taken_daily_counts(entry: Resource) -> None:
    assert "Prednisolone since" in card_of(entry)["summary"]


@pytest.mark.parametrize(
    "name",
    ["Acthar gel", "H.P. Acthar Gel 80 units/mL", "Repository corticotropin"],
)
def test_corticotropin_by_name_counts_as_by_its_code(name: str) -> None:
    card = card_of(steroid(name, "80 units twice weekly"))
    assert "Steroid since" in card["summary"]


def test_what_acts_on_corticotropin_is_no_steroid() -> None:
    card = card_of(steroid("Corticotropin-releasing factor antagonist", "daily"))
    assert "teroid since" not in card["summary"]


@pytest.mark.parametrize("name", ["Voltaren gel", "Testosterone gel", "Estriol gel"])
def test_a_gel_is_put_in_one_place(name: str) -> None:
    card = card_of(steroid(name, "daily"))
    assert "Steroid since" not in card["summary"]
    assert OPEN not in card["detail"]
