"""A patient whose T-score and weight would reassure, and what else the record holds."""

from typing import Any

from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import codeable

RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")


def card_of(*entries: Resource, order: Resource | None = None) -> Resource:
    """Return the patient's card of rehabilitation with these entries on record."""
    known = [
        patient(),
        *quiet_lists(),
        measured("bmd-t-score", -1.5),
        measured("bmi", 27),
    ]
    body = order_sign([*known, *entries], order or kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


def imaging(
    conclusion: str | None = None, *, days: int = 5, **members: Any
) -> Resource:
    """Return a report of an MRI of the lumbar spine."""
    report = {
        "status": "final",
        "category": [RADIOLOGY],
        "code": {"text": "MRI lumbar spine"},
        "effectiveDateTime": days_ago(days),
        "conclusion": conclusion,
    }
    return of_patient("DiagnosticReport", "mri", **report | members)


def dated(code: Resource, *, days: int, number: str = "x", **members: Any) -> Resource:
    """Return a diagnosis that began, and was recorded, so many days ago."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number=number, **{"code": code} | begun | members)
