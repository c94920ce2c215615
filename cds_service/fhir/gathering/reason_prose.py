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

# Elements that hold the codes and words of a reason.
REASONS = (
    *("reasonCode", "reason", "reasonCodeableConcept", "complication", "outcome"),
    *("indication", "orderDetail"),
)
REFERENCES = ("reasonReference", "supportingInfo", "supportingInformation")
# An order may name a vertebra that was treated before: `s/p kyphoplasty L3`.
EARLIER = "earlier-vertebral-fracture"
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
    words: Iterable[str], terminology: Terminology, *, is_named_plain: bool = True
) -> bool:
    """Tell if all these words are plain.

    Words of more than `LONGEST_TEXT` characters together are not read. What they name
    is plain where it is counted as named.
    """
    said = [*dict.fromkeys(words)]
    if sum(map(len, said)) > LONGEST_TEXT:
        return False
    return all(
        is_plain_reason(one, terminology, is_named_plain=is_named_plain)
        for each in said
        for one in sentences(each)
    )


def is_code_plainly_worded(code: Json | None, terminology: Terminology) -> bool:
    """Tell if the words beside a code are plain.

    Its own name is so, in the languages of `mappings/plain-reason-words/`. A code that
    excludes a tumour does not exclude what its words say besides.
    """
    return is_reason_understood(texts_of(code), terminology)


def is_plain_reason(
    sentence: str, terminology: Terminology, *, is_named_plain: bool = True
) -> bool:
    """Tell if nothing is left of a sentence without plain words and what it names."""
    if not sentence.strip() or terminology.harmless.is_harmless(sentence):
        return True
    if _is_plain(sentence, terminology):
        return True
    named = named_in([sentence], terminology) if is_named_plain else frozenset()
    return _is_plain(_without_named(sentence, named, terminology), terminology)


def tells_earlier_fracture(words: Iterable[str], terminology: Terminology) -> bool:
    """Tell if words may name a fracture of long ago, or an augmentation that was done.

    "Old wedge deformity of T12", "s/p kyphoplasty L3". What a sentence does nothing but
    deny is left out.
    """
    return any(
        _may_be_earlier(one, terminology)
        for each in words
        if len(each) <= LONGEST_TEXT
        for one in sentences(each)
    )


def _may_be_earlier(sentence: str, terminology: Terminology) -> bool:
    if is_denial(sentence, terminology):
        return False
    if terminology.plain_reports.names_earlier(sentence):
        return True
    is_augmented = terminology.text_places(folded(sentence), AUGMENTATIONS, "vertebra")
    return bool(is_augmented) and (
        bool(terminology.levels.treated(sentence))
        or not terminology.plain_reasons.are_all(sentence)
    )


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
    sentence: str, named: frozenset[str], terminology: Terminology
) -> str:
    """Return a sentence without the names of these and of harmless diseases."""
    counted = named | FRACTURED
    counted |= terminology.bystanders.problem_concepts
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
