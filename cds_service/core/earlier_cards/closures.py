"""Find the overrides in force, and what each of them closes.

An override closes one part of its card: an act, a button, the line on risk, a fact, or
a brace. `hooks/<service>/closures.toml` says which part, for how long and for whom. The
cards ask the `Closures` of their answer:

    closures.closes_act("bone-treatment")     arranged, declined, not osteoporotic
    closures.closes_fact("F12", key)          considered, on the same values
    closures.closes_button("rehabilitation")  the service is not there
    closures.closes_risk()                    this user disagrees, or not osteoporotic
    closures.closes_order(order)              this brace, its renewal, or this bed rest
    closures.closes_card(ground)              the same card, answered in this signing

A fact that only `considered` closes has a ground without an act.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from cds_service.core.data_file import Approved, DataTable
from cds_service.core.findings import Findings
from cds_service.core.orders import SupportOrder, SupportOrders

Part = Literal["act", "button", "risk", "fact", "brace", "brace-order", "order"]
Scope = Literal["encounter", "fracture", "user"]
ENDING: tuple[Scope, ...] = ("encounter", "fracture")  # scopes that end by themselves
# Overrides are read as far back as this, so none closes anything for longer.
LONGEST_DAYS = 366
ENTRY_MARK = "entry#"  # begins the digest of an entry in the key of a fact


class Fracture(NamedTuple):
    """The marks that tell one fracture of a patient from another.

    Attributes:
        day: when it happened; None if not known.
        levels: treated levels, which tell two fractures apart if a day is not known.
    """

    day: date | None = None
    levels: tuple[str, ...] = ()

    @classmethod
    def of(cls, findings: Findings, levels: Iterable[str]) -> Self:
        """Return the fracture that these orders treat."""
        index = findings.known.get("index-fracture")
        day = index.observed if index else None
        return cls(day, tuple(levels))

    def is_same(self, other: "Fracture") -> bool | None:
        """Tell if both are one fracture; None if that is not known."""
        if self.day and other.day:
            return self.day == other.day
        if self.levels and other.levels:
            return not set(self.levels).isdisjoint(other.levels)
        return None


UNKNOWN_FRACTURE = Fracture()


class GroundOrder(NamedTuple):
    """A brace or bed-rest order that a card is about.

    Attributes:
        kind: `brace`, `bed-rest`.
        name: what a renewal of it is called too: `TLSO`.
        says: its days and lengths. An order with the same reference and other days is
            another one: some EHRs number the drafts of each signing anew.
    """

    kind: str
    name: str
    reference: str
    says: str = ""

    @classmethod
    def of(cls, order: SupportOrder) -> Self:
        """Return the order as overrides refer to it."""
        times = (
            order.written.day,
            order.start,
            order.end,
            order.hours,
            order.worded.length,
        )
        says = " ".join("-" if time in (None, "") else str(time) for time in times)
        return cls(order.kind, order.name, order.reference, says)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGround:
    """The parts of a card that an override of it can close.

    Attributes:
        topic: code of the card's topic.
        fact: id of the leading fact, `F12`; empty if none leads.
        key: the values that the fact rests on: a newer one reopens it.
        is_warning: the fact is of those that warn while they are open.
        act: id of the act in the summary, `bone-treatment`; empty if only the fact
            itself can be closed.
        orders: brace and bed-rest orders.
        points: digests of what the card says besides: facts behind the leading one,
            what is open or was not read, the risk.
    """

    topic: str
    fact: str = ""
    key: str = ""
    is_warning: bool = False
    act: str = ""
    orders: tuple[GroundOrder, ...] = ()
    points: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFeedback:
    """One user's answer to one card of this patient.

    Attributes:
        ground: the parts of the card that an override can close.
        reason: code of the override reason; empty if none of ours was given.
        answered: when the user answered.
        user: who signed, since feedback itself names no user.
        hook_instance: `hookInstance` of the call that showed the card.
        fracture: the fracture that was treated then.
        entries: ids of the audit entries of card and feedback.
    """

    ground: CardGround
    outcome: Literal["accepted", "overridden"]
    reason: str = ""
    answered: datetime
    user: str | None = None
    encounter: str | None = None
    hook_instance: str | None = None
    fracture: Fracture = UNKNOWN_FRACTURE
    entries: tuple[str, str]


class ClosureRule(DataTable):
    """The effect of one override reason of one topic.

    Attributes:
        act: the act that is closed whatever the summary asked for; empty for the act of
            the summary.
        days: how long, the day of the override not counted.
        same: it holds within the same encounter or fracture, or for the same user.
        until_new_fracture: it ends when another fracture is treated. One that closes an
            act ends with a new fracture of any bone: a brace is not for another bone.
    """

    topic: str
    reason: str
    part: Part
    act: str = ""
    days: int | None = Field(default=None, gt=0, le=LONGEST_DAYS)
    same: Scope | None = None
    until_new_fracture: bool = False

    @model_validator(mode="after")
    def _ends(self) -> Self:
        ends = self.same in ENDING or self.part.endswith("order")
        if self.days is None and not ends:
            raise ValueError("needs days, or an encounter or fracture to end with")
        if self.act and self.part != "act":
            raise ValueError("act: only if part is act")
        return self


class ClosureFile(Approved):
    """All of `closures.toml`.

    Attributes:
        source: where the rules come from.
    """

    source: str
    closures: tuple[ClosureRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The circumstances in which an earlier override may hold now.

    Attributes:
        fracture: the one that is treated.
        on_record: fractures of any bone that began on a known day.
    """

    today: date
    user: str | None = None
    encounter: str | None = None
    hook_instance: str | None = None
    fracture: Fracture = UNKNOWN_FRACTURE
    on_record: tuple[Fracture, ...] = ()


