"""Tell if words name harm: a broken bone, a grave illness, a fall, what got worse."""

import re

from cds_service.fhir.entries.fractures.bones import VERTEBRAL, WORDED
from cds_service.fhir.entries.fractures.leg_injuries import LEG_BROKEN, leg_injuries
from cds_service.fhir.entries.grave.grave_concepts import OF_CORD
from cds_service.fhir.entries.words.own_words import without_neighbours
from cds_service.fhir.entries.words.problem_words import named_in, undenied_parts
from cds_service.fhir.entries.words.told_before_asked import told_beside_prevention
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.site_calendar import names_year_over

ILLNESS = ("illness-since",)
AGAIN = ("fracture-again",)
THERAPY = frozenset({"rehabilitation"})
REFERRAL = THERAPY | {"bone-treatment", "fracture-liaison"}
LONG_STANDING = ("long-standing",)
NEW, OF_NERVES = ("newly-begun",), ("nerve-root", "gait-trouble")
MOVED = ("moved-to-monitors",)
RESCUED = ("rescue-told", "vacuum-told", "watched-closely")
OPERATED_AGAIN = ("operated-again-told",)
# What is left of "new-onset" and "neu aufgetreten" without the word for new.
_ONSET = re.compile(r"\W?\bonset(?: of)?\b|\baufgetreten\w*")
_DIVIDED = re.compile(r"[,;、，；]")
_PARTED = re.compile(r"[,;:、，；：]")
_JOINED = re.compile(r"\s(?:and|und|sowie|plus|et|y|e|en|i|oraz)\s|[+&和及]")
LONG_PAST = "long-past"  # a rule of `kinds/`
# Rules of `kinds/`.
BESIDE, AFTER, STROKE = "beside-illness", ("therapy-after",), "stroke-of-therapy"
BY_THERAPY = "joined-therapy"


def is_moved_to_monitors(title: str, terminology: Terminology) -> bool:
    """Tell if a title is of a move to intensive care, or to a bed with a monitor."""
    return bool(terminology.kinds.named(title, MOVED))


def tells_of_rescue(words: str, terminology: Terminology) -> bool:
    """Tell if words are of a rescue, or of a close watch, that is not called past."""
    return _names_of_now(words, RESCUED, terminology)


def tells_of_second_operation(words: str, terminology: Terminology) -> bool:
    """Tell if words are of a way back to theatre that is not called past."""
    return _names_of_now(words, OPERATED_AGAIN, terminology)


def _names_of_now(words: str, rules: tuple[str, ...], terminology: Terminology) -> bool:
    if not terminology.kinds.named(words, rules):
        return False
    return any(
        terminology.kinds.named(part, rules)
        and not terminology.kinds.named(part, (LONG_PAST,))
        for part in undenied_parts(words[:LONGEST_TEXT], terminology)
    ) and not names_year_over(words)


def is_worse(words: str, terminology: Terminology) -> bool:
    stems = terminology.grave_stems
    words = stems.deficits.without_advice(words)
    return (
        stems.complaints.is_worse(words)
        or stems.falls.is_fallen(words)
        or stems.falls.may_be_of_fall(words)
        or stems.is_emergency(words)
        or stems.deficits.are_in(words)
        or OF_CORD in stems.concepts_in(words)
    )


def names_harm(words: str, terminology: Terminology) -> bool:
    is_broken = bones_in_words(words, terminology) or terminology.kinds.named(
        words, AGAIN
    )
    named = named_in([words], terminology)
    is_vertebra = not named.isdisjoint(VERTEBRAL)
    return bool(is_broken or is_vertebra or illnesses_in_words(words, terminology))


def bones_in_words(words: str, terminology: Terminology) -> frozenset[str]:
    """Return the broken bones outside the spine that words name and do not deny."""
    bones = named_in([words], terminology) & WORDED
    return bones | leg_injuries({"text": words}, terminology) & {LEG_BROKEN}


def illnesses_in_words(words: str, terminology: Terminology) -> frozenset[str]:
    """Return the grave illnesses that words name, as they are called there.

    An illness that is to be prevented is none of them, nor is one to be ruled out.
    """
    found = set[str]()
    plain, kinds = terminology.plain.complications_named, terminology.kinds
    stems = terminology.grave_stems

    def names_illness(piece: str) -> bool:
        return bool(kinds.named(piece, ILLNESS) or plain.words_in(piece))

    parts = undenied_parts(words[:LONGEST_TEXT], terminology)
    for whole in (
        one for part in parts for one in told_beside_prevention(part, terminology)
    ):
        part = whole
        if kinds.named(whole, LONG_STANDING):
            # "Known AF and pulmonary embolism" has a known AF.
            part = without_neighbours(whole, names_illness, LONG_STANDING, terminology)
        is_lasting = bool(kinds.named(part, LONG_STANDING))
        if is_lasting and not joins_what_is_new(part, terminology):
            continue
        named = (one for one in plain.words_in(part) if not stems.is_lasting_name(one))
        found.update(named)
        if kinds.named(part, ILLNESS) or _is_new_and_seldom(part, terminology):
            found.add(part.strip(" .?!"))
    return frozenset(found)


