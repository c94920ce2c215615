"""A brace is not ended for a vertebra that waits, nor while its words say unstable."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import HCPCS, codeable
from tests.patients.inpatients import chart, coded


def brace_card(*record, words="TLSO"):
    draft = brace() | {"codeCodeableConcept": codeable(HCPCS, "L0456", words)}
    body = order_sign(chart(coded("M80.08XA", days=20), *record), kyphoplasty(), draft)
    return by_topic(ask(body))["braceLimit"]


def is_selected(card):
    return any(one.get("isRecommended") for one in card.get("suggestions", ()))


def stage(words, **members):
    said = {
        "status": "active",
        "intent": "order",
        "code": {"text": words},
        "authoredOn": days_ago(1),
    }
    return of_patient("ServiceRequest", "stage", **said | members)


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplasty T12 in 3 weeks",
        "Kyphoplasty T12",
        "Kyphoplastie BWK 12 in 3 Wochen",
        "Vertebroplastie T12 dans 3 semaines",
        "Kyphoplasty L1 and T12",
    ],
)
def test_no_end_is_selected_before_a_second_stage(words):
    assert not is_selected(brace_card(stage(words)))
    assert not is_selected(brace_card(stage(words, status="on-hold")))


def test_the_same_operation_and_one_that_is_over_are_none():
    assert is_selected(brace_card(stage("Kyphoplasty L1")))
    assert is_selected(brace_card(stage("Kyphoplasty T12", status="revoked")))


@pytest.mark.parametrize(
    "words",
    [
        "TLSO as long as unstable",
        "TLSO while the fracture is unstable",
        "TLSO solange instabil",
        "TLSO tant que la fracture est instable",
        "TLSO mientras sea inestable",
        "TLSO finché instabile",
        "TLSO zolang instabiel",
        "TLSO dopóki niestabilne",
    ],
)
def test_words_that_wait_for_stability_keep_it(words):
    assert "unstable" in brace_card(words=words)["summary"]
