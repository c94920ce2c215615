"""Canonical spelling and conversion by table."""

import pytest

from tests.builders import terminology

UNITS = terminology().units


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("{T-score}", "{T-score}"),
        ("{T-Score}", "{T-score}"),
        ("{TScore}", "{T-score}"),
        ("T-Score", "{T-score}"),
        ("SD", "{SD}"),
        ("Kg", "kg"),
        ("kilogram", "kg"),
        ("kg / m2", "kg/m2"),
        ("KG/M²", "kg/m2"),
        ("HU", "[hnsf'U]"),
        ("{HU}", "[hnsf'U]"),
        ("lbs", "[lb_av]"),
        ("g/cm-2", "g/cm2"),
    ],
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
    [
        (100, "[lb_av]", "kg", 45.359237),
        (2500, "g", "kg", 2.5),
        (62, "[in_i]", "m", 1.5748),
        (155, "cm", "m", 1.55),
        (40, "[lbf_av]", "kg", 18.1436948),
        (200, "N", "kg", 20.394324259558566),
        (12, "kgf", "kg", 12),
        (1441, "mm2", "cm2", 14.41),
        (1.4, "cm2/m2", "mm2/m2", 140),
        (35, "mm", "{score}", 3.5),
        (0.57, "1", "%", 57),
    ],
)
def test_conversions_agree_with_the_definitions(value, unit, to, expected):
    assert UNITS.convert(value, unit, to) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("value", "unit", "to"),
    [(57, "1", "%"), (-0.1, "1", "%"), (1, "g/cm2", "{T-score}"), (5, "m", "kg")],
)
def test_what_does_not_convert_gives_nothing(value, unit, to):
    assert UNITS.convert(value, unit, to) is None
