"""A fracture of a stiffened spine is unstable by nature, whatever else is said."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    blood_count_for,
    by_topic,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.patients.inpatients import chart, coded
from tests.patients.reassuring import cards_of, end_is_selected, imaging


def of_problem(words):
    return problem("x", number="stiff", code={"text": words})


def of_note(words):
    return problem("hypertension", number="noted", note=[{"text": words}])


NAMES = [
    "Ankylosing spondylitis",
    "ankylosing spondylitis fracture",
    "Fracture L1 in DISH",
    "Morbus Bechterew",
    "spondylarthrite ankylosante",
    "fractura espondilitis anquilosante",
    "spondilite anchilosante",
    "强直性脊柱炎骨折",
    "強直性脊椎炎",
    "강직성 척추염",
]


@pytest.mark.parametrize("entry", [of_problem, of_note, blood_count_for, imaging])
@pytest.mark.parametrize("words", NAMES)
def test_a_stiffened_spine_by_its_name_leaves_it_open(entry, words):
    cards = cards_of(entry(words))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", ["M45.9", "M45.6", "M48.10", "M48.16"])
def test_a_stiffened_spine_by_its_code_leaves_it_open(code):
    cards = cards_of(problem(code, number="stiff"))
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "unstable fracture not excluded" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", ["ankylosing spondylitis fracture", "L1, DISH"])
def test_the_own_reason_of_the_operation_leaves_it_open(words):
    cards = cards_of(order=kyphoplasty(reasonCode=[{"text": words}]))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "words", ["No ankylosing spondylitis.", "Acute compression fracture L1."]
)
def test_what_names_none_changes_nothing(words):
    cards = cards_of(blood_count_for(words))
    assert "unstable" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        of_problem("Ankylosing spondylitis"),
        of_problem("DISH"),
        coded("M45.9", days=900),
    ],
)
def test_nobody_is_asked_to_get_up_with_one(entry):
    body = order_sign(chart(coded("M80.08XA"), entry), kyphoplasty(), bed_rest(72))
    card = by_topic(ask(body))["braceLimit"]
    assert card["indicator"] == "warning"
    assert "Unstable fracture not excluded; the surgeon decides when" in card["detail"]
    assert "walking by the next day" not in card["detail"]


@pytest.mark.parametrize("others", [[], [of_problem("History not taken")]])
def test_others_are(others):
    record = chart(coded("M80.08XA"), *others)
    body = order_sign(record, kyphoplasty(), bed_rest(72))
    assert "walking by the next day" in by_topic(ask(body))["braceLimit"]["detail"]
