"""What callers send, the same at every run of a day: as text in which `@P@` stands for the patient, `@H@` for the call.

The load generator puts another patient and another `hookInstance` into every call, so
that no answer is a repeat.
`bodies.json` has the orders, the measurements by prefetch key, twenty that are read and others such as stand beside
them where an EHR answers by category, and the short lists of a patient without anything
that stops the procedure.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

PATIENT, CALL = "@P@", "@H@"
# Without a site the service's days are those of UTC, whatever this machine's are.
TODAY = datetime.now(UTC).date()
OBSERVATIONS = 120
Json = dict[str, Any]


def _days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


TEXT = Path(__file__).with_name("bodies.json").read_text(encoding="utf-8")
PARTS: Json = json.loads(
    re.sub("@([0-9]+) days ago@", lambda found: _days_ago(int(found[1])), TEXT)
)
OBSERVATION = json.dumps(PARTS["observation"])


def kyphoplasty_call() -> str:
    """The signing of a kyphoplasty and a brace over full prefetch: 120 Observations, of which we read twenty."""
    found: Json = {"patient": PARTS["patient"]}
    numbers = count(1)
    for key, rows in PARTS["read"].items():
        others = islice(
            cycle(PARTS["not read"]), OBSERVATIONS // len(PARTS["read"]) - len(rows)
        )
        found[key] = _searchset(
            *(_observation(next(numbers), *row) for row in (*rows, *others))
        )
    lists = {key: _searchset(*resources) for key, resources in PARTS["lists"].items()}
    return _call("kyphoplasty and brace", prefetch=found | lists)


def other_call() -> str:
    """The signing of an order that is not ours, without prefetch."""
    return _call("another order")


def _call(orders: str, **members: Json) -> str:
    drafts = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in PARTS[orders]],
    }
    context = {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": drafts}
    body = {"hook": "order-sign", "hookInstance": CALL, "context": context, **members}
    return json.dumps(body, separators=(",", ":"))


def _searchset(*resources: Json) -> Json:
    base = "https://ehr.example.org/fhir/R4"
    entries = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in resources
    ]
    found: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return found | ({"entry": entries} if entries else {})


def _observation(
    number: int, system: str, code: str, text: str, unit: str, value: float
) -> Json:
    """An Observation as large EHRs write them, 1.3 KB."""
    named = {
        "system": system,
        "code": code,
        "text": text,
        "unit": unit,
        "number": number,
        "padded": f"{number:08}",
    }
    named |= {
        "local code": 4000 + number,
        "visit": number % 9,
        "laboratory": number % 5,
    }
    named |= {"at": f"{_days_ago(5 + number % 150)}T08:{number % 60:02}:00+00:00"}
    whole = OBSERVATION
    for name, one in {"value": value, "low": value - 5, "high": value + 5}.items():
        whole = whole.replace(f'"@{name}@"', json.dumps(one))
    for name, one in named.items():
        whole = whole.replace(f"@{name}@", str(one))
    found: Json = json.loads(whole)
    return found
