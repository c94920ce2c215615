"""Finds the augmentation among the orders being signed, with its kind and levels.

Raw JSON in, an order out; junk never raises. Brace, bed rest and referrals are in
`support_orders.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cds_service.core.findings import PROCEDURES, AugmentationOrder, Procedure
from cds_service.core.phrases import Verbatim, in_brackets, joined, say
from cds_service.errors import PatientMismatch
from cds_service.fhir.gathering.reason_prose import EARLIER
from cds_service.fhir.mapping.code_systems import CPT
from cds_service.fhir.mapping.level_text import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, DraftOrders, Order
from cds_service.fhir.orders.levels import (
    LONGEST_WORDS,
    Reasons,
    StatedLevels,
    find_levels,
    find_reasons,
    levels_in_words,
    names_another_fracture,
)
from cds_service.fhir.orders.meaning import Recognition
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.recognition import (
    ADDITIONAL_LEVEL,
    AUGMENTATION,
    HEIGHT_RESTORATION,
    augmentation_in,
    words_on_procedure,
)
from cds_service.fhir.orders.whole_signing import unread_words_of
from cds_service.fhir.raw_json import Json, member, number
from cds_service.fhir.references import reference_name

MOST_LEVELS = 17  # T1 to L5: a larger quantity is not a number of levels
QUANTITIES = ("quantityQuantity", "quantityRatio", "quantityRange")
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


@dataclass(frozen=True, slots=True)
class _Found:
    draft: Order
    recognition: Recognition
    levels: StatedLevels


def find_augmentation_order(
    bundle: DraftOrders, terminology: Terminology
) -> AugmentationOrder | None:
    """Combine the augmentation orders of a signing into one; None if there is none.

    Raises:
        PatientMismatch: one of them is another patient's, or none clearly belongs to
            the request's patient.
    """
    recognised = _recognised(bundle.each(), terminology)
    others = _recognised(bundle.each_other(), terminology)
    if not any(
        recognition.concepts & AUGMENTATION for _, recognition in (*recognised, *others)
    ):
        return None
    if any(
        bundle.person and bundle.person.is_other(draft.resource) for draft, _ in others
    ):
        raise PatientMismatch(
            "An augmentation order names another patient than context.patientId."
        )
    if not any(recognition.concepts & AUGMENTATION for _, recognition in recognised):
        raise PatientMismatch(
            "The subject of an augmentation order is not plainly the Patient of"
            " context.patientId."
        )
    found = [
        _Found(draft, one, find_levels(draft.resource, bundle, terminology))
        for draft, one in recognised
    ]
    reasons = _reasons(found, bundle, terminology)
    reasons = _with_other_fractures(reasons, found, bundle, terminology)
    unclear = tuple(
        say(UNCLEAR, name=Verbatim(reference_name(draft.type, draft.resource)))
        for draft, _ in others
    )
    return _as_one(found, reasons, unclear, terminology)


def combine_performed(
    procedures: Sequence[Order], terminology: Terminology
) -> AugmentationOrder | None:
    """Combine augmentations that were done into one, of the newest one's day."""
    found = [
        _Found(one, recognition, find_levels(one.resource, NO_DRAFTS, terminology))
        for one, recognition in _recognised(procedures, terminology)
    ]
    if not found:
        return None
    calendar = terminology.calendar
    days = [
        day
        for one in procedures
        for written in (
            one.resource.get("performedDateTime"),
            member(one.resource, "performedPeriod", "start"),
        )
        if (day := calendar.named_day(written))
    ]
    reasons = _reasons(found, NO_DRAFTS, terminology)
    reasons = _with_other_fractures(reasons, found, NO_DRAFTS, terminology)
    done = _as_one(found, reasons, (), terminology)
    return replace(done, is_done=True, performed=max(days, default=None))


