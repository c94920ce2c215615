"""Tells if the free words of an order, a drug or a procedure were understood whole.

A denial denies what it stands before and may swallow the rest: "no biopsy of the
metastasis yet". So the words of a reason or a note leave a tumour, an infection and a
deficit open unless nothing is left of them without plain words
(`mappings/plain-reason-words/`), names of harmless diseases, and what they name and
what is counted as named.
"""

import re
from collections.abc import Iterable, Iterator

from cds_service.fhir.gathering.bystanders import FRACTURED
from cds_service.fhir.gathering.drug_asides import words_in
from cds_service.fhir.gathering.problem_words import is_denial, named_in
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import AUGMENTATIONS, LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# Elements that hold the codes and words of a reason.
REASONS = (
    *("reasonCode", "reason", "reasonCodeableConcept", "complication", "outcome"),
    *("indication", "orderDetail"),
)
REFERENCES = ("reasonReference", "supportingInfo", "supportingInformation")
# An order may name a vertebra that was treated before: `s/p kyphoplasty L3`.
EARLIER = "earlier-vertebral-fracture"
# Harmless to a brace; but whoever dies of a disease may die of a tumour.
HINTS = frozenset({"end-of-life"})
MOST_NAMES = 8  # of diseases in one sentence
# A comma divides what is said of one thing from what is said of another.
_PART = re.compile(r"[,;:()\[\]，、；：（）+/]|\s[-–—]\s|\band\b")
_LETTER = re.compile(r"[a-z]")


def words_of_reasons(entry: Json, terminology: Terminology) -> Iterator[str]:
    """Yield what an entry says in words of its reason, or notes.

    What a harmless code is called is left out.
    """
    for name in REASONS:
        for one in objects(entry.get(name)):
            if not terminology.excludes(one):
                yield from texts_of(one)
            yield from words_in(one.get("extension"))
    for name in REFERENCES:
        for one in objects(entry.get(name)):
            yield text(member(one, "display"))
    for one in objects(entry.get("note")):
        yield text(one.get("text"))
    yield text(entry.get("patientInstruction"))
    yield from words_in(entry.get("extension"))


def is_reason_understood(
    words: Iterable[str], counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if all these words are plain.

    Words of more than `LONGEST_TEXT` characters together are not read.

    Args:
        words: of an entry.
        counted: what is left open where words name it.
        terminology: the service's terminology.
    """
    said = [*dict.fromkeys(words)]
    if sum(map(len, said)) > LONGEST_TEXT:
        return False
    return all(
        _is_plain_reason(one, counted, terminology)
        for each in said
        for one in sentences(each)
    )


def is_code_plainly_worded(code: Json | None, terminology: Terminology) -> bool:
    """Tell if the words beside a code are plain.

    Its own name is so, in the languages of `mappings/plain-reason-words/`. A code that
    excludes a tumour does not exclude what its words say besides.
    """
    return is_reason_understood(texts_of(code), frozenset(), terminology)


def _is_plain_reason(
    sentence: str, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if nothing is left of a sentence without plain words and what it names."""
    if not sentence.strip() or terminology.harmless.is_harmless(sentence):
        return True
    if _is_plain(sentence, terminology):
        return True
    rest = _without_named(sentence, counted, terminology)
    return _is_plain(rest, terminology)


def tells_earlier_fracture(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words may name a fracture of long ago, or an augmentation that was done.

    For example "Old wedge deformity of T12" or "s/p kyphoplasty L3". A sentence that
    only denies is left out.
    """
    return any(
        _may_be_earlier(one, terminology)
        for each in words
        if len(each) <= LONGEST_TEXT
        for one in sentences(each)
    )


def tells_years_ago(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words name a fracture or an augmentation of years ago.

    A year alone is not enough: the reason of an operation may be dated this year.
    """
    return any(
        bool(terminology.years.ago(one))
        and bool(terminology.text_places(folded(one), FRACTURED | AUGMENTATIONS))
        for each in words
        if len(each) <= LONGEST_TEXT
        for one in sentences(each)
    )


def tells_only_of(
    entry: Json, treated: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if the reasons of an order name an augmentation of these levels alone.

    And no year: `after kyphoplasty L1`, where L1 is treated now.
    """
    told = [
        one
        for each in words_of_reasons(entry, terminology)
        for one in sentences(each)
        if _may_be_earlier(one, terminology)
    ]
    return bool(told) and all(_is_only_of(one, treated, terminology) for one in told)


def _is_only_of(
    sentence: str, treated: frozenset[str], terminology: Terminology
) -> bool:
    named = terminology.levels.named(sentence)
    is_augmented = terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra")
    is_of_these = bool(named) and treated.issuperset(named)
    return bool(is_augmented) and is_of_these and not WRITTEN_YEAR.search(sentence)


def _may_be_earlier(sentence: str, terminology: Terminology) -> bool:
    if is_denial(sentence, terminology) or terminology.harmless.is_harmless(sentence):
        return False
    if terminology.plain_reports.names_earlier(sentence):
        return True
    is_augmented = terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra")
    is_broken = terminology.text_places(folded(sentence), FRACTURED)
    if (is_augmented or is_broken) and _tells_year(sentence, terminology):
        return True
    return bool(is_augmented) and (
        bool(terminology.levels.named(sentence))
        or not terminology.plain_reasons.are_all(sentence)
    )


def _tells_year(sentence: str, terminology: Terminology) -> bool:
    """Tell if words name a year or count years: that was then, and is not of now."""
    return bool(terminology.years.ago(sentence) or WRITTEN_YEAR.search(sentence))


def _is_plain(sentence: str, terminology: Terminology) -> bool:
    is_asked = terminology.clauses.without_suspicion(sentence) != folded(sentence)
    if not is_asked and terminology.plain_reports.are_all(sentence):
        return True
    return _is_part_plain(sentence, terminology, is_asked=is_asked) or all(
        _is_part_plain(one, terminology, is_asked=is_asked)
        for one in _PART.split(folded(sentence))
    )


def _is_part_plain(part: str, terminology: Terminology, *, is_asked: bool) -> bool:
    return (
        terminology.plain_reasons.are_all(part)
        or terminology.harmless.is_harmless(part)
        or terminology.bystanders.are_of_acts(part)
        or terminology.bystanders.are_of_theatre(part)
        or (not is_asked and terminology.plain_reports.are_all(part))
    )


def _without_named(
    sentence: str, counted: frozenset[str], terminology: Terminology
) -> str:
    """Return a sentence without what it states and is counted, and harmless diseases.

    What a word only hints at, as `bone lesion` at a tumour, is not counted.
    """
    counted = (named_in([sentence], terminology) & counted) | FRACTURED
    counted |= terminology.bystanders.problem_concepts - HINTS
    rest = folded(sentence)
    for _ in range(MOST_NAMES):
        places = terminology.text_places(rest, counted)
        if not places:
            break
        start, end = min(places.values())
        while end < len(rest) and _LETTER.match(rest[end]):
            end += 1
        while start and _LETTER.match(rest[start - 1]):
            start -= 1
        rest = f"{rest[:start]} {rest[end:]}"
    return rest
