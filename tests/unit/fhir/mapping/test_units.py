"""Canonical spelling and conversion by table."""

import pytest

from tests.builders import terminology
from tests.tables import cases

UNITS = terminology().units


@pytest.mark.parametrize(
    ("spelling", "canonical"), cases(__file__, "spellings_of_records_are_known")
)
def test_spellings_of_records_are_known(spelling, canonical):
    assert UNITS.canonical(spelling) == canonical


@pytest.mark.parametrize(
    "spelling", ["{%YAM}", "mg/cm3", "stone", "", "kPa", "T", "{Z-score}"]
)
def test_what_the_table_does_not_know_is_refused(spelling):
    assert UNITS.canonical(spelling) is None


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    cases(__file__, "conversions_agree_with_the_definitions"),
)
def test_conversions_agree_with_the_definitions(value, unit, to, expected):
    assert UNITS.convert(value, unit, to) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("value", "unit", "to"),
    [(57, "1", "%"), (-0.1, "1", "%"), (1, "g/cm2", "{T-score}"), (5, "m", "kg")],
)
def test_what_does_not_convert_gives_nothing(value, unit, to):
    assert UNITS.convert(value, unit, to) is None
