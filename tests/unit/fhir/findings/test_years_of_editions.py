"""A year in a title may be that of a classification or part of a name, and dates nothing then."""

import pytest

from tests.chart_builders import cards_for, days_ago, kyphoplasty, problem
from tests.codes import ICD, codeable

NONE = [
    ("C64.9", "Renal cell carcinoma cT3a (TNM 2009)"),
    ("C83.30", "Diffuse large B-cell lymphoma (WHO 2016)"),
    ("C50.911", "Breast cancer, AJCC 2017 8th edition stage IIA"),
    ("C61", "Prostate cancer, ISUP 2014 grade group 4"),
    ("C61", "Prostate cancer, PSA 2011 ng/ml"),
    ("C50.911", "Breast cancer, CA 15-3 2011 U/ml"),
    ("C50.911", "Breast cancer, CA 15-3: 2011"),
    ("C64.9", "Nierenzellkarzinom, 2009 classification"),
    ("A41.89", "Sepsis due to 2019 novel coronavirus"),
]


def summary(code, title):
    listed = problem(
        code, number="w", code=codeable(ICD, code, title), recordedDate=days_ago(10)
    )
    return cards_for([listed], kyphoplasty())["rehabilitation"]


@pytest.mark.parametrize(("code", "title"), NONE)
def test_a_year_of_an_edition_makes_no_entry_old(code, title):
    assert summary(code, title)["indicator"] == "warning"


@pytest.mark.parametrize("title", ["Renal cell carcinoma 2009", "RCC 2009, grade 2"])
def test_a_year_of_the_disease_does(title):
    card = summary("C64.9", title)
    assert card["indicator"] == "info"
    assert "2009" in card["summary"] + card["detail"]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Breast ca 2011", "2011"),
        ("Breast Ca, 2011", "2011"),
        ("Prostate CA (2008)", "2008"),
        ("Mamma-Ca 2011", "2011"),
        ("Breast cancer ca. 2011", "2011"),
        # of two figures
        ("Colon ca '09", "2009"),
        ("Breast CA '11", "2011"),
        ("Breast CA ’11", "2011"),
        ("Breast cancer ('98)", "1998"),
        ("Mamma-Ca '11", "2011"),
    ],
)
def test_the_year_behind_a_short_word_for_cancer_is_its_year(title, year):
    listed = problem("x", number="w", code={"text": title}, recordedDate=days_ago(10))
    card = cards_for([listed], kyphoplasty())["rehabilitation"]
    assert days_ago(10)[:4] not in card["summary"]
    assert card["indicator"] == "info"
    assert year in card["summary"] + card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Breast cancer, height 5'11", id="feet and inches"),
        pytest.param("Breast cancer in the '90s", id="a decade"),
        pytest.param("Breast cancer '31", id="not yet come"),
        pytest.param("Breast cancer '11/12", id="two years"),
    ],
)
def test_two_figures_that_are_no_year_make_no_entry_old(title):
    assert summary("C50.911", title)["indicator"] == "warning"
