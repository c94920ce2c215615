"""Which cards repeat what was answered lately, with nothing changed since: those are shortened and never warn.

A card is a repeat when its whole footing is the same as when the same card was answered. Anything new or changed (an
input, a gap, a band, a signal, a brace or bed-rest order in conflict) makes it a whole card again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from cds_service.core.assessment import Assessment
from cds_service.core.facts import Findings, SupportOrder, SupportOrders, Value
from cds_service.core.signals import Signal

# Override reasons that settle a recommendation for a while; any other reason leaves it open.
SETTLING = frozenset({"alreadyArranged", "patientDeclines", "notAbleToTakePart", "wouldNotChangeCare"})
DAYS = 30  # after an override
CONFLICTS = frozenset({"brace-limit-broken", "bed-rest-long"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What the cards of one answer rest on.

    Attributes:
        inputs: known findings by name.
        gaps: reasons by name.
        bands: of the model that speaks, by outcome; an outcome without a band is left out.
        signals: names of those that held.
        conflicts: brace and bed-rest orders while one of them breaks a limit; empty otherwise.
        unreadable: broken resources of the record.
    """

    inputs: Mapping[str, Value]
    gaps: Mapping[str, str]
    bands: Mapping[str, str]
    signals: frozenset[str]
    conflicts: frozenset[str]
    unreadable: int

    def changes_since(self, earlier: "Footing") -> tuple[str, ...]:
        """What has changed, by name; empty when nothing has."""
        found = [f"finding {name}" for name in _differing(earlier.inputs, self.inputs)]
        found += [f"gap {name}" for name in _differing(earlier.gaps, self.gaps)]
        found += [f"band {name}" for name in _differing(earlier.bands, self.bands)]
        found += [f"signal {name}" for name in sorted(earlier.signals ^ self.signals)]
        found += ["conflict of orders"] if earlier.conflicts != self.conflicts else []
        found += ["unreadable entries"] if earlier.unreadable != self.unreadable else []
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFeedback:
    """One feedback on one card, with what that card rested on.

    Attributes:
        rules: ids of the recommendations on the card.
        offered: those of them that offered an order.
        reason: code of the override reason; None where none was given, or none of ours.
        shown: when the card was shown.
        answered: when the user answered it.
        was_warning: the card was a warning, or would have been one had it not been a repeat itself.
        entries: ids of the audit entries of card and feedback.
    """

    topic: str
    rules: frozenset[str]
    offered: frozenset[str]
    outcome: Literal["accepted", "overridden"]
    reason: str | None
    shown: datetime
    answered: datetime
    was_warning: bool
    footing: Footing
    entries: tuple[str, str]

    @property
    def how(self) -> str:
        """The code of the override reason."""
        return self.reason or ""

    @property
    def is_settling(self) -> bool:
        """Whether it shortens the card for the next clinician; of what was accepted, only an order found does."""
        return self.outcome == "overridden" and self.reason in SETTLING


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCard:
    """A card before shortening: its recommendations, offers and indicator."""

    topic: str
    rules: frozenset[str]
    offered: frozenset[str]
    is_warning: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A card that was answered before.

    Attributes:
        last: the newest answer.
        by_rule: the newest answer to each recommendation that was answered.
        until: the last day on which it is shortened.
    """

    topic: str
    last: CardFeedback
    by_rule: Mapping[str, CardFeedback]
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Which cards of an answer are repeats.

    Attributes:
        whole: why cards that were answered lately are still shown whole, by topic.
        is_known: the history could be read.
    """

    shortened: Mapping[str, Repeat] = field(default_factory=dict)
    whole: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_known: bool = True


def footing_of(
    findings: Findings, assessment: Assessment, signals: Sequence[Signal], support: SupportOrders, unreadable: int
) -> Footing:
    """The footing of the cards for these results."""
    is_own = assessment.status_of("refracture") == "assessed"
    names = frozenset(one.name for one in signals)
    in_question = (*support.of_kind("brace"), *support.of_kind("bed-rest")) if names & CONFLICTS else ()
    return Footing(
        inputs={name: round_value(finding.value) for name, finding in findings.known.items()},
        gaps={name: gap.reason for name, gap in findings.gaps.items()},
        bands={"refracture": assessment.pooled.figure.band} if is_own and assessment.pooled else {},
        signals=names,
        conflicts=frozenset(map(_order_key, in_question)),
        unreadable=unreadable,
    )


def round_value(value: Value) -> Value:
    """Numbers to nine significant digits, since more may differ with the order of summation; words as they are."""
    return value if isinstance(value, bool | str) else float(f"{value:.9g}")


def find_repeats(
    cards: Iterable[WholeCard],
    footing: Footing,
    given: Sequence[CardFeedback] | None,
    *,
    today: date,
    is_record_whole: bool,
) -> Repeats:
    """Find the cards that were answered lately and have the same footing.

    Args:
        given: None where the history could not be read; nothing is a repeat then.
        is_record_whole: nothing of the record was unread or cut; otherwise a change could go unseen.
    """
    if given is None:
        return Repeats(is_known=False)
    recent = [one for one in given if one.is_settling and 0 <= (today - one.answered.date()).days <= DAYS]
    shortened: dict[str, Repeat] = {}
    whole: dict[str, tuple[str, ...]] = {}
    for card in cards:
        answers = sorted((one for one in recent if one.topic == card.topic), key=lambda one: one.answered)
        if not answers:
            continue
        objections = [_objections(card, footing, one, is_record_whole=is_record_whole) for one in answers]
        fitting = [one for one, objection in zip(answers, objections, strict=True) if not objection]
        if fitting:
            shortened[card.topic] = _repeat(card, fitting)
        else:
            whole[card.topic] = objections[-1]
    return Repeats(shortened=shortened, whole=whole)


def _objections(card: WholeCard, footing: Footing, given: CardFeedback, *, is_record_whole: bool) -> tuple[str, ...]:
    """Why this card is shown whole although it was answered; empty when it is a repeat."""
    found = list(footing.changes_since(given.footing))
    found += [f"recommendation {one}" for one in sorted(card.rules - given.rules)]
    found += [f"offer {one}" for one in sorted(card.offered - given.offered)]
    if card.is_warning and not given.was_warning:
        found.append("a warning that was none then")
    if card.topic == "braceLimit" and footing.conflicts:
        found.append("an order breaks a limit now")
    if not is_record_whole:
        found.append("part of the record could not be read")
    return tuple(found)


def _repeat(card: WholeCard, answers: Sequence[CardFeedback]) -> Repeat:
    """The newest answers win."""
    by_rule = {rule: one for one in answers for rule in card.rules & one.rules}
    until = answers[-1].answered.date() + timedelta(days=DAYS)
    return Repeat(topic=card.topic, last=answers[-1], by_rule=by_rule, until=until)


def _differing(earlier: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return sorted(name for name in {*earlier, *now} if earlier.get(name) != now.get(name))


def _order_key(order: SupportOrder) -> str:
    """An order with everything that decides whether it breaks a limit."""
    times = (order.start, order.end, order.authored, order.hours)
    words = [str(part) for part in order.worded[1:] if part] if order.worded.says == "end" else []
    return " ".join([order.kind, "draft" if order.draft else "active", order.reference, *map(str, times), *words])
