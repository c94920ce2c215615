"""A patient's record and the orders being signed, as FHIR R4, small and readable; and the request that carries both."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cds_service.audit.chain import AuditEntry, AuditState
from cds_service.call import Service
from cds_service.loading import load_service
from cds_service.outgoing.deadline import Deadline
from cds_service.samples.requests import answer_prefetch
from cds_service.service import answer
from cds_service.settings import Settings
from cds_service.site.folder import SiteFolder, load_site
from cds_service.web.app import Wiring, create_app
from cds_service.web.cds_api import Flow
from tests.codes import (
    ATC,
    CPT,
    HCPCS,
    ICD,
    LOINC,
    MEASURES,
    ORDERS,
    SCT,
    UCUM,
    codeable,
)
from tests.tables import cases

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PATIENT = "pat-1"
HOOK = "kyphoplasty-order-sign"
HOOK_INSTANCE = "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f"
ASSESSMENTS = "org.kyphoplasty-cds.assessments"

UNITS, DIAGNOSES, DRUGS, LEVELS, THIN, STRONG = (
    cases(__file__, name)
    for name in (
        "units",
        "diagnoses",
        "drugs",
        "levels",
        "thin-and-weak",
        "strong-and-nourished",
    )
)

# System, code and unit under which each measure is recorded here; the MRI measures have
# no standard code.
STANDARD = {
    "bmd-t-score": (LOINC, "38267-1", "{T-score}"),
    "bmi": (LOINC, "39156-5", "kg/m2"),
    "weight": (LOINC, "29463-7", "kg"),
    "height": (LOINC, "8302-2", "m"),
    "grip-strength": (LOINC, "83174-3", "kg"),
    "gait-speed": (LOINC, "83172-7", "m/s"),
    "mna-score": (SCT, "895533005", "{score}"),
    "pain-score": (LOINC, "72514-3", "{score}"),
}
Resource = dict[str, Any]


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def of_patient(kind: str, number: str, **members: Any) -> Resource:
    whole = {
        "resourceType": kind,
        "id": number,
        "subject": {"reference": f"Patient/{PATIENT}"},
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def patient(sex: str | None = "female", age: int | None = 76) -> Resource:
    person = {"resourceType": "Patient", "id": PATIENT, "gender": sex}
    if age is not None:
        person["birthDate"] = f"{TODAY.year - age}-01-15"
    return {name: value for name, value in person.items() if value is not None}


def measured(
    name: str, value: Any, *, number: str = "", days: int = 10, **members: Any
) -> Resource:
    """An Observation of a finding by its name, final, with its usual code and unit; `**members` replace elements."""
    system, code, unit = STANDARD.get(name, (MEASURES, name, UNITS.get(name, "")))
    elements = {
        "status": "final",
        "code": codeable(system, code),
        "effectiveDateTime": days_ago(days),
    }
    if isinstance(value, bool):
        elements["valueBoolean"] = value
    else:
        elements["valueQuantity"] = {
            "value": value,
            "unit": unit,
            "system": UCUM,
            "code": unit,
        }
    return of_patient("Observation", number or f"o-{name}", **elements | members)


def problem(
    name: str,
    *,
    number: str = "",
    days: int = 700,
    status: str = "active",
    **members: Any,
) -> Resource:
    """A Condition by its name in `chart_builders.toml`, or by an ICD-10-CM code."""
    elements = {
        "clinicalStatus": codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", status
        ),
        "code": codeable(ICD, DIAGNOSES.get(name, name)),
        "recordedDate": days_ago(days),
    }
    return of_patient("Condition", number or f"c-{name}", **elements | members)


def drug(
    name: str,
    *,
    number: str = "",
    days: int = 90,
    status: str = "active",
    **members: Any,
) -> Resource:
    """A prescription by its name in `chart_builders.toml`."""
    elements = {
        "medicationCodeableConcept": codeable(ATC, DRUGS[name]),
        "authoredOn": days_ago(days),
    }
    named = {"status": status, "intent": "order"}
    return of_patient(
        "MedicationRequest", number or f"m-{name}", **named | elements | members
    )


def dose(name: str, *, days: int, number: str = "", **members: Any) -> Resource:
    """A dose that was given."""
    elements = {
        "medicationCodeableConcept": codeable(ATC, DRUGS[name]),
        "effectiveDateTime": days_ago(days),
    }
    return of_patient(
        "MedicationAdministration",
        number or f"a-{name}-{days}",
        status="completed",
        **elements | members,
    )


def dispensed(
    medicine: Resource, *, days: int, number: str = "", **members: Any
) -> Resource:
    """A supply of this CodeableConcept, without its length, that was handed over."""
    elements = {
        "status": "completed",
        "medicationCodeableConcept": medicine,
        "whenHandedOver": days_ago(days),
    }
    return of_patient("MedicationDispense", number or f"d{days}", **elements | members)


def augmented(days: int, *, number: str = "earlier") -> Resource:
    """A kyphoplasty that was done so many days ago."""
    elements = {"code": codeable(CPT, "22514"), "performedDateTime": days_ago(days)}
    return of_patient("Procedure", number, status="completed", **elements)


def ordered(
    kind: str,
    *,
    number: str = "",
    days: int = 5,
    status: str = "active",
    **members: Any,
) -> Resource:
    """A ServiceRequest of one of our order kinds that is already in the record."""
    elements = {
        "status": status,
        "intent": "order",
        "code": codeable(ORDERS, kind),
        "authoredOn": days_ago(days),
    }
    return of_patient("ServiceRequest", number or f"s-{kind}", **elements | members)


def drafted(kind: str, number: str, **members: Any) -> Resource:
    """An order of today that is being signed."""
    return of_patient(
        kind,
        number,
        **{"status": "draft", "intent": "order", "authoredOn": days_ago(0)} | members,
    )


def kyphoplasty(
    level: str | None = "L1",
    *,
    number: str = "kypho",
    code: str = "22514",
    **members: Any,
) -> Resource:
    """A draft order; the level as body site where there is one."""
    site = [codeable(SCT, LEVELS[level])] if level else None
    return drafted(
        "ServiceRequest",
        number,
        **{"code": codeable(CPT, code), "bodySite": site} | members,
    )


def vertebroplasty(level: str | None = "L1", **members: Any) -> Resource:
    return kyphoplasty(level, number="vertebro", code="22511", **members)


def brace(number: str = "brace", *, code: str = "L0456", **members: Any) -> Resource:
    """A TLSO without an end."""
    return drafted(
        "DeviceRequest",
        number,
        **{"codeCodeableConcept": codeable(HCPCS, code)} | members,
    )


def inpatient(code: str = "IMP") -> Resource:
    """The encounter of the signing; AMB is a clinic visit."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return of_patient(
        "Encounter",
        "enc-1",
        status="in-progress",
        **{"class": {"system": system, "code": code}},
    )


