"""Builders of reports of microbiology, for both hooks."""

from typing import Any

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import LOINC, SCT, codeable

V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
MICROBIOLOGY = codeable(V2_0074, "MB")
NO_GROWTH = codeable(SCT, "264868006", "No growth")
AUREUS = codeable(SCT, "3092008", display="Staphylococcus aureus")


def culture(
    title: str | Resource,
    conclusion: str | None = None,
    *,
    days: int = 3,
    **members: Any,
) -> Resource:
    """Return a report of a culture, final unless said."""
    report = {
        "status": "final",
        "category": [MICROBIOLOGY],
        "code": {"text": title} if isinstance(title, str) else title,
        "effectiveDateTime": days_ago(days),
        "conclusion": conclusion,
    }
    return of_patient("DiagnosticReport", "culture", **report | members)


def grown(
    value: str | Resource, *, number: str = "grown", days: int = 3, **members: Any
) -> Resource:
    """Return the Observation in which a culture says what grew."""
    element = "valueString" if isinstance(value, str) else "valueCodeableConcept"
    said = {
        "status": "final",
        "code": codeable(LOINC, "600-7"),
        "effectiveDateTime": days_ago(days),
        element: value,
    }
    return of_patient("Observation", number, **said | members)


def with_inside(report: Resource, *results: Resource) -> Resource:
    """Return a report that contains its results, and points to them."""
    pointed = [{"reference": f"#{one['id']}"} for one in results]
    return report | {"contained": [*results], "result": pointed}
