"""A diagnosis that its category calls one of the family is none of the patient's."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, LOINC, SCT, codeable
from tests.patients.reassuring import card_of

DISEASES = [
    ("S32.030A", "Vertebral fracture L3"),
    ("C50.919", "Breast cancer"),
    ("S72.001A", "Hip fracture"),
    ("C90.00", "Myeloma"),
    ("R29.6", "Repeated falls"),
    ("M81.0", "Osteoporosis"),
]
CATEGORIES = [
    pytest.param({"text": "Family history"}, id="en"),
    pytest.param({"text": "Familienanamnese"}, id="de"),
    pytest.param({"text": "Antécédents familiaux"}, id="fr"),
    pytest.param({"text": "Antecedentes familiares"}, id="es"),
    pytest.param({"text": "Anamnesi familiare"}, id="it"),
    pytest.param({"text": "Familieanamnese"}, id="nl"),
    pytest.param({"text": "Wywiad rodzinny"}, id="pl"),
    pytest.param({"text": "家族歴"}, id="ja"),
    pytest.param({"text": "家族史"}, id="zh"),
    pytest.param(codeable(SCT, "416471007"), id="SNOMED CT"),
    pytest.param(codeable(LOINC, "10157-6"), id="LOINC"),
]


def listed(code, title, **members):
    return problem(
        "x", number="told", days=30, code=codeable(ICD, code, title), **members
    )


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(("code", "title"), DISEASES)
def test_what_relatives_have_leads_no_card(code, title, category):
    usual = card_of(listed("I10", "Hypertension"))
    card = card_of(listed(code, title, category=[category]))
    assert card["indicator"] == "info"
    assert card["summary"] == usual["summary"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Problem List Item",
        "Encounter Diagnosis",
        "Past medical history",
        "Personal and family history",
        "Medical history (own and family history)",
        "PMH/FH",
    ],
)
def test_other_categories_leave_it_the_patients(words):
    card = card_of(listed("C50.919", "Breast cancer", category=[{"text": words}]))
    assert card["summary"].startswith("Breast cancer")


def test_a_second_category_leaves_it_the_patients():
    categories = [{"text": "Problem list"}, {"text": "Family history"}]
    card = card_of(listed("C50.919", "Breast cancer", category=categories))
    assert card["summary"].startswith("Breast cancer")
