"""A bone drug that this signing forbids is neither a dose nor, unless taken, a stop."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, drug, kyphoplasty, order_sign
from tests.codes import ATC, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    ROMOSOZUMAB,
    TERIPARATIDE,
    ZOLEDRONATE,
    chart,
    coded,
    given,
    statement,
)

DENOSUMAB, BISPHOSPHONATES = "M05BX04", "M05BA"
MARKED = {"doNotPerform": True}
BY_EXTENSION = {
    "modifierExtension": [
        {"url": "http://example.org/doNotPerform", "valueBoolean": True}
    ]
}


def card_when_forbidden(code, *record, mark=MARKED):
    named = codeable(ATC, code)
    draft = drafted("MedicationRequest", "x", medicationCodeableConcept=named)
    record = chart(coded("M80.08XA"), *record)
    body = order_sign(record, kyphoplasty(), draft | mark)
    return by_topic(ask(body))["rehabilitation"]


def text(card):
    return f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(TERIPARATIDE, id="teriparatide"),
        pytest.param(ROMOSOZUMAB, id="romosozumab"),
        pytest.param(ALENDRONATE, id="alendronate"),
        pytest.param(ZOLEDRONATE, id="zoledronate"),
        pytest.param(DENOSUMAB, id="denosumab"),
        pytest.param(BISPHOSPHONATES, id="a group"),
    ],
)
def test_what_was_never_taken_is_neither_a_dose_nor_a_stop(code):
    card = card_when_forbidden(code)
    asked = "A drug is forbidden in this signing: ask about bone drugs"
    assert card["summary"].startswith(asked)
    assert card["indicator"] == "info"
    for false in ("stopped", "next dose", "last dose not found", "no bone drug"):
        assert false not in text(card)


def test_a_prohibition_that_could_not_be_read_whole_asks():
    card = card_when_forbidden(TERIPARATIDE, mark=BY_EXTENSION)
    assert "ask about bone drugs" in card["summary"]
    assert card["indicator"] == "info"


def test_it_leaves_no_steroid_open():
    assert "steroid" not in text(card_when_forbidden(DENOSUMAB))


def test_one_that_was_only_ordered_is_in_doubt():
    order = drug("losartan", number="o", days=90) | {
        "medicationCodeableConcept": codeable(ATC, TERIPARATIDE)
    }
    card = card_when_forbidden(TERIPARATIDE, order)
    assert card["summary"].startswith("Teriparatide recorded, not understood: ask")
    assert card["indicator"] == "info"


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        pytest.param(
            TERIPARATIDE,
            statement("teriparatide", TERIPARATIDE, 300),
            id="teriparatide",
        ),
        pytest.param(
            ALENDRONATE, statement("alendronate", ALENDRONATE, 300), id="alendronate"
        ),
        pytest.param(
            BISPHOSPHONATES,
            statement("alendronate", ALENDRONATE, 300),
            id="its group",
        ),
    ],
)
def test_one_that_is_taken_stops_today(code, taken):
    summary = card_when_forbidden(code, taken)["summary"]
    assert "stopped" in summary or "ask" in summary
    assert "continue" not in summary


def test_a_stop_of_an_anabolic_that_is_taken_keeps_its_warning():
    taken = given("teriparatide", TERIPARATIDE, 20)
    card = card_when_forbidden(TERIPARATIDE, taken)
    assert card["summary"].startswith("Teriparatide stopped Nov 2026, nothing since")
    assert card["indicator"] == "warning"


def test_another_drug_that_is_taken_is_still_named():
    taken = statement("alendronate", ALENDRONATE, 1200)
    assert "alendronate" in card_when_forbidden(TERIPARATIDE, taken)["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Alendronate review",
        "Review of alendronate",
        "Medication review: alendronate",
        "Alendronate level",
        "Alendronate counselling",
        "Alendronat-Überprüfung",
    ],
)
def test_a_review_that_is_forbidden_forbids_no_drug(title):
    summary = _summary_when_forbidden(title)
    assert summary.startswith("Alendronate recorded, not understood: ask")


@pytest.mark.parametrize(
    "title", ["Alendronate", "Do not give alendronate", "Alendronate therapy"]
)
def test_a_drug_that_an_order_forbids_is_forbidden(title):
    assert _summary_when_forbidden(title).startswith("A drug is forbidden")


def _summary_when_forbidden(title):
    draft = drafted("ServiceRequest", "x", code={"text": title}, **MARKED)
    body = order_sign(chart(coded("M80.08XA")), kyphoplasty(), draft)
    return by_topic(ask(body))["rehabilitation"]["summary"]
