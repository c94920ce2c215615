"""Find the augmentation among the orders being signed, with its kind and levels.

Brace, bed rest and referrals are in `../support/`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from cds_service.core.orders import (
    PROCEDURES,
    AugmentationOrder,
    Performed,
    Procedure,
    TreatedLevels,
)
from cds_service.core.words.phrases import Verbatim, in_brackets, joined, say
from cds_service.errors import PatientMismatch
from cds_service.fhir.entries.fractures.earlier_in_words import EARLIER
from cds_service.fhir.mapping.codes.code_systems import CPT
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, DraftOrders, Order, codeables
from cds_service.fhir.orders.levels.broken_levels import (
    names_another_fracture,
    region_treated,
)
from cds_service.fhir.orders.levels.treated_levels import (
    JUNCTION,
    StatedLevels,
    augmented_before,
    counted_in,
    find_levels,
    levels_in_words,
)
from cds_service.fhir.orders.meaning import ADDITIONAL_LEVEL, Recognition
from cds_service.fhir.orders.order_reasons import LONGEST_WORDS, Reasons, find_reasons
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.recognition import (
    HEIGHT_RESTORATION,
    TITLES,
    with_meaning,
    words_on_procedure,
)
from cds_service.fhir.orders.unread.unread_in_augmentation import unread_words_of
from cds_service.fhir.raw_json import Json, member, number, text, texts_of
from cds_service.fhir.references import reference_name
from cds_service.fhir.site_calendar import SiteCalendar

MOST_LEVELS = 17  # T1 to L5: a larger quantity is not a number of levels
QUANTITIES = ("quantityQuantity", "quantityRatio", "quantityRange")
# Units in which vertebrae are counted; `{level}` is a note of UCUM.
COUNTING_UNIT = ("counting-unit",)
# A title that adds one level, such as that of the CPT code for it, with or without
# the code.
ONE_MORE = ("one-level-more",)
BOTH = (
    "The orders name both kyphoplasty and vertebroplasty; which one is done is not"
    " known."
)
OPEN = "The code leaves open whether it is a kyphoplasty or a vertebroplasty."
FROM_WORDS = (
    "Kyphoplasty or vertebroplasty was read from the order's text; its code leaves it"
    " open."
)
BY_TEXT = "The procedure was recognised by the order's text, not by a code."
UNCLEAR = "{name} is left out: its subject is not plainly this patient."
ONLY_OPTION = "{name} is left out: it is an option, not an order."
ALTERNATIVES = (
    "The orders are options for different vertebrae; which is treated is open."
)


@dataclass(frozen=True, slots=True)
class _Augmentation:
    draft: Order
    recognition: Recognition
    levels: StatedLevels


def find_augmentation_order(
    drafts: DraftOrders, terminology: Terminology
) -> AugmentationOrder | None:
    """Combine the augmentation orders of a signing into one; None if there is none.

    Raises:
        PatientMismatch: one of them is another patient's, or none clearly belongs to
            the request's patient.
    """
    recognised = _recognised(drafts.each())
    others = _recognised(drafts.each_of_others())
    is_ours = any(one.is_augmentation for _, one in recognised)
    is_others = any(one.is_augmentation for _, one in others)
    if not is_ours and not is_others:
        return None
    person = drafts.person
    if person and any(person.is_of_another(draft.resource) for draft, _ in others):
        raise PatientMismatch(
            "An augmentation order names another patient than context.patientId."
        )
    if not is_ours:
        raise PatientMismatch(
            "The subject of an augmentation order is not plainly the Patient of"
            " context.patientId."
        )
    augmentations = _with_levels(recognised, drafts, terminology)
    reasons = _reasons(augmentations, drafts, terminology)
    unclear = tuple(_left_out(UNCLEAR, draft) for draft, _ in others)
    chosen = _without_options(augmentations, terminology)
    order = _as_one(chosen.augmentations, reasons, unclear, terminology)
    if not chosen.is_complete:
        levels = replace(order.levels, is_count_sure=False)
        order = replace(order, levels=levels, notes=(*order.notes, *chosen.notes))
    return _with_other_fractures(order, drafts.each(), drafts, terminology)


class _Chosen(NamedTuple):
    """The augmentations that are ordered.

    Attributes:
        is_complete: False if an option may add or change a vertebra.
        notes: what is said of the options then.
    """

    augmentations: Sequence[_Augmentation]
    is_complete: bool = True
    notes: tuple[str, ...] = ()


def _without_options(
    augmentations: Sequence[_Augmentation], terminology: Terminology
) -> _Chosen:
    """Leave out options next to an order; of options alone, take what all treat."""
    options = [one for one in augmentations if one.draft.is_option]
    ordered = [one for one in augmentations if not one.draft.is_option]
    if not options or len(augmentations) == 1:
        return _Chosen(augmentations)
    if ordered:
        named = _levels_of(ordered)
        extra = [one for one in options if not _is_among(one, named, terminology)]
        notes = tuple(_left_out(ONLY_OPTION, one.draft) for one in extra)
        return _Chosen(ordered, is_complete=not extra, notes=notes)
    common = set[str].intersection(*(_levels_of([one]) for one in options))
    if all(_levels_of([one]) == common for one in options):
        return _Chosen(options)
    alike = [_only_at(common, one) for one in options]
    # One that names no vertebra may be for those of another.
    notes = (ALTERNATIVES,) if all(_levels_of([one]) for one in options) else ()
    return _Chosen(alike, is_complete=False, notes=notes)


def _is_among(
    option: _Augmentation, ordered: set[str], terminology: Terminology
) -> bool:
    """Tell if an option treats no vertebra but those that are ordered.

    It must name its own, and count no further ones.
    """
    levels = _levels_of([option])
    if not levels or not levels <= ordered:
        return False
    is_for_more = ADDITIONAL_LEVEL in option.recognition.concepts
    if is_for_more or not _is_quantity_read(option, terminology):
        return False
    return _unnamed_levels(option, terminology) <= len(levels)


def _only_at(common: set[str], augmentation: _Augmentation) -> _Augmentation:
    """Return an option with the vertebrae that all options treat, or with none."""
    levels = augmentation.levels
    if not common:
        unknown = replace(levels, levels=(), verdicts=(), source="")
        return replace(augmentation, levels=unknown)
    kept = in_order(common)
    verdicts = tuple(level in JUNCTION for level in kept)
    return replace(augmentation, levels=replace(levels, levels=kept, verdicts=verdicts))


def _left_out(why: str, draft: Order) -> str:
    return say(why, name=Verbatim(reference_name(draft.resource_type, draft.resource)))


def combine_performed(
    procedures: Sequence[Order], terminology: Terminology
) -> AugmentationOrder | None:
    """Combine augmentations that were done into one, of the newest one's day."""
    recognised = _recognised(
        with_meaning(one, NO_DRAFTS, terminology) for one in procedures
    )
    augmentations = _with_levels(recognised, NO_DRAFTS, terminology)
    if not augmentations:
        return None
    calendar = terminology.calendar
    days = [
        day
        for procedure in procedures
        for written in (
            procedure.resource.get("performedDateTime"),
            member(procedure.resource, "performedPeriod", "start"),
        )
        if (day := calendar.named_day(written))
    ]
    reasons = _reasons(augmentations, NO_DRAFTS, terminology)
    combined = _as_one(augmentations, reasons, (), terminology)
    done = replace(combined, performed=Performed(max(days, default=None)))
    return _with_other_fractures(done, procedures, NO_DRAFTS, terminology)


