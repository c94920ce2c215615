"""Finds the vertebrae that an order treats, most trusted first.

The body site comes first, then the reason's body site, the ICD code, and text. A reason
in words is read last. A note is believed after the body site if the order's own words
name no level.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cds_service.core.findings import UNREAD_REASON
from cds_service.core.phrases import Verbatim, say
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.gathering.bystanders import FRACTURED
from cds_service.fhir.gathering.elements import beside_title
from cds_service.fhir.gathering.fracture_sites import fractured_there
from cds_service.fhir.gathering.problem_words import read_problem_words
from cds_service.fhir.gathering.reason_prose import (
    EARLIER,
    is_code_plainly_worded,
    is_reason_understood,
    names_years_ago,
)
from cds_service.fhir.mapping.clauses import clauses
from cds_service.fhir.mapping.level_text import LEVELS, UNUSUAL, in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.orders.drafts import DraftOrders, codeables
from cds_service.fhir.raw_json import Json, objects, text, texts_of

PAIR = 2
# rules of `kinds.toml`
COUNTED = ("2-levels", "3-levels", "4-levels")
# the studies' thoracolumbar junction
JUNCTION = frozenset({"T10", "T11", "T12", "L1", "L2"})
Region = Literal["thoracic", "lumbar"]

TREATED_HERE = frozenset({"treated-here"})
CAUSES = frozenset({"fall-from-height", "traffic-accident"})
# What forbids a figure or an operation. Words seldom say of it what a code would.
FORBIDDING = frozenset(
    {
        *("malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"),
        *("malignancy-elsewhere", "cancer-ever", "pathological-fracture", "sepsis"),
        *("spinal-infection", "discitis", "vertebral-osteomyelitis"),
        *("spinal-tuberculosis", "neurological-deficit", "leg-weakness"),
        *("unstable-fracture", "spinal-instability"),
    }
)
# What raises the risk apart from any model. An order only mentions it.
RAISING = frozenset(
    {
        *("earlier-vertebral-fracture", "hip-fracture", "parkinson", "repeated-falls"),
        *("dementia", "dementia-mild", "dementia-moderate", "dementia-severe"),
        *("severe-frailty", "severe-kidney-disease", "dialysis"),
    }
)
# The regions that codes of a fracture name, with the vertebrae that they may mean.
REGION_NAMES: Mapping[str, frozenset[str]] = {
    "cervical spine": frozenset(),
    "cervicothoracic spine": frozenset({"T1", "T2"}),
    "thoracic spine": frozenset(one for one in LEVELS if one.startswith("T")),
    "lumbar spine": frozenset(one for one in LEVELS if one.startswith("L")),
    "lumbosacral spine": frozenset({"L5"}),
    "sacral spine": frozenset(),
}
# What a reason in words may name, so that it is understood.
UNDERSTOOD_REASONS = frozenset(
    {
        *FORBIDDING,
        *CAUSES,
        *("vertebral-fracture", "osteoporotic-vertebral-fracture", "osteoporosis"),
        *("earlier-vertebral-fracture", "stable-burst-fracture", "fall"),
    }
)
LONGEST_WORDS = 5_000  # characters of all augmentation orders of a signing
ORGANS = frozenset({"breast-cancer", "lung-cancer", "prostate-cancer"})
# the elements that say what is ordered
TITLES = ("code", "orderDetail", "serviceRequested")
# the elements of a source whose own words may say something else than its codes
CODED = {
    "bodySite": ("bodySite",),
    "reasonCode": ("reasonCode", "reasonCodeableConcept", "reason"),
}
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
        verdicts: for each statement, whether it lies at T10-L2; None if it does not
            decide (`T9-T10`, T13).
        source: the element that was used; empty if none names a level.
        regions: regions stated by codes that name no level.
        is_contradicted: its own words, or a note, name a level besides these.
    """

    levels: tuple[str, ...] = ()
    verdicts: tuple[bool | None, ...] = ()
    source: str = ""
    regions: frozenset[Region] = frozenset()
    notes: tuple[str, ...] = field(default=())
    is_contradicted: bool = False


