"""A code of a class of bone drugs is one, even if nobody here knows which."""

import pytest

from tests.chart_builders import days_ago, measured, of_patient
from tests.codes import ATC, codeable
from tests.patients.reassuring import first_card


def card_of(code):
    order = of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept=codeable(ATC, code),
        authoredOn=days_ago(90),
    )
    return first_card(measured("bmd-t-score", -2.0), measured("bmi", 24), order)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("M05BX08", id="menatetrenone"),
        pytest.param("M05BX01", id="ipriflavone"),
        pytest.param("M05BX99", id="a code to come"),
        pytest.param("M05BC01", id="a subgroup without drugs of ours"),
        pytest.param("M05BX", id="a bare subgroup"),
        pytest.param("M05B", id="the bare group"),
        pytest.param("G03XC03", id="lasofoxifene"),
        pytest.param("G03XC", id="the bare group of raloxifene"),
        pytest.param("G03X", id="the group above"),
        pytest.param("H05B", id="the group above calcitonin"),
    ],
)
def test_a_code_that_is_not_known_singly_is_a_bone_drug(code):
    card = card_of(code)
    assert "o bone drug" not in card["summary"]
    assert card["summary"].startswith("Bone drug prescribed Aug 2026")
    assert "none in" not in card["detail"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        pytest.param("M05BX53", "Strontium ranelate", id="with vitamin D"),
        pytest.param("G03CC07", "Bazedoxifene", id="with estrogens"),
        pytest.param("H05A", "Parathyroid hormone analogue", id="bare group"),
        pytest.param("M05BB10", "Bisphosphonate", id="combined bisphosphonate"),
    ],
)
def test_a_code_of_a_known_drug_names_it(code, name):
    assert card_of(code)["summary"].startswith(f"{name} prescribed Aug 2026")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("A12AX", id="calcium with vitamin D"),
        pytest.param("A11CC05", id="vitamin D"),
        pytest.param("G03CA03", id="estradiol"),
        pytest.param("H05BX02", id="paricalcitol"),
        pytest.param("M01AE01", id="ibuprofen"),
    ],
)
def test_other_codes_are_no_bone_drug(code):
    assert card_of(code)["summary"].startswith("No bone drug")
