"""Diagnoses in the words of hospitals: everyday ones ask nothing, grave ones do."""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, card_of

WORDS = tomllib.loads(
    Path(__file__).with_name("hospital_words.toml").read_text(encoding="utf-8")
)


def detail_of(title):
    return card_of(problem("x", number="listed", code={"text": title}))["detail"]


@pytest.mark.parametrize("title", WORDS["everyday"])
def test_an_everyday_diagnosis_with_its_treatment_leaves_nothing_open(title):
    assert REASSURING in detail_of(title)


@pytest.mark.parametrize("title", WORDS["grave"])
def test_the_same_words_next_to_a_grave_one_reassure_nobody(title):
    assert REASSURING not in detail_of(title)


@pytest.mark.parametrize(
    "title",
    [
        *("MGUS", "MGUS 2014", "MGUS IgG kappa", "Gammapathie monoclonale 2014"),
        *(
            "Monoklonale Gammopathie unklarer Signifikanz",
            "意义未明的单克隆免疫球蛋白病",
        ),
        "Monoclonal gammopathy of undetermined significance 2014",
    ],
)
def test_an_mgus_by_each_of_its_names_is_nothing(title):
    """Rule E9, whatever the language and the year."""
    assert REASSURING in detail_of(title)
