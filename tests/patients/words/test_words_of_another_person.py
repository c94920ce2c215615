"""What a title of the problem list names of another person is no fact of the patient.

Women of this age care for a husband, or have buried him, and their lists say so.
"""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

OF_OTHERS = [
    ("Z63.4", "Bereavement: husband died of lung cancer"),
    ("Z63.4", "Widow, husband d. myeloma"),
    ("Z63.6", "Caregiver of spouse with dementia"),
    ("Z52.4", "Organ donor, kidney, husband on dialysis"),
    ("", "Son with multiple myeloma"),
    ("", "Wife has Alzheimer's disease"),
    ("", "Maternal hip fracture"),
    ("", "Lives with husband (dialysis patient)"),
    ("", "Ehemann an Lungenkrebs verstorben"),
    ("", "Pflegt dementen Ehemann"),
    ("", "Mari décédé d'un cancer du poumon"),
    ("", "Cuidadora de esposo con demencia"),
    ("", "Nonna con demenza"),
    ("", "Echtgenoot met dementie"),
    ("", "Mąż z otępieniem"),
    ("", "丈夫患痴呆"),
    ("", "夫が認知症"),
    ("", "남편 치매"),
]


def entry(code, title, *, days=60):
    coded = codeable(ICD, code) if code else {}
    return problem("x", number="told", days=days, code=coded | {"text": title})


@pytest.mark.parametrize(("code", "title"), OF_OTHERS)
def test_what_another_person_has_leads_no_card(code, title):
    card, usual = card_of(entry(code, title)), card_of(entry("I10", "Hypertension"))
    assert card["indicator"] == "info"
    assert card["summary"] == usual["summary"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("title", ["Breast cancer", "Myeloma", "Hip fracture"])
def test_a_code_of_family_history_is_that_of_its_title(title):
    card, usual = (card_of(entry("Z80.3", one)) for one in (title, "Family history"))
    assert card["summary"] == usual["summary"]
    assert card["indicator"] == "info"


def test_a_code_of_the_disease_is_in_doubt_next_to_such_a_title():
    card = card_of(entry("C34.90", "Husband died of lung cancer"))
    assert card["indicator"] == "info"
    assert "malignancy of bone not excluded" in card["detail"]


@pytest.mark.parametrize(
    "title", ["Dementia of husband", "Lung cancer (husband)", "Lung cancer, husband"]
)
def test_a_person_after_the_disease_has_it_too(title):
    usual = card_of(entry("I10", "Hypertension"))
    assert card_of(entry("", title))["summary"] == usual["summary"]


@pytest.mark.parametrize(
    ("title", "fact"),
    [
        ("Bone metastases, daughter informed", "Bone metastasis"),
        ("Dementia, cared for by daughter", "Dementia"),
    ],
)
def test_what_the_patient_has_is_a_fact_though_somebody_is_named(title, fact):
    assert card_of(entry("", title))["summary"].startswith(fact)


@pytest.mark.parametrize(
    ("title", "fact"),
    [
        ("Familial Alzheimer's dementia", "Dementia"),
        ("Gebärmutterkrebs", "Cancer"),
        ("Dementia, parenteral nutrition", "Dementia"),
    ],
)
def test_words_that_only_look_like_a_person_are_none(title, fact):
    """A cancer of the womb (Gebärmutter) is the patient's."""
    assert card_of(entry("", title))["summary"].startswith(fact)


def test_fear_of_falling_is_no_fall():
    card = card_of(entry("R29.6", "Fear of falling"))
    assert "Repeated falls" not in card["summary"]
