"""USP is a pharmacopoeia next to a drug, and a palliative unit where somebody goes."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.reassuring import card_of

DRUGS = (
    "Calcium carbonate USP 500 mg|Acetaminophen tablets USP|Losartan potassium tablets,"
    " USP|Amlodipine besylate tablets USP 5 mg|Vitamin D3 capsules (USP)"
    "|Furosemide injection, USP|Metformin HCl tablets, USP|Water for injection USP"
)
UNITS = "Transfert en USP|Hospitalisée en USP|Vers USP|Lit USP"


def detail_with(words: str) -> str:
    drug = of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": words},
        authoredOn=days_ago(30),
    )
    return str(card_of(drug)["detail"])


@pytest.mark.parametrize("words", DRUGS.split("|"))
def test_a_mark_of_a_drug_is_no_end_of_life(words: str) -> None:
    assert "end-of-life" not in detail_with(words)


@pytest.mark.parametrize("words", UNITS.split("|"))
def test_a_palliative_unit_is_one(words: str) -> None:
    order = of_patient(
        "ServiceRequest",
        "order",
        status="active",
        intent="order",
        code={"text": words},
        authoredOn=days_ago(3),
    )
    assert "end-of-life" in card_of(order)["detail"]
