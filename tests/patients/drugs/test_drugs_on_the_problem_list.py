"""A bone drug that an entry of the problem list names: never "no bone drug"."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of


def listed(words, **members):
    return problem("x", number="listed", days=5, code={"text": words} | members)


@pytest.mark.parametrize(
    ("entry", "drug"),
    [
        (listed("Receives Prolia every 6 months"), "Denosumab"),
        (listed("Denosumab last March 2026"), "Denosumab"),
        (listed("ONJ after denosumab"), "Denosumab"),
        (listed("Z.n. Denosumab bis 2024"), "Denosumab"),
        (listed("Osteoporosis treated with zoledronate"), "Zoledronate"),
        (listed("s/p alendronate"), "Alendronate"),
        (
            listed("Osteoporosis, receives denosumab", **codeable(ICD, "M81.0")),
            "Denosumab",
        ),
        (
            problem("hypertension", number="n", note=[{"text": "gets Prolia at GP"}]),
            "Denosumab",
        ),
    ],
)
def test_a_bone_drug_that_a_problem_names_is_asked_about(entry, drug):
    card = card_of(entry)
    assert card["summary"].startswith(f"{drug} recorded, not understood: ask")
    assert "below the usual" not in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    "words",
    [
        "No bisphosphonate",
        "Keine Bisphosphonate",
    ],
)
def test_a_drug_that_is_denied_is_none(words):
    assert card_of(listed(words))["summary"].startswith("No bone drug")


@pytest.mark.parametrize(
    ("words", "drug"),
    [
        ("Bisphosphonate intolerance", "Bisphosphonate"),
        ("Intolerance to alendronate", "Alendronate"),
        ("Allergy to alendronate", "Alendronate"),
        ("Adverse effect of bisphosphonates", "Bisphosphonate"),
        ("Unverträglichkeit von Bisphosphonaten", "Bisphosphonate"),
        ("Intolérance aux bisphosphonates", "Bisphosphonate"),
        ("Intolleranza ad alendronato", "Alendronate"),
        ("Alergia a denosumab", "Denosumab"),
        ("阿仑膦酸钠不耐受", "Alendronate"),
    ],
)
def test_a_drug_that_was_not_borne_may_have_been_taken(words, drug):
    card = card_of(listed(words))
    assert card["summary"].startswith(f"{drug} recorded, not understood: ask")
    assert "No bone drug" not in card["summary"]
    assert "below the usual" not in card["detail"]


def test_an_adverse_effect_by_code_names_its_drug_in_words():
    coded = codeable(ICD, "T45.8X5A") | {"text": "Adverse effect of alendronate"}
    card = card_of(problem("x", code=coded))
    assert card["summary"].startswith("Alendronate recorded, not understood: ask")