def find_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> StatedLevels:
    """Find the levels of one order in the most trusted element that names any."""
    regions = _regions(order, drafts, terminology)
    wording = _worded_levels(codeables(order, *TITLES), terminology)
    statements = _statements(order, drafts, terminology, wording)
    naming = (statement for statement in statements if statement[1])
    source, stated = next(naming, ("", set[str]()))
    if not source:
        return StatedLevels(regions=regions)
    beside = _worded_levels(codeables(order, *CODED.get(source, ())), terminology)
    noted = _text_levels(_note_texts(order), terminology)
    differing = next((one for one in (beside, noted) if one - stated), set[str]())
    return StatedLevels(
        levels=in_order(stated & set(LEVELS)),
        verdicts=tuple(verdict_of(statement) for statement in sorted(stated)),
        source=source,
        regions=regions,
        is_contradicted=not (wording | noted | beside) & set(LEVELS) <= stated,
        notes=tuple(_notes(stated, wording or differing, source)),
    )


def stated_levels(
    order: Json, drafts: DraftOrders, terminology: Terminology
) -> set[str]:
    """Return the levels that any element of an order states."""
    wording = _worded_levels(codeables(order, *TITLES), terminology)
    stated = (levels for _, levels in _statements(order, drafts, terminology, wording))
    return set[str]().union(*stated)


def _statements(
    order: Json, drafts: DraftOrders, terminology: Terminology, wording: set[str]
) -> Iterator[tuple[str, set[str]]]:
    """Yield the statements of each element, the most trusted first."""
    yield "bodySite", _site_statements(codeables(order, "bodySite"), terminology)
    # A note names other levels as well: old hardware, where pain radiates.
    if not wording:
        notes = [
            words
            for words in _note_texts(order)
            if terminology.text_concepts(words, TREATED_HERE)
        ]
        yield "note", _text_levels(notes, terminology)
    sites = [
        site
        for condition in _conditions(order, drafts)
        for site in codeables(condition, "bodySite")
    ]
    yield "reasonReference", _site_statements(sites, terminology)
    reasons = reasons_named(order, drafts)
    coded = (terminology.translate("vertebral-level-icd", one) for one in reasons)
    yield "reasonCode", set[str]().union(*coded)
    yield "text", wording
    # last: a reason may name other fractures as well
    yield "reason", _worded_levels(reasons, terminology)


def covers(stated: str, treated: set[str]) -> bool:
    """Tell if `L1`, `T11-T12` or `thoracic spine` may be of a treated level."""
    if stated in REGION_NAMES:
        return not treated.isdisjoint(REGION_NAMES[stated])
    return not treated.isdisjoint(stated.split("-"))


def fractured_regions(condition: Json, terminology: Terminology) -> set[str]:
    """Name the parts of the spine of a fracture that names no vertebra.

    By its code, else its body site's code, else its words: `thoracic spine`.
    """
    regions = {*terminology.translate("spinal-region", condition.get("code"))}
    if len(regions) != 1:  # M48.50 is of several sites
        sites = codeables(condition, "bodySite")
        regions = {*terminology.translate("spinal-region", sites)} or regions
    regions = regions or {
        region
        for codeable in codeables(condition, "code", "bodySite")
        for word in texts_of(codeable)
        for region in terminology.levels.regions(word)
    }
    return {f"{region} spine" for region in regions} & REGION_NAMES.keys()


def broken_places(code: Json | None, terminology: Terminology) -> set[str]:
    """Return the vertebrae that the code of a fracture names, else its one region.

    `T7-T8`, or `thoracic spine`, as on the problem list.
    """
    levels = {*terminology.translate("vertebral-level-icd", code)}
    regions = {*terminology.translate("spinal-region", code)}
    is_fracture = not terminology.concepts(code).isdisjoint(FRACTURED)
    if levels or not is_fracture or len(regions) != 1:  # M48.50 is of several sites
        return levels
    return {f"{region} spine" for region in regions} & REGION_NAMES.keys()


def names_another_fracture(
    order: Json, bundle: DraftOrders, treated: set[str], terminology: Terminology
) -> bool:
    """Tell if the reasons of an order name a broken vertebra that is not treated.

    False if no treated level is known.
    """
    if not treated:
        return False
    named = {
        level
        for reason in reasons_named(order, bundle)
        for level in _broken_levels(reason, terminology)
    }
    for condition in _conditions(order, bundle):
        named |= _broken_at_site(condition, terminology)
    named |= broken_beside(order, terminology)
    return not all(covers(one, treated) for one in named)


