"""Resolves resources that the orders refer to but that were not sent: a Condition as reason, an ordered Device.

They are taken from the record if present, else read by id, and only from the request's own server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.reading import FhirReader
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.scopes import may_read
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.raw_json import member, objects, text
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest, is_fhir_id

ELEMENTS = {"reasonReference": "Condition", "codeReference": "Device", "itemReference": "Device"}
MOST_READ = 5

Json = Mapping[str, Any]


def with_referred(
    drafts: DraftOrders,
    record: PatientRecord,
    request: HookRequest,
    fhir: FhirReader | None,
    person: Person,
    *,
    until: Deadline,
) -> DraftOrders:
    """Add the resources that the orders refer to; those that cannot be read in time are left out.

    Args:
        drafts: the orders of the signing.
        record: the patient's record.
        request: the call; its token may have to cover the reads.
        fhir: the server; None if no server may be queried.
        person: the patient.
        until: the deadline of the last read.
    """
    wanted = set(_wanted(drafts, person))
    held = {f"Condition/{text(one.raw.get('id'))}": one.raw for one in record.of_key("conditions")} if wanted else {}
    token = request.fhir_authorization
    asked = [
        name for name in sorted(wanted - held.keys()) if token is None or may_read(token.scope, name.partition("/")[0])
    ]
    tasks = {name: partial(_read, fhir, name, until.ends) for name in asked[:MOST_READ]} if fhir else {}
    read = {name: raw for name, raw in run_side_by_side(tasks, until).items() if raw and _is_ours(raw, person)}
    found = {name: raw for name, raw in {**read, **held}.items() if name in wanted}
    return replace(drafts, referred=found) if found else drafts


def _wanted(drafts: DraftOrders, person: Person) -> Iterator[str]:
    """The references (`Condition/12`) that lead from the signing to the patient's server."""
    for draft in drafts.each():
        for element, kind in ELEMENTS.items():
            for reference in objects(draft.resource.get(element)):
                name = person.bases.name_of(text(member(reference, "reference")))
                is_one = name.startswith(f"{kind}/") and is_fhir_id(name.removeprefix(f"{kind}/"))
                if is_one and not drafts.resolve([reference], draft.resource):
                    yield name


def _read(fhir: FhirReader, name: str, until: float) -> Json | None:
    try:
        (document,) = fhir.fetch(name, until=until).documents
    except FhirReadError:
        return None
    is_asked = isinstance(document, dict) and f"{document.get('resourceType')}/{document.get('id')}" == name
    return document if is_asked else None


def _is_ours(raw: Json, person: Person) -> bool:
    """Whether the resource may be used: a Condition must name the patient; a Device often names nobody."""
    return not person.is_foreign(raw) if raw["resourceType"] == "Device" else person.is_subject_of(raw)
