"""A contained Observation without a value says by its name what was found."""

import pytest

from tests.chart_builders import PATIENT, kyphoplasty, measured, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import REASSURING, card_of, cards_of, end_is_selected

INSIDE = [{"reference": "#c"}]


def observation(name, **members):
    return {
        "resourceType": "Observation",
        "id": "c",
        "status": "final",
        "code": name if isinstance(name, dict) else {"text": name},
        "subject": {"reference": f"Patient/{PATIENT}"},
        **members,
    }


def order_with(inside):
    return kyphoplasty(contained=[inside], reasonReference=INSIDE)


def problem_with(inside):
    evidence = [{"detail": INSIDE}]
    code = {"text": "Low back pain"}
    return problem(
        "M54.5", number="q", code=code, contained=[inside], evidence=evidence
    )


def weight_with(inside):
    return measured("weight", 70, number="w", contained=[inside], hasMember=INSIDE)


NAMES = [
    ("Bone metastasis", "malignancy of bone"),
    ("Knochenmetastase", "malignancy of bone"),
    ("Spondylodiscitis", "spinal infection"),
    ("Paraparesis", "neurological deficit"),
]


@pytest.mark.parametrize(("name", "_finding"), NAMES)
def test_it_leaves_what_the_order_contains_unread(name, _finding):
    cards = cards_of(order=order_with(observation(name)))
    detail = cards["rehabilitation"]["detail"]
    assert REASSURING not in detail
    assert "not excluded (the order's contained not understood)" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize("within", [problem_with, weight_with])
@pytest.mark.parametrize(("name", "finding"), NAMES)
def test_so_it_does_in_an_entry(name, finding, within):
    cards = cards_of(within(observation(name)))
    assert f"{finding} not excluded" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "inside",
    [
        observation("Bone metastasis", valueBoolean=True),
        observation(codeable(ICD, "C79.51")),
    ],
    ids=["true", "code"],
)
def test_so_do_a_code_and_an_answer_that_it_is_there(inside):
    assert REASSURING not in card_of(order=order_with(inside))["detail"]


@pytest.mark.parametrize(
    "inside",
    [
        observation("Bone metastasis", valueBoolean=False),
        observation("Pain", valueQuantity={"value": 7}),
        observation("Bone metastasis", status="entered-in-error"),
    ],
    ids=["false", "number", "void"],
)
def test_a_question_that_is_answered_says_no_more(inside):
    assert REASSURING in card_of(order=order_with(inside))["detail"]
