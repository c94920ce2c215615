"""An order may be written for a broken vertebra that the augmentation does not treat."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.leaving import kyphoplasty_done
from tests.patients.reassuring import imaging, quiet_record

L1, L3 = codeable(ICD, "S32.010A"), codeable(ICD, "S32.030A")
INSIDE = {
    "resourceType": "Condition",
    "id": "inside",
    "subject": {"reference": "Patient/pat-1"},
    "code": L3,
}


def on_record(days, **members):
    return of_patient(
        "ServiceRequest",
        "other",
        status="active",
        intent="order",
        code={"text": "Full blood count"},
        authoredOn=days_ago(days),
        **members,
    )


def cards_of(*drafts, listed=()):
    record = quiet_record(measured("bmd-t-score", -1.5), *listed)
    return by_topic(ask(order_sign([*record, measured("bmi", 27)], *drafts)))


def is_reassuring(cards):
    return "below" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(kyphoplasty(reasonCode=[L1, L3]), id="codes"),
        pytest.param(
            kyphoplasty(reasonCode=[{"text": "Compression fractures L1 and L3"}]),
            id="words",
        ),
        pytest.param(
            kyphoplasty(contained=[INSIDE], reasonReference=[{"reference": "#inside"}]),
            id="inside the order",
        ),
    ],
)
def test_the_own_reason_of_another_vertebra_reassures_nobody(operation):
    cards = cards_of(operation)
    assert not is_reassuring(cards)
    assert "earlier vertebral fracture" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("reason", [L1, {"text": "L1 compression fracture"}])
def test_the_own_reason_of_the_treated_vertebra_changes_nothing(reason):
    assert is_reassuring(cards_of(kyphoplasty(reasonCode=[reason])))


def test_the_reason_of_the_brace_reassures_nobody():
    cards = cards_of(kyphoplasty(), brace(reasonCode=[L3]))
    assert not is_reassuring(cards)


def test_the_reason_of_an_order_on_record_reassures_nobody_and_keeps_the_brace():
    cards = cards_of(kyphoplasty(), brace(), listed=[on_record(5, reasonCode=[L3])])
    assert not is_reassuring(cards)
    suggested = [
        one
        for topic, card in cards.items()
        for one in card.get("suggestions", ())
        if topic.startswith("brace")
    ]
    assert not any(one.get("isRecommended") for one in suggested)


def test_an_order_on_record_for_the_treated_vertebra_changes_nothing():
    order = on_record(5, reasonCode=[L1])
    assert is_reassuring(cards_of(kyphoplasty(), listed=[order]))


def test_an_order_of_years_ago_for_another_vertebra_reassures_nobody():
    order = on_record(900, reasonCode=[L3])
    assert not is_reassuring(cards_of(kyphoplasty(), listed=[order]))


NOTED = {"note": [{"text": "Compression fracture L3"}]}


def imaged(**members):
    return of_patient(
        "ImagingStudy", "i", **{"status": "available", "started": days_ago(5)} | members
    )


def drug_given(**members):
    return of_patient(
        "MedicationRequest",
        "m",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": "Cefazolin 2 g"},
        authoredOn=days_ago(5),
        **members,
    )


ELSEWHERE = [
    pytest.param(inpatient() | {"reasonCode": [L3]}, id="stay"),
    pytest.param(imaged(reasonCode=[L3]), id="imaging study"),
    pytest.param(imaging(conclusionCode=[L3]), id="result of a report"),
    pytest.param(imaging("Compression fracture L3."), id="words of a report"),
    pytest.param(on_record(5, **NOTED), id="note of an order"),
    pytest.param(drug_given(**NOTED), id="note of a drug"),
    pytest.param(problem("M54.50", **NOTED), id="note of a diagnosis"),
]


@pytest.mark.parametrize("entry", ELSEWHERE)
def test_wherever_another_vertebra_is_named_nobody_is_reassured(entry):
    cards = cards_of(kyphoplasty(), brace(), listed=[entry])
    assert not is_reassuring(cards)
    (end,) = cards["braceLimit"]["suggestions"]
    assert end["isRecommended"] is False
    assert "L3" in cards["braceLimit"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Acute compression fracture of L1. Degenerative disc disease L4/5.",
        "Compression fracture L1. No other fracture.",
        "Fracture of L1; T12 and L2 intact.",
    ],
)
def test_a_report_that_names_healthy_vertebrae_changes_nothing(words):
    cards = cards_of(kyphoplasty(), brace(), listed=[imaging(words)])
    assert is_reassuring(cards)
    (end,) = cards["braceLimit"]["suggestions"]
    assert end["isRecommended"] is True


def test_a_report_of_years_ago_keeps_no_brace_on():
    old = imaging("Compression fracture L3.", days=900)
    (end,) = cards_of(kyphoplasty(), brace(), listed=[old])["braceLimit"]["suggestions"]
    assert end["isRecommended"] is True


def test_the_operations_own_reason_keeps_a_brace_that_is_signed_alone():
    done = kyphoplasty_done(days=9, reasonCode=[L1, L3])
    record = quiet_record(measured("bmd-t-score", -1.5), done)
    (card,) = ask(order_sign(record, brace()))
    (end,) = card["suggestions"]
    assert end["isRecommended"] is False
