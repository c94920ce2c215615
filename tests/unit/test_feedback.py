"""Feedback as clients write it: what is taken, what is refused, and what counts as said twice."""

import json
import tracemalloc
from datetime import UTC, datetime

import pytest

from cds_service.errors import MalformedRequest, TooMuchAsked
from cds_service.protocol.feedback import MAX_ITEMS, parse_feedback
from tests.wire_builders import CARD_ID

MOMENT = "2026-11-20T05:15:17.685Z"


def item(**members):
    found = {
        "card": CARD_ID,
        "outcome": "overridden",
        "outcomeTimestamp": MOMENT,
        **members,
    }
    return {name: value for name, value in found.items() if value is not None}


def parsed(*items):
    return parse_feedback(json.dumps({"feedback": list(items)}).encode())


OURS = {
    "code": "patientDeclines",
    "system": "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
}


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        # members of a dismissal, and system and code of its reason
        ({}, None),
        # every form of RFC 3339
        ({"outcomeTimestamp": "2026-11-20T06:15:17.685+01:00"}, None),
        ({"outcomeTimestamp": "2026-11-20t05:15:17.6850000z"}, None),
        ({"outcomeTimestamp": "2026-11-20 05:15:17.685Z"}, None),
        # of a card that was dismissed
        (
            {"acceptedSuggestions": [{"id": "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22"}]},
            None,
        ),
        (
            {
                "overrideReason": {
                    "reason": {"code": "x", "display": 7},
                    "userComment": 5,
                    "more": {},
                },
                "other": [None],
            },
            [None, "x"],
        ),
        ({"overrideReason": {}}, None),
        ({"overrideReason": {"reason": None}}, None),
        ({"overrideReason": None}, None),
        # as on Epic's page: an object under the plural name, with the reason itself or with its own in the extension
        (
            {"overrideReasons": {"reason": OURS, "userComment": "free text"}},
            [
                "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
                "patientDeclines",
            ],
        ),
        (
            {
                "overrideReasons": {
                    "extension": {
                        "com.epic.cdshooks.feedback.overrideReason.reasonDisplay": (
                            "Not met"
                        ),
                        "com.epic.cdshooks.feedback.overrideReason.reasonCategory": (
                            "45"
                        ),
                    },
                    "userComment": "x",
                }
            },
            ["com.epic.cdshooks.feedback.overrideReason.reasonCategory", "45"],
        ),
        (
            {
                "overrideReasons": {
                    "extension": {
                        "org.example": {"reason": "x"},
                        "org.example.reason": OURS,
                    }
                }
            },
            [
                "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
                "patientDeclines",
            ],
        ),
        # as cards offer them: a list of codings; and a list of what the singular name would hold
        (
            {"overrideReasons": [OURS]},
            [
                "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
                "patientDeclines",
            ],
        ),
        (
            {"overrideReasons": [{"reason": OURS}]},
            [
                "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
                "patientDeclines",
            ],
        ),
        ({"overrideReasons": []}, None),
        ({"overrideReasons": "free text"}, None),
        ({"overrideReasons": {"extension": ["free text"]}}, None),
    ],
)
def test_what_is_read_of_an_item(members, reason):
    (found,) = parsed(item(**members))
    assert (found.card, found.outcome, found.suggestions) == (CARD_ID, "overridden", ())
    assert found.outcome_timestamp == datetime(
        2026, 11, 20, 5, 15, 17, 685000, tzinfo=UTC
    )
    assert (found.reason and [found.reason.system, found.reason.code]) == reason


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2026-11-20T05:15:17",
        "0001-01-01T00:00:00+14:00",
        "2026-13-20T05:15:17Z",
        "now",
        "",
        1e9,
    ],
)
def test_any_other_time_is_refused(text):
    with pytest.raises(MalformedRequest, match=r"feedback\.0\.outcomeTimestamp"):
        parsed(item(outcomeTimestamp=text))


def test_a_statement_counts_once_however_often_it_is_made():
    accepted = item(outcome="accepted", acceptedSuggestions=[{"id": "b"}, {"id": "a"}])
    again = item(
        outcome="accepted", acceptedSuggestions=[{"id": "a"}, {"id": "b"}, {"id": "a"}]
    )
    later = item(
        outcome="accepted",
        acceptedSuggestions=[{"id": "a"}],
        outcomeTimestamp="2026-11-20T05:15:18Z",
    )
    first, second, third = parsed(accepted, later, again, item())
    assert len({first.id, second.id, third.id}) == 3
    assert parsed(again)[0].id == first.id


@pytest.mark.parametrize(
    "change",
    [
        {"card": "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22"},
        {"outcomeTimestamp": "2026-11-20T05:15:17.686Z"},
        {"overrideReason": {"reason": {"code": "patientDeclines", "system": "urn:x"}}},
        {
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22"}],
        },
    ],
)
def test_another_card_time_reason_or_outcome_is_another_statement(change):
    assert parsed(item())[0].id != parsed(item(**change))[0].id


def test_a_comment_makes_no_other_statement():
    assert (
        parsed(item())[0].id
        == parsed(item(overrideReason={"userComment": "in a hurry"}))[0].id
    )


def test_a_refusal_names_the_place_and_repeats_nothing():
    with pytest.raises(MalformedRequest) as refusal:
        parsed(item(), item(outcome="secret-word", card=None))
    assert "feedback.1.card" in str(refusal.value)
    assert "feedback.1.outcome" in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("wrong", [1, None, {}, {"id": 1}, [[]]])
def test_a_refusal_is_short_however_many_suggestions_are_wrong(wrong):
    many = item(outcome="accepted", acceptedSuggestions=[wrong] * 50_000)
    with pytest.raises(MalformedRequest) as refused:
        parsed(*[many] * 3)
    assert "feedback.2.acceptedSuggestions.0" in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_refusal_takes_little_more_memory_than_the_statement():
    many = item(outcome="accepted", acceptedSuggestions=[1] * 200_000)
    tracemalloc.start()
    with pytest.raises(MalformedRequest):
        parsed(many)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_the_suggestions_of_a_statement_are_sorted_once():
    (told,) = parsed(item(outcome="accepted", acceptedSuggestions=[{"id": "B"}]))
    assert told.suggestions is told.suggestions
    assert told.id is told.id


def test_a_batch_has_an_end():
    assert (
        len(parsed(*(item(card=str(number)) for number in range(MAX_ITEMS))))
        == MAX_ITEMS
    )
    with pytest.raises(TooMuchAsked, match="feedback"):
        parsed(*(item(card=str(number)) for number in range(MAX_ITEMS + 1)))


def test_a_comment_is_never_printed_with_its_item():
    (found,) = parsed(item(overrideReason={"userComment": "secret words"}))
    assert "secret" not in repr(found)
