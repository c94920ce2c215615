"""Find an unstable spine that no diagnosis names, told since an operation.

The only mention of it may be the outcome, the follow-up or a note of the operation, or
the reason of an order.
"""

from collections.abc import Collection
from datetime import date

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.harm.act_words import DONE_OR_ORDERED
from cds_service.fhir.entries.words.problem_words import (
    in_doubt,
    named_in,
    undenied_parts,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.order_reasons import note_texts
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.asides_as_reasons import COURSE
from cds_service.fhir.orders.since.illnesses import UNSTABLE
from cds_service.fhir.raw_json import Json, is_prohibition, text, texts_of

# Of an operation of the spine, "type B" and "posterior wall" are of the spine.
OF_SPINE = ("unstable-in-brace",)
IN_DOUBT = frozenset(map(in_doubt, UNSTABLE))


def unstable_in_course(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return what the course of an operation says of an unstable fracture or spine."""
    codes = codeables(procedure, *COURSE)
    told = [words for code in codes for words in texts_of(code)]
    told += note_texts(procedure)
    parts = [
        part
        for words in dict.fromkeys(told)
        for part in undenied_parts(words[:LONGEST_TEXT], terminology)
    ]
    named = named_in(parts, terminology) & UNSTABLE
    if any(terminology.kinds.named(part, OF_SPINE) for part in parts):
        named |= {"unstable-fracture"}
    return named


def unstable_told_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the entries of the operation, and the acts since, that tell of one.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    told = frozenset(
        entry.reference
        for entry in record.entries
        if entry.reference in performed and unstable_in_course(entry.raw, terminology)
    )
    named = frozenset(
        entry.reference
        for entry in record.entries
        if entry.reference not in performed
        and _names_unstable(entry, terminology)
        and is_since(entry.raw, since, terminology.calendar)
    )
    return told | named


def _names_unstable(act: Entry, terminology: Terminology) -> bool:
    """Tell if an act in force names an instability, and is no augmentation."""
    if act.resource_type not in DONE_OR_ORDERED or act.concepts.isdisjoint(IN_DOUBT):
        return False
    is_void = text(act.raw.get("status")) in NEVER or is_prohibition(act.raw)
    return not is_void and not is_augmentation(act.raw, terminology)
