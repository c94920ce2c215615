"""What the properties found, each as the small chart that showed it."""

import pytest

from tests.chart_builders import (
    augmented,
    brace,
    cards_for,
    inpatient,
    kyphoplasty,
    measured,
    ordered,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ICD, codeable
from tests.patients.charts import augmentation
from tests.patients.reading import text_of
from tests.properties.charts_at_random import condition
from tests.properties.telling import chosen

TWO_LEVELS = augmentation(levels=("T12", "L1"))

CALM = (
    patient(age=74),
    *quiet_lists(),
    measured("bmi", 24),
    measured("bmd-t-score", -1.6, method={"text": "DXA, lumbar spine L1-L4"}),
)


def first(*resources, drafts=()):
    return cards_for(resources, *(drafts or (kyphoplasty(),)))["rehabilitation"]


def test_a_draft_that_is_sent_twice_is_one_order():
    card = first(patient(), *quiet_lists(), drafts=(*TWO_LEVELS, TWO_LEVELS[1]))
    assert card["summary"].startswith("Two fractures at once")
    assert card["indicator"] == "info"


def test_a_brace_that_is_sent_twice_is_one_brace():
    cards = cards_for((patient(), *quiet_lists()), kyphoplasty(), brace(), brace())
    assert cards["braceLimit"]["summary"].startswith("TLSO: no end date")
    assert [one["label"] for one in cards["braceLimit"]["suggestions"]] == ["Set end 15 Jan 2027"]


def test_drafts_without_an_id_that_are_alike_are_two_orders():
    more = {name: part for name, part in TWO_LEVELS[1].items() if name != "id"}
    card = first(patient(), *quiet_lists(), drafts=(TWO_LEVELS[0], more, more))
    assert card["summary"].startswith("Three fractures at once")


def test_an_older_fracture_does_not_hide_a_recent_one():
    older = condition("M80.08XD", "Osteoporotic fracture of vertebra", days=1500)
    card = first(patient(), *quiet_lists(), augmented(9), older)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in 2 years (Nov 2026)")


def test_a_long_phrase_does_not_make_known_drugs_unknown():
    dementia = condition("F03.90", "Dementia", days=250)
    record = (patient(age=60), *quiet_lists(), dementia, measured("grip-strength", 17))
    drafts = augmentation(levels=("T12", "L1", "L2"))
    card = first(*record, inpatient(), drafts=drafts)
    assert "no bone drug" in card["summary"]
    assert "unknown" not in text_of(card)


def test_an_order_without_a_date_leaves_nothing_pre_selected_that_it_may_do():
    """It may be of this fracture: named as not counted, and offered."""
    fractured = problem("fracture", days=12, code=codeable(ICD, "M80.08XA", "Fracture of vertebra"))
    review = ordered("bone-treatment", authoredOn=None)
    cards = cards_for((patient(), *quiet_lists(), fractured, review), kyphoplasty())
    assert "FLS order without a date" in text_of(cards["rehabilitation"])
    assert "Refer to fracture liaison service" in {one["label"] for one in cards["rehabilitation"]["suggestions"]}
    assert chosen(list(cards.values())) == set()


def test_a_broken_entry_of_the_problem_list_leaves_nothing_pre_selected():
    """It was dementia, with which training is offered and not pre-selected."""
    broken = condition("F03.90", "Dementia", days=250) | {"code": "F03.90"}
    card = first(patient(), *quiet_lists(), measured("grip-strength", 14), broken)
    assert "broken" in text_of(card)
    assert chosen([card]) == set()


def test_the_same_chart_without_that_entry_has_a_pre_selection():
    card = first(patient(), *quiet_lists(), measured("grip-strength", 14))
    assert ("rehabilitation", "Refer to rehabilitation") in chosen([card])


def test_a_dense_t_score_reassures_nobody():
    """Bone denser than the young mean beside such a fracture: a minus sign may be missing."""
    record = (patient(age=74), *quiet_lists(), measured("bmi", 24))
    usual, dense = (
        text_of(first(*record, measured("bmd-t-score", value, method={"text": "DXA, lumbar spine L1-L4"})))
        for value in (-1.6, 2.8)
    )
    assert "below the usual" in usual
    assert "below the usual" not in dense


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        pytest.param("Metastasis of L1", "Malignancy of bone", id="metastasis"),
        pytest.param("multiple myeloma", "Malignancy of bone", id="myeloma"),
        pytest.param("Knochenmetastase LWK 1", "Malignancy of bone", id="German"),
        pytest.param("Discitis L1", "Spinal infection", id="infection"),
    ],
)
def test_an_order_says_its_cause_in_words_alone(words, opening):
    card = first(*CALM, drafts=(kyphoplasty(reasonCode=[{"text": words}]),))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(opening)
    assert chosen([card]) == set()


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"reasonCode": [{"text": "Suspected metastasis"}]}, id="suspected"),
        pytest.param({"note": [{"text": "MRI shows discitis L1"}]}, id="note"),
        pytest.param({"orderDetail": [{"text": "Kyphoplasty L1 for metastasis"}]}, id="title"),
    ],
)
def test_a_cause_that_an_order_leaves_in_doubt_reassures_nobody(members):
    doubted = text_of(first(*CALM, drafts=(kyphoplasty(**members),)))
    assert "below the usual" in text_of(first(*CALM))
    assert "below the usual" not in doubted
    assert "not excluded" in doubted


@pytest.mark.parametrize("words", ["no metastasis", "Osteoporotic fracture, infection ruled out"])
def test_a_cause_that_is_denied_warns_of_nothing(words):
    card = first(*CALM, drafts=(kyphoplasty(reasonCode=[{"text": words}]),))
    assert card["indicator"] == "info"
    assert "none given" not in text_of(card)
