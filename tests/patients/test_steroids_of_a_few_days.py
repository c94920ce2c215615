"""An order of a steroid whose own words end it, though it stayed on the list."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.reassuring import cards_of


def steroid(title, dosage=""):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(100)}
    said["medicationCodeableConcept"] = {"text": title}
    if dosage:
        said["dosageInstruction"] = [{"text": dosage}]
    return of_patient("MedicationRequest", "steroid", **said)


@pytest.mark.parametrize(
    ("title", "dosage"),
    [
        ("predniSONE 10 mg", "Take 4 tabs x3 days, then 3 x3, 2 x3, 1 x3 then stop"),
        ("predniSONE 20 mg", "as needed for gout flare"),
        ("predniSONE 40 mg rescue pack", "take 40 mg daily for 5 days if exacerbation"),
        ("methylPREDNISolone acetate 80 mg injection", ""),
        ("Kenalog-40 injection", ""),
    ],
)
def test_a_few_days_or_one_dose_are_no_steroid_of_months(title, dosage):
    card = cards_of(steroid(title, dosage))["rehabilitation"]
    assert "since" not in card["summary"]
    assert "rheumatology" not in card["summary"]
    assert "steroid" in card["detail"].partition("**Not known:**")[2]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("dosage", ["1 tablet daily", "5 mg daily, 10 mg as needed"])
def test_a_daily_dose_goes_on(dosage):
    card = cards_of(steroid("Prednisone 5 mg", dosage))["rehabilitation"]
    assert card["summary"].startswith("Prednisone since Aug 2026")
