"""A second operation since the augmentation has everyday names, and may be ordered."""

import pytest

from tests.patients.leaving import act_done, act_ordered, summaries_beside

READ = "1 recent entry not understood. Read before leaving."


@pytest.mark.parametrize(
    "title",
    [
        "Return to theatre",
        "Returned to OR",
        "Zurück in den OP",
        "Notfalloperation",
        "Retour au bloc",
        "Vuelta a quirófano",
        "Second look",
        "再次手术",
        "재수술",
    ],
)
def test_a_second_operation_is_read(title):
    (summary,) = summaries_beside(act_done(title))
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        "Wound washout",
        "Wound debridement",
        "Wundspülung",
        "Posterior fusion L1-L3",
        "Return to theatre",
        "Embolectomy",
    ],
)
def test_so_is_one_that_is_ordered(title):
    (summary,) = summaries_beside(act_ordered(title))
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        "Wound care",
        "Return to clinic in 2 weeks",
        "Return to theatre not needed",
        "Diabetic foot debridement",
        "Wundspülung Ulcus Unterschenkel",
        "X-ray after spinal fusion",
        "Blood transfusion consent",
    ],
)
def test_everyday_care_is_not(title):
    assert summaries_beside(act_ordered(title)) == []
