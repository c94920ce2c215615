"""A name that says another measure is never a value, in the languages that are read."""

import pytest

from tests.builders import terminology
from tests.chart_builders import measured
from tests.patients.reassuring import first_card

NAMES = terminology().names_of_measures


@pytest.mark.parametrize(
    "name",
    [
        "Beztłuszczowa masa ciała (bioimpedancja)",
        "Masa tłuszczowa ciała",
        "Fettfreie Körpermasse",
        "Peso magro",
        "Masse maigre",
        "Vetvrije massa gewicht",
        "除脂肪体重",
        "Lean body weight",
    ],
)
def test_the_mass_of_a_part_of_the_body_is_no_weight(name):
    assert NAMES.is_another("weight", name)


@pytest.mark.parametrize(
    "name",
    ["Masa ciała", "Masa ciała (analizator składu)", "Weight (BIA)", "体重", "Poids"],
)
def test_the_weight_of_the_body_is_one(name):
    assert not NAMES.is_another("weight", name)


@pytest.mark.parametrize("name", ["BMI fat-free", "FFMI", "BMI tłuszczowy"])
def test_an_index_of_a_part_of_the_body_is_no_bmi(name):
    assert NAMES.is_another("bmi", name)


@pytest.mark.parametrize(
    "name", ["Prędkość chodu, test 4 m", "Chód 4 m", "Loopsnelheid 4 m"]
)
def test_a_gait_speed_is_one_by_its_polish_or_dutch_name(name):
    assert not NAMES.is_another("gait-speed", name)


@pytest.mark.parametrize("name", ["Test chodu 6 min", "Dystans chodu", "Chód: schody"])
def test_a_distance_or_stairs_are_no_gait_speed(name):
    assert NAMES.is_another("gait-speed", name)


@pytest.mark.parametrize(
    "method", ["DXR, Röntgen Hand", "Radiogrammetrie", "DXA de la main", "掌骨"]
)
def test_a_t_score_of_the_hand_reassures_nobody(method):
    card = first_card(
        measured("bmd-t-score", -1.5, method={"text": method}), measured("bmi", 27)
    )
    assert "T −1.5" not in card["summary"]
    assert "below" not in card["detail"]
