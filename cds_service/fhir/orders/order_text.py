"""Recognise an order by its words if no code does; a doubtful text names nothing.

`name_augmentation` names the operation, `name_support` the support orders, and
`name_brace` the brace of an order that is known to be one.

The words of each language are in `mappings/texts/`. This module knows the structure of
a title: the order comes first, then why and how. So "X-ray after kyphoplasty" is an
X-ray, and "kyphoplasty after a fall" is a kyphoplasty.
"""

import re
import sys
from collections.abc import Mapping, Sequence

from cds_service.fhir.entries.grave.searches import BIOPSY
from cds_service.fhir.mapping.codes.code_systems import CPT
from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.method_words import NamingRules
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    LONGEST_TITLE,
    folded,
)

# Any of these before the name rules the order out.
_BEFORE = frozenset({"declined", "occasion", "other-order"})
_OTHER_ORDER = frozenset({"other-order"})
# At the beginning of a title, these are what is ordered; the operation is the occasion.
_ORDERS_FIRST = frozenset({"orders-first"})
_HELD = frozenset({"held"})
_DECLINED = frozenset({"declined"})
_PURPOSE = frozenset({"purpose"})
_ASKS_FOR = frozenset({"asks-for"})
_ASIDE = frozenset({"aside"})
_WHO = frozenset({"who"})
# With `@` for the name of a brace or of bed rest.
_NOT_WORN = frozenset({"not-worn"})
_TAKEN_OFF = frozenset({"taken-off"})
_KEPT_ON = frozenset({"kept-on"})
_VISIT = frozenset({"brace-visit"})
_BRACE = frozenset({"brace"})
_WORN = frozenset({"brace", "bed-rest"})
# With `@` for the name of a biopsy.
_BIOPSY_OPEN = ("biopsy-open",)
# Of a support that is not worn.
_SEEN_TO = ("seen-to-already",)
# Behind the operation's name and its level.
_BESIDE_ORDER = "beside-the-order"
_ENDED = ("order-ended",)
_DECLINED_BESIDE = "declined-beside"
# A title cancels the operation; or it tells that an earlier booking was cancelled.
_CANCELS = ("cancels-operation",)
_REBOOKED = ("rebooked",)
_EARLIER_BOOKING = "earlier-booking"
# It ends the operation after all; or it ends something else, or says "revision".
_ENDED_AT_LAST = ("ended-at-last",)
_ASIDES_IN_TITLE = ("ended-beside", "revision-beside")
_POSTPONED = "postponed"
_FOR_GOOD = ("postponed-for-good",)
# "D/C warfarin", in a part of its own.
_STOPS = re.compile(
    r"(?<![^\W_])(?:cancel|d/?c|discontinue|stop|arret(?:er)?(?: de)?|suspend(?:re|er)"
    r"|suspension(?: de)?|sospen(?:dere|sione)(?: di)?|odstawic|wstrzymac) "
    r"(?P<drug>[a-z-]{3,})"
    r"(?=\s*(?:[,;:.)]|[-–]|$))"
)
# A title of codes and levels alone: "22514 L1", "OPS 5-839.a0 LWK 1".
_CODES_FIRST = re.compile(
    r"\W*(?:(?:cpt|ops|icd-?10-?pcs|pcs)\b\W*)?"
    r"(?P<codes>(?:(?:\d{5}|[0-9a-z]{7}|5-\d{3}\.\w{2})[\s,:;+/&(-]+)+)"
    r"(?P<levels>[^\W\d_].*|\d{1,2}\..*)",
    re.IGNORECASE,
)
_JOINED_LEVELS = re.compile(r"(?:\W|\b(?:and|und|et|y|e|en|i|plus)\b)*", re.IGNORECASE)
# Each of them has codes of its own form.
_CODE_SYSTEMS = (
    CPT,
    "http://www.cms.gov/Medicare/Coding/ICD10",
    "http://fhir.de/CodeSystem/bfarm/ops",
)
# "Cancel if INR > 1.5", "cancel aspirin": the operation is not cancelled. It is by
# "cancel as on aspirin".
_CANCEL_BESIDE = re.compile(
    r"^\W*(?:please |pls )?cancel (?:(?:the|her|his|all|any|today.?s|orders?|doses?"
    r"|for|of|[\d.,]+ ?m?g) )*(?P<condition>if|when|unless)?"
)
# Next to the operation's name: who does it.
_DEPARTMENT = "department"
# Before it, and no other order: a pain, or what was prepared.
_BEFORE_NAME = "before-the-name"