def period(start_days: int, end_days: int | None) -> Resource:
    """A Period by days from today; `end_days` None is open."""
    days = {"start": days_ago(-start_days)}
    if end_days is not None:
        days["end"] = days_ago(-end_days)
    return days


def bed_rest(hours: float | None, *, number: str = "bed", **members: Any) -> Resource:
    """Bed rest of so many hours; None has no end."""
    timing = None
    if hours is not None:
        timing = {
            "repeat": {
                "boundsDuration": {
                    "value": hours,
                    "unit": "h",
                    "system": UCUM,
                    "code": "h",
                }
            }
        }
    elements = {"code": codeable(ORDERS, "bed-rest"), "occurrenceTiming": timing}
    return drafted("ServiceRequest", number, **elements | members)


def bundle(*drafts: Resource) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": draft} for draft in drafts],
    }


def quiet_lists() -> tuple[Resource, ...]:
    """Lists that were read, and say no to everything that is asked of them."""
    return problem("hypertension"), drug("losartan"), ordered_elsewhere(), blood_count()


def blood_count() -> Resource:
    """An active order that is none of ours, so that the list of orders is not empty."""
    elements = {
        "status": "active",
        "intent": "order",
        "code": {"text": "Full blood count"},
    }
    return of_patient("ServiceRequest", "blood", authoredOn=days_ago(3), **elements)


def blood_count_for(words: str, element: str = "reasonCode") -> Resource:
    """Return an order on record with these words as its reason, or as its note."""
    count: Resource = {"status": "active", "intent": "order"}
    count |= {"code": {"text": "Full blood count"}, element: [{"text": words}]}
    return of_patient("ServiceRequest", "ordered", authoredOn=days_ago(5), **count)


def ordered_elsewhere() -> Resource:
    """A completed procedure that is none of ours, so that the list of procedures is not empty."""
    return of_patient(
        "Procedure",
        "colonoscopy",
        status="completed",
        code=codeable(CPT, "45378"),
        performedDateTime=days_ago(900),
    )


def thin_and_weak() -> tuple[Resource, ...]:
    """Everything low, as patient P1 of the card examples."""
    low = (measured(name, value) for name, value in THIN.items())
    return (patient(age=81), *quiet_lists(), problem("diabetes"), *low)


def strong_and_nourished() -> tuple[Resource, ...]:
    """Everything good, as patient P2."""
    return (
        patient(age=68),
        *quiet_lists(),
        *(measured(name, value) for name, value in STRONG.items()),
    )


def order_sign(
    resources: Iterable[Mapping[str, Any]],
    *drafts: Resource,
    service: Service | None = None,
    hook_instance: str = HOOK_INSTANCE,
    fhir_server: str | None = None,
    prefetch: bool = True,
) -> dict[str, Any]:
    """The request an EHR sends for this record; prefetch as the templates of discovery ask for it.

    A record without a Patient gets one.
    """
    hook = (service or open_service()).hooks[HOOK]
    held = list(resources)
    if not any(one["resourceType"] == "Patient" for one in held):
        held.append(patient())
    body: dict[str, Any] = {
        "hook": "order-sign",
        "hookInstance": hook_instance,
        "context": {
            "userId": "Practitioner/7",
            "patientId": PATIENT,
            "draftOrders": bundle(*drafts),
        },
    }
    plan = dict(hook.discovery["prefetch"])
    for encounter in (one["id"] for one in held if one["resourceType"] == "Encounter"):
        body["context"]["encounterId"] = encounter
        plan = {
            key: query.replace("{{context.encounterId}}", encounter)
            for key, query in plan.items()
        }
    if prefetch:
        body["prefetch"] = answer_prefetch(plan, held, patient_id=PATIENT)
    if fhir_server:
        body["fhirServer"] = fhir_server
    return body


