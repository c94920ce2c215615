"""Write a title the way it is spoken: "Abscess, epidural" is an epidural abscess.

Catalogues put the noun first, and what it is of behind a comma or into a bracket; many
EHRs put it into the body site or the stage. Neither part alone names anything.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, texts_of

# A rule of `kinds/` for a noun that says alone neither what is ill nor where.
BARE = ("bare-noun",)
# Longer titles are prose, in which a comma divides.
LONGEST, MOST_PARTS, MOST_WORDS = 60, 4, 4
_COMMA = re.compile(r"[,;()、，（）]+")
_PROSE = re.compile(r"[?:.!/\n]|\d{3}")


def turned(title: str, terminology: Terminology) -> tuple[str, ...]:
    """Return the ways in which a title with its noun in front may be spoken.

    There are none of one that denies, asks or is prose, or whose noun is not bare.
    """
    if len(title) > LONGEST or not _COMMA.search(title) or _PROSE.search(title):
        return ()
    parts = [one.strip() for one in _COMMA.split(title) if one.strip()]
    if not 1 < len(parts) <= MOST_PARTS or terminology.clauses.denies(title):
        return ()
    if any(len(one.split()) > MOST_WORDS for one in parts):
        return ()
    noun, *rest = parts
    return tuple(_spoken(noun, rest)) if _is_bare(noun, terminology) else ()


def with_sites(condition: Json, terminology: Terminology) -> Iterator[str]:
    """Yield a diagnosis with a bare noun as its title together with site and stage."""
    beside = [one for site in _sites_and_stages(condition) for one in texts_of(site)]
    if not beside:
        return
    for title in texts_of(condition.get("code")):
        if not _is_bare(title, terminology):
            continue
        for one in beside:
            if len(one) <= LONGEST and not terminology.clauses.denies(one):
                yield from _spoken(title, [part.strip() for part in _COMMA.split(one)])


def turned_titles(condition: Json, terminology: Terminology) -> list[str]:
    """List how a diagnosis may be spoken: its title turned, and with site and stage."""
    titles = texts_of(condition.get("code"))
    told = [one for title in titles for one in turned(title, terminology)]
    return [*dict.fromkeys([*told, *with_sites(condition, terminology)])]


def _sites_and_stages(condition: Json) -> Iterator[Json]:
    yield from objects(condition.get("bodySite"))
    for stage in objects(condition.get("stage")):
        yield from objects(member(stage, "summary"))


def _is_bare(noun: str, terminology: Terminology) -> bool:
    return len(noun) <= LONGEST and bool(terminology.kinds.named(noun, BARE))


def _spoken(noun: str, rest: Iterable[str]) -> Iterator[str]:
    """Yield the orders in which a noun and what it is of may be spoken."""
    parts = [one for one in rest if one][: MOST_PARTS - 1]
    for order in permutations(parts):
        beside = " ".join(order)
        yield f"{noun} {beside}"
        yield f"{noun} of {beside}"
        for at in range(1, len(order) + 1):
            yield " ".join([*order[:at], noun, *order[at:]])
    yield from _compounds(noun, " ".join(parts).split())


def _compounds(noun: str, words: Iterable[str]) -> Iterator[str]:
    """Yield German compounds: `Beinschwäche` of "Schwäche, linkes Bein"."""
    if noun[:1].isupper() and " " not in noun:
        for word in words:
            if word.isalpha() and word[0].isupper():
                yield f"{word}{noun.lower()}"
                yield f"{word}n{noun.lower()}"