def _reasons(
    found: Sequence[_Found], bundle: DraftOrders, terminology: Terminology
) -> Reasons:
    """Return the reasons of all orders; their words share the room for reading."""
    room = LONGEST_WORDS
    stated, doubts = frozenset[str](), frozenset[str]()
    for one in found:
        reasons = find_reasons(one.draft.resource, bundle, terminology, room)
        room -= reasons.length
        stated, doubts = stated | reasons.stated, doubts | reasons.doubts
    return Reasons(stated, doubts - stated)


def _with_other_fractures(
    reasons: Reasons,
    found: Sequence[_Found],
    bundle: DraftOrders,
    terminology: Terminology,
) -> Reasons:
    """Add a doubt if an order of the signing is written for another broken vertebra."""
    treated = {level for one in found for level in one.levels.levels}
    orders = [*(one.draft for one in found), *bundle.each()]
    is_another = any(
        names_another_fracture(one.resource, bundle, treated, terminology)
        for one in orders
    )
    if not is_another:
        return reasons
    return reasons._replace(doubts=reasons.doubts | {EARLIER})


def _recognised(
    drafts: Iterable[Order], terminology: Terminology
) -> list[tuple[Order, Recognition]]:
    recognitions = ((draft, augmentation_in(draft, terminology)) for draft in drafts)
    return [
        (draft, recognition)
        for draft, recognition in recognitions
        if recognition is not None
    ]


def _as_one(
    found: Sequence[_Found],
    reasons: Reasons,
    unclear: tuple[str, ...],
    terminology: Terminology,
) -> AugmentationOrder:
    procedure, note = _procedure(found, terminology)
    levels = in_order({level for one in found for level in one.levels.levels})
    count = _level_count(found, levels, terminology)
    regions = {region for one in found for region in one.levels.regions}
    by: Literal["code", "text"] = (
        "code" if any(one.recognition.by == "code" for one in found) else "text"
    )
    drafts, calendar = [one.draft.resource for one in found], terminology.calendar
    unread = {name for one in drafts for name in unread_words_of(one, terminology)}
    days = [day for one in drafts if (day := calendar.named_day(one.get("authoredOn")))]
    starts = [day for one in drafts if (day := read_times(one, calendar).start)]
    codes = [code for one in found for code in one.recognition.codes]
    notes = [
        *unclear,
        note,
        BY_TEXT if by == "text" else "",
        *(line for one in found for line in one.levels.notes),
    ]
    return AugmentationOrder(
        references=tuple(dict.fromkeys(one.draft.reference for one in found)),
        procedure=procedure,
        levels=levels,
        level_count=count,
        region=regions.pop() if len(regions) == 1 else None,
        tl_junction=_at_junction(found, count),
        recognised_by=by,
        code=codes[0] if codes else "",
        titles=tuple(dict.fromkeys(_title(one, terminology) for one in found)),
        authored=min(days, default=None),
        planned=min(starts, default=None),
        last_planned=max(starts) if len(set(starts)) > 1 else None,
        reasons=reasons.stated,
        doubts=reasons.doubts,
        unread=tuple(sorted(unread)),
        is_count_sure=_is_count_sure(found),
        level_source=", ".join(
            sorted({one.levels.source for one in found if one.levels.source})
        ),
        notes=tuple(dict.fromkeys(line for line in notes if line)),
    )


