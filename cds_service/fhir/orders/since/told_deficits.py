"""Find the entries since an operation that name a deficit, and do not call it old.

A visit booked for a foot drop, a note of saddle numbness at a dressing, or a report
that repeats the question may be the only word of what the cement did.
"""

from collections.abc import Collection
from datetime import date

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.failing_legs import tells_of_failing_leg
from cds_service.fhir.entries.words.old_deficits import (
    DEFICITS,
    is_called_old,
    is_told_as_lost,
    named_deficits,
    old_deficits,
)
from cds_service.fhir.entries.words.problem_words import (
    in_doubt,
    named_in,
    undenied_parts,
    without_plainly_denied,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.since.asides_as_reasons import told_at_diagnoses
from cds_service.fhir.orders.since.told_entries import entries_since, titles_of

# Blood in the spinal canal, which may press on the cord.
IN_CANAL = frozenset({"spinal-cord-disease"})
# What an entry states, or its words leave in doubt.
NAMED = {
    **{name: name for name in DEFICITS},
    **{in_doubt(name): name for name in DEFICITS},
}


def deficits_told_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the entries of this day or later that name a deficit.

    Those are acts and reports, the operation itself, visits to come, new diagnoses, and
    new notes at old ones. What a drug is for may be years old.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    entries = entries_since(record, since, performed, terminology)
    told = {one.reference for one in entries if _names_deficit(one, terminology)}
    return frozenset(told | _told_in_notes(record, since, terminology))


def _told_in_notes(
    record: PatientRecord, since: date, terminology: Terminology
) -> set[str]:
    """Return the diagnoses at which a newer note or evidence names a deficit."""
    return {
        told.reference
        for told in told_at_diagnoses(record, since, terminology)
        if _tells_of_loss([*words_in(told.raw)], terminology)
        or _named_in_words([*words_in(told.raw)], terminology)
    }


def _names_deficit(entry: Entry, terminology: Terminology) -> bool:
    named = frozenset(NAMED[one] for one in entry.concepts & NAMED.keys())
    words = [*titles_of(entry.raw), *words_in(entry.raw)]
    if _tells_of_loss(words, terminology) or _bleeds_in_canal(words, terminology):
        return True
    told = _named_in_words(words, terminology)
    # A code names it without words.
    return bool(named if told is None else named & told)


def _tells_of_loss(words: list[str], terminology: Terminology) -> bool:
    return any(
        is_told_as_lost(one, terminology) or tells_of_failing_leg(one, terminology)
        for one in words
        if not terminology.own_words.fullmatch(one)
    )


def _bleeds_in_canal(words: list[str], terminology: Terminology) -> bool:
    """Tell if words name blood in the spinal canal, not as old or as what may come."""
    stems = terminology.grave_stems
    return any(
        not stems.is_prevention(part) and not is_called_old(part, terminology)
        for one in words
        for part in undenied_parts(stems.deficits.without_conditions(one), terminology)
        if terminology.text_concepts(part, IN_CANAL)
    )


def _named_in_words(
    words: list[str], terminology: Terminology
) -> frozenset[str] | None:
    """Return the deficits that words name and do not call old; None if they name none.

    What may come has not come, and a title may deny what it names.
    """
    told = [one for one in words if not terminology.own_words.fullmatch(one)]
    if DEFICITS.isdisjoint(named_deficits(told, terminology)):
        return None
    without_conditions = terminology.grave_stems.deficits.without_conditions
    here = [without_plainly_denied(without_conditions(o), terminology) for o in told]
    return (named_in(here, terminology) & DEFICITS) - old_deficits(told, terminology)