class Closure(NamedTuple):
    """One part that an override closes now.

    Attributes:
        what: id of the act or fact, name of the brace, reference of the order.
        key: the values of a fact, or what an order says.
        until: the last day; None if it ends with an encounter, a fracture or an order.
    """

    part: Part
    what: str
    key: str
    until: date | None
    feedback: CardFeedback


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """Everything that is closed in one answer.

    Attributes:
        in_force: newest override first.
        answered: grounds of the cards that were answered in this very signing.
        is_known: the history could be read; nothing is closed otherwise.
    """

    in_force: tuple[Closure, ...] = ()
    answered: tuple[CardGround, ...] = ()
    is_known: bool = True

    def closes_act(self, act: str) -> bool:
        """Tell if the act was arranged or declined, or does not apply."""
        return self._closes("act", act)

    def grounds_of_act(self, act: str) -> Iterator[CardGround]:
        """Yield the cards on which the act was arranged or declined."""
        for closure in self.in_force:
            if (closure.part, closure.what) == ("act", act):
                yield closure.feedback.ground

    def without_acts(self, acts: Collection[str]) -> "Closures":
        """Return these without the closures of acts that are open again."""
        remaining = (
            closure
            for closure in self.in_force
            if closure.part != "act" or closure.what not in acts
        )
        return replace(self, in_force=tuple(remaining))

    def closes_fact(self, fact: str, key: str) -> bool:
        """Tell if the fact was considered, on the same values and entries.

        A key of earlier versions has no entries: then the values alone count.
        """
        values, entries = _parted(key)
        considered = (
            _parted(closure.key)
            for closure in self.in_force
            if (closure.part, closure.what) == ("fact", fact)
        )
        return any(
            values == values_then and (entries <= entries_then or not entries_then)
            for values_then, entries_then in considered
        )

    def closes_button(self, act: str) -> bool:
        """Tell if what the act's button orders is not offered here."""
        return self._closes("button", act)

    def closes_risk(self) -> bool:
        """Tell if the line on risk is left out."""
        return self._closes("risk", "")

    def closes_order(self, order: GroundOrder) -> bool:
        """Tell if a brace or bed-rest order needs no word."""
        is_brace = order.kind == "brace"
        if is_brace and self._closes("brace", _name_of_brace(order)):
            return True
        parts: tuple[Part, ...] = ("brace-order", "order")
        return any(self._closes(part, order.reference, order.says) for part in parts)

    def without_closed(self, support: SupportOrders) -> SupportOrders:
        """Leave out the orders that need no word; the weeks of a brace still count."""
        open_orders: list[SupportOrder] = []
        closed_orders: list[SupportOrder] = []
        for order in support.orders:
            is_ours = order.kind in ("brace", "bed-rest")
            is_closed = is_ours and self.closes_order(GroundOrder.of(order))
            orders = closed_orders if is_closed else open_orders
            orders.append(order)
        braces = [order for order in closed_orders if order.kind == "brace"]
        earlier = (*support.earlier_braces, *braces)
        # A clinician's reason to keep one brace on is no "no" for the next.
        is_kept = any(closure.part == "brace" for closure in self.in_force)
        return replace(
            support,
            orders=tuple(open_orders),
            earlier_braces=earlier,
            other=replace(support.other, is_brace_kept=is_kept),
        )

    def closes_card(self, ground: CardGround) -> bool:
        """Tell if the same card was answered in this very signing.

        A card that says a point more than those that were answered is another card.
        """
        same = [answered for answered in self.answered if answered == ground]
        points = frozenset[str]().union(*(answered.points for answered in same))
        return bool(same) and ground.points <= points

    def _closes(self, part: Part, what: str, key: str = "") -> bool:
        return any(
            (closure.part, closure.what, closure.key) == (part, what, key)
            for closure in self.in_force
        )


