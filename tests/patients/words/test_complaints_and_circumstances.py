"""Ordinary complaints, aids and circumstances on the problem list make no noise."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import REASSURING, card_of

UNREAD = "not understood"
COMPLAINTS = [
    "Pain",
    "Fatigue",
    "Hypokalemia",
    "Knee pain",
    "Right knee pain",
    "Knieschmerzen",
    "Deconditioning",
    "Exsikkose",
    "At risk for fall",
]
CIRCUMSTANCES = [
    "Wears glasses",
    "Full dentures upper and lower",
    "Needs interpreter",
    "Ambulates with cane",
    "Advance directive in chart",
    "Pflegegrad 3",
    "Rollatormobil",
    "Brillenträger",
    "Patientenverfügung liegt vor",
    "Porte des lunettes",
]
GRAVE = [
    "Fatigue, weight loss, night sweats",
    "Pain from metastasis",
    "Knee pain, sarcoma",
    "Weakness",
    "Weight loss",
    "Pflegegrad 5",
    "Pflegegrad 3 bei Plasmozytom",
    "Wears glasses, metastasis L1",
    "Walks with cane, foot drop",
    "Advance directive: comfort care only",
    "Knowledge deficit, neurological deficit",
    "Neurological deficit",
]


def named(words, **members):
    return problem("x", number="named", **{"code": {"text": words}} | members)


@pytest.mark.parametrize("words", COMPLAINTS)
def test_a_complaint_is_not_counted_and_reassures_nobody(words):
    detail = card_of(named(words))["detail"]
    assert UNREAD not in detail
    assert REASSURING not in detail


@pytest.mark.parametrize("words", CIRCUMSTANCES)
def test_an_aid_or_a_wish_leaves_nothing_open(words):
    detail = card_of(named(words))["detail"]
    assert UNREAD not in detail
    assert REASSURING in detail


@pytest.mark.parametrize("words", GRAVE)
def test_what_may_be_more_stays_open(words):
    detail = card_of(named(words))["detail"]
    assert "Not known" in detail or "none given" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize("words", ["Pain", "Wears glasses"])
def test_words_next_to_it_stay_open(words):
    card = card_of(named(words, note=[{"text": "metastasis?"}]))
    assert "not excluded" in card["detail"]


@pytest.mark.parametrize("code", ["J18.9", "T84.51XS"])
@pytest.mark.parametrize("words", ["Lives alone", "Wears glasses"])
def test_a_code_that_nobody_judged_stays_open(code, words):
    detail = card_of(named("", code=codeable(ICD, code) | {"text": words}))["detail"]
    assert UNREAD in detail
    assert REASSURING not in detail
