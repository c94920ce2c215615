"""An event that words date by a year alone may be of these weeks until mid-February."""

from datetime import date

import pytest

from cds_service.fhir.orders.training.fresh_events import fresh_events
from tests.builders import record_of, terminology


def events_on(day: date, words: str) -> frozenset[str]:
    """The events that a report of this day tells of."""
    report = {
        "resourceType": "DiagnosticReport",
        "id": "image",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "CT chest"},
        "effectiveDateTime": day.isoformat(),
        "conclusion": words,
    }
    return frozenset(fresh_events(record_of(report), terminology(), day))


@pytest.mark.parametrize("words", ["Stroke 2026", "Schlaganfall 2026", "2026年脑梗死"])
def test_in_january_the_year_before_may_be_of_these_weeks(words: str) -> None:
    assert "brain" in events_on(date(2027, 1, 5), words)


@pytest.mark.parametrize("words", ["Stroke 2026", "Schlaganfall 2026", "2026年脑梗死"])
def test_in_march_it_is_over(words: str) -> None:
    assert events_on(date(2027, 3, 5), words) == frozenset()


def test_an_older_year_is_over_in_january_too() -> None:
    assert events_on(date(2027, 1, 5), "Stroke 2025") == frozenset()
