"""Read each kind of support that one order asks for.

A support order asks for what the advice is about: a brace, bed rest, a referral, a
measurement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cds_service.core.braces.bracing import DAY
from cds_service.core.orders import (
    Purpose,
    Standing,
    SupportOrder,
    WordedEnd,
    WrittenOn,
)
from cds_service.fhir.mapping.codes.code_systems import HCPCS, ORDERS
from cds_service.fhir.mapping.levels.level_names import LONGEST_TEXT, in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE, folded
from cds_service.fhir.orders.drafts import DraftOrders, Order, codeables
from cds_service.fhir.orders.keep_reasons import (
    names_other_purpose,
    reasons_of_order,
    reasons_of_rest,
)
from cds_service.fhir.orders.levels.named_levels import named_levels
from cds_service.fhir.orders.meaning import Recognition
from cds_service.fhir.orders.order_reasons import Reason, read_reasons
from cds_service.fhir.orders.order_times import IN_FORCE, OrderTimes, read_times
from cds_service.fhir.orders.recognition import REVIEW, SPECIALIST, SUPPORT_TITLES
from cds_service.fhir.orders.titles.supports import name_brace
from cds_service.fhir.orders.titles.withdrawals import around
from cds_service.fhir.orders.unread.unread_in_brace import names_another, unread_in
from cds_service.fhir.orders.unread.unread_in_referral import is_read_whole
from cds_service.fhir.orders.worded_ends import Subject, read_worded_end, texts_on_time
from cds_service.fhir.raw_json import Json, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

LIAISON = frozenset({"fracture-liaison"})
# Kinds judged by how long they run, in `core/braces/bracing.py` and
# `core/braces/bed_rest.py`.
TIMED = frozenset({"brace", "bed-rest"})
INSTABILITY = ("instability",)
BIOPSY = "biopsy"
BIOPSIES = frozenset({BIOPSY})
# A rule of `kinds/`, with `@` for the name of a biopsy.
_BIOPSY_OPEN = ("biopsy-open",)
# Intents by which nothing is ordered yet.
PROPOSED = frozenset({"proposal", "plan"})


@dataclass(frozen=True, slots=True)
class OrderPart:
    """One kind of support that an order asks for, with what it takes to read it.

    Attributes:
        drafts: the orders among which its references are looked up.
    """

    kind: str
    recognition: Recognition
    order: Order
    drafts: DraftOrders
    times: OrderTimes
    terminology: Terminology

    @property
    def resource(self) -> Json:
        return self.order.resource


def read_support_orders(
    order: Order, drafts: DraftOrders, terminology: Terminology, *, is_draft: bool
) -> Iterator[SupportOrder]:
    """Yield an order for each kind of support that it asks for."""
    recognition = order.meaning.support
    if recognition is None:
        return
    resource = order.resource
    times = read_times(resource, terminology.calendar)
    is_several = len(recognition.concepts) > 1
    # A corrected end would end whatever else the order asks for.
    is_alone = not (is_several or names_another(resource, terminology))
    source = order.source if is_draft and is_alone else None
    for kind in sorted(recognition.concepts):
        # A biopsy that is only perhaps taken answers no question of a tumour.
        if kind == BIOPSY and _is_biopsy_open(resource, terminology):
            continue
        part = OrderPart(kind, recognition, order, drafts, times, terminology)
        yield SupportOrder(
            kind=kind,
            reference=order.reference,
            is_draft=is_draft,
            start=times.start,
            start_until=times.start_until,
            end=times.end,
            written=_written_on(resource.get("authoredOn"), terminology.calendar),
            title=_title(part),
            hours=_hours(part),
            worded=_worded(part),
            purpose=_purpose(part),
            levels=_levels(part),
            unread=unread_in(resource, times, terminology) if kind == "brace" else (),
            standing=Standing(
                is_in_force=is_draft and text(resource.get("status")) in IN_FORCE,
                is_read_whole=_is_read_whole(part),
            ),
            source=source,
        )


def _written_on(authored: Any, calendar: SiteCalendar) -> WrittenOn:
    return WrittenOn(
        calendar.named_day(authored),
        calendar.first_day(authored),
        calendar.last_day(authored),
    )


def _purpose(part: OrderPart) -> Purpose:
    if part.kind not in TIMED:
        return Purpose()
    reasons = read_reasons(part.resource, part.drafts, part.terminology)
    is_for_another = part.kind == "brace" and names_other_purpose(
        part.resource, reasons, part.terminology
    )
    return Purpose(_kept_for(part, reasons), is_for_another)


def _is_biopsy_open(resource: Json, terminology: Terminology) -> bool:
    named = codeables(resource, "code", "orderDetail")
    return any(
        _leaves_biopsy_open(words, terminology)
        for one in named
        for words in texts_of(one)
    )


def _leaves_biopsy_open(words: str, terminology: Terminology) -> bool:
    """Tell if a title says of its biopsy that it was, or is only perhaps taken."""
    plain = folded(words[:LONGEST_TEXT])
    place = terminology.text_places(plain, BIOPSIES, "spine").get(BIOPSY)
    if place is None:
        return False
    before, after = around(plain, place)
    return bool(terminology.kinds.named(f"{before}@{after}", _BIOPSY_OPEN))


def _is_read_whole(part: OrderPart) -> bool:
    """Tell if no unread part may withdraw the order; for a brace `unread` tells it."""
    if part.kind in TIMED:
        return True
    if part.kind == REVIEW and not part.recognition.is_for_bone:
        return False
    return is_read_whole(part.kind, part.order, part.terminology)


def _kept_for(part: OrderPart, reasons: Sequence[Reason]) -> frozenset[str]:
    """Return the reasons to keep a brace or bed rest that its order names.

    For bed rest, words that name instability are a reason too, and whatever else it may
    be meant for.
    """
    kept_for = reasons_of_order(part.resource, reasons, part.terminology)
    if part.kind == "brace":
        return kept_for
    kept_for |= reasons_of_rest(part.resource, reasons, part.terminology)
    if any(
        part.terminology.methods.named(words, INSTABILITY)
        for words, _ in texts_on_time(part.resource)
    ):
        return kept_for | {"spinal-instability"}
    return kept_for


def _levels(part: OrderPart) -> tuple[str, ...]:
    """Return the vertebrae that a brace or a biopsy names.

    In the words of a biopsy any vertebra counts, not only those that are to be treated:
    `Biopsy L4` asks for no operation there.
    """
    if part.kind not in ("brace", BIOPSY):
        return ()
    levels = named_levels(part.resource, part.drafts, part.terminology)
    if part.kind == "brace":
        return levels
    named = part.terminology.levels.named
    words = (named(words) for words, _ in texts_on_time(part.resource))
    return in_order({*levels, *chain.from_iterable(words)})


def _hours(part: OrderPart) -> float | None:
    """Return the hours of an order; a few hours of a brace are its daily wear time."""
    times = part.times
    is_brief = times.end is None and (times.hours or DAY) < DAY
    return None if part.kind == "brace" and is_brief else times.hours


def _worded(part: OrderPart) -> WordedEnd:
    """Read the end in words; without such words, say why the dates give no end."""
    if part.kind not in TIMED:
        return WordedEnd()
    subject: Subject = "brace" if part.kind == "brace" else "bed-rest"
    worded = read_worded_end(
        part.resource, subject, part.terminology, part.drafts.signed_on
    )
    if part.times.no_end == "apart":
        return worded._replace(kind="apart")
    if worded.kind == "nothing" and part.times.no_end:
        return WordedEnd(kind=part.times.no_end)
    return worded


def _title(part: OrderPart) -> str:
    """Return the name of the order in our texts, with its HCPCS code if any.

    It never holds the record's own words.
    """
    if part.kind == REVIEW and _is_liaison(part):
        return "FLS"
    if part.kind == REVIEW and not part.recognition.is_for_bone:
        return SUPPORT_TITLES[SPECIALIST]
    if part.kind != "brace":
        return SUPPORT_TITLES[part.kind]
    prefix = f"{HCPCS}|"
    codes = (code for code in part.recognition.codes if code.startswith(prefix))
    code = next(codes, "").removeprefix(prefix)
    name = name_brace(_joined_titles(part), code, part.terminology)
    return f"{name} ({code})" if code else name


def _is_liaison(part: OrderPart) -> bool:
    """Tell if it is a referral to fracture liaison, by our code or in words."""
    is_ours = any(code == f"{ORDERS}|{REVIEW}" for code in part.recognition.codes)
    titles = _joined_titles(part)[:LONGEST_TITLE]
    return is_ours or bool(part.terminology.text_concepts(titles, LIAISON))


def _joined_titles(part: OrderPart) -> str:
    named = texts_on_time(part.resource)
    return " ".join(words for words, is_title in named if is_title)
