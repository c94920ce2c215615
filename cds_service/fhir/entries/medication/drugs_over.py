"""Tell if words say that a drug is not taken: over, at rest, awaited, another's."""

import re
from collections.abc import Iterable

from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG, STEROID
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import (
    LONGEST_STATEMENT,
    ONLY_DENIED,
    clauses,
)
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import (
    WRITTEN_YEAR,
    YEARS_OVER,
    is_dated_before,
    year_of_answer,
)

ENDED = frozenset({"drug-ended"})
LAST_TAKEN = ("drug-last-taken",)  # a rule of `kinds/`
AFTER_ITS_COURSE = ("stopped-after-its-course",)  # another one
# Elements with the day on which the words of a drug were written.
WRITTEN = ("authoredOn", "dateAsserted", "effectiveDateTime", "whenHandedOver")
# With the mark `@` for a drug: it was never taken.
NEVER_TAKEN = frozenset({"steroid-denied"})
# A rule of `kinds/`.
START_WAITS = ("start-waits",)
_REST_OF_WORD = re.compile(r"^[a-z]+")  # of folded text; `bisfosfonato|s`


def is_not_taken(
    names: set[str],
    concepts: frozenset[str],
    resource: Json,
    terminology: Terminology,
) -> bool:
    """Tell if words deny a steroid or a bone drug, or say that it is over.

    Args:
        names: names of the drug.
        concepts: what it is; any other drug is not read for that.
        resource: raw JSON.
        terminology: the service's terminology.
    """
    if not concepts & {STEROID, BONE_DRUG}:
        return False
    is_over = _is_of_another(names, terminology)
    is_over = is_over or any(_is_denial(one, terminology) for one in names)
    marked = [marked_later_years(one, resource) for one in names]
    is_over = is_over or any(_is_over(one, terminology) for one in marked)
    if is_over or STEROID not in concepts:
        return is_over
    return _is_said_to_be_over(resource, terminology) or _is_awaited(
        names, resource, terminology
    )


def _is_of_another(names: Iterable[str], terminology: Terminology) -> bool:
    """Tell if a name of a drug is also that of another person: `the mother's`."""
    of_others = terminology.clauses.joints.persons.search
    return any(of_others(folded(one)) for one in names)


def _is_denial(name: str, terminology: Terminology) -> bool:
    """Tell if a part of a name only denies the drugs in it: `no bisphosphonates`."""
    for part in clauses(folded(name)[:LONGEST_STATEMENT]):
        places = [
            place
            for concept, place in terminology.drug_places(part).items()
            if {STEROID, BONE_DRUG} & set(terminology.drugs.groups_of(concept))
        ]
        if not places:
            continue
        before = part[: min(begins for begins, _ in places)]
        after = _REST_OF_WORD.sub("", part[max(ends for _, ends in places) :], 1)
        # A mark takes the drugs' place, so that only the words around it are judged.
        marked = f"{before}@{after}"
        if terminology.clauses.places(marked, ONLY_DENIED):
            return True
        if terminology.text_concepts(marked, NEVER_TAKEN):
            return True
    return False


def _is_over(name: str, terminology: Terminology) -> bool:
    """Tell if words behind the only drug of a name end it: `- weaned off in May`."""
    plain = folded(name)[:LONGEST_STATEMENT]
    resting = _resting(plain, terminology)
    places = [
        place
        for drug, place in terminology.drug_places(plain).items()
        if drug not in resting
    ]
    if not places:
        return False
    after = _REST_OF_WORD.sub("", plain[max(ends for _, ends in places) :], 1)
    is_alone = terminology.drug_words(after) <= _resting(after, terminology)
    return is_alone and (
        bool(terminology.text_concepts(after, ENDED))
        or _is_last_taken_by(after, _year_over(), terminology)
    )


def _was_taken_last(resource: Json, terminology: Terminology) -> bool:
    """Tell if words next to a drug say that it was last taken two years before them.

    The words are as old as their entry, "last taken 2025" written in 2027, or younger.
    """
    latest = max(_year_written(resource) - YEARS_OVER, _year_over())
    return any(
        _is_last_taken_by(word, latest, terminology) for word in words_aside(resource)
    )


def _year_over() -> int:
    """Return the last year that is over for whoever reads the words now."""
    return year_of_answer() - YEARS_OVER


def _year_written(resource: Json) -> int:
    """Return the year in which an entry was written; 0 if it has no day."""
    days = (text(resource.get(element)) for element in WRITTEN)
    return max((int(day[:4]) for day in days if WRITTEN_YEAR.match(day)), default=0)


def marked_later_years(words: str, resource: Json) -> str:
    """Mark the years after that in which words were written: `in 2027+`.

    A rest in such a year is planned, unless the year has come.
    """
    begun = max(_year_written(resource), year_of_answer())
    return WRITTEN_YEAR.sub(
        lambda year: f"{year[0]}+" if int(year[0]) > begun else year[0], words
    )


def _is_last_taken_by(words: str, year: int, terminology: Terminology) -> bool:
    """Tell if words say that a drug was last taken by the end of a year."""
    if not terminology.kinds.named(folded(words), LAST_TAKEN):
        return False
    return is_dated_before(words, year + 1)


def _resting(words: str, terminology: Terminology) -> frozenset[str]:
    """Return what words of a rest name, which is no other drug: `drug holiday`."""
    plain = folded(words)[:LONGEST_STATEMENT]
    places = terminology.drug_places(plain)
    rests = [
        (begins, ends)
        for begins, ends in places.values()
        if terminology.text_concepts(plain[begins:ends], ENDED)
    ]
    return frozenset(
        drug
        for drug, (begins, ends) in places.items()
        if any(start <= begins and ends <= end for start, end in rests)
    )


def _is_said_to_be_over(resource: Json, terminology: Terminology) -> bool:
    """Tell if words next to the name of a drug end it.

    Lists go on saying "active". Of a bone drug every word has to be understood.
    """
    said = (marked_later_years(word, resource) for word in words_aside(resource))
    return any_names(said, ENDED, terminology) or _was_taken_last(resource, terminology)


def _is_awaited(names: Iterable[str], resource: Json, terminology: Terminology) -> bool:
    """Tell if a drug is to be begun only after something: `once review is done`."""
    said = [text(dosage.get("text")) for dosage in dosages_of(resource)]
    return any(terminology.kinds.named(one, START_WAITS) for one in (*names, *said))


def ends_in_words(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words next to the name of a bone drug end it, and no other drug.

    Why it was stopped adds nothing to a status that says so, nor does after how long.
    """
    is_stopped = text(resource.get("status")) == "stopped"
    said = {**resource, "statusReason": None} if is_stopped else resource
    words = [
        word
        for word in words_aside(said)
        if not (is_stopped and terminology.kinds.named(word, AFTER_ITS_COURSE))
    ]
    return _was_taken_last(said, terminology) or any(
        terminology.text_concepts(marked_later_years(word, said), ENDED)
        and terminology.drug_words(word) - _resting(word, terminology) <= concepts
        for word in words
    )


def words_aside(resource: Json) -> list[str]:
    """Return the notes, the dosages and the reason of the status of an entry."""
    words = [text(one.get("text")) for one in objects(resource.get("note"))]
    words += [text(dosage.get("text")) for dosage in dosages_of(resource)]
    reason = resource.get("statusReason")
    for one in reason if isinstance(reason, list) else [reason]:
        words += texts_of(one)
    return words


def any_names(
    words: Iterable[str], among: frozenset[str], terminology: Terminology
) -> bool:
    return any(terminology.text_concepts(word, among) for word in words)
