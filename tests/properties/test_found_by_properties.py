"""What the properties found, each as the small chart that showed it."""

import pytest

from tests.chart_builders import (
    augmented,
    brace,
    cards_for,
    dose,
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
    assert [one["label"] for one in cards["braceLimit"]["suggestions"]] == [
        "Set end 15 Jan 2027"
    ]


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
    fractured = problem(
        "fracture", days=12, code=codeable(ICD, "M80.08XA", "Fracture of vertebra")
    )
    review = ordered("bone-treatment", authoredOn=None)
    cards = cards_for((patient(), *quiet_lists(), fractured, review), kyphoplasty())
    assert "FLS order without a date" in text_of(cards["rehabilitation"])
    assert "Refer to fracture liaison service" in {
        one["label"] for one in cards["rehabilitation"]["suggestions"]
    }
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
        text_of(
            first(
                *record,
                measured(
                    "bmd-t-score", value, method={"text": "DXA, lumbar spine L1-L4"}
                ),
            )
        )
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
        pytest.param(
            {"reasonCode": [{"text": "Suspected metastasis"}]}, id="suspected"
        ),
        pytest.param({"note": [{"text": "MRI shows discitis L1"}]}, id="note"),
        pytest.param(
            {"orderDetail": [{"text": "Kyphoplasty L1 for metastasis"}]}, id="title"
        ),
    ],
)
def test_a_cause_that_an_order_leaves_in_doubt_reassures_nobody(members):
    doubted = text_of(first(*CALM, drafts=(kyphoplasty(**members),)))
    assert "below the usual" in text_of(first(*CALM))
    assert "below the usual" not in doubted
    assert "not excluded" in doubted


@pytest.mark.parametrize(
    "words", ["no metastasis", "Osteoporotic fracture, infection ruled out"]
)
def test_a_cause_that_is_denied_warns_of_nothing(words):
    card = first(*CALM, drafts=(kyphoplasty(reasonCode=[{"text": words}]),))
    assert card["indicator"] == "info"
    assert "none given" not in text_of(card)


def titled(words):
    order = kyphoplasty()
    return order | {"code": order["code"] | {"text": words}}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(
            titled("Kyphoplasty of L1 for metastasis"), id="metastasis-in-title"
        ),
        pytest.param(
            titled("Kyphoplasty L1 for myeloma (rule out)"), id="myeloma-in-title"
        ),
        pytest.param(titled("Kyphoplasty L1, breast cancer"), id="cancer-in-title"),
        pytest.param(titled("Kyphoplastie L1, métastase"), id="French"),
        pytest.param(
            kyphoplasty(note=[{"text": "MRI shows discitis L1"}]),
            id="infection-in-note",
        ),
        pytest.param(
            kyphoplasty(note=[{"text": "new leg weakness since yesterday"}]),
            id="deficit-in-note",
        ),
        pytest.param(
            kyphoplasty(reasonCode=[{"text": "Suspected metastasis"}]),
            id="suspected-reason",
        ),
    ],
)
def test_a_grave_word_of_an_order_leaves_nothing_pre_selected(order):
    card = first(*CALM, drafts=(order,))
    assert ("rehabilitation", "Refer to fracture liaison service") in chosen(
        [first(*CALM)]
    )
    assert chosen([card]) == set()
    assert "below the usual" not in text_of(card)
    assert "not excluded" in text_of(card)


def test_an_order_that_mentions_two_causes_leaves_both_open():
    card = text_of(
        first(*CALM, drafts=(kyphoplasty(note=[{"text": "discitis or metastasis?"}]),))
    )
    assert "malignancy of bone" in card
    assert "not excluded" in card
    assert "spinal infection not excluded" in card


def test_a_fall_from_a_height_in_a_title_is_the_cause():
    card = first(*CALM, drafts=(titled("Kyphoplasty L1: trauma, fall from ladder"),))
    assert "none given" in text_of(card)
    assert card["summary"].startswith("Fall from a height")


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        pytest.param(
            "breast cancer", "Breast cancer: could this be a metastasis?", id="breast"
        ),
        pytest.param(
            "Mammakarzinom", "Breast cancer: could this be a metastasis?", id="German"
        ),
        pytest.param(
            "renal cell carcinoma", "Cancer: could this be a metastasis?", id="kidney"
        ),
        pytest.param(
            "history of breast cancer",
            "Cancer: could this be a metastasis?",
            id="history",
        ),
    ],
)
def test_a_cancer_as_reason_in_words_has_no_button_of_fracture_liaison(words, opening):
    card = first(*CALM, drafts=(kyphoplasty(reasonCode=[{"text": words}]),))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(opening)
    assert "Refer to fracture liaison service" not in {
        one["label"] for one in card["suggestions"]
    }


@pytest.mark.parametrize(
    "words", ["pathological fracture", "Pathologische Fraktur LWK 1"]
)
def test_a_pathological_fracture_is_offered_the_review_and_no_more(words):
    card = first(*CALM, drafts=(kyphoplasty(reasonCode=[{"text": words}]),))
    assert "Refer to fracture liaison service" in {
        one["label"] for one in card["suggestions"]
    }
    assert chosen([card]) == set()
    assert "malignancy of bone not excluded" in text_of(card)
    assert "below the usual" not in text_of(card)


def test_a_dose_that_was_refused_is_never_no_bone_drug():
    refused = dose("denosumab", days=20) | {"status": "not-done"}
    card = first(*CALM, refused)
    assert card["summary"].startswith("Denosumab ordered, last dose not found: ask")
    assert "below the usual" not in text_of(card)
    assert "none in" not in text_of(card)


