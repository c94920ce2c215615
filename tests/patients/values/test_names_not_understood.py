"""A value whose name has a word that is not known is a gap, whatever its code."""

import tomllib
from pathlib import Path

import pytest

from tests.builders import terminology
from tests.chart_builders import measured
from tests.patients.reassuring import first_card

NAMES = terminology().names_of_measures
WORDS = tomllib.loads(
    Path(__file__).with_name("names_of_measurements.toml").read_text()
)
OF_IT = [(finding, name) for finding, of in WORDS.items() for name in of["of_it"]]
NOT_OF_IT = [
    (finding, name) for finding, of in WORDS.items() for name in of["not_of_it"]
]


def is_of_it(finding, name):
    return not NAMES.is_another(finding, name) and NAMES.is_understood(finding, name)


@pytest.mark.parametrize(("finding", "name"), OF_IT)
def test_a_value_with_the_name_of_its_measure_counts(finding, name):
    assert is_of_it(finding, name)


@pytest.mark.parametrize(("finding", "name"), NOT_OF_IT)
def test_a_value_of_another_thing_person_or_time_does_not_count(finding, name):
    assert not is_of_it(finding, name)


def card_with_grip(name):
    grip = measured("grip-strength", 34)
    code = grip["code"] | {"text": name}
    return first_card(grip | {"code": code}, measured("bmi", 27))


def test_a_strong_grip_with_an_unknown_word_in_its_name_reassures_nobody():
    card = card_with_grip("Grip strength, myoelectric right")
    assert "its name was not understood" in card["detail"]
    assert "34" not in card["summary"]


def test_a_weak_grip_under_an_everyday_name_leads():
    card = first_card(
        measured("grip-strength", 12)
        | {"code": measured("grip-strength", 12)["code"] | {"text": "Jamar grip R"}}
    )
    assert card["summary"].startswith("Weak grip")
