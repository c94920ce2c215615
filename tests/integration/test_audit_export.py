"""The log as AuditEvents in a real HAPI server: every one is taken and can be found again by its patient."""

import json
from urllib.request import urlopen

from cds_service.audit.chain import AuditEntry
from cds_service.audit.exporting import begin_export, export_lines
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from tests.audit_builders import NOON, clock, uuid_of
from tests.chart_builders import (
    HOOK,
    PATIENT,
    Asked,
    kyphoplasty,
    open_service,
    order_sign,
    thin_and_weak,
)

# What the events refer to; HAPI takes no reference to a resource that it does not hold.
REFERRED = [
    {"resourceType": "Patient", "id": PATIENT},
    {"resourceType": "Practitioner", "id": "practitioner-7"},
]


def test_hapi_takes_every_event_and_finds_those_of_a_patient(hapi, tmp_path):
    user = "Practitioner/practitioner-7"
    about = {"patient": PATIENT, "user": user, "service_id": HOOK}
    told = {"card": uuid_of(1), "topic": "rehabilitation", "result": "accepted"}
    store = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    asked = Asked(open_service(), log=store)
    body = order_sign(thin_and_weak(), kyphoplasty())
    assert (
        asked.post(body | {"context": body["context"] | {"userId": user}}).status_code
        == 200
    )
    for kind, facts in (
        ("refusal", {"status": 503, "reason": "deadline-passed", **about}),
        ("feedback", {**told, **about}),
        *(
            (kind, {"user": "anna", "patient": PATIENT})
            for kind in ("read", "mark", "note")
        ),
        *(
            ("login", {"user": "https://login.example|8f3a", "result": one})
            for one in ("login", "logout", "denied")
        ),
        *((kind, {}) for kind in ("account", "start", "stop", "gap")),
    ):
        store.append(AuditEntry(kind=kind, at=NOON, content={"filter": {}}, **facts))
    export = begin_export(store.database, Query(), "fhir", "os:root", clock)
    events = [json.loads(line) for line in export_lines(store.database, export)]
    store.close()
    hapi.load([*REFERRED, *events])
    with urlopen(
        f"{hapi.url}/AuditEvent?entity=Patient/{PATIENT}&_summary=count", timeout=60
    ) as response:
        assert json.load(response)["total"] == 6
    with urlopen(f"{hapi.url}/AuditEvent/{events[0]['id']}", timeout=60) as response:
        assert json.load(response)["entity"] == events[0]["entity"]