MOST_CLAUSES = 40  # a title has a few
# Places in a text, as start and end: before and after all others.
FIRST, NOWHERE = (0, 0), (sys.maxsize, sys.maxsize)
# Patterns for folded texts: lower case, no accents.
_LEVEL = re.compile(
    r"(?<![a-z0-9])(?:(?:[tdl]h?|[bl]wk?)[- ]?\d{1,2}|\d{1,2}\. ?[bl]wk?)(?!\d)"
    r"|[胸腰]椎? ?\d{1,2}"
)
_LETTER = re.compile(r"[^\W_]")
# "No longer than 12 weeks" is a length, and does not withdraw what is worn.
_AT_MOST = re.compile(
    r"\b(?:no|not|nicht|pas|niet|nie|non) "
    r"(?:(?:longer|more) than|langer als|mehr als|plus de|mas de|piu di|langer dan"
    r"|dluzej niz)(?= \d)"
)
_DOSE = re.compile(
    r"(?<![\w.,])\d+(?:[.,]\d+)?\s?"
    r"(?:mg|mcg|ug|g|i\.?u\.?|ie|units?|meq|mmol|ml)(?![a-z])"
)


def name_augmentation(
    words: str, terminology: Terminology, site_words: str | None = ""
) -> frozenset[str]:
    """Name the augmentation procedures that an order's title requests.

    Args:
        words: the title, or another text that says what is ordered.
        terminology: the service's terminology.
        site_words: words about the body site from the order's codes, needed to accept
            names of two or three letters; None if such names do not count.
    """
    # That one vertebra was left withdraws nothing of the others.
    whole = terminology.levels.without_left_words(words, is_done=False)
    plain = terminology.speller.spell_out(folded(whole[:LONGEST_TEXT]))
    if coded := _named_by_codes(whole, terminology):
        return coded
    if terminology.kinds.named(plain, _ENDED_AT_LAST):
        return frozenset()
    plain = _without_others_ended(plain, terminology)
    if terminology.kinds.named(plain, _REBOOKED):
        for told in (_EARLIER_BOOKING, *_REBOOKED):
            plain = terminology.kinds.without(plain, told)
    parts = [clause.strip() for clause in clauses(plain)[:MOST_CLAUSES]]
    context = None if site_words is None else f"{plain} {site_words}"
    named: set[str] = set()
    for place, clause in enumerate(parts):
        places = terminology.text_places(clause, AUGMENTATIONS, context)
        if places and _asks_for(parts, place, places, terminology):
            named |= set(places)
        elif not places and _is_other_order(clause, terminology):
            break  # the order is something else, and the procedure only its occasion
    return frozenset(named)


def without_postponement(words: str, kinds: NamingRules) -> str:
    """Leave out that an order was put off, unless for good: it is not cancelled."""
    plain = folded(words[:LONGEST_TEXT])
    if kinds.named(plain, _FOR_GOOD):
        return words
    kept = kinds.without(plain, _POSTPONED)
    return words if kept == plain else kept


def _named_by_codes(words: str, terminology: Terminology) -> frozenset[str]:
    """Name the augmentation whose codes make up a title, next to levels alone."""
    title = _CODES_FIRST.fullmatch(words[:LONGEST_TITLE].strip())
    names = terminology.level_names
    if title is None or not names.named(title["levels"]):
        return frozenset()
    if not _JOINED_LEVELS.fullmatch(names.without_named(title["levels"])):
        return frozenset()
    codings = [
        {"system": system, "code": code}
        for code in re.split(r"[\s,:;+/&(]+|-(?=$|\d{5})", title["codes"])
        for system in _CODE_SYSTEMS
    ]
    return terminology.concepts({"coding": codings}) & AUGMENTATIONS


def _without_others_ended(plain: str, terminology: Terminology) -> str:
    """Leave out what cancels or stops something else than the operation."""
    for beside in _ASIDES_IN_TITLE:
        plain = terminology.kinds.without(plain, beside)
    return _STOPS.sub(
        lambda stop: " " if terminology.drug_words(stop["drug"]) else stop[0], plain
    )


