"""Bisphosphonates and injections that are given against tumours in bone."""

import pytest

from tests.chart_builders import days_ago, dispensed, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected

MONTHLY = (20, 48, 76, 104)
OLD_CANCER = codeable("http://hl7.org/fhir/sid/icd-10-cm", "C50.911")


def stated(drug, **members):
    said = {"medicationCodeableConcept": drug, "status": "active"}
    said["effectivePeriod"] = {"start": days_ago(300)}
    return of_patient("MedicationStatement", "s", **said | members)


def administered(drug, *, days=20, **members):
    said = {"medicationCodeableConcept": drug, "status": "completed"}
    said["effectiveDateTime"] = days_ago(days)
    return of_patient("MedicationAdministration", f"a{days}", **said | members)


def billed(code, *, days=20, **members):
    said = {"status": "completed", "intent": "order", "code": codeable(HCPCS, code)}
    said["occurrenceDateTime"] = days_ago(days)
    return of_patient("ServiceRequest", f"b{days}", **said | members)


def each_four_weeks(build, drug):
    return [build(drug, days=days) for days in MONTHLY]


def amount(value):
    return {"dose": {"value": value, "unit": "mg"}}


IBANDRONATE = codeable(ATC, "M05BA06", "Ibandronate")
AGAINST_TUMOURS = [
    *(
        pytest.param(stated({"text": name}), id=name)
        for name in (
            *("Bondronat 50 mg daily", "Ibandronic acid 50 mg daily", "Iasibon 50 mg"),
            *("Ibandronsäure 50 mg", "acide ibandronique 50 mg", "Bondronat"),
            *("Clodronate 1600 mg daily", "Bonefos 800 mg", "Ostac 520", "Lytos 520"),
            *("Clasteon 400 mg", "acido clodronico", "clodronic acid"),
        )
    ),
    pytest.param(stated(codeable(ATC, "M05BA02")), id="clodronate by its code"),
    pytest.param(administered({"text": "Bondronat 6 mg iv"}), id="6 mg in a vein"),
    pytest.param(administered(IBANDRONATE, dosage=amount(6)), id="6 mg by its amount"),
    pytest.param(stated(IBANDRONATE, dosage=[{"text": "50 mg daily"}]), id="dosage"),
    pytest.param(billed("J1740", quantityQuantity={"value": 6}), id="6 units billed"),
]
AGAINST_OSTEOPOROSIS = [
    *(
        pytest.param(stated({"text": name}), id=name)
        for name in (
            *("Boniva 150 mg monthly", "Bonviva 3 mg/3 ml", "Ibandronat 150 mg"),
            *("ibandronic acid 2.5 mg daily", "Ibandronate"),
        )
    ),
    pytest.param(stated(IBANDRONATE, dosage=[{"text": "150 mg"}]), id="dosage"),
    pytest.param(administered(IBANDRONATE, dosage=amount(3)), id="amount"),
    pytest.param(billed("J1740", quantityQuantity={"value": 3}), id="units billed"),
]


@pytest.mark.parametrize("entry", AGAINST_TUMOURS)
def test_a_bisphosphonate_against_tumours_leaves_a_malignancy_open(entry):
    cards = cards_of(entry)
    card = cards["rehabilitation"]
    assert "bone metastases?" in card["summary"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below" not in card["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", AGAINST_OSTEOPOROSIS)
def test_ibandronate_against_osteoporosis_stays_one(entry):
    card = card_of(entry)
    assert "umour-dose" not in card["summary"] + card["detail"]
    assert "malignancy" not in card["detail"]


def test_two_doses_in_one_entry_are_asked_about():
    card = card_of(stated({"text": "Bonviva 150 mg, 50 mg daily"}))
    assert "recorded, not understood: ask" in card["summary"]


def test_a_bisphosphonate_against_tumours_is_not_booked_at_discharge():
    (card,) = leave(leaving_chart(administered({"text": "Bondronat 6 mg"})))
    assert "is it for bone metastases?" in card["summary"]
    assert "Give it" not in card["summary"]


WEEKS_APART = [
    pytest.param(each_four_weeks(administered, codeable(ATC, code)), id=code)
    for code in ("M05BX04", "M05BA08", "M05BA03")
]
WEEKS_APART += [
    pytest.param(each_four_weeks(billed, code), id=code)
    for code in ("J0897", "J3489", "J2430", "J1740")
]
WEEKS_APART += [
    pytest.param(each_four_weeks(dispensed, codeable(ATC, "M05BX04")), id="dispensed"),
]


@pytest.mark.parametrize("doses", WEEKS_APART)
def test_doses_weeks_apart_leave_a_malignancy_open(doses):
    """Their code is that of the drug against osteoporosis, and no amount is told."""
    cards = cards_of(*doses)
    card = cards["rehabilitation"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "next" not in card["summary"]
    assert "below" not in card["detail"]
    assert not end_is_selected(cards)


def test_an_old_cancer_with_doses_weeks_apart_is_one_of_now():
    cancer = dated(OLD_CANCER, days=4000)
    doses = each_four_weeks(administered, codeable(ATC, "M05BX04"))
    assert card_of(cancer)["indicator"] == "info"
    card = card_of(cancer, *doses)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Breast cancer")


@pytest.mark.parametrize(
    ("code", "days"),
    [
        pytest.param("M05BX04", (20, 202, 385), id="denosumab"),
        pytest.param("M05BA08", (20, 385), id="zoledronate"),
        pytest.param("M05BA03", (20, 111, 202), id="pamidronate"),
    ],
)
def test_doses_months_apart_leave_none_open(code, days):
    doses = [administered(codeable(ATC, code), days=day) for day in days]
    assert "malignancy" not in card_of(*doses)["detail"]
