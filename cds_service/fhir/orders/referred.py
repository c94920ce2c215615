"""What the orders being signed refer to and do not bring along: a Condition as reason, a Device that is ordered.

From the record where it is there, else read by its id; on the request's own server alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from cds_service.deadline import Deadline
from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.reading import FhirReader
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.scopes import may_read
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.raw_json import member, objects, text
from cds_service.protocol import HookRequest, is_fhir_id

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
    """The orders with what they refer to; what cannot be read in time is left out.

    Args:
        drafts: of the signing.
        record: of the patient.
        request: whose token may have to cover what is read.
        fhir: the server, None where none may be asked.
        person: the patient.
        until: when the last read must have ended.
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
    """`Condition/12`, of references that lead out of the signing to the patient's server."""
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
    """A Condition must say whose it is; a Device is nobody's as often as not."""
    return not person.is_foreign(raw) if raw["resourceType"] == "Device" else person.is_subject_of(raw)
