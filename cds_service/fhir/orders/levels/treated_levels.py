"""Find the vertebrae that an order treats, in the most trusted element that names any.

The body site comes first, then a note if the order's own words name no level, then the
body site and the ICD code of the reason, then the order's own words. A reason in words
is read last. What is broken, treated or not, is in `broken_levels.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cds_service.core.words.phrases import Verbatim, say
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.mapping.levels.level_names import LEVELS, UNUSUAL, in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.orders.order_reasons import (
    CODED,
    conditions_of,
    note_texts,
    reasons_named,
)
from cds_service.fhir.raw_json import Json, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# What may be between the levels of a reason that names nothing else.
_JOINED = re.compile(
    r"(?:\W|\b(?:and|und|et|y|e|en|i|plus|level|levels|wk|at)\b|和|及|と|및|椎体?)*",
    re.IGNORECASE,
)
PAIR = 2  # two levels may be the ends of one statement
# Rules of `kinds/`.
COUNTED = ("2-levels", "3-levels", "4-levels")
ABLATED, PERHAPS_MORE = ("levels-ablated",), ("perhaps-more-levels",)
EARLIER = "earlier-augmentation"
# The studies' thoracolumbar junction.
JUNCTION = frozenset({"T10", "T11", "T12", "L1", "L2"})
Region = Literal["thoracic", "lumbar"]

TREATED_HERE = frozenset({"treated-here"})
# The elements that say what is ordered.
TITLES = ("code", "orderDetail", "serviceRequested")
UNUSUAL_NUMBERING = (
    "Unusual numbering of the vertebrae (T13 or L6): in no study, so this level is not"
    " used."
)
DIFFERENT = "The order's {source} says {used}, its text says {words}; {used} is used."
WEAK_JUNCTION = (
    "The level was read from a code of the thoracolumbar region, which names no"
    " vertebra."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLevels:
    """The levels that one order states.

    Attributes:
        levels: T1 … L5, head to foot.
        verdicts: for each statement, true if it lies at T10-L2; None if it does not
            decide (`T9-T10`, T13).
        source: the element that was used; empty if none names a level.
        regions: regions stated by codes that name no level.
        is_contradicted: its own words, or a note, name another level than these, or
            leave open which are meant.
    """

    levels: tuple[str, ...] = ()
    verdicts: tuple[bool | None, ...] = ()
    source: str = ""
    regions: frozenset[Region] = frozenset()
    notes: tuple[str, ...] = ()
    is_contradicted: bool = False


def find_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> StatedLevels:
    """Find the levels of one order in the most trusted element that names any."""
    regions = _regions(order, drafts, terminology)
    wording = _worded_levels(codeables(order, *TITLES), terminology, order)
    statements = _statements(order, drafts, terminology, wording)
    naming = (statement for statement in statements if statement[1])
    source, stated = next(naming, ("", set[str]()))
    left = left_in_titles(order, terminology)
    # If all of them are called left, none is taken out.
    stated = (stated - left) or stated
    wording = (wording - left) or wording
    if not source:
        return StatedLevels(regions=regions)
    if source == "text" and _is_each_ablated(order, terminology):
        return StatedLevels(regions=regions, is_contradicted=True)
    # Other places of the order that may name other levels than the element does.
    next_to_code = _worded_levels(codeables(order, *CODED.get(source, ())), terminology)
    next_to_code |= _levels_alone_in_reasons(order, drafts, terminology)
    noted = text_levels(_notes_on_this(order, terminology), terminology, order)
    others = (levels for levels in (next_to_code, noted) if levels - stated)
    differing = next(others, set[str]())
    elsewhere = (wording | next_to_code | noted) & set(LEVELS)
    return StatedLevels(
        levels=in_order(stated & set(LEVELS)),
        verdicts=tuple(_verdict_of(statement) for statement in sorted(stated)),
        source=source,
        regions=regions,
        is_contradicted=not elsewhere <= stated or _is_in_question(order, terminology),
        notes=tuple(_notes(stated, wording or differing, source)),
    )


def _levels_alone_in_reasons(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> set[str]:
    """Return the levels of reasons that name nothing else: "L1 and T12".

    They call none of them broken, so they are read as what is meant to be treated.
    """
    return {
        level
        for reason in reasons_named(order, drafts)
        for words in texts_of(reason)
        if _JOINED.fullmatch(terminology.level_names.without_named(words))
        for level in terminology.levels.named(words)
    }


def _is_in_question(order: Json, terminology: Terminology) -> bool:
    """Tell if titles or sites of an order leave open which levels are meant."""
    return any(
        terminology.levels.in_question(words)
        or terminology.kinds.named(words, PERHAPS_MORE)
        for title in codeables(order, *TITLES, "bodySite")
        for words in texts_of(title)
    )


def _is_each_ablated(order: Json, terminology: Terminology) -> bool:
    """Tell if a title names an ablation of joints behind each of its levels.

    "L3-4 facet ablation, L4-5 facet ablation" does not say which vertebra is filled.
    """
    return any(
        terminology.kinds.named(words, ABLATED)
        for title in codeables(order, *TITLES)
        for words in texts_of(title)
    )


def left_in_titles(order: Json, terminology: Terminology) -> set[str]:
    """Return the levels that the titles of an order, or a procedure, call left."""
    is_done = order.get("resourceType") == "Procedure"
    return {
        level
        for title in codeables(order, *TITLES)
        for words in texts_of(title)
        for level in terminology.levels.left(words, is_done=is_done)
    }


def stated_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> set[str]:
    """Return the levels that any element of an order states."""
    wording = _worded_levels(codeables(order, *TITLES), terminology, order)
    stated = (levels for _, levels in _statements(order, drafts, terminology, wording))
    return set[str]().union(*stated)


def _statements(
    order: Json, drafts: DraftOrders, terminology: Terminology, wording: set[str]
) -> Iterator[tuple[str, set[str]]]:
    """Yield the statements of each element, the most trusted first."""
    yield "bodySite", site_statements(codeables(order, "bodySite"), terminology)
    # A note names other levels as well: old hardware, where pain radiates.
    if not wording:
        notes = [
            words
            for words in _notes_on_this(order, terminology)
            if terminology.text_concepts(words, TREATED_HERE)
        ]
        yield "note", text_levels(notes, terminology, order)
    sites = [
        site
        for condition in conditions_of(order, drafts)
        for site in codeables(condition, "bodySite")
    ]
    yield "reasonReference", site_statements(sites, terminology)
    reasons = reasons_named(order, drafts)
    coded = (terminology.translate("vertebral-level-icd", one) for one in reasons)
    yield "reasonCode", set[str]().union(*coded)
    yield "text", wording
    # A reason comes last: it may name other fractures as well.
    in_words = (words for reason in reasons for words in texts_of(reason))
    on_this = (_without_earlier(words, terminology) for words in in_words)
    yield "reason", text_levels(on_this, terminology)


def _notes_on_this(order: Json, terminology: Terminology) -> list[str]:
    """Return the notes of an order without the augmentations that were done before."""
    return [_without_earlier(words, terminology) for words in note_texts(order)]


def _without_earlier(words: str, terminology: Terminology) -> str:
    """Leave out the augmentations that were done before, each with its vertebra.

    `Level: L1. S/p vertebroplasty T11` treats L1. If the rest does not say what is
    treated, all stays: `L4 s/p kyphoplasty, refracture`.
    """
    rest = terminology.kinds.without(words, EARLIER)
    is_said = bool(terminology.level_names.named(rest)) and bool(
        terminology.text_concepts(rest, TREATED_HERE)
    )
    return rest if is_said else words


def augmented_before(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> set[str]:
    """Return the vertebrae that an order says were augmented before."""
    named = [*codeables(order, *TITLES), *reasons_named(order, drafts)]
    texts = [words for codeable in named for words in texts_of(codeable)]
    levels = set[str]()
    for words in (*texts, *note_texts(order)):
        for sentence in sentences(words):
            rest = terminology.kinds.without(sentence, EARLIER)
            told = {*terminology.level_names.named(sentence)}
            before = told - {*terminology.level_names.named(rest)}
            if before and not is_denial(sentence, terminology):
                levels |= before
    return levels


def counted_in(words: str, terminology: Terminology) -> int:
    """Return the number of levels that words, or a code, say; 0 if they say none."""
    names = terminology.kinds.named(words, COUNTED)
    return max((int(name.partition("-")[0]) for name in names), default=0)


def levels_in_words(order: Json, terminology: Terminology) -> int:
    """Count how many levels the words of an order say; 0 if they say no number.

    The largest number counts: of `3-level kyphoplasty`, which names no vertebra; of the
    vertebrae in a note that says where; and of those in the reasons if they are three
    or more, since two may be the ends of one statement (`T12-L1`).
    """
    words = [*note_texts(order)]
    for code in codeables(order, "code", "orderDetail", *CODED["reasonCode"]):
        words += texts_of(code)
    counts = (counted_in(word, terminology) for word in words)
    named = _worded_levels(codeables(order, *CODED["reasonCode"]), terminology)
    named &= set(LEVELS)
    reasoned = len(named) if len(named) > PAIR else 0
    noted = (
        len(text_levels([words], terminology) & set(LEVELS))
        for words in note_texts(order)
        if _says_where(words, terminology)
    )
    return max([*counts, *noted, reasoned])


def _says_where(words: str, terminology: Terminology) -> bool:
    """Tell if a note names only vertebrae and the operation, so that it says where.

    A note that names an earlier operation does not.
    """
    if terminology.bystanders.are_of_augmentation(words):
        return True
    plain = terminology.plain
    return (
        bool(terminology.text_concepts(words, AUGMENTATIONS))
        and plain.reasons.are_all(words)
        and not plain.reports.names_earlier(words)
    )


def _verdict_of(statement: str) -> bool | None:
    """Tell if `L1`, `T11-T12` or `thoracolumbar` lies at T10-L2; None if unclear."""
    if statement == "thoracolumbar":
        return True
    sides = {
        level in JUNCTION if level in LEVELS else None for level in statement.split("-")
    }
    return sides.pop() if len(sides) == 1 else None


def _notes(stated: set[str], wording: set[str], source: str) -> Iterator[str]:
    if stated & {*UNUSUAL, "unusual-numbering"}:
        yield UNUSUAL_NUMBERING
    if "thoracolumbar" in stated:
        yield WEAK_JUNCTION
    if wording and stated <= set(LEVELS) and wording != stated:
        named, words = ", ".join(in_order(stated)), ", ".join(in_order(wording))
        yield say(DIFFERENT, source=Verbatim(source), used=named, words=words)


def site_statements(sites: list[Json], terminology: Terminology) -> set[str]:
    """Return the levels of body sites: of each by its code, else by its own words.

    A vertebra that such words call left is none.
    """
    stated: set[str] = set()
    for site in sites:
        coded = {*terminology.translate("vertebral-level", site)}
        stated |= coded or text_levels(texts_of(site), terminology)
        for words in texts_of(site):
            stated -= terminology.levels.left_in_note(words)
    return stated


def text_levels(
    texts: Iterable[str], terminology: Terminology, order: Json | None = None
) -> set[str]:
    """Return the levels of texts; an operation of a year before the order's is over."""
    treated = terminology.levels.treated
    written = order and WRITTEN_YEAR.match(text(order.get("authoredOn")))
    years = [int(written[0])] if written else []
    return {level for words in texts for level in treated(words, *years)}


def _worded_levels(
    named: list[Json], terminology: Terminology, order: Json | None = None
) -> set[str]:
    texts = (words for codeable in named for words in texts_of(codeable))
    return text_levels(texts, terminology, order)


def _regions(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> frozenset[Region]:
    concepts = [
        *codeables(order, *TITLES, "bodySite"),
        *reasons_named(order, drafts),
    ]
    named = {
        region
        for codeable in concepts
        for region in terminology.translate("spinal-region", codeable)
    }
    return frozenset(region for region in ("thoracic", "lumbar") if region in named)
