"""A change, a spread or another complaint under the code of a value is not the value."""

import pytest

from cds_service.core.findings import Gap
from tests.chart_builders import days_ago, of_patient
from tests.codes import LOINC, codeable
from tests.gathered_records import findings_beside

EGFR = ("98979-8", "mL/min/{1.73_m2}")
PAIN = ("72514-3", "{score}")
WEIGHT = ("29463-7", "kg")


def value_of(name, measure, title, value):
    """Return what is found under a name: the number, or None for a gap."""
    code, unit = measure
    entry = of_patient(
        "Observation",
        "x",
        status="final",
        code=codeable(LOINC, code) | {"text": title},
        effectiveDateTime=days_ago(2),
        valueQuantity={"value": value, "unit": unit, "code": unit},
    )
    found = findings_beside([entry])
    return None if isinstance(found.gaps.get(name), Gap) else found.known[name].value


@pytest.mark.parametrize(
    "title",
    [
        "eGFR loss per year",
        "Change in eGFR",
        "eGFR-Verlust pro Jahr (berechnet)",
        "Baisse du DFG par an",
        "eGFR 年間変化量",
    ],
)
def test_a_change_of_the_filtration_is_not_the_filtration(title):
    assert value_of("egfr", EGFR, title, 12) is None


@pytest.mark.parametrize("title", ["eGFR (CKD-EPI 2021)", "GFR, geschätzt", "eGFR"])
def test_a_filtration_is_read(title):
    assert value_of("egfr", EGFR, title, 62) == 62


@pytest.mark.parametrize("title", ["Weight change", "Gewichtsverlust", "体重变化值"])
def test_a_change_of_weight_is_not_the_weight(title):
    assert value_of("weight", WEIGHT, title, 42) is None


@pytest.mark.parametrize(
    "title", ["Nausea 0-10", "Übelkeit NRS", "Nudności, skala 0-10", "疲劳评分"]
)
def test_another_complaint_is_no_pain(title):
    assert value_of("pain-score", PAIN, title, 7) is None


@pytest.mark.parametrize(
    "title", ["Pain severity 0-10", "Schmerz NRS in Ruhe", "Ból, skala 0-10", "VAS"]
)
def test_a_pain_is_read(title):
    assert value_of("pain-score", PAIN, title, 7) == 7
