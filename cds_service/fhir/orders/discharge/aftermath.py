"""Read how an operation went: its outcome, follow-up, complications and notes.

It is read apart from what the operation was and why it was done.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cds_service.core.facts.leaving import ASPECT
from cds_service.core.orders import REASON_NOT_UNDERSTOOD, AugmentationOrder
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave_asides import drugs_and_states, grave_concepts_of
from cds_service.fhir.entries.words.problem_words import has_grave_stem, in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.complications import (
    COMPLICATIONS,
    NOT_UNDERSTOOD,
    complication_concepts,
)
from cds_service.fhir.orders.discharge.unread_procedures import (
    unread_acts_of_spine,
    without_cause,
)
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.operations.augmentation import combine_performed
from cds_service.fhir.orders.operations.done_procedures import levels_of
from cds_service.fhir.orders.order_reasons import note_texts
from cds_service.fhir.orders.since.told_instability import unstable_in_course
from cds_service.fhir.orders.support.told_braces import is_brace_told
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Elements that say how an operation went, and not what it was or why it was done.
AFTERMATH = (*COMPLICATIONS, "outcome", "followUp", "text")
# Its note, which is read as its course too.
NOTES = ("note", "patientInstruction")
# What parts of words name, by the concept of their list.
STEMS = {
    "deep-infection": "spinal-infection",
    "spinal-cord-disease": "neurological-deficit",
}
_DIVIDED = re.compile(r"[;，；、。]|,(?!\d)")


def without_performed(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> PatientRecord:
    """Leave these procedures out, so that they do not count as earlier ones.

    The bone drugs and states that they name count, as at the signing, and so does what
    is grave in how the operation went. What is grave in its reasons is read with it.
    """
    entries: list[Entry] = []
    unread = unread_acts_of_spine(record, performed, terminology)
    treated = frozenset(performed.levels.names)
    for entry in record.entries:
        name = f"{entry.raw.get('resourceType')}/{entry.raw.get('id')}"
        if name not in performed.references:
            entries.append(without_cause(entry) if name in unread else entry)
            continue
        plain = _without(entry.raw, COMPLICATIONS)
        plain = _without_plain_notes(plain, treated, terminology)
        concepts = drugs_and_states(plain, terminology)
        concepts |= _grave_in_aftermath(plain, terminology)
        complications = complication_concepts(entry.raw, terminology)
        bare = entry._replace(matches=(), drug=None)
        if concepts:
            entries.append(bare._replace(concepts=concepts, named=concepts))
        if complications:
            doubts = frozenset(map(in_doubt, complications))
            aspect = bare._replace(concepts=doubts, named=doubts)
            entries.append(aspect._replace(reference=f"{name}{ASPECT}"))
    return record._replace(entries=tuple(entries))


def _grave_in_aftermath(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things in how an operation went, each in doubt.

    An outcome says what happened, but not when it began or if it is over. One that is
    not understood may be a palsy, so that somebody examines the patient. So may a
    disease that is not everyday when it is new, such as a failing heart, also in a
    note. Complications are read apart: facts on the cause do not tell of them.
    """
    others = [name for name in procedure if name not in (*AFTERMATH, "resourceType")]
    aftermath = _without(procedure, others)
    unread = {
        name: [
            code
            for code in objects(aftermath.get(name))
            if not _is_plain_course(code, terminology)
        ]
        for name in ("outcome", "followUp")
    }
    named = grave_concepts_of({**aftermath, **unread}, terminology)
    named |= unstable_in_course(procedure, terminology)
    codes = (*unread["outcome"], *unread["followUp"])
    told = [words for code in codes for words in texts_of(code)]
    told += [text(note.get("text")) for note in objects(procedure.get("note"))]
    # A form may repeat the same words thousands of times.
    parts = {
        part
        for words in told
        for sentence, divided in _divided(words[:LONGEST_TEXT])
        for part in (sentence, *divided)
    }
    is_news = any(map(terminology.harmless.is_harm, parts))
    if is_news or not named.isdisjoint(NOT_UNDERSTOOD):
        named |= {"neurological-deficit"}
    return frozenset(map(in_doubt, named))


def treated_by_elements(
    operation: Sequence[Order], terminology: Terminology
) -> frozenset[str]:
    """Return the vertebrae that an operation treated by other elements than notes."""
    return frozenset(
        level
        for one in operation
        for level in levels_of(_without(one.resource, NOTES), terminology)
    )


