"""Two days of onset a quarter of a year apart are hardly one fracture."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of


def fracture(code, *, days, onset=None):
    began = {} if onset is None else {"onsetDateTime": days_ago(onset)}
    return of_patient(
        "Condition",
        f"broken-{days}",
        clinicalStatus=codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
        ),
        code=codeable(ICD, code),
        recordedDate=days_ago(days),
        **began,
    )


@pytest.mark.parametrize("newer", ["S32.010A", "M80.08XA"])
def test_an_earlier_fracture_is_not_excluded(newer):
    card = card_of(
        fracture("M80.08XA", days=100, onset=100),
        fracture(newer, days=5, onset=5),
    )
    detail = card["detail"]
    assert "below the usual" not in detail
    assert "earlier vertebral fracture not excluded" in detail


@pytest.mark.parametrize(
    ("first", "onset"), [("M80.08XA", None), ("M80.08XA", 60), ("S32.010A", 100)]
)
def test_the_same_fracture_coded_again_is_none(first, onset):
    """By its day of recording, by an onset of late, or by its vertebra."""
    card = card_of(
        fracture(first, days=100, onset=onset),
        fracture("S32.010A", days=5, onset=5),
    )
    assert "below the usual" in card["detail"]