def _is_other_order(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause orders something else."""
    if terminology.text_concepts(clause, _OTHER_ORDER | _ORDERS_FIRST):
        return True
    return _is_drug_order(clause, terminology)


def _is_drug_order(words: str, terminology: Terminology) -> bool:
    """Tell if words order a drug, and do not hold or stop it."""
    is_drug = _DOSE.search(words) or terminology.drug_words(words)
    return bool(is_drug) and not terminology.text_concepts(words, _HELD)


def _asks_for(
    parts: Sequence[str],
    place: int,
    places: Mapping[str, tuple[int, int]],
    terminology: Terminology,
) -> bool:
    """Tell if the clause at this position orders what it names."""
    clause = parts[place]
    start = min(start for start, _ in places.values())
    end_of_name = max(end for _, end in places.values())
    kinds = terminology.kinds
    before = kinds.without(clause[:start], _DEPARTMENT)
    before = kinds.without(before, _BEFORE_NAME)
    after = kinds.without(clause[end_of_name:], _DEPARTMENT)
    later = parts[place + 1 :]
    end = _level_end(before, after)
    if end is not None:
        behind = kinds.without(after[end:], _DEPARTMENT)
        after = f"{after[:end]} {_without_conditions(behind, kinds)}"
        later = [_without_conditions(part, kinds) for part in later]
    if any(kinds.named(one, _CANCELS) for one in (*parts[:place], before)):
        return False
    has_purpose = terminology.text_concepts(before, _PURPOSE)
    is_preparation = has_purpose and not terminology.text_concepts(before, _ASKS_FOR)
    if is_preparation or terminology.text_concepts(before, _BEFORE | _ORDERS_FIRST):
        return False
    if _is_drug_order(before, terminology):
        return False
    aside = terminology.text_places(after, _ASIDE).get("aside")
    of_name = after[: aside[0]] if aside else after
    if terminology.text_concepts(of_name, _BEFORE):
        return False
    if terminology.clauses.is_withdrawn(after):
        return False
    return not any(_is_withdrawal(part, terminology) for part in later)


def _level_end(before: str, after: str) -> int | None:
    """Return the index behind the level in words after a name, 0 if it comes first."""
    if _LEVEL.search(before):
        return 0
    level = _LEVEL.search(after)
    return level.end() if level else None


def _without_conditions(words: str, kinds: NamingRules) -> str:
    """Leave out conditions and stops that govern something else than the operation.

    Behind its name and a level they have an object of their own: "L1, ggf. L2".
    """
    kept = kinds.without(words, _DECLINED_BESIDE)
    return kept if kinds.named(kept, _ENDED) else kinds.without(kept, _BESIDE_ORDER)


def _is_withdrawal(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause only withdraws what comes before it: `patient refused`."""
    place = terminology.clauses.withdrawn_at(clause)
    if place is None or _is_cancelled_beside(clause, terminology):
        return False
    before = clause[:place]
    return not _LETTER.search(before) or bool(terminology.text_concepts(before, _WHO))


def _is_cancelled_beside(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause cancels a drug, or the operation under a condition alone."""
    beside = _CANCEL_BESIDE.match(clause)
    if beside is None:
        return False
    drugs = terminology.drug_places(clause[beside.end() :])
    return bool(beside["condition"]) or any(start == 0 for start, _ in drugs.values())


# The names of braces in our texts, by concept; the first that fits counts.
BRACES = {
    "tlso": "TLSO",
    "lso": "LSO",
    "jewett-brace": "Jewett brace",
    "lumbar-brace": "lumbar brace",
}
_BRACE_WORDS = frozenset(BRACES)


def name_brace(words: str, code: str, terminology: Terminology) -> str:
    """Name a brace in our texts, by its HCPCS code or a title that agrees with it."""
    concepts = terminology.text_concepts(words[:LONGEST_TEXT], _BRACE_WORDS)
    named = [name for concept, name in BRACES.items() if concept in concepts]
    if code.startswith("L04"):
        return "Jewett brace" if named == ["Jewett brace"] else "TLSO"
    if code:
        return "LSO" if named[:1] == ["LSO"] else "lumbar brace"
    return named[0] if named else "back brace"


def name_support(
    words: str, kinds: frozenset[str], terminology: Terminology, site: str = ""
) -> frozenset[str]:
    """Name the kinds of support order that a title names.

    A declined, stopped or removed one does not count.

    Therapy in a brace is an order of therapy: the brace is how it is done. What
    follows `until` ends an order: bed rest until a brace arrives orders no brace.

    Args:
        words: the title.
        kinds: those that are looked for.
        terminology: the service's terminology.
        site: other words about the body site, next to which short names count.
    """
    plain = folded(words[:LONGEST_TEXT])
    places = dict(terminology.text_places(plain, kinds, site))
    if len(places) > 1:
        ordered = folded(terminology.durations.without_ends(words[:LONGEST_TEXT]))
        kept = terminology.text_places(ordered, kinds, site)
        first = {kind: place for kind, place in places.items() if kind in kept}
        places = first or places
    if places.get("rehabilitation", NOWHERE) < places.get("brace", FIRST):
        before, after = _around(plain, places["brace"])
        if _kept_on(before, after, terminology) is None:
            del places["brace"]
    kinds_wanted = [
        kind
        for kind, place in places.items()
        if _is_ordered(kind, words, place, terminology)
    ]
    return frozenset(kinds_wanted)


def _is_ordered(
    kind: str, words: str, place: tuple[int, int], terminology: Terminology
) -> bool:
    """Tell if the words around the name of a support leave it ordered."""
    before, after = _around(folded(words[:LONGEST_TEXT]), place)
    if kind in _WORN:
        after = _AT_MOST.sub("for", after)
        before, after = _kept_on(before, after, terminology) or (before, after)
        marked = f"{before}@{after}"
        if terminology.text_concepts(marked, _TAKEN_OFF):
            return False
        # "Remove it at night" says how it is worn.
        paused = terminology.ruled_out_places(marked, _TAKEN_OFF).get("taken-off")
        if paused:
            before, after = marked[: paused[0]], marked[paused[1] :]
        if terminology.text_concepts(f"{before}@{after}", _NOT_WORN):
            return False
    elif terminology.kinds.of_title(f"{before}@{after}", _SEEN_TO):
        return False
    if _is_declined(before, after, terminology):
        return False
    return kind != "brace" or not _is_visit(words, before, after, terminology)


def is_biopsy_open(words: str, terminology: Terminology) -> bool:
    """Tell if a title says of its biopsy that it was, or is only perhaps taken."""
    plain = folded(words[:LONGEST_TEXT])
    place = terminology.text_places(plain, BIOPSY, "spine").get("biopsy")
    if place is None:
        return False
    before, after = _around(plain, place)
    return bool(terminology.kinds.of_title(f"{before}@{after}", _BIOPSY_OPEN))


def _around(plain: str, place: tuple[int, int]) -> tuple[str, str]:
    """Return the words before and after a name."""
    return plain[: place[0]], plain[place[1] :]


def _kept_on(
    before: str, after: str, terminology: Terminology
) -> tuple[str, str] | None:
    """Return the words around a denial that orders the name; None if there is none.

    "No walking without it" and "Do not remove it" deny what ends it.
    """
    marked = f"{before}@{after}"
    place = terminology.text_places(marked, _KEPT_ON).get("kept-on")
    return _around(marked, place) if place else None


def _is_declined(before: str, after: str, terminology: Terminology) -> bool:
    """Tell if the words before or after a name decline or withdraw it.

    "Declined surgery" next to a brace is why there is one.
    """
    before = _without_declined(before, terminology)
    after = _without_declined(after, terminology)
    if terminology.text_concepts(clauses(before)[-1], _DECLINED):
        return True
    first, *later = clauses(after)
    if terminology.clauses.is_withdrawn(first):
        return True
    return any(_is_withdrawal(clause.strip(), terminology) for clause in later)


def _without_declined(words: str, terminology: Terminology) -> str:
    """Leave out what else was declined: "surgery", and not "the orthosis"."""
    kept = terminology.kinds.without(words, _DECLINED_BESIDE)
    names_brace = terminology.durations.names_brace
    return words if names_brace(words) and not names_brace(kept) else kept


def says_if_taken_off(words: str, terminology: Terminology) -> bool:
    """Tell if a clause of a brace order takes the brace off, or forbids that.

    Off for a while does not count. A clause without its name is about the brace too.
    """
    parts = clauses(folded(words[:LONGEST_TEXT]))[:MOST_CLAUSES]
    return any(_says_if_taken_off(clause, terminology) for clause in parts)


def _says_if_taken_off(clause: str, terminology: Terminology) -> bool:
    places = terminology.text_places(clause, _BRACE, "spine")
    start, end = places.get("brace", FIRST)
    marked = f"{clause[:start]}@ {clause[end:]}"
    return bool(terminology.text_concepts(marked, _TAKEN_OFF | _KEPT_ON))


def _is_visit(words: str, before: str, after: str, terminology: Terminology) -> bool:
    """Tell if a title asks to see, measure or teach, not for a brace that is worn.

    Words of wearing count in the whole title, those of a visit next to the name alone.
    """
    next_to_name = f"{clauses(before)[-1]}@{clauses(after)[0]}"
    if any(
        not terminology.text_concepts(one, _VISIT)
        for one in (next_to_name, f"{before}@{after}")
    ):
        return False
    mentions = terminology.durations.read(words, "brace", is_title=True)
    return not any(one.kind != "event" for one in mentions)
