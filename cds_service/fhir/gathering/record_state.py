"""Tell how completely a record was read, and which lists count as read."""

from collections import Counter
from collections.abc import Mapping

from cds_service.core.findings import RecordState
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.product_concepts import LOCAL_ROUTE, SYSTEMIC_ROUTE
from cds_service.fhir.entries.words.open_concepts import (
    MAY_BE_GRAVE,
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
    OF_RECORD,
    SOCIAL,
    UNCODED,
)
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.raw_json import Json, text

# Optional lists that an EHR should have all the same: they may hold a metastasis, a
# dose or failing kidneys. If one was not sent, a card names it, and nothing reassures.
# Any other optional list counts only if it was asked for and not read.
TELLING_MORE = frozenset({"diagnosticReports", "dispenses", "kidney", "imagingStudies"})
# The lists that a pre-selected order rests on, each with the prefetch keys that may
# hold its entries.
DECIDING_LISTS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("conditions",),
    "medications": ("medications", "administrations", "statements", "dispenses"),
    "serviceRequests": ("serviceRequests",),
}
# Keys whose entries count, but are no list of what the patient takes: they hold what is
# given in the ward.
GIVEN_HERE = frozenset({"administrations"})
# Each call is about a patient. CDS Hooks forbids asking again for what came as `null`.
PATIENT = "patient"
NO_PATIENT = "The patient's own data are missing: age, sex and death are not known."
# Keys that may hold doses too, as billed injections: no order is pre-selected if one
# was not read.
ALSO_DOSES = ("procedures",)
# What words may say next to a disease, or without one: a ride to the clinic, a tab.
_NAMES_NOTHING = frozenset({MAY_NEED_BRACE, LOCAL_ROUTE, SYSTEMIC_ROUTE, "local-place"})
# Requests with these statuses were never in force, and are no part of a drug list.
NEVER_IN_FORCE = frozenset({"draft", "cancelled"})


def state_of(record: PatientRecord) -> RecordState:
    """Tell how completely the record was read, for cards and the audit log."""
    reads = sorted(
        (key, read)
        for key, read in record.reads.items()
        if not read.is_optional or key in TELLING_MORE or is_unread(read)
    )
    has_nothing = any(key == PATIENT and read.state == "empty" for key, read in reads)
    return RecordState(
        unread={key: read.note for key, read in reads if read.state == "failed"},
        incomplete={
            key: read.note
            for key, read in reads
            if read.is_cut and (read.note or not record.doubt)
        },
        unreadable=len(record.unreadable),
        foreign=sum(record.foreign.values()),
        notes=(*filter(None, [record.doubt]), *([NO_PATIENT] if has_nothing else [])),
        lists_not_read=tuple(
            key for key in DECIDING_LISTS if not _is_list_read(record, key)
        ),
        empty=tuple(key for key in DECIDING_LISTS if _is_empty(record, key)),
    )


def is_cut(record: PatientRecord) -> bool:
    """Tell if a list that the record needs was not read, or not read whole."""
    state = state_of(record)
    missing = {*state.unread, *state.incomplete}
    return any(not record.reads[key].is_optional for key in missing)


def diseases_by_key(record: PatientRecord) -> Mapping[str, int]:
    """Count the entries of each list that are not of work, home or money.

    Of the problem list, those count that were understood. Words that nobody knows are
    of no disease, not even of one that is none of ours.
    """
    counts = Counter({key: read.entries for key, read in record.reads.items()})
    counts.subtract(
        one.key
        for one in record.entries
        if not is_void(one.raw)
        and (
            not one.concepts.isdisjoint(SOCIAL)
            or (one.key == "conditions" and _is_strange(one))
        )
    )
    return counts


def is_void(raw: Json) -> bool:
    """Tell if an entry does not count: it is in error, ruled out, or never in force."""
    if raw.get("resourceType") != "MedicationRequest":
        return is_disclaimed(raw)
    is_proposal = raw.get("intent") in ("proposal", "option")
    never = text(raw.get("status")) in NEVER_IN_FORCE or is_proposal
    return never or is_disclaimed(raw)


def is_disclaimed(raw: Json) -> bool:
    """Tell if an entry is in error, or a diagnosis that is ruled out.

    A drug that is only drafted is neither: it may be taken from this day on.
    """
    if text(raw.get("status")) == "entered-in-error":
        return True
    return raw.get("resourceType") == "Condition" and certainty_of(raw) == "denied"


def is_unread(read: ReadOutcome) -> bool:
    """Tell if a list was asked for and not read, or not read whole.

    An optional list that an EHR without a server did not send was not asked for.
    """
    if read.state == "failed":
        return not (read.is_optional and read.is_unasked)
    return read.is_cut


def _is_list_read(record: PatientRecord, key: str) -> bool:
    """Tell if a list was read whole: no entry is broken, and one was understood."""
    read = record.reads.get(key)
    if read is None or not read.is_understood:
        return False
    also = ALSO_DOSES if key == "medications" else ()
    parts = (*DECIDING_LISTS[key], *also)
    asked = [record.reads.get(part) for part in parts]
    if any(one and is_unread(one) for one in asked):
        return False
    if any(one.key in parts for one in record.unreadable):
        return False
    lists = [part for part in DECIDING_LISTS[key] if part not in GIVEN_HERE]
    entries = sum(record.reads[part].entries for part in lists if part in record.reads)
    strange = sum(
        _is_strange(one) and not is_disclaimed(one.raw)
        for part in lists
        for one in record.of_key(part)
    )
    return entries > strange


def _is_empty(record: PatientRecord, key: str) -> bool:
    """Tell if a list was read, and nothing in it bears on health.

    Entries on work, home or money say as little as none.
    """
    read = record.reads.get(key)
    if read is None or read.state == "failed" or read.is_cut:
        return False
    social = sum(
        not (one.concepts.isdisjoint(SOCIAL) or is_void(one.raw))
        for one in record.of_key(key)
    )
    return read.entries <= social and all(one.key != key for one in record.unreadable)


def _is_strange(entry: Entry) -> bool:
    """Tell if an entry is social, was not understood, or may be of any disease."""
    is_unnamed = entry.concepts <= UNCODED | OF_RECORD | _NAMES_NOTHING
    is_uncoded = MAY_BE_GRAVE in entry.concepts and is_unnamed
    is_social = not entry.concepts.isdisjoint(SOCIAL)
    return is_social or NOT_UNDERSTOOD in entry.concepts or is_uncoded
