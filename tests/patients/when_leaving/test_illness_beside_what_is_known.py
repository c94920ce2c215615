"""What is known beside a new illness or a broken bone does not make it known.

"Known AF and pulmonary embolism" in a note asked nothing before leaving.
"""

import pytest

from tests.patients.leaving import summaries_beside
from tests.patients.places import dressing_noting

NEW = [
    "Known AF and pulmonary embolism",
    "Bekannte KHK und Lungenembolie",
    "Known COPD and pneumothorax",
    "Known hypertension and stroke",
    "Known CAD and myocardial infarction",
    "Known osteoporosis and hip fracture",
    "Known osteoporosis, hip fracture today",
    "Hysterectomy 2010, pulmonary embolism",
    "Chronic pain and acute stroke",
]
KNOWN = [
    "Known pulmonary embolism",
    "Bekannte Lungenembolie und KHK",
    "Known hip fracture and osteoporosis",
    "Old hip fracture and osteoporosis",
    "Known stroke and known myocardial infarction",
    "Chronic heart failure and known AF",
    "Known CAD and no pulmonary embolism",
    "Known AF and diabetes",
]


def noted(words):
    """Return what is asked next to a dressing change with this note, all arranged."""
    return summaries_beside(dressing_noting(words))


@pytest.mark.parametrize("words", NEW)
def test_what_is_new_is_read_before_leaving(words):
    (summary,) = noted(words)
    assert "names an injury or grave illness. Read before leaving." in summary


@pytest.mark.parametrize("words", KNOWN)
def test_what_is_known_asks_nothing(words):
    assert noted(words) == []
