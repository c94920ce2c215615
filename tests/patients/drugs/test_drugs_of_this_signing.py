"""A drug that is ordered in the same signing counts like one on the list."""

import pytest

from tests.chart_builders import brace, cards_for, drafted, kyphoplasty
from tests.codes import ATC, HCPCS, RXNORM, codeable
from tests.patients.reassuring import end_is_selected, reassuring_record


def cards_with(**drug):
    drafts = kyphoplasty(), brace(), drafted("MedicationRequest", "drug", **drug)
    return cards_for(reassuring_record(), *drafts)


def cards_with_injection(code, **members):
    injection = drafted("ServiceRequest", "injection", code=code, **members)
    return cards_for(reassuring_record(), kyphoplasty(), brace(), injection)


def worded(words):
    return {"medicationCodeableConcept": {"text": words}}


def coded(code, system=ATC):
    return {"medicationCodeableConcept": codeable(system, code)}


@pytest.mark.parametrize(
    "drug",
    [
        *map(worded, ("Lenalidomide 25 mg", "Goserelin", "Bortezomib", "Anastrozole")),
        *map(coded, ("L04AX04", "L02AE03", "L02BX03", "V10XX03")),
    ],
)
def test_a_drug_against_cancer_leaves_a_tumour_open(drug):
    detail = cards_with(**drug)["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "malignancy of bone not excluded (a drug against cancer is in an" in detail


@pytest.mark.parametrize(
    "drug",
    [
        pytest.param({"medicationReference": {"reference": "Medication/9"}}, id="sent"),
        pytest.param(worded("Zzyx 70 mg"), id="words"),
        pytest.param(coded("999999", RXNORM), id="RxNorm"),
        pytest.param(coded("MED123", "urn:oid:1.2.3.4"), id="local"),
    ],
)
def test_a_drug_that_nobody_knows_may_be_a_bone_drug_or_a_steroid(drug):
    card = cards_with(**drug)["rehabilitation"]
    assert card["summary"].startswith("1 ordered drug is not known here: ask about")
    assert "none in" not in card["detail"]
    assert "below the usual" not in card["detail"]
    assert "systemic steroid not excluded" in card["detail"]
    assert not [
        offer
        for offer in card["suggestions"]
        if "fracture liaison" in offer["label"] and offer["isRecommended"]
    ]


def test_an_order_of_a_bone_drug_that_is_broken_is_not_overlooked():
    broken = {"dosageInstruction": {"text": ["weekly"]}}
    cards = cards_with(**worded("Alendronate 70 mg"), **broken)
    assert "none in" not in cards["rehabilitation"]["detail"]
    assert not cards["rehabilitation"]["summary"].startswith("No bone drug")


@pytest.mark.parametrize(
    "words",
    [
        *("Cefazolin 2 g IV", "NaCl 0.9% 500 ml", "Lactated Ringer 1000 ml"),
        *("Propofol", "Ondansetron 4 mg IV", "Oxycodone 5 mg PRN", "Bupivacaine 0.25%"),
        *("Enoxaparin 40 mg", "Paracetamol 1 g", "Metamizol 500 mg", "头孢唑林 2 g"),
        *("Fentanyl 50 mcg", "Midazolam 2 mg", "Céfazoline 2 g", "Lidocaine 1 %"),
    ],
)
def test_what_is_ordered_around_any_operation_changes_nothing(words):
    cards = cards_with(**worded(words))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert "none in 1 medication entry" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    ("code", "drug"),
    [
        pytest.param(codeable(HCPCS, "J0897"), "Denosumab", id="J0897"),
        pytest.param(codeable(HCPCS, "J3489"), "Zoledronate", id="J3489"),
        pytest.param(codeable(HCPCS, "J3111"), "Romosozumab", id="J3111"),
        pytest.param(codeable(HCPCS, "J3110"), "Teriparatide", id="J3110"),
        pytest.param(codeable(ATC, "M05BX04"), "Denosumab", id="ATC"),
        pytest.param({"text": "Prolia 60 mg injection"}, "Denosumab", id="brand"),
        pytest.param({"text": "Zoledronsäure-Infusion"}, "Zoledronate", id="words"),
    ],
)
def test_an_ordered_injection_of_a_bone_drug_is_one(code, drug):
    card = cards_with_injection(code)["rehabilitation"]
    assert card["summary"].startswith(drug)
    assert "No bone drug" not in card["summary"]
    assert "none in" not in card["detail"]


def test_an_injection_is_ordered_alike_by_either_kind_of_order():
    code = codeable(ATC, "M05BX04")
    injection = cards_with_injection(code)["rehabilitation"]
    prescription = cards_with(medicationCodeableConcept=code)["rehabilitation"]
    assert injection["summary"] == prescription["summary"]


def test_an_ordered_injection_against_cancer_leaves_a_tumour_open():
    card = cards_with_injection(codeable(ATC, "L02AE03"))["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "a drug against cancer is in an order" in card["detail"]


def test_an_ordered_injection_that_is_broken_is_not_overlooked():
    broken = {"quantityQuantity": {"value": ["60"]}, "note": {"text": ["x"]}}
    card = cards_with_injection(codeable(HCPCS, "J0897"), **broken)["rehabilitation"]
    assert not card["summary"].startswith("No bone drug")
    assert "none in" not in card["detail"]


@pytest.mark.parametrize("words", ["X-ray lumbar spine", "CBC", "Physiotherapy"])
def test_another_order_of_this_signing_changes_nothing(words):
    card = cards_with_injection({"text": words})["rehabilitation"]
    assert "below the usual" in card["detail"]
    assert "none in 1 medication entry" in card["detail"]