def _procedure(
    found: Sequence[_Found], terminology: Terminology
) -> tuple[Procedure | None, str]:
    """PKP or PVP by code, else by words.

    ICD-10-PCS encodes PKP as two codes, supplement and reposition.
    """
    concepts = frozenset(
        concept for one in found for concept in one.recognition.concepts
    )
    words = frozenset(
        word
        for one in found
        for word in words_on_procedure(one.draft.resource, terminology)
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
        return ("PKP" if "kyphoplasty" in words else "PVP"), FROM_WORDS
    return None, BOTH if words else OPEN


def _title(found: _Found, terminology: Terminology) -> str:
    """Return the name of an order in our texts: `kyphoplasty L1 (22514)`."""
    procedure, _ = _procedure([found], terminology)
    name = PROCEDURES[procedure] if procedure else "vertebral augmentation"
    code = next(
        (
            code.removeprefix(f"{CPT}|")
            for code in found.recognition.codes
            if code.startswith(f"{CPT}|")
        ),
        "",
    )
    said = joined((name, ", ".join(found.levels.levels)), " ")
    return in_brackets(said, Verbatim(code)) if code else said


def _level_count(
    found: Sequence[_Found], levels: tuple[str, ...], terminology: Terminology
) -> int | None:
    """Return the number of vertebrae: as stated or as billed, whichever is more.

    Order lines are not counted: two lines with the same code and level are one level.
    CPT's primary code is for one vertebra; the add-on code counts with its
    `quantityQuantity`. A kyphoplasty and a vertebroplasty may be of one vertebra,
    ordered as either.
    """
    stated = len(levels) or max((len(one.levels.verdicts) for one in found), default=0)
    additional = sum(_additional_levels(one) for one in found)
    codes = {
        code.removeprefix(f"{CPT}|")
        for one in found
        for code in one.recognition.codes
        if code.startswith(f"{CPT}|")
    }
    named = [
        terminology.concepts({"system": CPT.removesuffix("|"), "code": code})
        for code in codes
    ]
    primary = [concepts for concepts in named if ADDITIONAL_LEVEL not in concepts]
    counted = max(
        sum(name in concepts for concepts in primary)
        for name in ("kyphoplasty", "vertebroplasty")
    )
    coded = max(counted, 1) + additional if counted or additional else 0
    said = max(_levels_said(one.draft.resource, terminology) for one in found)
    return max(stated, coded, said) or None


def _is_count_sure(found: Sequence[_Found]) -> bool:
    """Tell if every order says its levels, with no quantity that was not read.

    The words of none may name a level beside those that were used.
    """
    if any(one.levels.is_contradicted for one in found):
        return False
    is_silent = len(found) > 1 and any(not one.levels.verdicts for one in found)
    return not is_silent and all(_is_quantity_read(one.draft.resource) for one in found)


def _is_quantity_read(order: Json) -> bool:
    stated = [order.get(name) for name in QUANTITIES if order.get(name) is not None]
    counts = [_count_in(name, order) for name in QUANTITIES]
    return not stated or (len(stated) == 1 and any(counts))


def _count_in(name: str, order: Json) -> int:
    """Return the whole number that a quantity is; 0 if it is none."""
    held = order.get(name)
    value = number(member(held, "value"))
    if name == "quantityRatio":
        above, below = (
            number(member(held, part, "value")) for part in ("numerator", "denominator")
        )
        value = above / below if above is not None and below else above
    is_count = value is not None and value in range(1, MOST_LEVELS + 1)
    is_exact = not member(held, "comparator")
    return int(value) if value and is_count and is_exact else 0


def _levels_said(order: Json, terminology: Terminology) -> int:
    """Count levels that an order states without naming: in words, or as quantity."""
    counted = max(_count_in(name, order) for name in QUANTITIES)
    counted = counted if counted > 1 else 0
    return max(levels_in_words(order, terminology), counted)


def _additional_levels(found: _Found) -> int:
    if ADDITIONAL_LEVEL not in found.recognition.concepts:
        return 0
    quantity = number(member(found.draft.resource, "quantityQuantity", "value"))
    return int(quantity) if quantity and 1 <= quantity <= MOST_LEVELS else 1


def _at_junction(found: Sequence[_Found], count: int | None) -> bool | None:
    """Tell if any treated level is at T10-L2.

    False only if every treated level is known to lie elsewhere.
    """
    verdicts = {
        (one.levels.source, verdict) for one in found for verdict in one.levels.verdicts
    }
    sides = {verdict for _, verdict in verdicts}
    if True in sides:
        return True
    levels = {level for one in found for level in one.levels.levels}
    is_complete = (bool(levels) and len(levels) >= (count or 0)) or (
        not levels and count == 1
    )
    # A second order without a level may be for a different level.
    is_silent = len(found) > 1 and any(not one.levels.verdicts for one in found)
    return False if sides == {False} and is_complete and not is_silent else None
