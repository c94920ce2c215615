"""A second stage that is planned hides nothing that concerns the first."""

from tests.chart_builders import (
    CPT,
    ask,
    brace,
    codeable,
    days_ago,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import quiet_record

AUGMENTATION = codeable(CPT, "22514")


def first_stage():
    return of_patient(
        "Procedure",
        "first",
        status="completed",
        code=AUGMENTATION,
        performedDateTime=days_ago(3),
    )


def planned_stage(days):
    return of_patient(
        "ServiceRequest",
        "second",
        status="active",
        intent="order",
        code=AUGMENTATION,
        authoredOn=days_ago(3),
        occurrenceDateTime=days_ago(-days),
    )


def summaries(*record):
    return [
        card["summary"] for card in ask(order_sign([*quiet_record(), *record], brace()))
    ]


def test_a_brace_after_the_first_of_two_stages_gets_its_card():
    [summary] = summaries(first_stage(), planned_stage(7))
    assert summary.startswith("TLSO: no end date.")
    assert summaries(first_stage()) == [summary]


def test_a_brace_before_an_augmentation_that_is_only_planned_gets_none():
    assert summaries(planned_stage(7)) == []
