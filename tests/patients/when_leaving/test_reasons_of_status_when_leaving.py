"""Why an operation was broken off, put on hold or not done, when the patient leaves."""

from typing import Any

import pytest

from tests.chart_builders import Resource
from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave

NAMED = "complication of the operation named"
EXAMINE = "new neurological deficit not excluded"
READ = "1 recent entry not understood"


def said_of(status: str, reason: Resource | str) -> list[Any]:
    """Return the summaries for an operation of this status, for this reason."""
    concept = {"text": reason} if isinstance(reason, str) else reason
    operation = kyphoplasty_done("L1", status=status, statusReason=concept)
    drug = statement("alendronate", "M05BA04", 1)
    record = chart(coded("S32.010A", days=8), operation, *everything_arranged(), drug)
    return [card["summary"] for card in leave(record)]


@pytest.mark.parametrize(
    "status", ["stopped", "on-hold", "not-done", "in-progress", "completed"]
)
@pytest.mark.parametrize(
    ("reason", "fact"),
    [
        ("cardiac arrest", NAMED),
        ("Herzstillstand", NAMED),
        ("心停止", NAMED),
        (codeable(ICD, "I46.9"), NAMED),
        ("Leg weakness", EXAMINE),
        ("Hypotension, procedure aborted before cement", READ),
    ],
)
def test_harm_on_the_table_is_asked_about(
    status: str, reason: Resource | str, fact: str
) -> None:
    (summary,) = said_of(status, reason)
    assert fact in summary


@pytest.mark.parametrize("status", ["stopped", "not-done", "completed"])
def test_one_that_was_broken_off_in_words_is_asked_about(status: str) -> None:
    assert said_of(status, "Abbruch bei Bradykardie")


@pytest.mark.parametrize("status", ["stopped", "not-done"])
@pytest.mark.parametrize(
    "reason",
    ["Patient declined", "Equipment failure", "OP verschoben", "Refus du patient"],
)
def test_ordinary_reasons_ask_nothing(status: str, reason: str) -> None:
    assert said_of(status, reason) == []


def test_a_code_without_words_is_read_by_somebody() -> None:
    (summary,) = said_of("stopped", {"coding": [{"system": SCT, "code": "1"}]})
    assert READ in summary


def test_no_tumour_is_named_by_a_reason_that_is_not_understood() -> None:
    (summary,) = said_of("in-progress", "cardiac arrest")
    assert "malignancy" not in summary
