"""Read why an operation was broken off, put on hold or not done.

`statusReason` may be the only mention of a cardiac arrest on the table. What it names
that an operation may cause is read as its complication, and what is not understood as
its note. "Patient declined" says nothing of the patient's state. The outcome of such an
operation is read like its reason.
"""

from collections.abc import Iterable

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.harm.harm_words import illnesses_in_words
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.complications import names_complication
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.raw_json import Json, objects, text, texts_of

REASON, OUTCOME = "statusReason", "outcome"
NOT_DONE = "not-done"
STOPPED = "stopped"
# The outcome of any other operation is read as such.
UNFINISHED = frozenset({NOT_DONE, STOPPED, "on-hold"})
# Rules of `kinds/`.
BROKEN_OFF = ("broken-off",)
ORDINARY = ("ordinary-stop",)


def with_reasons_of_status(
    record: PatientRecord, terminology: Terminology
) -> PatientRecord:
    """Write why an augmentation stopped as its complications and notes.

    One that was "not done" may have been begun: its reason breaks it off, or names what
    an operation may cause.
    """
    return record._replace(
        entries=tuple(_told(entry, terminology) for entry in record.entries)
    )


def _told(entry: Entry, terminology: Terminology) -> Entry:
    """Return an entry that tells why it was not done, or not finished."""
    if is_augmentation(entry.raw, terminology):
        raw = _with_reason_told(entry.raw, terminology)
        if raw is entry.raw:
            return entry
        return entry._replace(raw=raw, status=text(raw.get("status")))
    if entry.resource_type != "Procedure" or entry.status != NOT_DONE:
        return entry
    reasons = _reasons_in(entry.raw, terminology)
    return entry._replace(raw=_waiting(entry.raw, reasons)) if reasons else entry


def _reasons_in(procedure: Json, terminology: Terminology) -> list[Json]:
    """List the reasons for which something was not done that are not ordinary."""
    return [
        one
        for name in (REASON, "reasonCode", OUTCOME)
        for one in objects(procedure.get(name))
        if any(not _is_ordinary(words, terminology) for words in texts_of(one))
    ]


def _waiting(procedure: Json, reasons: list[Json]) -> Json:
    """Return an act that was not done as one that waits, for these reasons.

    What it would have been is not told: nobody did it.
    """
    left_out = {"code", REASON, OUTCOME}
    told = {name: one for name, one in procedure.items() if name not in left_out}
    return {**told, "status": "on-hold", "reasonCode": reasons}


def _with_reason_told(procedure: Json, terminology: Terminology) -> Json:
    """Return a procedure whose reason is told elsewhere; the same if it has none."""
    if procedure.get("resourceType") != "Procedure":
        return procedure
    status = text(procedure.get("status"))
    elements = (REASON, OUTCOME) if status in UNFINISHED else (REASON,)
    if status != NOT_DONE and not any(name in procedure for name in elements):
        return procedure
    complications, notes = list[Json](), list[Json]()
    for reason in (one for name in elements for one in objects(procedure.get(name))):
        named = _complications_in(reason, terminology)
        complications += named
        words = [one for one in texts_of(reason) if not _is_ordinary(one, terminology)]
        if not named and not texts_of(reason):
            codes = [text(one.get("code")) for one in objects(reason.get("coding"))]
            words = [f"code {one}" for one in codes if one]
        if reason not in named:
            notes += [{"text": one} for one in words]
    told = {name: one for name, one in procedure.items() if name not in elements}
    if status == NOT_DONE:
        if not (complications or _is_begun(procedure, notes, terminology)):
            return procedure
        told["status"] = STOPPED
    if complications:
        told["complication"] = [*objects(told.get("complication")), *complications]
    if notes:
        told["note"] = [*objects(told.get("note")), *notes]
    return told


def _is_begun(
    procedure: Json, reasons: Iterable[Json], terminology: Terminology
) -> bool:
    """Tell if the words of an operation that was "not done" say that it was begun."""
    notes = (text(one.get("text")) for one in objects(procedure.get("note")))
    own = [text(one["text"]) for one in reasons]
    complications = [*objects(procedure.get("complication"))]
    named = (words for one in complications for words in texts_of(one))
    return any(names_complication(one, terminology) for one in complications) or any(
        _may_be_begun(words, terminology) for words in (*own, *notes, *named)
    )


def _complications_in(reason: Json, terminology: Terminology) -> list[Json]:
    """List what a reason names that an operation may cause: whole, or by its parts."""
    if names_complication(reason, terminology):
        return [reason]
    parts = dict.fromkeys(
        part.strip()
        for words in texts_of(reason)
        for part in undenied_parts(words, terminology)
    )
    named: list[Json] = [{"text": part} for part in parts if part]
    return [one for one in named if names_complication(one, terminology)]


def _may_be_begun(words: str, terminology: Terminology) -> bool:
    """Tell if words break an operation off, or name what is not everyday.

    That is an illness, or what may go wrong in it: cement that leaked.
    """
    return bool(terminology.kinds.named(words, BROKEN_OFF)) or any(
        illnesses_in_words(part, terminology)
        or terminology.grave_stems.complaints.is_worse(part)
        for part in undenied_parts(words, terminology)
    )


def _is_ordinary(words: str, terminology: Terminology) -> bool:
    return bool(terminology.kinds.named(words, ORDINARY))