def _reasons(
    augmentations: Sequence[_Augmentation],
    drafts: DraftOrders,
    terminology: Terminology,
) -> Reasons:
    """Return the reasons of all orders; their words share the room for reading."""
    room = LONGEST_WORDS
    stated, doubts, asserted = frozenset[str](), frozenset[str](), frozenset[str]()
    t_scores: list[float] = []
    for augmentation in augmentations:
        reasons = find_reasons(augmentation.draft.resource, drafts, terminology, room)
        room -= reasons.length
        stated, doubts = stated | reasons.stated, doubts | reasons.doubts
        asserted |= reasons.doubts - reasons.spoken_of
        t_scores += reasons.t_scores
    doubts -= stated
    return Reasons(
        stated, doubts, spoken_of=doubts - asserted, t_scores=tuple(t_scores)
    )


def _with_other_fractures(
    augmentation: AugmentationOrder,
    orders: Iterable[Order],
    drafts: DraftOrders,
    terminology: Terminology,
) -> AugmentationOrder:
    """Add a doubt if one of these orders names another vertebra as broken.

    So does one that names another as augmented before: it was broken then.
    """
    if EARLIER in augmentation.doubts:
        return augmentation
    levels = augmentation.levels
    treated = {*levels.names} or {*region_treated(levels)}
    is_another = any(
        names_another_fracture(order.resource, drafts, treated, terminology)
        or not augmented_before(order.resource, drafts, terminology) <= treated
        for order in orders
    )
    if not is_another:
        return augmentation
    return replace(augmentation, doubts=augmentation.doubts | {EARLIER})


