"""Of several warnings one leads the card; the others are named on it too (E1)."""

from itertools import combinations

import pytest

from tests.chart_builders import dose
from tests.codes import ICD, codeable
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import card_of, dated

INFECTION = dated(codeable(ICD, "M46.46"), days=5, number="infection")
SEPSIS = dated(codeable(ICD, "A41.9"), days=3, number="sepsis")
DEFICIT = dated(codeable(ICD, "G83.4"), days=1, number="deficit")
METASTASIS = dated(codeable(ICD, "C79.51"), days=30, number="metastasis")
CANCER = dated(codeable(ICD, "C50.911"), days=400, number="cancer")
OVERDUE = dose("denosumab", days=300)
HIP = dated(codeable(ICD, "S72.001A"), days=90, number="hip")
UNSTABLE = dated(codeable(ICD, "S32.012A"), days=5, number="unstable")
WARNINGS = {
    "infection": (INFECTION, "spinal infection"),
    "sepsis": (SEPSIS, "sepsis"),
    "deficit": (DEFICIT, "neurological deficit"),
    "metastasis": (METASTASIS, "bone metastasis"),
    "cancer": (CANCER, "breast cancer"),
    "denosumab": (OVERDUE, "denosumab overdue"),
    "hip fracture": (HIP, "hip fracture"),
    "unstable fracture": (UNSTABLE, "unstable fracture"),
}
PAIRS = [
    pytest.param(*map(WARNINGS.get, names), id=" and ".join(names))
    for names in combinations(WARNINGS, 2)
]


def words_of(card):
    return f"{card['summary']} {card['detail']}".lower()


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_both_warnings_are_named_at_the_signing(first, second):
    card = card_of(first[0], second[0])
    assert first[1] in words_of(card)
    assert second[1] in words_of(card)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_both_warnings_are_named_when_the_patient_leaves(first, second):
    (card,) = leave(leaving_chart(first[0], second[0]))
    assert first[1] in words_of(card)
    assert second[1] in words_of(card)


def test_every_warning_behind_the_first_stands_in_one_line():
    card = card_of(INFECTION, METASTASIS, OVERDUE)
    assert card["summary"].startswith("Spinal infection")
    assert "**Also:** bone metastasis, denosumab overdue (" in card["detail"]


def test_a_second_fact_that_fits_the_summary_is_not_repeated():
    card = card_of(OVERDUE, HIP)
    assert "hip fracture" in card["summary"]
    assert "**Also:**" not in card["detail"]


def test_one_warning_alone_has_no_such_line():
    assert "**Also:**" not in card_of(METASTASIS)["detail"]
