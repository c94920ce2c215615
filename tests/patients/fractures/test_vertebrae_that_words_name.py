"""A vertebra that words name and that is not treated now may have broken before.

Which words say so is not asked: only that they say more than that it is sound or worn.
"""

import pytest

from tests.chart_builders import (
    blood_count_for,
    days_ago,
    inpatient,
    of_patient,
    problem,
)
from tests.patients.reassuring import cards_of, end_is_selected, imaging

# Each is of a vertebra that is not treated, in words that a list calls plain.
ELSEWHERE = [
    "T8 deformity unchanged.",
    "Unchanged wedge deformity of T8.",
    "Wedging of T7 and T8.",
    "T8 wedging",
    "Height loss T8",
    "Mild superior endplate deformity T11",
    "Benign fractures T7, T8, T9",
    "Höhenminderung BWK 7",
    "Sinterung BWK 8 unverändert.",
    "Perte de hauteur T8",
    "Acuñamiento D8",
    "riduzione di altezza T8",
    "hoogteverlies Th8",
    "złamanie Th8",
    "fratura T8",
    "T8椎体变扁",
    "T8椎体压缩",
    "第8胸椎楔状変形",
    "T8圧潰",
    "T8 압박골절",
]
# Of no vertebra by name, or of one that is named as it was before.
NOT_NEW = [
    "Wedge deformity of T8 present on prior study.",
    "Multilevel compression deformities",
    "Unchanged compression deformity",
    "Multisegmentale Sinterungen.",
]
CEMENT = ["cement at T12", "Zement BWK 12", "ciment T12", "cemento T12"]
SOUND = [
    "Degenerative disc disease L4/5",
    "Spondylosis L3-L5, normal alignment",
    "Facet arthropathy at L4-L5",
    "T12 and L2 intact",
    "Degenerative Veränderungen LWK 4",
    "L4/5椎间盘突出",
]


def of_procedure(words):
    code = {"text": "Colonoscopy"}
    said = {"code": code, "performedDateTime": days_ago(5), "note": [{"text": words}]}
    return of_patient("Procedure", "done", status="completed", **said)


def of_diagnosis(words):
    return problem("hypertension", number="noted", note=[{"text": words}])


def of_stay(words):
    return inpatient() | {"reasonCode": [{"text": words}]}


PLACES = [imaging, blood_count_for, of_procedure, of_diagnosis, of_stay]
BESIDE = [blood_count_for, of_procedure, of_diagnosis]


@pytest.mark.parametrize("entry", PLACES)
@pytest.mark.parametrize("words", ELSEWHERE)
def test_a_vertebra_that_may_have_broken_reassures_nobody(entry, words):
    cards = cards_of(entry(words))
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "Not known" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", BESIDE)
@pytest.mark.parametrize("words", CEMENT)
def test_cement_in_another_vertebra_reassures_nobody(entry, words):
    cards = cards_of(entry(words))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", PLACES)
@pytest.mark.parametrize("words", NOT_NEW)
def test_what_is_not_new_or_not_one_leaves_an_earlier_fracture_open(entry, words):
    detail = cards_of(entry(words))["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "Not known" in detail


@pytest.mark.parametrize("words", SOUND)
def test_a_report_of_a_worn_vertebra_changes_nothing(words):
    cards = cards_of(imaging(f"Acute compression fracture of L1. {words}."))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("entry", [imaging, blood_count_for, of_procedure, of_stay])
@pytest.mark.parametrize("words", ["Height loss L1", "L1 wedging", "Sinterung LWK 1"])
def test_the_treated_vertebra_changes_nothing(entry, words):
    cards = cards_of(entry(words))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)
