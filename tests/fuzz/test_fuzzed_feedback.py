"""Feedback broken in every way: refused, or each statement recorded once; comments leave no trace elsewhere."""

import json
from typing import Any

import pytest
from hypothesis import given

from cds_service.protocol.feedback import parse_feedback
from tests.fuzz import bases
from tests.fuzz.amount import examples
from tests.fuzz.changes import apply, changes, splice, splices
from tests.fuzz.fuzzed_service import FEEDBACK, FuzzedService
from tests.fuzz.nasty import dump

MOMENT = "2026-11-20T09:00:00Z"
REASONS = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"


@pytest.fixture
def cards(subject):
    """The cards of one answer, so that some of the feedback is about a card that was shown."""
    return subject.answer(dump(bases.request("thin")))["cards"]


def feedback_on(cards: list[dict[str, Any]]) -> dict[str, Any]:
    """An accepted suggestion, a dismissed card with a reason and a comment, and one of a card that nobody knows."""
    first = cards[0]
    reason = {"code": "patientDeclines", "system": REASONS, "display": "Canary reason"}
    return {
        "feedback": [
            {
                "card": first["uuid"],
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": first["suggestions"][0]["uuid"]}],
                "outcomeTimestamp": MOMENT,
            },
            {
                "card": cards[-1]["uuid"],
                "outcome": "overridden",
                "overrideReason": {"reason": reason, "userComment": "Canary comment"},
                "outcomeTimestamp": "2026-11-20T10:00:00.123+01:00",
            },
            {
                "card": "2f1b1e3a-0000-4000-8000-000000000000",
                "outcome": "overridden",
                "outcomeTimestamp": MOMENT,
            },
        ],
        "x": "Canary-unknown",
    }


def tell(subject: FuzzedService, body: bytes) -> None:
    """Send feedback; what is taken is empty JSON, and each statement of it is one entry of the log."""
    response = subject.post(FEEDBACK, body)
    if response.status_code == 200:
        assert json.loads(response.data) == {}
        subject.statements |= {item.id for item in parse_feedback(body)}


@examples(0.14)
@given(made=changes)
def test_feedback_with_any_part_broken_is_refused_or_recorded_once(
    subject, cards, made
):
    body = feedback_on(cards)
    apply(body, made)
    tell(subject, dump(body))


@examples(0.04)
@given(cuts=splices)
def test_feedback_damaged_on_its_way_is_refused_or_recorded_once(subject, cards, cuts):
    tell(subject, splice(dump(feedback_on(cards)), cuts))
