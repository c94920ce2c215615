"""A title that forbids to end a brace orders it, and times of visits are none of it."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import card_of, reassuring_record


def cards_with(title):
    order = of_patient(
        "DeviceRequest",
        "b9",
        status="draft",
        intent="order",
        codeCodeableConcept={"text": title},
    )
    return by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))


@pytest.mark.parametrize(
    "title",
    [
        "TLSO weaning contraindicated",
        "Weaning of TLSO contraindicated",
        "do not wean TLSO",
        "Korsett abtrainieren kontraindiziert",
        "Corset: sevrage contre-indiqué",
        "TLSO, declined surgery",
        "TLSO - patient declined surgery",
    ],
)
def test_a_brace_that_is_not_to_end_has_no_end(title):
    assert "no end date" in cards_with(title)["braceLimit"]["summary"]


@pytest.mark.parametrize(
    "title",
    [
        *("TLSO declined", "TLSO contraindicated", "TLSO - patient declined brace"),
        *("wean TLSO", "declined surgery", "Korsett abgelehnt"),
    ],
)
def test_one_that_is_declined_is_none(title):
    assert "braceLimit" not in cards_with(title)


def test_times_of_visits_are_no_length():
    title = "TLSO, 2 weeks, 6 weeks, 12 weeks X-ray"
    card = cards_with(title)["braceLimit"]
    assert "A time in its words was not understood" in card["summary"]
    assert not card.get("suggestions")


def test_a_length_next_to_one_visit_stays():
    card = cards_with("TLSO 12 weeks, 6 weeks X-ray")["braceLimit"]
    assert "for 12 weeks" in card["summary"]


@pytest.mark.parametrize("title", ["Spine precautions", "Spinal precautions"])
def test_precautions_as_a_procedure_are_no_tumour(title):
    done = of_patient(
        "Procedure",
        "p1",
        status="completed",
        code={"text": title},
        performedDateTime=days_ago(5),
    )
    detail = card_of(done)["detail"]
    assert "malignancy" not in detail
    assert "spinal instability not excluded" in detail