def _is_new_and_seldom(words: str, terminology: Terminology) -> bool:
    """Tell if words call new what is not everyday when it is: "new heart failure".

    A nerve root and trouble with walking are everyday next to a broken vertebra, unless
    they are new.
    """
    kinds = terminology.kinds
    if not kinds.named(words, NEW):
        return False
    if kinds.named(words, OF_NERVES):
        return True
    return terminology.harmless.is_harm(_ONSET.sub(" ", kinds.without(words, NEW[0])))


def _named_next_to(
    acts: frozenset[str], title: str, terminology: Terminology
) -> list[str]:
    """Return the parts of a title of therapy or of a referral that are neither.

    "Physiotherapy; pneumonia" names a present illness, "physiotherapy after stroke" one
    that led to it.
    """
    parts = [part for part in _PARTED.split(title) if LETTER.search(part)]
    others = [one for one in parts if not terminology.text_concepts(one, acts)]
    return others if len(others) < len(parts) else []


def _reasons_of_therapy(title: str, terminology: Terminology) -> list[str]:
    """Return what a title gives as the reason of a therapy, not after what it is.

    "Rehabilitation for pneumonia" has one; "stroke rehabilitation" says what led to it.
    """
    kinds = terminology.kinds
    if kinds.named(title, AFTER):
        return []
    return [*terminology.grave_stems.reasons_after(title), kinds.without(title, STROKE)]


def reasons_in_title(title: str, terminology: Terminology) -> list[str]:
    """Return what a title gives as its reason, or the title if it is no act.

    "Stroke unit" and "sepsis protocol" are what is done, "stroke" is why, and so are
    "suspected stroke" and "new gait disturbance". A therapy after a stroke does not say
    that it is of this stay.
    """
    plain = folded(title[:LONGEST_TEXT])
    if terminology.text_concepts(plain, THERAPY):
        others = _named_next_to(THERAPY, plain, terminology)
        return [*others, *_reasons_of_therapy(plain, terminology)]
    why = list(terminology.grave_stems.reasons_after(plain))
    why += _named_next_to(REFERRAL, plain, terminology)
    kinds = terminology.kinds
    is_new = _is_new_and_seldom(plain, terminology)
    if is_new or terminology.clauses.without_suspicion(plain) != plain:
        return [*why, title]
    # What is next to it in a list of diagnoses: "stroke, hypertension".
    everyday = terminology.everyday_diseases
    listed = [one for one in _DIVIDED.split(plain) if not everyday.read(one)]
    rest = ", ".join(listed) or plain
    named_by = terminology.plain.complications_named
    # Some short names are read in capitals alone: "MI".
    for name in (*named_by.words_in(plain), *map(folded, named_by.words_in(title))):
        rest = rest.replace(name, " ")
    rest = kinds.without(kinds.without(rest, ILLNESS[0]), BESIDE)
    if not kinds.named(plain, (STROKE,)):
        rest = kinds.without(rest, BY_THERAPY)
    return why if LETTER.search(rest) else [*why, title]


def is_fall_alone(title: str, terminology: Terminology) -> bool:
    """Tell if a title has no other words than those of a fall: "Sturzereignis"."""
    return terminology.grave_stems.falls.is_fall_alone(title)


def is_of_before(purpose: str, terminology: Terminology) -> bool:
    """Tell if each part of a purpose is called one of the past.

    Joined to it may be what is new: "Z.n. TVT und akute LAE".
    """
    parts = [part for part in _DIVIDED.split(purpose) if part.strip()]
    return bool(parts) and all(
        terminology.kinds.named(part, (LONG_PAST,))
        and not joins_what_is_new(part, terminology)
        for part in parts
    )


def joins_what_is_new(words: str, terminology: Terminology) -> bool:
    """Tell if what is called new is joined to other words: "old and new DVT".

    "Old DVT, newly on apixaban" joins nothing that is new.
    """
    kinds = terminology.kinds
    return any(
        kinds.named(one, NEW) and not kinds.named(one, (LONG_PAST,))
        for one in _JOINED.split(words)
    )
