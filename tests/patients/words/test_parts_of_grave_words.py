"""Names that no list knows, found by a part of a word: they leave their entry open."""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import cards_of, end_is_selected

ATC = "http://www.whocc.no/atc"
CLASS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
INPATIENT = {"status": "in-progress", "class": CLASS}


def coded(number, title):
    code = codeable(ICD, number, display=title)
    return problem("hypertension", number="g", code=code)


def dosed(words):
    drug = codeable(ATC, "N02AA01")
    return of_patient(
        "MedicationRequest",
        "m",
        status="active",
        intent="order",
        authoredOn=days_ago(5),
        medicationCodeableConcept=drug,
        dosageInstruction=[{"text": words}],
    )


def in_department(words):
    return of_patient("Encounter", "enc-1", serviceType={"text": words}, **INPATIENT)


def in_ward(words):
    location = [{"location": {"display": words}}]
    return of_patient("Encounter", "enc-1", location=location, **INPATIENT)


GRAVE = [
    pytest.param(coded("I10", "고혈압, 암성 통증"), id="title, ko"),
    pytest.param(coded("I10", "Hypertensie, gezwel"), id="title, nl"),
    pytest.param(coded("D64.9", "Tumoranämie"), id="title, de"),
    pytest.param(coded("J98.4", "Lung lesion"), id="lesion"),
    pytest.param(coded("K76.89", "Liver lesion"), id="lesion of the liver"),
    pytest.param(coded("I89.0", "Postmastectomy lymphedema"), id="after a tumour"),
    pytest.param(coded("I10", "Hypertension, lung mass"), id="beside another"),
    pytest.param(coded("M54.50", "Back pain, lung nodule"), id="plain words together"),
    pytest.param(coded("M54.50", "Low back pain, weight loss"), id="weight"),
    pytest.param(coded("M54.50", "요통, 척추 전이"), id="plain in Korean alone"),
    pytest.param(dosed("bei Tumorschmerzen"), id="dose, de"),
    pytest.param(dosed("douleur néoplasique"), id="dose, fr"),
    pytest.param(dosed("ból nowotworowy"), id="dose, pl"),
    pytest.param(dosed("肿瘤疼痛"), id="dose, zh"),
    pytest.param(in_department("Oncología médica"), id="department, es"),
    pytest.param(in_department("血液内科"), id="department, ja"),
    pytest.param(in_department("Maladies infectieuses"), id="department, fr"),
    pytest.param(in_department("Dwarslaesie"), id="department, nl"),
    pytest.param(in_ward("Chemotherapy"), id="ward"),
    pytest.param(in_ward("Stacja dializ"), id="ward, pl"),
]
PLAIN = [
    pytest.param(coded("I10", "Essential (primary) hypertension"), id="its own name"),
    pytest.param(
        coded("Z12.11", "Encounter for screening for malignant neoplasm of colon"),
        id="screening",
    ),
    pytest.param(coded("D12.6", "Benign neoplasm of colon, unspecified"), id="benign"),
    pytest.param(
        coded("Z80.3", "Family history of malignant neoplasm of breast"), id="family"
    ),
    pytest.param(dosed("1-0-0, bei Schmerzen"), id="dose"),
    pytest.param(in_department("Traumatologie"), id="department"),
    pytest.param(in_ward("Cancer Center 4 West, surgery"), id="building"),
]


@pytest.mark.parametrize("entry", GRAVE)
def test_a_part_of_a_grave_word_reassures_nobody(entry):
    cards = cards_of(entry)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    card = cards["rehabilitation"]
    assert "Not known" in card["detail"] or card["indicator"] == "warning"
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", PLAIN)
def test_what_only_sounds_like_it_changes_nothing(entry):
    assert "below the usual" in cards_of(entry)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Cord compression", "compression or injury of the spinal cord (18 Nov)"),
        ("MSCC", "compression or injury of the spinal cord (18 Nov)"),
        ("compresión medular", "compression or injury of the spinal cord (18 Nov)"),
        ("脊髄圧迫", "compression or injury of the spinal cord (18 Nov)"),
        ("abcès épidural", "spinal infection (epidural abscess, 18 Nov)"),
        ("dwarslaesie", "paralysis of the legs (18 Nov)"),
        ("하지마비", "paralysis of the legs (18 Nov)"),
        ("rétention urinaire", "new neurological deficit not excluded"),
    ],
)
def test_with_all_arranged_the_card_of_who_leaves_still_says_it(title, said):
    new = {"onsetDateTime": days_ago(2), "recordedDate": days_ago(2)}
    entry = problem("hypertension", number="g", code={"text": title}, **new)
    (card,) = leave(leaving_chart(*everything_arranged(), entry))
    assert said in card["summary"]