def filtration(value, comparator=None, *, days=10, number="egfr"):
    """An eGFR by CKD-EPI 2021, as a laboratory writes it."""
    code = codeable("http://loinc.org", "98979-8")
    unit = {
        "unit": "mL/min/1.73m2",
        "system": "http://unitsofmeasure.org",
        "code": "mL/min/{1.73_m2}",
    }
    quantity = {"value": value, **unit} | (
        {"comparator": comparator} if comparator else {}
    )
    return measured(
        "egfr", value, number=number, days=days, code=code, valueQuantity=quantity
    )


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([filtration(45, "<")], id="alone"),
        pytest.param(
            [filtration(45, "<"), filtration(65, days=100, number="older")],
            id="after-a-normal-one",
        ),
        pytest.param([filtration(20, ">")], id="a-lower-limit-that-leaves-room"),
    ],
)
def test_a_filtration_that_is_only_a_limit_is_named_and_reassures_nobody(values):
    card = text_of(first(*CALM, *values))
    assert "eGFR" in card
    assert "only a limit" in card
    assert "below the usual" not in card


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([filtration(60, ">")], id="more-than-60"),
        pytest.param(
            [filtration(65), filtration(22, "<", days=200, number="older")],
            id="measured-since",
        ),
        pytest.param([filtration(22, "<", days=1500)], id="years-ago"),
    ],
)
def test_a_limit_that_says_nothing_against_the_kidney_today_leaves_the_figure(values):
    card = text_of(first(*CALM, *values))
    assert "below the usual" in card
    assert "eGFR" not in card


def t_score(value, place, days):
    """By DXA, of a place by its LOINC code."""
    code = codeable(
        "http://loinc.org",
        {"spine": "38267-1", "hip": "38264-8", "femur": "38263-0"}[place],
    )
    return measured(
        "bmd-t-score", value, number=f"{place}-{days}", days=days, code=code
    )


def risk_of(*t_scores):
    return text_of(
        first(patient(age=74), *quiet_lists(), measured("bmi", 24), *t_scores)
    )


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            [t_score(-3.4, "spine", 300), t_score(-1.2, "hip", 5)], id="spine-then-hip"
        ),
        pytest.param(
            [t_score(-2.6, "hip", 300), t_score(-1.2, "spine", 5)], id="hip-then-spine"
        ),
        pytest.param(
            [
                t_score(-3.4, "spine", 600),
                t_score(-1.1, "hip", 300),
                t_score(-1.2, "hip", 5),
            ],
            id="two-of-the-hip",
        ),
        pytest.param(
            [t_score(-3.4, "spine", 900), t_score(-1.2, "hip", 5)], id="no-longer-fresh"
        ),
        pytest.param(
            [t_score(-2.6, "hip", 3000), t_score(-1.2, "spine", 5)], id="years-ago"
        ),
    ],
)
def test_a_lower_t_score_of_another_site_leaves_the_usual(values):
    card = risk_of(*values)
    assert "below the usual" in risk_of(values[-1])
    assert "the usual 1 in 6 fracture another vertebra" in card
    assert "is lower, at another site" in card
    assert "−3.4 of" in card or "−2.6 of" in card


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            [t_score(-2.6, "spine", 300), t_score(-1.2, "spine", 5)], id="same-site"
        ),
        pytest.param(
            [t_score(-2.6, "hip", 300), t_score(-1.2, "hip", 5)], id="same-hip"
        ),
        pytest.param(
            [t_score(-1.9, "spine", 300), t_score(-1.2, "hip", 5)], id="no-osteoporosis"
        ),
        pytest.param(
            [
                t_score(-2.6, "spine", 900),
                t_score(-1.7, "spine", 300),
                t_score(-1.2, "hip", 5),
            ],
            id="measured-again-since",
        ),
        pytest.param(
            [t_score(-2.6, "spine", 3700), t_score(-1.2, "hip", 5)],
            id="too-old-to-use",
        ),
    ],
)
def test_a_t_score_that_another_one_replaces_is_not_open(values):
    card = risk_of(*values)
    assert "below the usual" in card
    assert "at another site" not in card


@pytest.mark.parametrize(
    ("kind", "name", "label"),
    [
        pytest.param(
            "rehabilitation",
            "rehabilitation",
            "Refer to rehabilitation",
            id="rehabilitation",
        ),
        pytest.param(
            "bone-treatment", "FLS", "Refer to fracture liaison service", id="review"
        ),
    ],
)
def test_an_order_of_unknown_status_is_named_and_pre_selects_nothing(kind, name, label):
    record = (patient(), *quiet_lists(), measured("grip-strength", 14))
    order = ordered(kind, status="unknown")
    card = first(*record, order)
    assert ("rehabilitation", label) in chosen([first(*record)])
    assert ("rehabilitation", label) not in chosen([card])
    assert label in {one["label"] for one in card["suggestions"]}
    assert f"{name} order of Nov 2026, its status unknown" in text_of(card)


def test_an_order_of_unknown_status_from_before_the_fracture_does_nothing():
    fractured = problem(
        "fracture", days=12, code=codeable(ICD, "M80.08XA", "Fracture of vertebra")
    )
    record = (patient(), *quiet_lists(), measured("grip-strength", 14), fractured)
    old = ordered("rehabilitation", status="unknown", days=900)
    assert ("rehabilitation", "Refer to rehabilitation") in chosen(
        [first(*record, old)]
    )
