"""An infection that words date by last year may be of these weeks (rules F1 and F2)."""

from datetime import date

import pytest

from cds_service.fhir.orders.since.told_causes import causes_told_since
from cds_service.fhir.site_calendar import answered_on
from tests.builders import record_of, terminology


def causes_on(day: date, words: str) -> frozenset[str]:
    """The findings that a report of this day names."""
    report = {
        "resourceType": "DiagnosticReport",
        "id": "image",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "MRI lumbar spine"},
        "effectiveDateTime": day.isoformat(),
        "conclusion": words,
    }
    with answered_on(day):
        return frozenset(causes_told_since(record_of(report), day, (), terminology()))


@pytest.mark.parametrize("words", ["Discitis Dec 2026", "Spondylodiszitis 12/2026"])
def test_in_january_one_of_december_leads(words: str) -> None:
    assert causes_on(date(2027, 1, 12), words) == {"present-spinal-infection"}


def test_in_june_it_is_over() -> None:
    assert causes_on(date(2027, 6, 12), "Discitis Dec 2026") == frozenset()


def test_a_sepsis_is_over_after_two_weeks() -> None:
    assert causes_on(date(2027, 1, 5), "Sepsis 2026") == {"sepsis"}
    assert causes_on(date(2027, 2, 5), "Sepsis 2026") == frozenset()


def test_one_of_two_years_ago_is_over() -> None:
    assert causes_on(date(2027, 1, 5), "Discitis 2025") == frozenset()
