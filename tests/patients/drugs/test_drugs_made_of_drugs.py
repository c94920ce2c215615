"""A Medication whose ingredient is a Medication of its own is read one step further."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.reassuring import card_of

DENOSUMAB = codeable(ATC, "M05BX04")
VITAMIN_D = codeable(ATC, "A11CC05")


def product(*ingredients, **members):
    parts = {"ingredient": list(ingredients)} if ingredients else {}
    return {"resourceType": "Medication", "id": "product"} | parts | members


def part(code, **members):
    part = {"resourceType": "Medication", "id": "part", "code": code}
    return part | members


def referring(reference="#part", **members):
    return {"itemReference": {"reference": reference} | members}


def given(days, *contained):
    """Return a dose of a drug that only its Medication names."""
    return of_patient(
        "MedicationAdministration",
        "dose",
        status="completed",
        medicationReference={"reference": "#product"},
        contained=list(contained),
        effectiveDateTime=days_ago(days),
    )


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("Medication", id="a drug"),
        pytest.param("Substance", id="a substance"),
    ],
)
def test_a_dose_of_an_ingredient_that_is_a_resource_of_its_own_is_overdue(kind):
    dose = given(260, product(referring()), part(DENOSUMAB, resourceType=kind))
    card = card_of(dose)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([referring("Medication/gone")], id="alone"),
        pytest.param(
            [{"itemCodeableConcept": VITAMIN_D}, referring("Medication/gone")],
            id="next to one that is known",
        ),
    ],
)
def test_an_ingredient_that_is_not_there_may_be_any_drug(parts):
    card = card_of(given(260, product(*parts)))
    assert "o bone drug" not in card["summary"]
    assert "below" not in card["detail"]


def test_an_ingredient_that_was_entered_in_error_may_be_any_drug():
    wrong = part(VITAMIN_D, status="entered-in-error")
    card = card_of(given(260, product(referring()), wrong))
    assert "o bone drug" not in card["summary"]


def test_the_code_of_the_product_says_enough():
    card = card_of(given(260, product(referring("Medication/x"), code=VITAMIN_D)))
    assert "No bone drug" in card["summary"]