def broken_beside(entry: Json, terminology: Terminology) -> set[str]:
    """Return the vertebrae that an entry names as broken next to its title.

    They are in its reasons, notes and results; a code may name a part of the spine
    alone. Each part of a sentence is read for
    itself: a report goes on about other vertebrae.
    """
    named = set[str]()
    words = [text(entry.get("conclusion"))]
    codes = [*objects(entry.get("conclusionCode"))]
    for element in beside_title(entry):
        if element.code is not None:
            codes.append(element.code)
        elif not element.is_site:
            words.append(element.words)
    for code in codes:
        named |= broken_places(code, terminology)
        words += texts_of(code)
    for prose in words:
        is_listing = False
        for part in clauses(prose[:LONGEST_TEXT]):
            # `fractures of L1, T12 and L3`
            is_listing &= terminology.bystanders.are_of_augmentation(part)
            is_listing |= bool(terminology.text_concepts(part, FRACTURED))
            if is_listing:
                named |= {*terminology.levels.treated(part)}
    return named


def _broken_levels(reason: Json, terminology: Terminology) -> set[str]:
    levels = broken_places(reason, terminology)
    for word in texts_of(reason):
        if terminology.text_concepts(word, FRACTURED):
            levels |= {*terminology.levels.treated(word)}
    return levels


def _broken_at_site(condition: Json, terminology: Terminology) -> set[str]:
    """Return the vertebrae of a fracture's body site, whose code may name no bone."""
    code = condition.get("code")
    named = (terminology.text_concepts(word) for word in texts_of(code))
    concepts = terminology.concepts(code).union(*named)
    is_fracture = concepts & FRACTURED
    if not is_fracture and not fractured_there(condition, concepts, terminology):
        return set()
    return _site_statements(codeables(condition, "bodySite"), terminology)


def levels_in_words(order: Json, terminology: Terminology) -> int:
    """Count how many levels the words of an order say; 0 if they say no number.

    `3-level kyphoplasty` names no vertebra. A reason that names three or more means
    them; two may be the ends of one statement.
    """
    words = [
        *_note_texts(order),
        *(
            word
            for code in codeables(order, "code", "orderDetail", *CODED["reasonCode"])
            for word in texts_of(code)
        ),
    ]
    counts = (
        int(name.partition("-")[0])
        for word in words
        for name in terminology.kinds.of_title(word, COUNTED)
    )
    named = _worded_levels(codeables(order, *CODED["reasonCode"]), terminology)
    named &= set(LEVELS)
    reasoned = len(named) if len(named) > PAIR else 0
    noted = (
        len(_text_levels([words], terminology) & set(LEVELS))
        for words in _note_texts(order)
        if _says_where(words, terminology)
    )
    return max([*counts, *noted, reasoned])


def _says_where(words: str, terminology: Terminology) -> bool:
    """Tell if a note of nothing but vertebrae and the operation says where it is done.

    One that names an earlier operation does not.
    """
    if terminology.bystanders.are_of_augmentation(words):
        return True
    plain = terminology.plain
    return (
        bool(terminology.text_concepts(words, AUGMENTATIONS))
        and plain.reasons.are_all(words)
        and not plain.reports.names_earlier(words)
    )


def verdict_of(statement: str) -> bool | None:
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


def _site_statements(sites: list[Json], terminology: Terminology) -> set[str]:
    """Return the levels of body sites: of each by its code, else by its own words."""
    stated: set[str] = set()
    for site in sites:
        coded = {*terminology.translate("vertebral-level", site)}
        stated |= coded or _text_levels(texts_of(site), terminology)
    return stated


def _text_levels(texts: Iterable[str], terminology: Terminology) -> set[str]:
    return {level for words in texts for level in terminology.levels.treated(words)}


def _worded_levels(named: list[Json], terminology: Terminology) -> set[str]:
    texts = (words for codeable in named for words in texts_of(codeable))
    return _text_levels(texts, terminology)


def _note_texts(order: Json) -> Iterator[str]:
    yield from (text(note.get("text")) for note in objects(order.get("note")))
    yield text(order.get("patientInstruction"))


def _conditions(order: Json, drafts: DraftOrders) -> list[Json]:
    """Return the Conditions that are the order's reason and are not ruled out.

    Only those that were sent with it count.
    """
    resolved = drafts.resolve(objects(order.get("reasonReference")), order)
    return [
        condition
        for condition in resolved
        if condition.get("resourceType") == "Condition"
        and certainty_of(condition) != "denied"
    ]


