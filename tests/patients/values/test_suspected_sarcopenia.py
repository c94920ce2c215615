"""A suspected sarcopenia, or one that only a reason names, reassures nobody."""

import pytest

from tests.chart_builders import days_ago, measured, of_patient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

REASSURING = "below the usual"
CODE = "M62.84"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
NORMAL = {"appendicular-muscle-index": 7.5, "grip-strength": 30, "gait-speed": 1.2}


def diagnosis(verification, **members):
    status = codeable(VERIFICATION, verification)
    return problem(CODE, days=60, verificationStatus=status, **members)


def not_known(card):
    return card["detail"].partition("**Not known:**")[2].partition("\n")[0]


OPEN = [
    *(
        pytest.param(diagnosis(status), "suspected, not confirmed", id=status)
        for status in ("provisional", "differential", "unconfirmed")
    ),
    pytest.param(
        problem(CODE, recordedDate="2027-02-01"),
        "dated in the future",
        id="dated ahead",
    ),
    pytest.param(
        of_patient(
            "ServiceRequest",
            "o",
            status="active",
            intent="order",
            code={"text": "Physiotherapy"},
            authoredOn=days_ago(4),
            reasonCode=[codeable(ICD, CODE)],
        ),
        "in an order of 16 Nov 2026",
        id="reason of an order",
    ),
]


@pytest.mark.parametrize("measures", [{}, {"gait-speed": 1.2}], ids=["none", "gait"])
@pytest.mark.parametrize(("entry", "why"), OPEN)
def test_it_is_open_and_named(entry, why, measures):
    card = card_of(entry, *(measured(name, value) for name, value in measures.items()))
    assert REASSURING not in card["detail"]
    assert "sarcopenia not excluded" in not_known(card)
    assert why in not_known(card)


def test_measurement_decides():
    values = [measured(name, value) for name, value in NORMAL.items()]
    card = card_of(diagnosis("provisional"), *values)
    assert "not excluded" not in card["detail"]
    assert REASSURING in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(diagnosis("refuted"), id="refuted"),
        pytest.param(problem(CODE, days=60, status="resolved"), id="over"),
    ],
)
def test_what_is_denied_or_over_stays_quiet(entry):
    card = card_of(entry)
    assert REASSURING in card["detail"]
    assert "sarcopenia" not in not_known(card)


def test_a_measure_that_does_not_decide_is_no_suspicion():
    card = card_of(measured("gait-speed", 1.2))
    assert "sarcopenia" not in not_known(card)
