"""What an order forbids, or this signing ends, is not chosen beforehand."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    drafted,
    kyphoplasty,
    measured,
    order_sign,
    ordered,
)
from tests.codes import ORDERS, codeable
from tests.patients.reassuring import quiet_record

WEAK = measured("grip-strength", 12)
REHABILITATION = "Refer to rehabilitation"
LIAISON = "Refer to fracture liaison service"
KINDS = [
    pytest.param("rehabilitation", REHABILITATION, id="rehabilitation"),
    pytest.param("bone-treatment", LIAISON, id="fracture liaison"),
]


def card_of(*entries, drafts=()):
    body = order_sign(quiet_record(WEAK, *entries), kyphoplasty(), *drafts)
    return by_topic(ask(body))["rehabilitation"]


def labels(card, *, chosen=True):
    return {
        one["label"]
        for one in card["suggestions"]
        if chosen is (one.get("isRecommended") is True)
    }


def forbidden(code, **members):
    return drafted("ServiceRequest", "no", code=code, doNotPerform=True, **members)


def test_both_are_chosen_for_somebody_weak():
    assert labels(card_of()) == {REHABILITATION, LIAISON}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(codeable(ORDERS, "rehabilitation"), id="code"),
        pytest.param({"text": "Physical therapy"}, id="en"),
        pytest.param({"text": "Physiotherapie"}, id="de"),
        pytest.param({"text": "Kinésithérapie"}, id="fr"),
    ],
)
def test_training_that_is_forbidden_now_is_not_chosen(code):
    card = card_of(drafts=[forbidden(code)])
    assert REHABILITATION not in labels(card)
    assert "not pre-selected: an order limits training" in card["detail"]
    assert "walk by next day" not in card["detail"]


@pytest.mark.parametrize(("kind", "label"), KINDS)
def test_what_a_draft_forbids_is_offered_only(kind, label):
    card = card_of(drafts=[forbidden(codeable(ORDERS, kind))])
    assert label in labels(card, chosen=False)


@pytest.mark.parametrize(("kind", "label"), KINDS)
def test_what_an_order_on_record_forbids_is_offered_only(kind, label):
    card = card_of(ordered(kind, doNotPerform=True))
    assert label in labels(card, chosen=False)


@pytest.mark.parametrize("status", ["revoked", "cancelled", "stopped", "on-hold"])
@pytest.mark.parametrize(("kind", "label"), KINDS)
def test_what_this_signing_ends_is_offered_only(kind, label, status):
    ending = ordered(kind, status=status)
    assert label in labels(card_of(ordered(kind), drafts=[ending]), chosen=False)


@pytest.mark.parametrize(("kind", "label"), KINDS)
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"days": 400}, id="forgotten"),
        pytest.param({"status": "revoked"}, id="revoked"),
        pytest.param({"status": "entered-in-error"}, id="in error"),
    ],
)
def test_a_prohibition_that_is_over_changes_nothing(kind, label, members):
    assert label in labels(card_of(ordered(kind, doNotPerform=True, **members)))


@pytest.mark.parametrize("status", ["revoked", "stopped"])
@pytest.mark.parametrize(("kind", "label"), KINDS)
def test_the_end_of_a_prohibition_changes_nothing(kind, label, status):
    ending = forbidden(codeable(ORDERS, kind), status=status)
    assert label in labels(card_of(drafts=[ending]))


def test_a_prohibition_of_something_else_changes_nothing():
    card = card_of(drafts=[forbidden({"text": "Blood draw left arm"})])
    assert labels(card) == {REHABILITATION, LIAISON}
