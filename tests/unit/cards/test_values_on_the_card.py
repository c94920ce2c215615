"""How values that are doubtful or not used are written for people."""

import pytest

from tests.chart_builders import patient, quiet_lists
from tests.codes import codeable
from tests.generated_patients import Signing
from tests.patients.charts import augmentation, cards_of, measured, problem
from tests.patients.reading import text_of

REFUTED = codeable(
    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
)


def said(*record):
    usual = (patient(age=74), *quiet_lists(), measured("bmi", 20))
    cards = cards_of(Signing((*usual, *record), tuple(augmentation())))
    return "\n".join(map(text_of, cards))


def t_score(**quantity):
    return {**measured("bmd-t-score", -2.8), "valueQuantity": quantity}


@pytest.mark.parametrize(
    ("observation", "said_of_it"),
    [
        (t_score(unit="{T-score}"), "no number"),
        (t_score(value=-2.8, unit="g/cm2"), "the unit does not fit"),
        ({**measured("bmd-t-score", -2.8), "status": "preliminary"}, "T-score"),
    ],
)
def test_a_value_that_is_not_used_is_named_as_people_write(observation, said_of_it):
    (line,) = [
        one for one in said(observation).splitlines() if one.startswith("Not known:")
    ]
    assert "T-score" in line
    assert said_of_it in line
    assert "{T-score}" not in line


def test_a_value_that_is_too_old_is_named_by_its_year():
    assert (
        "Not known: T-score of 2013 too old to use"
        in said(measured("bmd-t-score", -2.8, days=5000)).splitlines()
    )


def test_entries_beside_a_present_diabetes_are_not_listed():
    text = said(
        problem("E11.9", number="first"),
        {**problem("E11.9", number="second"), "verificationStatus": REFUTED},
    )
    assert "diabetes" not in text