def without_aftermath(
    procedure: Order, treated: frozenset[str], terminology: Terminology
) -> Order:
    """Leave out how an operation went, but for notes that say more than that."""
    bare = _without(procedure.resource, AFTERMATH)
    return Order(procedure.reference, _without_plain_notes(bare, treated, terminology))


def without_unread_notes(
    augmentation: AugmentationOrder,
    procedures: Sequence[Order],
    terminology: Terminology,
) -> AugmentationOrder:
    """Name what a note that was not understood may be by the parts of its words.

    A note tells how the operation went. Its unknown words are an entry to be read: they
    name a tumour, an infection or a deficit only with a part of a word for it.
    """
    notes = [one for order in procedures for one in note_texts(order.resource)]
    if not any(one.strip() for one in notes):
        return augmentation
    bare = combine_performed(
        [Order(one.reference, _without(one.resource, NOTES)) for one in procedures],
        terminology,
    )
    unread = tuple(one for one in augmentation.unread if one not in NOTES)
    open_reason = {REASON_NOT_UNDERSTOOD} & augmentation.doubts
    if bare is not None:
        open_reason -= bare.doubts
    if unread == augmentation.unread and not open_reason:
        return augmentation
    doubts = augmentation.doubts - open_reason
    for words in notes:
        doubts |= _named_by_stems(words, terminology)
    doubts -= augmentation.reasons
    return replace(augmentation, unread=unread, doubts=doubts)


def _named_by_stems(words: str, terminology: Terminology) -> frozenset[str]:
    """Return what parts of words name that are not denied, each in doubt."""
    if not has_grave_stem(words, terminology):
        return frozenset()
    stems = terminology.grave_stems
    named = {STEMS[one] for one in stems.concepts_in(words)}
    if stems.deficits.are_in(words):
        named.add("neurological-deficit")
    return frozenset(named or {"malignancy"})


def _without_plain_notes(
    procedure: Json, treated: frozenset[str], terminology: Terminology
) -> Json:
    """Leave out the notes that only say that all went well: "8 ml of cement"."""
    notes = objects(procedure.get("note"))
    kept = [
        note
        for note in notes
        if not _is_plain_note(text(note.get("text")), treated, terminology)
    ]
    return procedure if len(kept) == len(notes) else {**procedure, "note": kept}


def _is_plain_course(code: Json, terminology: Terminology) -> bool:
    """Tell if a code is words alone, and all of them say that all went well."""
    words = texts_of(code)
    is_coded = bool(objects(code.get("coding")))
    return (
        not is_coded
        and bool(words)
        and all(_is_course(one, terminology) for one in words)
    )


def _is_course(words: str, terminology: Terminology) -> bool:
    """Tell if each part of a text says how an operation went, or that all was well."""
    parts = _parts_of(words)
    return bool(parts) and all(_is_plain_part(one, terminology) for one in parts)


def _is_plain_note(
    words: str, treated: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if each part of a note says how an operation was done, and that all is well.

    It may name the operation, and the vertebrae that were treated by other elements.
    """
    parts, names = _parts_of(words), terminology.level_names
    if not parts or terminology.levels.left_in_note(words):
        return False
    return all(
        _is_plain_part(part, terminology)
        or (
            treated.issuperset(names.named(part))
            and terminology.plain.notes.are_all(names.without_named(part))
        )
        for part in parts
    )


def _is_plain_part(part: str, terminology: Terminology) -> bool:
    plain = terminology.plain
    return (
        plain.complications.are_all(part, is_title=True)
        or plain.course.are_all(part)
        or is_brace_told(part, terminology)
    )


def _parts_of(words: str) -> list[str]:
    """Return the parts of the sentences of a text; none of one that is too long."""
    if len(words) > LONGEST_TEXT:
        return []
    return [part for _, divided in _divided(words) for part in divided if part.strip()]


def _divided(words: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each sentence of a text with its parts."""
    for sentence in sentences(words):
        yield sentence, _DIVIDED.split(sentence)


def _without(resource: Json, elements: Iterable[str]) -> Json:
    left_out = frozenset(elements)
    return {name: value for name, value in resource.items() if name not in left_out}
