"""Name the augmentation that a title requests; a doubtful one names nothing.

The words of each language are in `mappings/texts/`. This module knows the structure of
a title: the order comes first, then why and how. So "X-ray after kyphoplasty" is an
X-ray, and "kyphoplasty after a fall" is a kyphoplasty.
"""

import re
from collections.abc import Mapping, Sequence

from cds_service.fhir.mapping.codes.code_systems import CPT
from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.naming_rules import NamingRules
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    LONGEST_TITLE,
    folded,
)
from cds_service.fhir.orders.titles.withdrawals import (
    DECLINED_BESIDE,
    MOST_CLAUSES,
    is_withdrawal,
)

# Any of these before the name rules the order out.
_BEFORE = frozenset({"declined", "occasion", "other-order"})
_OTHER_ORDER = frozenset({"other-order"})
# At the beginning of a title, these are what is ordered; the operation is the occasion.
_ORDERS_FIRST = frozenset({"orders-first"})
_HELD = frozenset({"held"})
_PURPOSE = frozenset({"purpose"})
_ASKS_FOR = frozenset({"asks-for"})
_ASIDE = frozenset({"aside"})
# Behind the operation's name and its level.
_BESIDE_ORDER = "beside-the-order"
_ENDED = ("order-ended",)
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
# Next to the operation's name: who does it.
_DEPARTMENT = "department"
# Before it, and no other order: a pain, or what was prepared.
_BEFORE_NAME = "before-the-name"
# What stands before the name, set off from it: "Electrocardiogram (".
_SET_OFF = re.compile(r"[(\[（【:：]")
_BRACKET = re.compile(r"[(\[（【]")
# Patterns for folded texts: lower case, no accents.
_LEVEL = re.compile(
    r"(?<![a-z0-9])(?:(?:[tdl]h?|[bl]wk?)[- ]?\d{1,2}|\d{1,2}\. ?[bl]wk?)(?!\d)"
    r"|[胸腰]椎? ?\d{1,2}"
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
    if _orders_else_before_bracket(plain, terminology):
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


def _orders_else_before_bracket(plain: str, terminology: Terminology) -> bool:
    """Tell if an order stands first and names no operation: "Stop aspirin (for …)"."""
    bracket = _BRACKET.search(plain)
    if bracket is None:
        return False
    first = plain[: bracket.start()]
    names = terminology.text_concepts(first, _ORDERS_FIRST | AUGMENTATIONS)
    return bool(names) and not names & AUGMENTATIONS


def _is_other_order(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause orders something else; who does the operation is none."""
    clause = terminology.kinds.without(clause, _DEPARTMENT)
    if terminology.text_concepts(clause, _OTHER_ORDER | _ORDERS_FIRST):
        return True
    return _is_drug_order(clause, terminology)


def _is_occasion(before: str, terminology: Terminology) -> bool:
    """Tell if an order of everyday care stands first, and the name in its bracket."""
    off = _SET_OFF.search(before)
    return off is not None and terminology.everyday.is_title(before[: off.start()])


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
    if _is_drug_order(before, terminology) or _is_occasion(before, terminology):
        return False
    aside = terminology.text_places(after, _ASIDE).get("aside")
    of_name = after[: aside[0]] if aside else after
    if terminology.text_concepts(of_name, _BEFORE):
        return False
    if terminology.clauses.is_withdrawn(after):
        return False
    return not any(is_withdrawal(part, terminology) for part in later)


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
    kept = kinds.without(words, DECLINED_BESIDE)
    return kept if kinds.named(kept, _ENDED) else kinds.without(kept, _BESIDE_ORDER)
