"""A year or a word of the past is of its own part of a title alone."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients.inpatients import coded
from tests.patients.leaving import summaries_beside, titled


def beside(code: str, title: str, **members: Any) -> list[str]:
    """What a discharge says beside a diagnosis of the day after the operation."""
    return summaries_beside(coded(code, title, days=None, **members))


def recorded(**members: Any) -> dict[str, Any]:
    return {"recordedDate": days_ago(1)} | members


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("I10", "Hypertension 2012, pneumonia"),
        ("I10", "Hypertension; stroke 2012, stroke 2026"),
        ("I10", "Hypertonie, Z.n. Apoplex, Pneumonie"),
        ("I10", "Hypertension, old stroke, pneumonia"),
        ("I48.91", "AF 2015, embolic stroke"),
        ("I10", "高血圧 2012、肺炎"),
        ("I10", "Hypertension 2012; no stroke; pneumonia"),
    ],
)
@pytest.mark.parametrize("began", [{}, {"onsetDateTime": days_ago(1)}])
def test_an_illness_of_another_part_is_asked_about(code, title, began):
    assert beside(code, title, **recorded(**began))


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("I10", "Hypertension, stroke 2012"),
        ("I10", "Hypertension; stroke (2012)"),
        ("I10", "Hypertonie, Z.n. Apoplex"),
        ("Z86.73", "Stroke 2012"),
        ("Z86.711", "Pulmonary embolism 2011"),
        ("Z95.1", "CABG 2008"),
        ("Z95.5", "Coronary stent 2016"),
        ("Z96.641", "Hip replacement 2016"),
    ],
)
@pytest.mark.parametrize("began", [{}, {"onsetDateTime": days_ago(1)}])
def test_what_its_own_year_calls_old_asks_nothing(code, title, began):
    assert beside(code, title, **recorded(**began)) == []


BEFORE = [
    *("Z.n. Cholezystektomie", "Z.n. Appendektomie", "s/p cholecystectomy"),
    *("History of appendectomy", "Previous cholecystectomy", "s/p CABG"),
    *("Status post hip replacement", "Pregressa appendicectomia"),
    *("Stan po appendektomii", "Z.n. Hüft-TEP re."),
]


@pytest.mark.parametrize("title", BEFORE)
def test_an_operation_that_words_call_past_asks_nothing(title):
    assert summaries_beside(titled(title, onsetDateTime=None)) == []


@pytest.mark.parametrize("title", BEFORE)
def test_with_an_onset_of_these_days_it_is_asked_about(title):
    """The day of recording alone, which a system fills in, makes nothing new."""
    known = titled(title)
    assert summaries_beside({**known, "recordedDate": days_ago(0)})
    assert summaries_beside(known) == []


@pytest.mark.parametrize(
    "title", ["Cholecystectomy", "Hip replacement", "Status post hip fracture"]
)
def test_one_that_is_not_called_past_is_asked_about(title):
    assert summaries_beside(titled(title, onsetDateTime=None))
