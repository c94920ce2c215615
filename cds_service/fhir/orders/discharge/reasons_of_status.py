"""Read why an operation was broken off, put on hold or not done.

`statusReason` may be the only word of a cardiac arrest on the table. What it names that
an operation may cause is read as its complication, and what is not understood as its
note. "Patient declined" says nothing of the patient's state.
"""

from cds_service.fhir.entries.harm.harm_words import illnesses_in_words
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.complications import names_complication
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.raw_json import Json, objects, text, texts_of

REASON = "statusReason"
NOT_DONE = "not-done"
STOPPED = "stopped"
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
        entries=tuple(
            entry._replace(raw=raw, status=text(raw.get("status")))
            if (raw := _with_reason_told(entry.raw, terminology)) is not entry.raw
            and is_augmentation(entry.raw, terminology)
            else entry
            for entry in record.entries
        )
    )


def _with_reason_told(procedure: Json, terminology: Terminology) -> Json:
    """Return a procedure whose reason is told elsewhere; the same if it has none."""
    if procedure.get("resourceType") != "Procedure" or REASON not in procedure:
        return procedure
    told = {name: one for name, one in procedure.items() if name != REASON}
    complications, notes = list[Json](), list[Json]()
    for reason in objects(procedure[REASON]):
        named = _complications_in(reason, terminology)
        complications += named
        words = [one for one in texts_of(reason) if not _is_ordinary(one, terminology)]
        if not named and not texts_of(reason):
            codes = [text(one.get("code")) for one in objects(reason.get("coding"))]
            words = [f"code {one}" for one in codes if one]
        if reason not in named:
            notes += [{"text": one} for one in words]
    if told.get("status") == NOT_DONE:
        is_begun = any(_may_be_begun(text(one["text"]), terminology) for one in notes)
        if not (complications or is_begun):
            return procedure
        told["status"] = STOPPED
    if complications:
        told["complication"] = [*objects(told.get("complication")), *complications]
    if notes:
        told["note"] = [*objects(told.get("note")), *notes]
    return told


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
    """Tell if words break an operation off, or name an illness that is not everyday."""
    return bool(terminology.kinds.of_title(words, BROKEN_OFF)) or any(
        illnesses_in_words(part, terminology)
        for part in undenied_parts(words, terminology)
    )


def _is_ordinary(words: str, terminology: Terminology) -> bool:
    return bool(terminology.kinds.of_title(words, ORDINARY))
