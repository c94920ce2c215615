"""Builders of a patient who leaves after a kyphoplasty, and the call of the discharge.

A woman of 75 whose L1 was treated two days ago, in this stay, unless said.
"""

from collections.abc import Callable
from typing import Any

from cds_service.call import Service
from cds_service.samples.requests import answer_prefetch
from tests.chart_builders import (
    HOOK_INSTANCE,
    PATIENT,
    Asked,
    Resource,
    days_ago,
    fresh_application,
    of_patient,
    open_service,
    ordered,
    problem,
)
from tests.codes import CPT, HCPCS, ICD, SCT, codeable
from tests.patients.inpatients import chart, coded, statement

SERVICE = "kyphoplasty-discharge"
STAY = "enc-1"
TREATED = {"T12": "23215003", "L1": "66794005", "L3": "36470004"}
V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
OVER = {
    "clinicalStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
    )
}
DENIED = {
    "verificationStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
}


def kyphoplasty_done(
    level: str | None = "L1", *, days: int = 2, number: str = "done", **members: Any
) -> Resource:
    """A kyphoplasty that was done so many days ago, in this stay."""
    site = [codeable(SCT, TREATED[level])] if level else None
    elements = {
        "status": "completed",
        "code": codeable(CPT, "22514"),
        "bodySite": site,
        "performedDateTime": days_ago(days),
        "encounter": {"reference": f"Encounter/{STAY}"},
    }
    return of_patient("Procedure", number, **elements | members)


def leaving_chart(*record: Resource, **person: Any) -> tuple[Resource, ...]:
    """The record of somebody who was treated two days ago; see `chart`."""
    return chart(coded("M80.08XA", days=20), kyphoplasty_done(), *record, **person)


def worn_now(
    words: str = "TLSO", *, days: int = 0, number: str = "tlso", **members: Any
) -> Resource:
    """A brace order that is in force."""
    elements = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(days),
        "codeCodeableConcept": codeable(HCPCS, "L0456", words),
    }
    return of_patient("DeviceRequest", number, **elements | members)


def appointment(
    words: str = "",
    *,
    day: str,
    order: str = "",
    status: str = "booked",
    number: str = "visit",
    **members: Any,
) -> Resource:
    """An appointment, for what its words or its order say."""
    elements: Resource = {
        "resourceType": "Appointment",
        "id": number,
        "status": status,
        "start": day if "T" in day else f"{day}T10:00:00Z",
        "end": day if "T" in day else f"{day}T10:30:00Z",
        "participant": [
            {
                "actor": {"reference": f"Patient/{PATIENT}"},
                "status": "accepted",
            }
        ],
    }
    if words:
        elements["serviceType"] = [{"text": words}]
    if order:
        elements["basedOn"] = [{"reference": f"ServiceRequest/{order}"}]
    return elements | members


def image_report(conclusion: str, *, days: int = 1) -> Resource:
    """A final report of an image of the spine, by default of yesterday."""
    elements = {
        "status": "final",
        "category": [codeable(V2_0074, "RAD")],
        "code": {"text": "CT lumbar spine"},
        "effectiveDateTime": days_ago(days),
        "conclusion": conclusion,
    }
    return of_patient("DiagnosticReport", "image", **elements)


def pathology(
    *, days: int = 0, status: str = "final", order: str = "", number: str = "path"
) -> Resource:
    """A report of the pathologist."""
    elements: Resource = {
        "status": status,
        "category": [codeable(V2_0074, "SP")],
        "code": {"text": "Pathology report"},
        "effectiveDateTime": days_ago(days),
        "conclusion": "Osteoporotic bone. No malignancy.",
    }
    if order:
        elements["basedOn"] = [{"reference": f"ServiceRequest/{order}"}]
    return of_patient("DiagnosticReport", number, **elements)


def everything_arranged() -> tuple[Resource, ...]:
    """A visit of fracture liaison with a day, and physiotherapy ordered."""
    return (
        ordered("bone-treatment", days=1),
        appointment(order="s-bone-treatment", day="2026-12-04"),
        ordered("rehabilitation", days=1),
    )


def act_done(title: str, *, days: int = 1) -> Resource:
    """A procedure of this title, done so many days ago."""
    return of_patient(
        "Procedure",
        "act",
        status="completed",
        code={"text": title},
        performedDateTime=days_ago(days),
    )


def act_noting(words: str) -> Resource:
    """A procedure of yesterday with these words as its note."""
    return act_done("Progress note") | {"note": [{"text": words}]}


