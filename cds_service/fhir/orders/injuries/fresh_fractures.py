"""Find broken vertebrae that results and orders named shortly before the operation.

"Acute fractures of L1 and L3" may be the only mention of a second fracture. What is
called old or known, denied or asked about is left out.
"""

from datetime import timedelta

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.exams.exam_concepts import EXAM_TYPES
from cds_service.fhir.entries.exams.unread_in_study_names import words_of_study
from cds_service.fhir.entries.fractures.bones import CERVICAL
from cds_service.fhir.entries.fractures.broken_in_words import Told, told_by_words
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.injuries.injury_times import (
    Search,
    freshness_of,
    is_recent_entry,
    moment_of,
)
from cds_service.fhir.orders.levels.broken_levels import (
    NECK,
    broken_beside,
    broken_places,
    covers,
    fractured_places,
)
from cds_service.fhir.orders.recognition import FRACTURES, is_augmentation
from cds_service.fhir.orders.since.reports import is_pathology
from cds_service.fhir.raw_json import Json, is_prohibition, text, texts_of

# Policy: what was seen in these days is what the operation was for.
SEEN_WITHIN = timedelta(days=30)
ACTS = frozenset({"Procedure", "ServiceRequest"})
STOPPED = VOID | {"not-done", "revoked", "draft"}


def broken_before_operation(search: Search) -> set[str]:
    """Return the vertebrae that were seen or named as broken shortly before it.

    Reports and studies of the last days before the operation name them, and the reasons
    of the operation itself and of its order. One that the record knows as old counts
    only if it is called new again. Places are named as on the problem list.
    """
    operated = search.operation.day
    if operated is None:
        return set()
    first = operated - SEEN_WITHIN
    new, ageless = set[str](), set[str]()
    dated = [
        (moment.day, entry)
        for entry in search.record.entries
        if (moment := moment_of(entry, search.calendar)) and first <= moment.day
    ]
    # A later examination may rule out what an earlier one suspected.
    for day, entry in sorted(dated, key=lambda one: one[0]):
        told = _told_by(entry, first.year, search.terminology)
        new, ageless = new - told.denied, ageless - told.denied
        if day <= operated:
            new, ageless = new | told.new, ageless | told.ageless
    ageless -= new
    known = _known_as_old(search) if ageless else set[str]()
    return new | {one for one in ageless if one not in known and not covers(one, known)}


def _told_by(entry: Entry, year: int, terminology: Terminology) -> Told:
    """Read what an entry tells of broken vertebrae, if it is of a kind that does.

    Args:
        entry: of the days before the operation.
        year: what is of an earlier one is old.
        terminology: the service's terminology.
    """
    codes, words = list[Json](), list[str]()
    if entry.resource_type in EXAM_TYPES and _is_image(entry, terminology):
        codes = codeables(entry.raw, "conclusionCode")
        words = [text(entry.raw.get("conclusion")), *words_of_study(entry.raw)]
        words += _names_of(codeables(entry.raw, "code"))
    elif entry.resource_type in ACTS and _is_operation(entry, terminology):
        codes = codeables(entry.raw, "reasonCode")
    is_report = entry.resource_type not in ACTS
    prose = [*words, *_names_of(codes)]
    told = told_by_words(prose, year, terminology, is_report=is_report)
    coded = (broken_places(code, terminology) for code in codes)
    ageless = told.ageless.union(*coded)
    if in_doubt(CERVICAL) in entry.concepts and entry.resource_type in EXAM_TYPES:
        ageless |= {NECK}
    return told._replace(ageless=ageless, denied=told.denied - ageless)


def _names_of(codes: list[Json]) -> list[str]:
    return [words for code in codes for words in texts_of(code)]


def _is_image(entry: Entry, terminology: Terminology) -> bool:
    is_made = entry.status not in VOID | NO_REPORT
    return is_made and not is_pathology(entry.raw, terminology)


def _is_operation(entry: Entry, terminology: Terminology) -> bool:
    if entry.status in STOPPED or is_prohibition(entry.raw):
        return False
    return is_augmentation(entry.raw, terminology)


def _known_as_old(search: Search) -> set[str]:
    """Return the vertebrae broken long ago, by the problem list or an old report.

    An old fracture that names no vertebra is kept as its part of the spine.
    """
    places = set[str]()
    for entry in search.record.entries:
        if entry.resource_type == "Condition":
            is_broken = not entry.concepts.isdisjoint(FRACTURES)
            is_denied = certainty_of(entry.raw) == "denied"
            if is_broken and not is_denied and freshness_of(entry.raw, search) == "old":
                places |= fractured_places(entry.raw, search.terminology)
        elif entry.resource_type in EXAM_TYPES and not is_recent_entry(entry, search):
            places |= broken_beside(entry.raw, search.terminology)
    return {level for place in places for level in place.split("-")}
