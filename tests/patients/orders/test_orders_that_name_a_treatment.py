"""Orders and stays that say who treats, or for how long, but not what."""

import pytest

from tests.chart_builders import days_ago, inpatient, of_patient
from tests.codes import codeable
from tests.patients.reassuring import cards_of, selected

DEPARTMENTS = "http://fhir.de/CodeSystem/dkgev/Fachabteilungsschluessel"
CANCER = "cancer within 5 years not excluded"
INFECTION = "spinal infection not excluded"
DEFICIT = "neurological deficit not excluded"
REFERRAL = ("rehabilitation", "Refer to fracture liaison service")


def cards_beside(title):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return cards_of(
        of_patient("ServiceRequest", "ordered", code={"text": title}, **said)
    )


def in_stay(**members):
    return cards_of(inpatient() | members)


def is_reassuring(cards):
    return "below the usual" in cards["rehabilitation"]["detail"]


def not_known(cards):
    return cards["rehabilitation"]["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Ambulatory referral to Radiation Oncology", CANCER),
        ("Referral to Oncology", CANCER),
        ("Ambulatory referral to Hematology / Oncology", CANCER),
        ("Consult medical oncology", CANCER),
        ("Überweisung Onkologie", CANCER),
        ("Konsil Onkologie", CANCER),
        ("Tumorboard", CANCER),
        ("Chemo infusion visit", CANCER),
        ("Bestrahlungsplanung", CANCER),
        ("Consult infectious diseases", INFECTION),
        ("PICC line for 6 weeks IV antibiotics", INFECTION),
        ("Home IV antibiotics (OPAT)", INFECTION),
        ("i.v. Antibiose für 6 Wochen", INFECTION),
        ("Infektiologisches Konsil", INFECTION),
        ("Foley catheter for urinary retention", DEFICIT),
        ("Harnverhalt: DK-Anlage", DEFICIT),
    ],
)
def test_a_title_that_names_a_treatment_leaves_its_disease_open(title, named):
    cards = cards_beside(title)
    assert named in not_known(cards)
    assert not is_reassuring(cards)
    # F1, F2, F6 and F7 alone withhold the fracture liaison service (E10).
    assert selected(cards) <= ({REFERRAL} if named == DEFICIT else set())


@pytest.mark.parametrize(
    "title",
    [
        "CBC, draw at Oncology building",
        "Haus Onkologie: Blutentnahme",
        "Straight cath PRN for urinary retention",
        "Infectious disease screen",
        "IV antibiotic prophylaxis",
        "Chemo precautions",
        "Consult neurology",
    ],
)
def test_a_building_a_screen_or_a_precaution_is_no_treatment(title):
    said = not_known(cards_beside(title))
    assert said.strip() in {"", "an order not fully understood"}


@pytest.mark.parametrize(
    "stay",
    [
        {"serviceType": {"text": "Oncology"}},
        {"serviceType": codeable(DEPARTMENTS, "0500")},
        {"location": [{"location": {"display": "Onkologie Station 5B"}}]},
    ],
    ids=["service", "department", "ward"],
)
def test_a_stay_with_those_who_treat_cancer_leaves_it_open(stay):
    cards = in_stay(**stay)
    assert CANCER in not_known(cards)
    assert not is_reassuring(cards)
    assert not selected(cards)


def test_another_department_or_ward_leaves_nothing_open():
    ward = [{"location": {"display": "Cancer Center 4 West, surgery"}}]
    surgery = codeable(DEPARTMENTS, "1500")
    assert is_reassuring(in_stay(serviceType=surgery, location=ward))