def _recognised(orders: Iterable[Order]) -> list[tuple[Order, Recognition]]:
    recognitions = ((order, order.meaning.augmentation) for order in orders)
    return [
        (order, recognition)
        for order, recognition in recognitions
        if recognition is not None
    ]


def _with_levels(
    recognised: Iterable[tuple[Order, Recognition]],
    drafts: DraftOrders,
    terminology: Terminology,
) -> list[_Augmentation]:
    augmentations = []
    for draft, recognition in recognised:
        levels = find_levels(draft.resource, drafts, terminology)
        augmentations.append(_Augmentation(draft, recognition, levels))
    return augmentations


def _levels_of(augmentations: Iterable[_Augmentation]) -> set[str]:
    return {level for one in augmentations for level in one.levels.levels}


class _Plan(NamedTuple):
    """When an augmentation is to be done.

    Attributes:
        first: its day, or that of the first stage.
        last: the day of the last stage, of several.
        is_vague: one of the days may be a later one.
    """

    first: date | None
    last: date | None
    is_vague: bool


def _plan_of(drafts: Iterable[Json], calendar: SiteCalendar) -> _Plan:
    times = [read_times(one, calendar) for one in drafts]
    starts = [one.start for one in times if one.start]
    return _Plan(
        first=min(starts, default=None),
        last=max(starts) if len(set(starts)) > 1 else None,
        is_vague=any(one.start_until for one in times),
    )


def _as_one(
    augmentations: Sequence[_Augmentation],
    reasons: Reasons,
    unclear: tuple[str, ...],
    terminology: Terminology,
) -> AugmentationOrder:
    """State the augmentations of one operation as one order."""
    procedure, note = _procedure(augmentations, terminology)
    is_coded = any(one.recognition.by == "code" for one in augmentations)
    by: Literal["code", "text"] = "code" if is_coded else "text"
    drafts = [one.draft.resource for one in augmentations]
    calendar = terminology.calendar
    unread = {name for one in drafts for name in unread_words_of(one, terminology)}
    days = [day for one in drafts if (day := calendar.named_day(one.get("authoredOn")))]
    plan = _plan_of(drafts, calendar)
    codes = [code for one in augmentations for code in one.recognition.codes]
    notes = [
        *unclear,
        note,
        BY_TEXT if by == "text" else "",
        *(line for one in augmentations for line in one.levels.notes),
    ]
    return AugmentationOrder(
        references=tuple(dict.fromkeys(one.draft.reference for one in augmentations)),
        procedure=procedure,
        levels=_treated_levels(augmentations, terminology),
        recognised_by=by,
        code=codes[0] if codes else "",
        titles=tuple(dict.fromkeys(_title(one, terminology) for one in augmentations)),
        authored=min(days, default=None),
        planned=plan.first,
        is_plan_vague=plan.is_vague,
        last_planned=plan.last,
        reasons=reasons.stated,
        doubts=reasons.doubts,
        spoken_of=reasons.spoken_of,
        t_scores=reasons.t_scores,
        unread=tuple(sorted(unread)),
        notes=tuple(dict.fromkeys(line for line in notes if line)),
    )


