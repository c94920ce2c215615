"""Find a brace or bed rest that an order of something else asks for.

"Kyphoplasty L1, then TLSO for 12 weeks" and "Physiotherapy and TLSO 12 weeks" order a
brace; "Physiotherapy, TLSO when up" says how the therapy is done, and so does its note.
Only one with a length or a last day in words counts: without it, the name may be
how the rest is done. Most notes of an operation name what was tried before it, so
these words count only if they plainly order it: behind a word of ordering (`then`,
`wear`), or among words that say nothing but what is done, and how long.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from cds_service.core.orders import SupportOrder, WrittenOn
from cds_service.fhir.entries.held_training import REHABILITATION
from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.naming_rules import NamingRules
from cds_service.fhir.mapping.texts.text_rules import Place, folded
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.order_times import written_on
from cds_service.fhir.orders.titles.supports import name_brace, name_support
from cds_service.fhir.orders.worded_ends import (
    MOST_TEXTS,
    Subject,
    clear_end,
    texts_on_time,
)

WORN_BEFORE = ("worn-before",)
TELLS_HISTORY = ("worn-before", "complaint-before")
ORDERED_NEXT = ("ordered-next",)
PLAIN_WORDS = "plain-in-order"
FOR_GOOD = "postponed-for-good"
WITH_THERAPY = ("ordered-with-therapy",)
REST_TITLE = "bed rest"
# A brace next to an augmentation is one of the spine: 支具12周.
_SPINE = "vertebra"
# A full stop behind a shorter word may be an abbreviation (`Z.n.`, `ca.`).
_STATEMENT = re.compile(r"(?<=[^\W\d_]{3}|..\d)\.(?=\s|$)|[;\n。；]")
_REST_OF_WORD = re.compile(r"[a-z]*")


def read_worn_inside(
    order: Order,
    kind: str,
    terminology: Terminology,
    *,
    is_therapy: bool,
    signed_on: date | None = None,
) -> SupportOrder | None:
    """Read the brace or bed rest that an order of something else asks for.

    None if it asks for none, or does not say how long.

    Args:
        order: the order of something else, of this signing.
        kind: `brace` or `bed-rest`.
        terminology: the service's terminology.
        is_therapy: the order is of a therapy, of which the title alone counts.
        signed_on: the day of the signing.
    """
    subject: Subject = "brace" if kind == "brace" else "bed-rest"
    calendar = terminology.calendar
    written = written_on(order.resource, calendar, signed_on)
    mentions: list[Mention] = []
    names: list[str] = []
    for words, is_title in [*texts_on_time(order.resource)][:MOST_TEXTS]:
        site = "" if is_therapy else _SPINE
        asked = _asked_for(words, kind, terminology, site)
        if not asked or (is_therapy and not is_title):
            continue
        names.append(asked)
        mentions += terminology.durations.read(asked, subject, written=written)
    if not {one.kind for one in mentions} & {"length", "day"}:
        return None
    title = REST_TITLE
    if kind == "brace":
        title = name_brace(" ".join(names), "", terminology)
    return SupportOrder(
        kind=kind,
        reference=order.reference,
        is_draft=True,
        written=WrittenOn(calendar.named_day(order.resource.get("authoredOn"))),
        title=title,
        worded=clear_end(mentions),
        is_inside=True,
    )


def _asked_for(words: str, kind: str, terminology: Terminology, site: str) -> str:
    """Return the words of a text that plainly order this kind, with how long.

    Statements that name it otherwise are left out: it was worn before, it is not
    needed, or only how something is done. Empty if none orders it.
    """
    kept: list[str] = []
    parts = _STATEMENT.split(words)
    for number, part in enumerate(parts):
        place = _place(part, kind, terminology, site)
        if place is None:
            # The length may follow: `Wear TLSO. Duration 12 weeks.`
            kept += [part] if kept and _is_plain(part, terminology.kinds) else []
            continue
        is_told = _tells_history(parts[:number], parts[number + 1 :], terminology.kinds)
        is_named = kind in name_support(part, frozenset({kind}), terminology, site)
        if is_named:
            ordered = _order_in(part, kind, place, terminology, is_told=is_told)
            kept += [ordered] if ordered else []
    return ". ".join(kept)


def _place(
    part: str, kind: str, terminology: Terminology, site: str = _SPINE
) -> Place | None:
    return terminology.text_places(folded(part), frozenset({kind}), site).get(kind)


def _tells_history(
    before: Sequence[str], after: Sequence[str], kinds: NamingRules
) -> bool:
    """Tell if statements around a name tell what was, so that it may be part of it."""
    return any(kinds.named(folded(part), TELLS_HISTORY) for part in before) or any(
        kinds.named(folded(part), WORN_BEFORE) for part in after
    )


def _order_in(
    part: str, kind: str, place: Place, terminology: Terminology, *, is_told: bool
) -> str:
    """Return the words of a statement that order what it names at this place.

    Args:
        is_told: without a word of ordering, it may be part of the history.
    """
    kinds = terminology.kinds
    plain = folded(part)
    marked = _marked(plain, place)
    if kinds.named(marked, WORN_BEFORE):
        return ""
    if terminology.text_concepts(plain, REHABILITATION):
        is_ordered = bool(kinds.named(marked, WITH_THERAPY))
    elif _is_plain(marked, kinds):
        return "" if is_told and not kinds.named(marked, ORDERED_NEXT) else part
    else:
        is_ordered = bool(kinds.named(marked, ORDERED_NEXT))
    return _plain_clauses(plain[place[0] :], kind, terminology) if is_ordered else ""


def _plain_clauses(words: str, kind: str, terminology: Terminology) -> str:
    """Return the clauses from the name on, up to one that says anything else."""
    own = _place(words, kind, terminology)
    if own is None:
        return ""
    marked = _marked(words, own)
    parts = (part for clause in clauses(marked) for part in clause.split("、"))
    kept = takewhile(lambda part: _is_plain(part, terminology.kinds), parts)
    return ", ".join(kept).replace("@", words[: own[1]], 1)


def _marked(words: str, place: Place) -> str:
    """Write `@` for the name at this place, with the letters that end its word."""
    rest = _REST_OF_WORD.match(words, place[1])
    return f"{words[: place[0]]}@{words[rest.end() if rest else place[1] :]}"


def is_plain_order(words: str, terminology: Terminology) -> bool:
    """Tell if words order a brace for some time or until further notice, and no more.

    That it has no end says nothing of how the patient is.
    """
    place = _place(words, "brace", terminology)
    if place is None:
        return False
    marked, kinds = _marked(folded(words), place), terminology.kinds
    return _is_plain(kinds.without(marked, FOR_GOOD), kinds)


def _is_plain(words: str, kinds: NamingRules) -> bool:
    """Tell if words say nothing but what is done or worn, when, and how long."""
    rest = kinds.without(folded(words), PLAIN_WORDS)
    return not any(letter.isalpha() for letter in rest)
