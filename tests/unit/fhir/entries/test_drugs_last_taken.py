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
