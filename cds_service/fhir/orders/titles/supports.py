"""Name the support orders in a title, and the brace of an order that is one."""

import re
import sys

from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.titles.withdrawals import (
    DECLINED_BESIDE,
    MOST_CLAUSES,
    around,
    is_withdrawal,
)

_DECLINED = frozenset({"declined"})
# With `@` for the name of a brace or of bed rest.
_NOT_WORN = frozenset({"not-worn"})
_TAKEN_OFF = frozenset({"taken-off"})
_KEPT_ON = frozenset({"kept-on"})
_VISIT = frozenset({"brace-visit"})
_BRACE = frozenset({"brace"})
_WORN = frozenset({"brace", "bed-rest"})
# Of a support that is not worn.
_SEEN_TO = ("seen-to-already",)
# Places in a text, as start and end: before and after all others.
FIRST, NOWHERE = (0, 0), (sys.maxsize, sys.maxsize)
# "No longer than 12 weeks" is a length, and does not withdraw what is worn.
_AT_MOST = re.compile(
    r"\b(?:no|not|nicht|pas|niet|nie|non) "
    r"(?:(?:longer|more) than|langer als|mehr als|plus de|mas de|piu di|langer dan"
    r"|dluzej niz)(?= \d)"
)
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

    A declined, stopped or removed one does not count. Therapy in a brace is an order of
    therapy: the brace is how it is done. What follows `until` ends an order: bed rest
    until a brace arrives orders no brace.

    Args:
        words: the title.
        kinds: those that are looked for.
        terminology: the service's terminology.
        site: other words about the body site, next to which short names count.
    """
    plain = folded(words[:LONGEST_TEXT])
    places = dict(terminology.text_places(plain, kinds, site))
    if len(places) > 1:
        endless = folded(terminology.durations.without_ends(words[:LONGEST_TEXT]))
        named = terminology.text_places(endless, kinds, site)
        no_ends = {kind: place for kind, place in places.items() if kind in named}
        places = no_ends or places
    if places.get("rehabilitation", NOWHERE) < places.get("brace", FIRST):
        before, after = around(plain, places["brace"])
        if _kept_on(before, after, terminology) is None:
            del places["brace"]
    ordered = [
        kind
        for kind, place in places.items()
        if _is_ordered(kind, words, place, terminology)
    ]
    return frozenset(ordered)


def _is_ordered(
    kind: str, words: str, place: tuple[int, int], terminology: Terminology
) -> bool:
    """Tell if the words around the name of a support leave it ordered."""
    before, after = around(folded(words[:LONGEST_TEXT]), place)
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
    elif terminology.kinds.named(f"{before}@{after}", _SEEN_TO):
        return False
    if _is_declined(before, after, terminology):
        return False
    return kind != "brace" or not _is_visit(words, before, after, terminology)


def _kept_on(
    before: str, after: str, terminology: Terminology
) -> tuple[str, str] | None:
    """Return the words around a denial that orders the name; None if there is none.

    "No walking without it" and "Do not remove it" deny what ends it.
    """
    marked = f"{before}@{after}"
    place = terminology.text_places(marked, _KEPT_ON).get("kept-on")
    return around(marked, place) if place else None


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
    return any(is_withdrawal(clause.strip(), terminology) for clause in later)


def _without_declined(words: str, terminology: Terminology) -> str:
    """Leave out what else was declined: "surgery", and not "the orthosis"."""
    kept = terminology.kinds.without(words, DECLINED_BESIDE)
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
