"""Find broken vertebrae that only an order or a procedure names.

"MRI because of a new fracture of L2" may be the only mention of it.
"""

import re
from collections.abc import Collection
from datetime import date

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.broken_in_words import told_by_words
from cds_service.fhir.entries.harm.act_words import REASONED
from cds_service.fhir.entries.medication.drug_groups import ANY_BONE_DRUG, BONE_DRUG
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, codeables
from cds_service.fhir.orders.levels.broken_levels import (
    covers,
    fractured_places,
    names_another_fracture,
)
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.orders.order_reasons import note_texts
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.asides_as_reasons import (
    notes_of_operation,
    told_at_diagnoses,
    told_of_operation,
    told_of_stays,
    told_of_visits,
)
from cds_service.fhir.raw_json import Json, is_prohibition, text, texts_of
from cds_service.fhir.site_calendar import years_in

_PART = re.compile(r"[,;\n、，；]")
# A rule of `kinds/`: of the neck, a pedicle, or next to the treated vertebra.
ANOTHER = ("another-vertebra-broken",)
OF_BONE = frozenset({BONE_DRUG, ANY_BONE_DRUG})


def vertebrae_in_acts_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    treated: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the acts of this day or later that name another broken vertebra.

    They name it in their title or reasons, or are an augmentation of it. So may the
    stay that ends. One that is on the problem list is known, and is compared with the
    operation there.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        treated: the treated vertebrae; if none is known, only the neck, a pedicle or
            the next vertebra is another one.
        terminology: the service's terminology.
    """
    known = {*(treated or LEVELS), *_listed(record, terminology)}
    if _is_another_listed(record, terminology):
        known.add(ANOTHER[0])
    asides = (
        *told_at_diagnoses(record, since, terminology),
        *told_of_operation(record, performed),
        *notes_of_operation(record, performed),
        *told_of_visits(record, since, terminology),
        *told_of_stays(record),
    )
    told = frozenset(
        entry.reference
        for entry in asides
        if _names_another(_called(entry), known, since, terminology)
    )
    return told | frozenset(
        act.reference
        for act in record.entries
        if act.resource_type in REASONED
        # A prescription for bone names the fractures of years.
        and act.concepts.isdisjoint(OF_BONE)
        and act.reference not in performed
        and text(act.raw.get("status")) not in NEVER
        and not is_prohibition(act.raw)
        and is_since(act.raw, since, terminology.calendar)
        and _names_another(act, known, since, terminology)
    )


def _called(entry: Entry) -> Entry:
    """Return what is told next to an entry, with its reasons as its titles as well."""
    words = [
        word for one in codeables(entry.raw, "reasonCode") for word in texts_of(one)
    ]
    return entry._replace(raw={**entry.raw, "code": {"text": "; ".join(words)}})


def _listed(record: PatientRecord, terminology: Terminology) -> set[str]:
    """Return the vertebrae of the fractures on the problem list."""
    return {
        level
        for entry in record.of_key("conditions")
        if certainty_of(entry.raw) != "denied"
        for place in fractured_places(entry.raw, terminology)
        for level in place.split("-")
    }


def _is_another_listed(record: PatientRecord, terminology: Terminology) -> bool:
    """Tell if the problem list has such a fracture, which is compared there."""
    return any(
        terminology.kinds.named(title, ANOTHER)
        for entry in record.of_key("conditions")
        if certainty_of(entry.raw) != "denied"
        for title in texts_of(entry.raw.get("code"))
    )


def _names_another(
    act: Entry, known: set[str], since: date, terminology: Terminology
) -> bool:
    if is_augmentation(act.raw, terminology):
        ordered = find_levels(act.raw, NO_DRAFTS, terminology).levels
        return not {*ordered} <= known
    if ANOTHER[0] not in known and any(
        _is_of_another(words, since, terminology) for words in _words_of(act.raw)
    ):
        return True
    told = told_by_words(_words_of(act.raw), since.year, terminology, is_report=False)
    named = told.new | told.ageless
    if names_another_fracture(act.raw, NO_DRAFTS, known | told.known, terminology):
        return True
    return not all(covers(one, known) for one in named)


def _is_of_another(words: str, since: date, terminology: Terminology) -> bool:
    """Tell if words name such a fracture, in a part without an earlier year."""
    kinds = terminology.kinds
    return bool(kinds.named(words, ANOTHER)) and any(
        kinds.named(part, ANOTHER)
        and not any(year < since.year for year in years_in(part))
        for part in _PART.split(words)
    )


def _words_of(act: Json) -> list[str]:
    """Return the titles, reasons and notes of an act."""
    titles = codeables(act, "code", "codeCodeableConcept", "reasonCode")
    return [
        *(words for title in titles for words in texts_of(title)),
        *note_texts(act),
    ]
