"""Measurement that contradicts a diagnosis of sarcopenia wins, and the diagnosis is named wherever it stands."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drafted,
    inpatient,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    outcome,
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import reassuring_record

CODE = codeable(ICD, "M62.84")
THERAPY = {"text": "Physiotherapy"}
NORMAL = {"appendicular-muscle-index": 7.5, "grip-strength": 30, "gait-speed": 1.2}
WEAK = {"appendicular-muscle-index": 4.5, "grip-strength": 12, "gait-speed": 0.5}


def concerns(*drafts, record=(), measures=NORMAL):
    """Return the value that the pooled model used, and what is said next to it."""
    values = [measured(name, value) for name, value in measures.items()]
    held = reassuring_record(*values, *record)
    cards = by_topic(ask(order_sign(held, *(drafts or [kyphoplasty()]))))
    model = outcome(cards)["models"][0]
    (used,) = [one for one in model["inputs"] if one["name"] == "sarcopenia"]
    return used["value"], [one for one in model["concerns"] if "Sarcopenia" in one]


def named(place):
    otherwise = "the measurements say otherwise and are used."
    return [f"sarcopenia: Sarcopenia is named {place}; {otherwise}"]


PROBLEM = problem("x", code=CODE)
STAY = inpatient() | {"reasonCode": [CODE]}
ORDER = of_patient(
    "ServiceRequest",
    "therapy",
    status="active",
    intent="order",
    code=THERAPY,
    reasonCode=[CODE],
    authoredOn=days_ago(4),
)


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        pytest.param(PROBLEM, "on the problem list since 20 Dec 2024", id="listed"),
        pytest.param(STAY, "in the record of this stay", id="stay"),
        pytest.param(ORDER, "in an order of 16 Nov 2026", id="order"),
    ],
)
def test_it_is_named_where_the_record_has_it(entry, place):
    assert concerns(record=[entry]) == (False, named(place))


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([kyphoplasty(reasonCode=[CODE])], id="operation"),
        pytest.param([kyphoplasty(), brace(reasonCode=[CODE])], id="brace"),
        pytest.param(
            [
                kyphoplasty(),
                drafted("ServiceRequest", "d", code=THERAPY, reasonCode=[CODE]),
            ],
            id="therapy",
        ),
    ],
)
def test_it_is_named_where_this_signing_has_it(drafts):
    assert concerns(*drafts) == (False, named("in an order of 20 Nov 2026"))


@pytest.mark.parametrize("entry", [PROBLEM, STAY, ORDER])
def test_what_measurement_confirms_is_no_contradiction(entry):
    assert concerns(record=[entry], measures=WEAK) == (True, [])


def test_nothing_is_named_if_nothing_names_it():
    assert concerns() == (False, [])
