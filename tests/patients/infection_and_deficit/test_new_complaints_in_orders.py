"""A nerve root, kidneys or a gait that failed of late, as the reason of an order."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

NEW = [
    *("Radiculopathy L1 new", "New radiculopathy", "Radikulopathie neu"),
    *("Nouvelle radiculopathie", "Nieuwe radiculopathie", "新发神经根病"),
    *("AKI stage 2", "AKI", "Acute kidney injury", "Akutes Nierenversagen"),
    *("Insuffisance rénale aiguë", "Lesión renal aguda", "Acuut nierfalen"),
    *("Ostra niewydolność nerek", "Insufficienza renale acuta", "急性腎障害"),
    *("急性肾损伤", "급성 신손상", "Gangunsicherheit neu", "New gait instability"),
]
KNOWN = [
    *("Lumbar radiculopathy, chronic", "Radiculopathy", "CKD stage 3"),
    *("AKI prevention", "History of AKI 2019", "Chronic kidney disease"),
    *("Gait training", "Gangschule", "Gangunsicherheit", "risk of falls"),
    *("New walker for gait instability", "Neuer Rollator bei Gangunsicherheit"),
]


@pytest.mark.parametrize("reason", NEW)
def test_what_is_new_is_read_before_leaving(reason):
    (summary,) = summaries_beside(act_ordered("Blood count", reason))
    assert summary.endswith("names an injury or grave illness. Read before leaving.")


@pytest.mark.parametrize("reason", KNOWN)
def test_what_is_known_or_everyday_asks_nothing(reason):
    assert summaries_beside(act_ordered("Blood count", reason)) == []
