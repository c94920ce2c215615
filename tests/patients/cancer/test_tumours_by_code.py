"""A code of what a tumour does, which names no tumour, leaves the cause open."""

import pytest

from tests.chart_builders import measured
from tests.codes import ICD, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import cards_of, dated, selected

CODES = [
    pytest.param("M84.50XA", id="fracture in neoplastic disease, no bone named"),
    pytest.param("M84.551A", id="of the femur"),
    pytest.param("M84.511A", id="of the shoulder"),
    pytest.param("D43.4", id="of the spinal cord, uncertain"),
    pytest.param("D42.1", id="of its membranes, uncertain"),
]


@pytest.mark.parametrize("code", CODES)
def test_no_bone_drug_or_training_is_chosen_next_to_it(code):
    found = dated(codeable(ICD, code), days=4)
    cards = cards_of(found, measured("grip-strength", 12))
    assert "malignancy of bone not excluded" in cards["rehabilitation"]["detail"]
    labels = {label for _, label in selected(cards)}
    assert "Refer to fracture liaison service" not in labels
    assert "Refer to rehabilitation" not in labels


@pytest.mark.parametrize("code", CODES)
def test_nobody_leaves_with_it_without_a_card(code):
    found = dated(codeable(ICD, code), days=30)
    drug = statement("alendronate", "M05BA04", 1)
    (card,) = leave(leaving_chart(*everything_arranged(), drug, found))
    said = "malignancy of bone not excluded. Who settles the cause?"
    assert card["summary"].endswith(said)


def test_a_fracture_of_osteoporosis_is_none_of_them():
    found = dated(codeable(ICD, "M80.051A"), days=400)
    cards = cards_of(found, measured("grip-strength", 12))
    assert "malignancy" not in cards["rehabilitation"]["detail"]
