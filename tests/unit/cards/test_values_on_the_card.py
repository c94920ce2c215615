"""How values that are doubtful or not used are written for people."""

from dataclasses import replace

import pytest

from tests.codes import LOINC, codeable
from tests.patients.charts import cards_of, measured, problem, signing_of
from tests.patients.reading import text_of

REFUTED = codeable("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")


def said(*record, bmi=20):
    signing = signing_of({"age": 74, "measured": [{"name": "bmi", "value": bmi}]})
    cards = cards_of(replace(signing, record=(*signing.record, *record)))
    return "\n".join(map(text_of, cards))


def t_score(**quantity):
    return {**measured("bmd-t-score", -2.8), "valueQuantity": quantity}


@pytest.mark.parametrize(
    ("observation", "line"),
    [
        (t_score(unit="{T-score}"), "Not used: T-score (6 Nov 2026): no number"),
        (t_score(value=-2.8, unit="g/cm2"), "Not used: T-score −2.8 g/cm² (6 Nov 2026): the unit does not fit"),
    ],
)
def test_a_value_that_is_not_used_is_written_as_people_write(observation, line):
    assert line in said(observation).splitlines()


def test_a_reason_without_a_figure_names_what_it_is_about():
    assert "No refracture figure: T-score not usable, no number." in said(t_score(unit="1"))


def test_entries_beside_a_present_diabetes_are_not_listed():
    text = said(problem("E11.9", number="first"), {**problem("E11.9", number="second"), "verificationStatus": REFUTED})
    assert "diabetes" not in text.partition("Not used")[2]


def test_where_a_t_score_was_measured_is_asked_even_without_a_figure():
    """BMI 28 leaves no figure, and the summary names the T-score all the same."""
    as_synthea = codeable(LOINC, "38265-5", "DXA [T-score] Bone density")
    unsited = {**measured("bmd-t-score", -2.8, method=""), "code": as_synthea}
    text = said(unsited, bmi=28)
    assert "(T −2.8)" in text
    assert "About the values: Where the T-score was measured is not stated" in text.splitlines()
