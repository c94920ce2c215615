"""A scan of the spine for pain that goes on after the cement is asked about."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("MRI lumbar spine", "Persistent back pain"),
        ("MRI whole spine", "Worsening back pain after kyphoplasty"),
        ("MRI thoracic spine", "Increasing pain"),
        ("MRT LWS", "Zunehmende Schmerzen"),
        ("CT LWS", "Persistierende Rückenschmerzen"),
        ("IRM rachis", "Douleurs persistantes"),
        ("RM lumbar", "Dolor persistente"),
    ],
)
def test_a_scan_for_pain_that_goes_on_is_to_be_read(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason))


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("CT LWS", "Kontrolle nach Kyphoplastie"),
        ("CT lumbar spine", "Post-op check"),
        ("X-ray lumbar spine", "Persistent back pain"),
    ],
)
def test_an_ordinary_one_is_not(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason)) == []