def reasons_named(order: Json, drafts: DraftOrders) -> list[Json]:
    """Return the order's reasons: its codes and words, and those of its Conditions."""
    reasons = codeables(order, *CODED["reasonCode"])
    for condition in _conditions(order, drafts):
        reasons += codeables(condition, "code")
    return reasons


class Reasons(NamedTuple):
    """Why an order is written, as concepts.

    Attributes:
        stated: of its codes, of Conditions sent with it, and of its reasons in words.
        doubts: named in a title or a note, denied next to something, or suspected.
        length: of the words that were read, in characters.
    """

    stated: frozenset[str]
    doubts: frozenset[str]
    length: int = 0


def find_reasons(
    order: Json,
    drafts: DraftOrders,
    terminology: Terminology,
    room: int = LONGEST_WORDS,
) -> Reasons:
    """Find the reasons of an order, such as `malignancy`.

    The cause of a fracture is stated in words more often than by a code. A reason's own
    words state what they name; other words may be about something else.

    Args:
        order: the order, as raw JSON.
        drafts: all orders, with the resources that they refer to.
        terminology: the service's terminology.
        room: characters that may be read. Longer words may name anything.
    """
    reasons = reasons_named(order, drafts)
    own = [word for reason in reasons for word in texts_of(reason)]
    titles = [
        word
        for code in codeables(order, "code", "orderDetail")
        for word in texts_of(code)
    ]
    beside = [*titles, *_note_texts(order)]
    aside = [
        text(reference.get("display"))
        for element in ("reasonReference", "supportingInfo")
        for reference in objects(order.get(element))
    ]
    beside += [one for one in aside if one]
    unread = _unread(order, drafts, reasons, terminology)
    coded = frozenset().union(*(terminology.concepts(reason) for reason in reasons))
    length = sum(map(len, (*own, *beside)))
    raising, coded = coded & RAISING, coded - RAISING
    if length > room:
        return Reasons(coded, (FORBIDDING | RAISING) - coded)
    causes = (terminology.text_concepts(word, CAUSES) for word in (*own, *beside))
    denying = [word for word in own if terminology.clauses.denies(word)]
    stating = [word for word in own if word not in denying]
    reading = read_problem_words(frozenset(), stating, terminology)
    others = read_problem_words(frozenset(), [*denying, *beside], terminology)
    grave = reading.stated & (FORBIDDING | ORGANS) - reading.unclear
    stated = coded.union(*causes, grave, {f"{one}-ever" for one in grave & ORGANS})
    named = (
        reading.suspected
        | reading.unclear
        | others.stated
        | others.suspected
        | others.unclear
    )
    raising |= (named | reading.stated) & RAISING
    if names_years_ago(own, terminology):
        raising |= {EARLIER}
    return Reasons(stated, (named & FORBIDDING) - stated | raising | unread, length)


def _unread(
    order: Json, drafts: DraftOrders, reasons: list[Json], terminology: Terminology
) -> frozenset[str]:
    """Return `UNREAD_REASON` if a reason is not understood, or is not there.

    A note counts if it is in a language that is not read.
    """
    references = objects(order.get("reasonReference"))
    is_missing = not all(drafts.resolve([one], order) for one in references)
    is_foreign = any(map(terminology.languages.is_foreign, _note_texts(order)))
    is_read = all(_is_understood(one, terminology) for one in reasons)
    is_open = is_missing or is_foreign or not is_read
    return frozenset({UNREAD_REASON} if is_open else ())


def _is_understood(reason: Json, terminology: Terminology) -> bool:
    if terminology.excludes(reason):
        return is_code_plainly_worded(reason, terminology)
    is_coded = terminology.identifies("conditions", reason)
    if terminology.concepts(reason) and not is_coded:
        return True
    words = texts_of(reason)
    return bool(words) and all(
        terminology.harmless.is_harmless(word)
        or _names_understood(word, terminology)
        or terminology.plain.braces.are_all(word)
        for word in words
    )


def _names_understood(words: str, terminology: Terminology) -> bool:
    """Tell if words name a reason that we know, and nothing else is left of them.

    Not so `compression fracture L1 with pus`.
    """
    if not terminology.text_concepts(words, UNDERSTOOD_REASONS):
        return False
    return is_reason_understood([words], UNDERSTOOD_REASONS, terminology)


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
