"""Codes that only a kidney disease, a dialysis or a dementia explains, in each ICD.

Their own chapter is harmless as a whole; these raise the risk apart from any model.
"""

import pytest

from tests.chart_builders import problem
from tests.codes import GM, ICD, ICD_9, WHO, codeable
from tests.patients.reassuring import REASSURING, card_of

KIDNEYS = [
    *(
        (WHO, code)
        for code in [
            "N18",
            "I12.0",
            "I13.1",
            "N25.0",
            "Y84.1",
            "I95.3",
            "E11.2",
        ]
    ),
    *(
        (GM, code)
        for code in ["I12.00", "I13.10", "I13.21", "N25.0", "N25.8", "I95.3", "E11.20"]
    ),
    *(
        (ICD, code)
        for code in ["I12", "N25.0", "N25.81", "D63.1", "I95.3", "Y84.1", "Y62.2"]
    ),
    *((ICD, f"{code}.22") for code in ("E08", "E09", "E10", "E11", "E13")),
    *((ICD, code) for code in ("E11.21", "Z91.A51")),
    *(
        (ICD_9, code)
        for code in ["588.0", "588.81", "285.21", "458.21", "E879.1", "250.42"]
    ),
]
MINDS = [
    *(
        (WHO, code)
        for code in ["G31.0", "G31.1", "F10.7", "F13.7", "F19.7", "F10.6", "F04"]
    ),
    *((GM, code) for code in ("G31.0", "F10.7")),
    *(
        (ICD, code)
        for code in ["F10.97", "F13.27", "F13.97", "F18.17", "F18.27", "F19.97"]
    ),
    *((ICD, code) for code in ("F10.26", "I69.311", "I69.91")),
    *(
        (ICD_9, code)
        for code in ["331.2", "294.0", "294.8", "291.1", "292.83", "438.0"]
    ),
]


def card_with(system, code):
    return card_of(problem("x", days=300, code=codeable(system, code)))


@pytest.mark.parametrize(("system", "code"), KIDNEYS)
def test_a_code_of_the_kidneys_leaves_them_open(system, code):
    card = card_with(system, code)
    assert REASSURING not in card["detail"]
    assert "kidney disease" in card["detail"] or "ialysis" in card["summary"]


@pytest.mark.parametrize(("system", "code"), MINDS)
def test_a_code_of_the_mind_leaves_dementia_open(system, code):
    card = card_with(system, code)
    assert REASSURING not in card["detail"]
    assert "ementia" in card["detail"] + card["summary"]


def test_end_stage_renal_disease_of_the_older_versions_is_severe():
    assert card_with(WHO, "N18.0")["summary"].startswith("Severe kidney disease")


@pytest.mark.parametrize(
    ("system", "code"),
    [(ICD, "F10.20"), (WHO, "I12.9"), (ICD, "E11.9"), (GM, "E11.90"), (ICD, "G31.84")],
)
def test_their_harmless_neighbours_do_not(system, code):
    assert REASSURING in card_with(system, code)["detail"]


@pytest.mark.parametrize("code", ["U50.30", "U50.40", "U50.50", "U51.20", "U51.22"])
def test_severe_loss_of_function_in_german_codes_is_not_harmless(code):
    card = card_with(GM, code)
    assert REASSURING not in card["detail"]
    assert "not understood" in card["detail"]


@pytest.mark.parametrize("code", ["U50.00", "U50.20", "U51.02", "U51.11"])
def test_function_that_is_little_impaired_is_harmless(code):
    assert REASSURING in card_with(GM, code)["detail"]