def act_ordered(title: Any, reason: str = "", *, days: int = 1, **members: Any) -> Any:
    """An order in force of so many days ago: 1 is the day after the operation."""
    elements = {
        "status": "active",
        "intent": "order",
        "code": {"text": title} if isinstance(title, str) else title,
        "authoredOn": days_ago(days),
    }
    if reason:
        elements["reasonCode"] = [{"text": reason}]
    return of_patient("ServiceRequest", "act", **elements | members)


def coded_reason(code: str) -> dict[str, Any]:
    """The reason of an order by an ICD-10-CM code, without words."""
    return {"reasonCode": [codeable(ICD, code)]}


def cards_beside(*entries: Resource) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    taken = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), taken, *entries))


def summaries_beside(*entries: Resource) -> list[str]:
    """What these cards say first."""
    return [card["summary"] for card in cards_beside(*entries)]


def summaries_after(*entries: Resource, **operation: Any) -> list[str]:
    """The summaries after an operation with these members, all else arranged."""
    record = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(**operation),
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
        *entries,
    )
    return [card["summary"] for card in leave(record)]


def summary_without_drug(*entries: Resource, **operation: Any) -> str:
    """What the card of somebody without a bone drug says first."""
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(**operation), *entries)
    (card,) = leave(record)
    return str(card["summary"])


# The summary of somebody without a bone drug, by the place that holds these words.
PLACES_SINCE: tuple[Callable[[str], str], ...] = (
    lambda words: summary_without_drug(act_noting(words)),
    lambda words: summary_without_drug(
        appointment("Surgical follow-up", day="2026-12-04", comment=words)
    ),
    lambda words: summary_without_drug(act_done(words)),
    lambda words: summary_without_drug(act_ordered("Physiotherapy", words)),
    lambda words: summary_without_drug(note=[{"text": words}]),
    lambda words: summary_without_drug(image_report(words)),
)


def discharge(
    record: tuple[Resource, ...],
    *,
    service: Service | None = None,
    prefetch: bool = True,
    fhir_server: str | None = None,
    hook_instance: str = HOOK_INSTANCE,
    failed: tuple[str, ...] = (),
    encounter: str = STAY,
) -> dict[str, Any]:
    """The call of a discharge; prefetch as the templates of discovery ask for it."""
    hook = (service or open_service()).hooks[SERVICE]
    body: dict[str, Any] = {
        "hook": "encounter-discharge",
        "hookInstance": hook_instance,
        "context": {
            "userId": "Practitioner/7",
            "patientId": PATIENT,
            "encounterId": encounter,
        },
    }
    if prefetch:
        plan = {
            key: query.replace("{{context.encounterId}}", encounter)
            for key, query in hook.discovery["prefetch"].items()
        }
        held = answer_prefetch(plan, record, patient_id=PATIENT)
        error = {"severity": "error", "code": "forbidden"}
        outcome = {"resourceType": "OperationOutcome", "issue": [error]}
        body["prefetch"] = held | dict.fromkeys(failed, outcome)
    if fhir_server:
        body["fhirServer"] = fhir_server
    return body


def leave(
    record: tuple[Resource, ...], asked: Asked | None = None, **options: Any
) -> list[Resource]:
    """The cards that this patient's discharge shows."""
    body = discharge(record, **options)
    path = f"/cds-services/{SERVICE}"
    reply = (asked or fresh_application()).client.post(path, json=body)
    assert reply.status_code == 200, reply.get_data(as_text=True)[:800]
    cards: list[Resource] = reply.get_json()["cards"]
    assert len(cards) <= 1, "a discharge card comes alone"
    return cards


def leaving(*entries):
    """Return the cards of a discharge at which nothing else is open."""
    return leave(chart(*everything_arranged(), *entries))


def page_after(*entries: Any, **members: Any) -> dict[str, Any]:
    """The facts for the page of somebody who leaves, as the log keeps them."""
    asked = Asked()
    drug = statement("zoledronate", "M05BA08", 1)
    record = chart(
        coded("M80.08XA", days=20), kyphoplasty_done("L1", **members), drug, *entries
    )
    leave(record, asked)
    facts: dict[str, Any] = asked.log.entries[-1].content["handout"]
    return facts


def titled(words: str, *, days: int = 1, **members: Any) -> Any:
    """A diagnosis in words alone, begun and recorded so many days ago."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="g", **({"code": {"text": words}} | begun | members))
