"""Saves what was entered on the launched worksheet.

One set of Observations with one Provenance, or nothing; one after the other if the
server takes no transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.raw_json import Json
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.writing import send_each, send_transaction
from cds_service.launch.authorizing import Launched
from cds_service.measures.observations import (
    Compared,
    Written,
    agent,
    compare_with_record,
    observation_entry,
    place_of,
    this_program,
)
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.profiles import Writes

WORKSHEET = "Measurement worksheet"


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving a set: how many values are new, and how many were there."""

    new: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The way of values to the server.

    Attributes:
        deadline: deadline of all calls; the first may take half of what is left.
        writes: how the server takes several; a transaction if that is not known.
    """

    connections: Connections
    deadline: Deadline
    writes: Writes | None = None


def compared_with_record(
    launched: Launched, person: Person, values: Sequence[Written], sending: Sending
) -> Compared:
    """Tell which of these values the record of the launch holds already.

    Args:
        person: the launch's patient, whose the values are.

    Raises:
        CdsError: the server cannot be asked.
    """
    reader = FhirClient(
        launched.base, launched.token, connections=sending.connections, is_fresh=True
    )
    seconds = sending.deadline.left / 2
    return compare_with_record(reader, person, values, seconds=seconds)


def save_set(
    launched: Launched,
    values: Compared,
    reports: Sequence[str],
    *,
    sending: Sending,
    at: datetime,
) -> Saved:
    """Write these values to the server of the launch.

    What is there already is not written again.

    Args:
        reports: references of DiagnosticReports from which numbers were taken.

    Raises:
        CdsError: the server cannot be asked, or did not take all.
    """
    new = values.new
    if not new:
        return Saved(0, len(values.written))
    entries = [observation_entry(_performed(value, launched)) for value in new]
    if launched.may("Provenance", "c"):
        entries.append(_provenance(new, launched, reports, at))
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    send = send_each if sending.writes == "single" else send_transaction
    statuses = send(
        launched.base,
        launched.token,
        bundle,
        connections=sending.connections,
        seconds=sending.deadline.left,
    )
    created = sum(status.startswith("201") for status in statuses[: len(new)])
    return Saved(created, len(values.written) - created)


def _performed(value: Written, launched: Launched) -> Written:
    performer = [{"reference": launched.user}]
    return Written(value.value, {**value.observation, "performer": performer})


def _provenance(
    values: Sequence[Written],
    launched: Launched,
    reports: Sequence[str],
    at: datetime,
) -> Json:
    """State who entered the values, with what, and from which reports."""
    resource = {
        "resourceType": "Provenance",
        "target": [{"reference": place_of(value)} for value in values],
        "recorded": at.isoformat(timespec="seconds"),
        "activity": {"text": WORKSHEET},
        "agent": [agent("author", {"reference": launched.user}), this_program()],
    }
    if reports:
        resource["entity"] = [
            {"role": "source", "what": {"reference": report}} for report in reports
        ]
    place = uuid5(NAMESPACE_URL, values[0].identifier)
    request = {"method": "POST", "url": "Provenance"}
    return {"fullUrl": f"urn:uuid:{place}", "resource": resource, "request": request}
