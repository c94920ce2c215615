"""What an attacker writes into a record, beside the records of the fault table."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.chart_builders import days_ago, measured, of_patient, problem
from tests.faults.records import RECORDS as HONEST
from tests.faults.records import chart

Resource = dict[str, Any]
ELSEWHERE = "http://127.0.0.3:{evil-port}/fhir"


def _pointing_elsewhere() -> list[Resource]:
    """References, attachments and extensions that name a server which nobody may call."""
    there = {"url": "https://example.org/more", "valueUrl": f"{ELSEWHERE}/Observation/1"}
    attachment = {"contentType": "text/plain", "url": f"{ELSEWHERE}/Binary/1"}
    first, *rest = chart()
    return [
        {**first, "photo": [attachment], "generalPractitioner": [{"reference": f"{ELSEWHERE}/Practitioner/1"}]},
        *({**one, "extension": [there]} for one in rest),
        measured("mna-score", 24, number="o-focus", focus=[{"reference": f"{ELSEWHERE}/Condition/1"}]),
        problem("hypertension", number="c-evidence", evidence=[{"detail": [{"reference": f"{ELSEWHERE}/Binary/2"}]}]),
        of_patient(
            "MedicationRequest",
            "m-elsewhere",
            status="active",
            intent="order",
            medicationReference={"reference": f"{ELSEWHERE}/Medication/1"},
            authoredOn=days_ago(50),
        ),
    ]


RECORDS: Mapping[str, Callable[[], list[Resource]]] = HONEST | {"pointing elsewhere": _pointing_elsewhere}
