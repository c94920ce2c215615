"""The "(HCC)" that Epic writes after a diagnosis for its billing is no liver cancer."""

import pytest

from tests.chart_builders import (
    kyphoplasty,
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

REASSURING = "below the usual"


def named(words):
    return problem("x", days=5, code={"text": words})


def coded(code, words):
    return problem("x", days=5, code=codeable(ICD, code, words))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("I10", "Chronic atrial fibrillation (HCC)"), id="other"),
        pytest.param(coded("I48.20", "Chronic atrial fibrillation (HCC)"), id="code"),
        pytest.param(coded("E11.9", "Type 2 diabetes mellitus (HCC)"), id="diabetes"),
        pytest.param(
            coded("J44.9", "COPD (chronic obstructive pulmonary disease) (HCC)"),
            id="copd",
        ),
        pytest.param(coded("I50.9", "Heart failure (CMS/HCC)"), id="cms"),
        pytest.param(coded("I50.9", "Heart failure (HHS-HCC), acute"), id="hhs"),
        pytest.param(coded("I50.9", "Heart failure (HCC) [I50.9]"), id="its-code"),
        pytest.param(named("Atrial fibrillation (HCC), COPD (HCC)"), id="a-list"),
        pytest.param(named("Chronic atrial fibrillation (HCC)"), id="words"),
        pytest.param(
            coded("E66.01", "Body mass index (BMI) 40.0-44.9, adult (HCC)"), id="bmi"
        ),
        pytest.param(coded("K74.60", "Cirrhosis of liver (HCC)"), id="cirrhosis"),
        pytest.param(
            coded("M80.08XA", "Compression fracture of L1 vertebra (HCC)"),
            id="the-fracture",
        ),
        pytest.param(
            named("CKD (chronic kidney disease) stage 3, GFR 30-59 ml/min (HCC)"),
            id="kidney",
        ),
        pytest.param(named("AML (angiomyolipoma)"), id="angiomyolipoma"),
    ],
)
def test_the_mark_of_a_bill_is_no_cancer(entry):
    card = card_of(entry)
    assert card["indicator"] == "info"
    assert "ancer" not in card["summary"]
    assert card["suggestions"]


@pytest.mark.parametrize(
    "entry",
    [
        coded("I48.20", "Atrial fibrillation (HCC)"),
        named("Atrial fibrillation (HCC)"),
        named("Type 2 diabetes mellitus (HCC), Hypertension"),
    ],
)
def test_with_the_mark_a_name_says_what_it_says_without(entry):
    assert REASSURING in card_of(entry)["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "HCC",
        "(HCC)",
        "HCC segment 4",
        "HCC (HCC)",
        "Cirrhosis with HCC",
        "Liver (HCC)",
        "Liver lesion, segment 4 (HCC)",
        "S/P TACE (HCC)",
        "Leberzirrhose (HCC)",
        "Hepatocellular carcinoma (HCC)",
        "Malignant neoplasm of breast (HCC)",
        "Breast cancer (CMS/HCC)",
    ],
)
def test_the_tumour_of_the_same_letters_stays_one(words):
    card = card_of(named(words))
    assert card["indicator"] == "warning"
    assert "ancer" in card["summary"]


def test_a_coded_tumour_stays_one_whatever_its_name():
    card = card_of(coded("C22.0", "Chronic disease of the liver (HCC)"))
    assert card["indicator"] == "warning"


def test_a_reason_with_the_mark_is_the_fracture():
    reason = codeable(ICD, "M80.08XA", "Age-related osteoporosis with fracture (HCC)")
    card = card_of(order=kyphoplasty(reasonCode=[reason]))
    assert card["indicator"] == "info"
    assert card["suggestions"]