def _treated_levels(
    augmentations: Sequence[_Augmentation], terminology: Terminology
) -> TreatedLevels:
    names = in_order(_levels_of(augmentations))
    count = _level_count(augmentations, names, terminology)
    regions = {region for one in augmentations for region in one.levels.regions}
    sources = {one.levels.source for one in augmentations}
    return TreatedLevels(
        names=names,
        count=count,
        is_count_sure=_is_count_sure(augmentations, terminology),
        region=regions.pop() if len(regions) == 1 else None,
        is_at_junction=_is_at_junction(augmentations, count),
        source=", ".join(sorted(filter(None, sources))),
    )


def _procedure(
    augmentations: Sequence[_Augmentation], terminology: Terminology
) -> tuple[Procedure | None, str]:
    """Tell PKP from PVP by code, else by words.

    ICD-10-PCS encodes PKP as two codes, supplement and reposition.
    """
    concepts = frozenset(
        concept
        for augmentation in augmentations
        for concept in augmentation.recognition.concepts
    )
    words = frozenset(
        word
        for augmentation in augmentations
        for word in words_on_procedure(augmentation.draft.resource, terminology)
    )
    coded = concepts & {"kyphoplasty", "vertebroplasty"}
    if len(coded) > 1 or (coded and words and not coded & words):
        return None, BOTH
    if (
        "kyphoplasty" in concepts
        or {"vertebral-augmentation", HEIGHT_RESTORATION} <= concepts
    ):
        return "PKP", ""
    if "vertebroplasty" in concepts:
        return "PVP", ""
    if len(words) == 1:
        worded: Procedure = "PKP" if "kyphoplasty" in words else "PVP"
        return worded, FROM_WORDS
    return None, BOTH if words else OPEN


def _title(augmentation: _Augmentation, terminology: Terminology) -> str:
    """Return the name of an order in our texts: `kyphoplasty L1 (22514)`."""
    procedure, _ = _procedure([augmentation], terminology)
    name = PROCEDURES[procedure] if procedure else "vertebral augmentation"
    code = next(iter(_cpt_codes(augmentation)), "")
    title = joined((name, ", ".join(augmentation.levels.levels)), " ")
    return in_brackets(title, Verbatim(code)) if code else title


def _cpt_codes(augmentation: _Augmentation) -> list[str]:
    """Return the CPT codes by which an order was recognised, without their system."""
    prefix = f"{CPT}|"
    codes = augmentation.recognition.codes
    return [code.removeprefix(prefix) for code in codes if code.startswith(prefix)]


def _level_count(
    augmentations: Sequence[_Augmentation],
    levels: tuple[str, ...],
    terminology: Terminology,
) -> int | None:
    """Return the number of vertebrae: as stated or as billed, whichever is more.

    Order lines are not counted: two lines with the same code and level are one level.
    CPT's primary code is for one vertebra; the add-on code counts with its
    `quantityQuantity`. A kyphoplasty and a vertebroplasty may be of one vertebra,
    ordered as either. Some codes of OPS tell the number.
    """
    stated = len(levels) or max(
        (len(one.levels.verdicts) for one in augmentations), default=0
    )
    additional = sum(_additional_levels(one, terminology) for one in augmentations)
    codes = {code for one in augmentations for code in _cpt_codes(one)}
    named = [terminology.concepts({"system": CPT, "code": code}) for code in codes]
    primary = [concepts for concepts in named if ADDITIONAL_LEVEL not in concepts]
    counted = max(
        sum(name in concepts for concepts in primary)
        for name in ("kyphoplasty", "vertebroplasty")
    )
    coded = max(counted, 1) + additional if counted or additional else 0
    by_code = max(_levels_in_codes(one, terminology) for one in augmentations)
    worded = max(_unnamed_levels(one, terminology) for one in augmentations)
    return max(stated, coded, by_code, worded) or None


def _is_count_sure(
    augmentations: Sequence[_Augmentation], terminology: Terminology
) -> bool:
    """Tell if every order says its levels, and no quantity was left unread.

    It is not sure if the words of an order name other levels than those that were used.
    """
    if any(one.levels.is_contradicted for one in augmentations):
        return False
    if _is_level_missing(augmentations):
        return False
    return all(_is_quantity_read(one, terminology) for one in augmentations)


