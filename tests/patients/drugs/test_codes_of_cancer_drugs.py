"""A drug against cancer by its code alone leaves a cancer open."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import ATC, HCPCS, codeable

REASSURING = "below the usual"


def card_of(*entries):
    record = [*strong_and_nourished(), *entries]
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]


def requested(drug):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(30)}
    said["medicationCodeableConcept"] = drug
    return of_patient("MedicationRequest", "drug", **said)


def given(drug):
    said = {"status": "completed", "effectiveDateTime": days_ago(30)}
    said["medicationCodeableConcept"] = drug
    return of_patient("MedicationAdministration", "drug", **said)


def done(code):
    said = {"status": "completed", "performedDateTime": days_ago(20)}
    return of_patient("Procedure", "billed", code=code, **said)


def ordered(code):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(20)}
    return of_patient("ServiceRequest", "billed", code=code, **said)


# For myeloma, for metastases in bone, by its older number, and a group by itself.
AGAINST_CANCER = (
    *("L04AX02", "L04AX04", "L04AX06", "V10XX03", "V10XX05", "V10BX01", "V10XA02"),
    *("L01XX32", "L01XX45", "L01XX50", "L01XC18", "L01XC24", "L03AX03", "L03AX15"),
    *("L01X", "L01XX", "L01XC", "L01AA", "L01B", "L01F"),
    # Of newer groups.
    *("L01BC07", "L01DB11", "L01EP01", "L01FG02", "L01XM02", "L01XX73", "L01XY01"),
)
# Given as often for another disease, or for the thyroid and the joints.
FOR_OTHER_DISEASES = (
    *("L04AX01", "L04AX03", "L04AA06", "L01BA01", "L01AA01", "L01XX05", "L01FA01"),
    *("L01FG01", "L01XX35", "L01EJ01"),
    *("V10XA01", "V10AX01", "L03AX13"),
)
BILLED_AGAINST_CANCER = (
    *("J9271", "J9395", "J9217", "J9035", "J9145", "J9041", "J9047", "J9299", "J9355"),
    *("J9000", "J9999", "J9202", "J9264"),
)
BILLED_FOR_OTHER_DISEASES = ("J9250", "J9260", "J9312", "J9070", "J9226", "J9332")


@pytest.mark.parametrize("how", [requested, given])
@pytest.mark.parametrize("code", AGAINST_CANCER)
def test_a_drug_against_cancer_leaves_malignancy_open(code, how):
    card = card_of(how(codeable(ATC, code)))
    assert "malignancy of bone not excluded" in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == card_of()["indicator"]


@pytest.mark.parametrize("how", [requested, given])
@pytest.mark.parametrize("code", FOR_OTHER_DISEASES)
def test_a_drug_for_other_diseases_opens_no_malignancy(code, how):
    assert "malignancy" not in card_of(how(codeable(ATC, code)))["detail"]


@pytest.mark.parametrize("how", [requested, given, done, ordered])
@pytest.mark.parametrize("code", BILLED_AGAINST_CANCER)
def test_a_drug_against_cancer_that_was_billed_leaves_a_cancer_open(code, how):
    card = card_of(how(codeable(HCPCS, code)))
    assert "cancer within 5 years not excluded" in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == card_of()["indicator"]


@pytest.mark.parametrize("how", [done, ordered])
@pytest.mark.parametrize("code", BILLED_FOR_OTHER_DISEASES)
def test_a_billed_drug_for_other_diseases_opens_nothing(code, how):
    detail = card_of(how(codeable(HCPCS, code)))["detail"]
    assert "cancer" not in detail
    assert REASSURING in detail


@pytest.mark.parametrize("name", ["Pomalidomide 4 mg", "Thalidomid 100 mg", "ixazomib"])
def test_a_drug_against_myeloma_is_known_by_its_name(name):
    detail = card_of(requested({"text": name}))["detail"]
    assert "malignancy of bone not excluded" in detail
