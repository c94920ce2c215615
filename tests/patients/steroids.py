"""A prescription of a steroid, by its name and the words of its dosage."""

from typing import Any

from tests.chart_builders import Resource, days_ago, of_patient


def steroid(name: str, words: str = "", *, days: int = 200, **members: Any) -> Resource:
    """Return an order in force, written so many days ago, of these words."""
    order = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "authoredOn": days_ago(days),
        "dosageInstruction": [{"text": words}] if words else None,
    }
    return of_patient("MedicationRequest", "steroid", **order | members)
