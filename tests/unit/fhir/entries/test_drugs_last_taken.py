"""A drug that was last taken in a year long before its entry is not taken."""

import pytest

from cds_service.fhir.entries.medication.drugs import read_drug
from tests.builders import terminology
from tests.codes import ATC, codeable


def is_over(written, note):
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": written,
        "medicationCodeableConcept": codeable(ATC, "H02AB06", "Prednisolone"),
        "note": [{"text": note}],
    }
    return read_drug(order, None, terminology()).is_doubtful


@pytest.mark.parametrize(
    ("written", "note"),
    [
        ("2026-03-01", "last taken 2024"),
        ("2019-03-01", "last taken 2021"),
        ("2027-05-01", "last taken 2025"),
        ("2031-05-01", "zuletzt 2028 eingenommen"),
        ("2031-05-01", "finished March 2029"),
    ],
)
def test_one_of_years_before_is_over_in_any_year(written, note):
    assert is_over(written, note)


@pytest.mark.parametrize(
    ("written", "note"),
    [
        ("2026-05-01", "last taken 2025"),
        ("2031-05-01", "last taken 18 Nov 2031"),
        ("2031-05-01", "5 mg daily"),
    ],
)
def test_one_of_late_may_go_on(written, note):
    assert not is_over(written, note)


RESTS = (
    "drug holiday in {}",
    "treatment pause from {}",
    "Therapiepause im {}",
    "pause thérapeutique en {}",
    "descanso terapéutico en {}",
    "vacanza terapeutica nel {}",
    "behandelpauze in {}",
    "przerwa w leczeniu w {}",
)


def is_resting(written, note):
    statement = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "dateAsserted": written,
        "medicationCodeableConcept": codeable(ATC, "M05BA04", "Alendronate"),
        "note": [{"text": note}],
    }
    return read_drug(statement, None, terminology()).is_ended


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize(
    ("written", "year"),
    [(None, 2026), ("2026-05-01", 2024), ("2027-05-01", 2027), ("2031-05-01", 2029)],
)
def test_a_rest_of_a_year_that_has_begun_ends_a_drug_in_any_year(written, year, rest):
    assert is_resting(written, rest.format(year))


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize(
    ("written", "year"),
    [(None, 2027), ("2019-05-01", 2027), ("2027-05-01", 2028), ("2031-05-01", 2032)],
)
def test_a_rest_of_a_year_to_come_is_planned(written, year, rest):
    assert not is_resting(written, rest.format(year))
