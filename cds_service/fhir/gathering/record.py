"""The record of one request: what was kept, and how each query was answered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.query_results import ReadFrom
from cds_service.fhir.near_misses import NearMiss
from cds_service.fhir.raw_json import Json

ReadState = Literal["given", "empty", "failed"]


class ReadOutcome(NamedTuple):
    """The result of asking for one prefetch key.

    Attributes:
        state: `given` (with entries), `empty` (none of this patient's), `failed` (could
            not be read).
        origin: the EHR's prefetch or the FHIR server.
        entries: number of this patient's resources of the requested type, picked or
            not.
        note: why it failed, or "incomplete: …" if a list was cut; else empty.
        is_cut: part of the list is missing, or may be in another record.
        is_optional: the record is complete without it.
        is_unasked: the EHR did not send it, and there is no server to ask, or the call
            lacks what the query needs, such as a stay.
        is_understood: at least one of its entries was understood, or it has none.
            Judged for orders alone: other lists keep the entries that were not
            understood.
    """

    state: ReadState
    origin: ReadFrom
    entries: int = 0
    note: str = ""
    is_cut: bool = False
    is_optional: bool = False
    is_unasked: bool = False
    is_understood: bool = True


class PatientRecord(NamedTuple):
    """The patient's record for this request.

    Attributes:
        patient: the Patient as JSON; None if it could not be read.
        entries: this patient's resources that match a concept of `mappings/`, in a
            stable order.
        reads: how each key of the service's plan was answered.
        unreadable: this patient's resources that are broken.
        foreign: number of resources left out, by type: they belong to another patient,
            or name none.
        near_misses: unknown codes of problems and of what looks like a T-score.
        diagnoses: names and addresses of all diagnoses of the patient that were read.
        doubt: why part of the record may be in another one, or mean another thing;
            empty if nothing says so.
        encounter: the id of the stay or visit that the call names; empty if none.
        doubted_acts: what broken procedures were of and when, each of status
            `unknown`; not among the entries.
        stays_along: the patient's Encounters that came along with a list, as JSON of
            any quality.
    """

    reads: Mapping[str, ReadOutcome]
    patient: Json | None = None
    entries: tuple[Entry, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    foreign: Mapping[str, int] = MappingProxyType({})
    near_misses: tuple[NearMiss, ...] = ()
    doubt: str = ""
    diagnoses: frozenset[str] = frozenset()
    encounter: str = ""
    stays_along: tuple[Json, ...] = ()
    doubted_acts: tuple[Entry, ...] = ()

    def of_key(self, key: str) -> tuple[Entry, ...]:
        """Return the entries of one prefetch key."""
        return tuple(entry for entry in self.entries if entry.key == key)