def _is_level_missing(augmentations: Sequence[_Augmentation]) -> bool:
    """Tell if one of several orders says no level: it may be for a different one."""
    is_silent = any(not one.levels.verdicts for one in augmentations)
    return len(augmentations) > 1 and is_silent


def _is_quantity_read(augmentation: _Augmentation, terminology: Terminology) -> bool:
    order = augmentation.draft.resource
    stated = [name for name in QUANTITIES if order.get(name) is not None]
    if not stated:
        return True
    is_count = len(stated) == 1 and _count_in(stated[0], order, terminology) > 0
    return is_count and not _is_beyond_sites(augmentation, terminology)


def _is_beyond_sites(augmentation: _Augmentation, terminology: Terminology) -> bool:
    """Tell if its quantity is higher than the number of levels that it names.

    The add-on code is for further levels.
    """
    if ADDITIONAL_LEVEL in augmentation.recognition.concepts:
        return False
    named = len(augmentation.levels.verdicts)
    order = augmentation.draft.resource
    return 0 < named < max(_count_in(name, order, terminology) for name in QUANTITIES)


def _count_in(name: str, order: Json, terminology: Terminology) -> int:
    """Return the whole number that a quantity counts; 0 if it counts nothing.

    3 mL are no vertebrae.
    """
    quantity = order.get(name)
    value = number(member(quantity, "value"))
    if name == "quantityRatio":
        above, below = (
            number(member(quantity, part, "value"))
            for part in ("numerator", "denominator")
        )
        value = above / below if above is not None and below else above
    is_count = value is not None and value in range(1, MOST_LEVELS + 1)
    is_exact = not member(quantity, "comparator") and _counts(quantity, terminology)
    return int(value) if value and is_count and is_exact else 0


def _counts(quantity: Any, terminology: Terminology) -> bool:
    """Tell if the units of a quantity, or of its parts, are those of a count."""
    parts = (quantity, member(quantity, "numerator"), member(quantity, "denominator"))
    units = (text(member(part, name)) for part in parts for name in ("unit", "code"))
    return all(
        unit in ("", "1") or terminology.kinds.named(unit, COUNTING_UNIT)
        for unit in map(str.strip, units)
    )


def _unnamed_levels(augmentation: _Augmentation, terminology: Terminology) -> int:
    """Count levels that an order states without naming: in words, or as quantity.

    A quantity beyond the levels that it names may count something else.
    """
    order = augmentation.draft.resource
    counted = max(_count_in(name, order, terminology) for name in QUANTITIES)
    if counted == 1 or _is_beyond_sites(augmentation, terminology):
        counted = 0
    return max(levels_in_words(order, terminology), counted)


def _levels_in_codes(augmentation: _Augmentation, terminology: Terminology) -> int:
    """Return the number of vertebrae that a code of several tells: `5-839.a1`."""
    codes = (code.rpartition("|")[2] for code in augmentation.recognition.codes)
    return max((counted_in(code, terminology) for code in codes), default=0)


def _additional_levels(augmentation: _Augmentation, terminology: Terminology) -> int:
    order = augmentation.draft.resource
    if ADDITIONAL_LEVEL not in augmentation.recognition.concepts:
        titles = [word for one in codeables(order, *TITLES) for word in texts_of(one)]
        is_worded = any(terminology.kinds.named(one, ONE_MORE) for one in titles)
        return 1 if is_worded else 0
    return _count_in("quantityQuantity", order, terminology) or 1


def _is_at_junction(
    augmentations: Sequence[_Augmentation], count: int | None
) -> bool | None:
    """Tell if any treated level is at T10-L2; False only if all are known not to be."""
    sides = {verdict for one in augmentations for verdict in one.levels.verdicts}
    if True in sides:
        return True
    levels = _levels_of(augmentations)
    is_complete = len(levels) >= (count or 0) if levels else count == 1
    if _is_level_missing(augmentations) or not is_complete:
        return None
    return False if sides == {False} else None
