"""The places of a record in which the same words may stand, and what leads there."""

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import cards_of, dated, imaging

# What a summary says of each, in small letters.
TUMOUR = "malignancy of bone not excluded"
INFECTION = "spinal infection not excluded"
SEPSIS = "sepsis not excluded"
DEFICIT = "new neurological deficit not excluded"


def listed(words: str, days: int = 30) -> str:
    """Return the summary at signing, next to a diagnosis of these words."""
    return cards_of(dated({"text": words}, days=days))["rehabilitation"]["summary"]


def as_reason(words: str) -> str:
    """Return the summary at signing, next to a consult for this reason."""
    order = ordered(
        "o1",
        days=3,
        code={"text": "Consult internal medicine"},
        reasonCode=[{"text": words}],
    )
    return cards_of(order)["rehabilitation"]["summary"]


def reported(words: str) -> str:
    """Return the summary at signing, next to a report of an MRI in these words."""
    return cards_of(imaging(words, days=4))["rehabilitation"]["summary"]


def told_at_signing(words: str) -> tuple[str, str, str]:
    """Return the summaries next to a diagnosis, a report and a reason."""
    return listed(words), reported(words), as_reason(words)


def dressing_noting(words: str) -> Resource:
    """Return a dressing change of yesterday with this note."""
    return of_patient(
        "Procedure",
        "n1",
        status="completed",
        code={"text": "Dressing change"},
        performedDateTime=days_ago(1),
        note=[{"text": words}],
    )


def card_when_leaving(words: str) -> Resource:
    """Return the card at discharge, next to a dressing change with this note."""
    (card,) = leave(leaving_chart(dressing_noting(words)))
    return card


def noted_when_leaving(words: str) -> str:
    """Return the summary of that card."""
    return card_when_leaving(words)["summary"]