_OPEN = load_service()  # at import, before any test puts other data in its place


def open_service() -> Service:
    """The service without a site folder, read once."""
    return _OPEN


def site_service(folder: Path, toml: str = "") -> Service:
    """The service with a site folder of these tables."""
    (folder / "site.toml").write_text(
        f'[site]\nname = "Test"\n{toml}', encoding="utf-8"
    )
    return load_service(load_site(folder))


class KeptEntries:
    """An audit log in memory."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def append(self, entry: AuditEntry, _until: Deadline | None = None) -> None:
        self.entries.append(entry)

    def append_together(
        self, entries: Iterable[AuditEntry], until: Deadline | None = None
    ) -> None:
        for entry in entries:
            self.append(entry, until)

    def state(self) -> AuditState:
        return AuditState(is_ready=True)


class Asked:
    """The real application without a socket, with a clock that stands still and an audit log in memory, or this one."""

    def __init__(
        self,
        service: Service | None = None,
        deadline: float = 60,
        *,
        log: Any = None,
        earlier: Any = None,
        site: SiteFolder | None = None,
        flow: Flow = answer,
        **settings: Any,
    ) -> None:
        """The deadline is in seconds; a busy test machine must not turn into a gap."""
        self.now = NOW
        self.log = log or KeptEntries()
        app = create_app(
            service or open_service(),
            Settings(deadline_seconds=deadline, **settings),
            audit=self.log,
            base_url="http://127.0.0.1:8080",
            site=site,
            wiring=Wiring(earlier=earlier, clock=lambda: self.now, flow=flow),
        )
        self.client = app.test_client()

    def post(self, body: Any, place: str = "", **options: Any) -> Any:
        """The response to a hook call, or to what is sent behind its address."""
        return self.client.post(f"/cds-services/{HOOK}{place}", json=body, **options)

    def get(self, path: str, accept: str) -> Any:
        """The page at this address."""
        return self.client.get(path, headers={"Accept": accept})

    def paths(self) -> set[str]:
        """Every address that is routed."""
        return {rule.rule for rule in self.client.application.url_map.iter_rules()}


APPLICATIONS: dict[int, tuple[Service, Asked]] = {}


def application(service: Service | None = None) -> Asked:
    """The application around this service, made once."""
    chosen = service or open_service()
    if id(chosen) not in APPLICATIONS:
        APPLICATIONS[id(chosen)] = (chosen, Asked(chosen))
    return APPLICATIONS[id(chosen)][1]


def fresh_application() -> Asked:
    """The application around our service, whose log is empty and whose day is `NOW`."""
    asked = application()
    asked.now = NOW
    asked.log.entries.clear()
    return asked


def ask(
    body: Mapping[str, Any], *, service: Service | None = None, now: datetime = NOW
) -> list[dict[str, Any]]:
    """The cards of this request, which must succeed."""
    asked = application(service)
    asked.now = now
    response = asked.post(body)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json["cards"]
    return found


def cards_for(
    resources: Iterable[Mapping[str, Any]],
    *drafts: Resource,
    service: Service | None = None,
) -> dict[str, dict[str, Any]]:
    """The cards by topic."""
    return by_topic(
        ask(order_sign(resources, *drafts, service=service), service=service)
    )


def by_topic(cards: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {card["source"]["topic"]["code"]: card for card in cards}


def outcome(
    cards: Mapping[str, dict[str, Any]], name: str = "refracture"
) -> dict[str, Any]:
    """One outcome of the extension."""
    found = cards["rehabilitation"]["extension"][ASSESSMENTS]
    return next(one for one in found if one["outcome"] == name)


def model(cards: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """What one study says, in whichever outcome it stands."""
    found = (
        one
        for each in ("refracture", "residual-pain")
        for one in outcome(cards, each)["models"]
    )
    return next(one for one in found if one["model"] == name)


def labels(card: Mapping[str, Any]) -> list[str]:
    return [one["label"] for one in card.get("suggestions", ())]


def texts_of(card: Mapping[str, Any]) -> list[str]:
    """Every text of a card that a person may read."""
    found = [
        card["summary"],
        card.get("detail", ""),
        card["source"]["label"],
        card["source"]["topic"]["display"],
    ]
    found += [link["label"] for link in card.get("links", ())]
    found += [reason["display"] for reason in card.get("overrideReasons", ())]
    for suggestion in card.get("suggestions", ()):
        found += [
            suggestion["label"],
            *(action["description"] for action in suggestion["actions"]),
        ]
    return found