NOTHING_CLOSED = Closures()


def _parted(key: str) -> tuple[str, frozenset[str]]:
    """Part the key of a fact into its values and the digests of its entries."""
    parts = key.split(" ")
    entries = frozenset(part for part in parts if part.startswith(ENTRY_MARK))
    return " ".join(part for part in parts if part not in entries), entries


def find_closures(
    history: Sequence[CardFeedback] | None,
    rules: Sequence[ClosureRule],
    now: Circumstances,
) -> Closures:
    """Find what the overrides of this patient's cards close now.

    Args:
        history: feedback on this patient's cards; None if it could not be read.
    """
    if history is None:
        return Closures(is_known=False)
    newest_first = sorted(history, key=lambda feedback: feedback.answered, reverse=True)
    in_force = [
        closure
        for feedback in newest_first
        for rule in rules
        if _is_of(rule, feedback) and _holds(rule, feedback, now)
        for closure in _closures(rule, feedback)
    ]
    answered = tuple(
        feedback.ground for feedback in history if _is_of_this_signing(feedback, now)
    )
    return Closures(in_force=tuple(in_force), answered=answered)


def _is_of(rule: ClosureRule, feedback: CardFeedback) -> bool:
    if feedback.outcome != "overridden":
        return False
    return (rule.topic, rule.reason) == (feedback.ground.topic, feedback.reason)


def _holds(rule: ClosureRule, feedback: CardFeedback, now: Circumstances) -> bool:
    days = (now.today - feedback.answered.date()).days
    if days < 0 or (rule.days is not None and days > rule.days):
        return False
    is_same_fracture = feedback.fracture.is_same(now.fracture)
    has_broken = rule.part == "act" and _has_broken(feedback, now)
    if rule.until_new_fracture and (is_same_fracture is False or has_broken):
        return False
    if rule.same == "fracture":
        return is_same_fracture is True
    if rule.same == "encounter":
        return now.encounter is not None and feedback.encounter == now.encounter
    if rule.same == "user":
        return now.user is not None and feedback.user == now.user
    return True


def _has_broken(feedback: CardFeedback, now: Circumstances) -> bool:
    """Tell if a bone broke after the override, other than the vertebrae treated then.

    Their fracture may get a later day when a visit records it once more.
    """
    treated, answered = {*feedback.fracture.levels}, feedback.answered.date()
    return any(
        fracture.day is not None
        and fracture.day > answered
        and not (fracture.levels and treated.issuperset(fracture.levels))
        for fracture in now.on_record
    )


def _closures(rule: ClosureRule, feedback: CardFeedback) -> Iterator[Closure]:
    last_day = None
    if rule.days:
        last_day = feedback.answered.date() + timedelta(days=rule.days)
    for what, key in _closed_by(rule, feedback.ground):
        yield Closure(rule.part, what, key, last_day, feedback)


def _closed_by(rule: ClosureRule, ground: CardGround) -> Iterator[tuple[str, str]]:
    """Yield the id and the key of each part of the card that this rule closes."""
    braces = [order for order in ground.orders if order.kind == "brace"]
    if rule.part == "risk":
        yield "", ""
    elif rule.part == "fact":
        if ground.fact and ground.is_warning:
            yield ground.fact, ground.key
    elif rule.part == "brace":
        yield from ((name, "") for name in dict.fromkeys(map(_name_of_brace, braces)))
    elif rule.part == "brace-order":
        yield from ((brace.reference, brace.says) for brace in braces)
    elif rule.part == "order":
        yield from ((order.reference, order.says) for order in ground.orders)
    # An act, or its button.
    elif act := rule.act or ground.act:
        yield act, ""


def _name_of_brace(order: GroundOrder) -> str:
    return order.name or order.reference


def _is_of_this_signing(feedback: CardFeedback, now: Circumstances) -> bool:
    """Tell if it answers the same user's call, or a repeat of it, on the same day.

    Some EHRs use one `hookInstance` for days, and for all who open the chart.
    """
    if feedback.hook_instance is None or feedback.hook_instance != now.hook_instance:
        return False
    if feedback.user is None or feedback.user != now.user:
        return False
    return feedback.answered.date() == now.today
