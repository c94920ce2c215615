"""A bone drug that an entry of the problem list names: never "no bone drug"."""

import pytest

from tests.chart_builders import (
    problem,
)
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
        "Allergy to alendronate",
        "Alendronate intolerance",
        "No bisphosphonate",
        "Unverträglichkeit von Bisphosphonaten",
    ],
)
def test_a_drug_that_is_denied_or_not_borne_is_none(words):
    assert card_of(listed(words))["summary"].startswith("No bone drug")
