"""A lower T-score beside the one that counts leaves the risk open."""

import pytest

from tests.chart_builders import (
    days_ago,
    measured,
    of_patient,
)
from tests.codes import codeable
from tests.patients.reassuring import first_card

LOINC = "http://loinc.org"
REASSURING = "below the usual"
UCUM = {"system": "http://unitsofmeasure.org"}
T_SCORE = {"unit": "{T-score}", "code": "{T-score}", **UCUM}


def detail_of(*entries):
    return first_card(measured("bmi", 27), *entries)["detail"]


def t_score(value, code="38267-1", days=2, number="t", **members):
    held = {"status": "final", "code": codeable(LOINC, code)}
    held |= {"effectiveDateTime": days_ago(days)}
    held |= {"valueQuantity": {"value": value, **T_SCORE}}
    return of_patient("Observation", number, **held | members)


def part(name, **value):
    return [{"code": {"text": name}, **value}]


@pytest.mark.parametrize(
    "name", ["Femoral neck", "L1-L4", "hip", "lowest T-score", "T-score L3", "Hals"]
)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"valueQuantity": {"value": -3.5, **T_SCORE}}, id="unit"),
        pytest.param({"valueQuantity": {"value": -3.5}}, id="no unit"),
        pytest.param({"valueQuantity": {"value": -3.5, "unit": "SD"}}, id="sd"),
        pytest.param({"valueString": "-3.5"}, id="string"),
        pytest.param({"valueInteger": -4}, id="whole"),
    ],
)
def test_a_lower_component_that_words_name_is_open(name, value):
    detail = detail_of(t_score(-1.0, component=part(name, **value)))
    assert REASSURING not in detail
    assert "T-score" in detail.partition("**Not known:**")[2]


@pytest.mark.parametrize(
    "component",
    [
        pytest.param(part("Femoral neck", valueQuantity={"value": -0.8}), id="higher"),
        pytest.param(
            part("Z-score", valueQuantity={"value": -3.5, **T_SCORE}), id="age"
        ),
        pytest.param(
            part("Change", valueQuantity={"value": -3.5, "unit": "%"}), id="change"
        ),
        pytest.param(
            part("Neck", valueQuantity={"value": 0.8, "unit": "g/cm2"}), id="density"
        ),
    ],
)
def test_another_component_leaves_the_figure(component):
    assert REASSURING in detail_of(t_score(-1.0, component=component))


def test_a_lower_one_of_the_heel_is_open():
    spine = t_score(-1.0)
    assert REASSURING in detail_of(spine, t_score(-1.2, "38266-3", number="h"))
    low = detail_of(spine, t_score(-3.5, "38266-3", number="h"))
    assert REASSURING not in low
    assert "heel" in low
    old = t_score(-3.5, "38266-3", days=1500, number="h")
    assert REASSURING in detail_of(spine, old)


@pytest.mark.parametrize("name", ["L1-L4", "Lumbar spine", "Trial 1"])
@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("38267-1", {"value": -3.4, **T_SCORE}, id="T-score"),
        pytest.param(
            "83174-3", {"value": 8, "unit": "kg", "code": "kg"} | UCUM, id="grip"
        ),
        pytest.param(
            "83172-7",
            {"value": 0.5, "unit": "m/s", "code": "m/s"} | UCUM,
            id="gait",
        ),
        pytest.param(
            "39156-5",
            {"value": 16, "unit": "kg/m2", "code": "kg/m2"} | UCUM,
            id="BMI",
        ),
    ],
)
def test_a_measure_whose_parts_only_words_name_is_open(code, value, name):
    parts = t_score(0, code, number="parts", component=part(name, valueQuantity=value))
    del parts["valueQuantity"]
    detail = detail_of(t_score(-1.0, days=10), parts)
    assert REASSURING not in detail
    assert "no number" in detail.partition("**Not known:**")[2]


def test_a_lower_part_next_to_a_coded_one_is_open():
    hip = {
        "code": codeable(LOINC, "80946-7"),
        "valueQuantity": {"value": -1.0, **T_SCORE},
    }
    spine = part("L1-L4", valueQuantity={"value": -3.4, **T_SCORE})
    panel = t_score(0, component=[hip, *spine])
    del panel["valueQuantity"]
    detail = detail_of(panel)
    assert REASSURING not in detail
    assert "a component names a lower one" in detail
