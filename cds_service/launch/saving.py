"""Save what was entered on the launched worksheet.

The values are Observations with one Provenance. They are sent as one transaction, or
one after the other to a server that takes none.
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
    """The result of saving a set of values.

    Attributes:
        new: number of values that were written.
        known: number of values that the record held already.
    """

    new: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The way in which values are sent to the server.

    Attributes:
        deadline: deadline of all calls; the comparison with the record may take half of
            the time left.
        writes: how the server takes several values; None, not known, sends a
            transaction.
    """

    connections: Connections
    deadline: Deadline
    writes: Writes | None = None


def compared_with_record(
    launched: Launched, person: Person, values: Sequence[Written], sending: Sending
) -> Compared:
    """Tell which of these values the record of the launch holds already.

    Args:
        person: the patient of the launch.

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
    """Write those of these values that the record does not hold to its server.

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
    """Make the Provenance: author and program of the values, and their reports."""
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
