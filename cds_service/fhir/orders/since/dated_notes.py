"""Read a note that bears a day of its own as an act of that day.

A note of yesterday at a diagnosis of years, an old order or a drug that goes on tells
what is there now, as a nurse's note does.
"""

from collections.abc import Iterator
from datetime import date

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text

ACT, DEVICE = "Procedure", "DeviceRequest"
# When a drug was ordered or handed over.
_WRITTEN = ("authoredOn", "whenHandedOver", "whenPrepared", "dateAsserted")


def notes_of_these_days(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield each note of this day or later, as an act that names what the note does.

    A note without a day is as old as its entry, which is read apart unless it orders a
    device. One of tomorrow is a slip of the day, and counts.
    """
    for entry in record.entries:
        if entry.status in VOID or certainty_of(entry.raw) == "denied":
            continue
        if entry.is_of_relatives or entry.origin == "context":
            continue  # what is signed is read with the orders
        for note in objects(entry.raw.get("note")):
            written = note.get("time") or _ordered_on(entry)
            day = terminology.calendar.last_day(written)
            if day is None or day < since or not text(note.get("text")):
                continue
            act: Json = {
                "resourceType": ACT,
                "status": "completed",
                "performedDateTime": written,
                "note": [note],
            }
            yield entry._replace(
                raw=act,
                resource_type=ACT,
                status="completed",
                # What its words leave open, its entry says.
                concepts=grave_concepts_of(act, terminology, with_unread=False),
            )


def _ordered_on(entry: Entry) -> object:
    return entry.raw.get("authoredOn") if entry.resource_type == DEVICE else None


def written_on(drug: Json) -> object:
    """Return when a drug was ordered or handed over, raw; None if nothing says."""
    return next((drug[name] for name in _WRITTEN if drug.get(name)), None)
