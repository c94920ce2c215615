"""Rule files x signals x assessment -> recommendations, in the order a surgeon should read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from cds_service.core.facts import Finding, SupportOrder

Topic = Literal["rehabilitation", "braceLimit", "missingData"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A named yes/no fact with its evidence.

    Attributes:
        because: one phrase for the card, `psoas 10.0 cm² (≤ 11.9)`.
        facts: the findings and orders it rests on.
        studies: ids of the studies whose cut-off or advice it uses; empty for policy.
    """

    name: str
    because: str
    facts: tuple[Finding | SupportOrder, ...] = ()
    studies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a brace order would need to keep the site's limits.

    Attributes:
        order: the order as found, draft or active.
        start: set where the order had none, else None.
        review: day of the first review.
        end: last day.
    """

    order: SupportOrder
    start: date | None
    review: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A rule that fired.

    Attributes:
        rule_id: file name of the rule without its rank, `rehabilitation-referral`.
        label: the suggestion's label, starts with a verb; empty when nothing is offered.
        order: name of the order template in `hooks/<service>/orders/`, None when nothing is offered.
        recommended: whether the suggestion is pre-selected (`isRecommended`).
        already: orders or drafts that do it already; then nothing is offered.
        correction: for a brace order: the end and review it would get.
        values: words for the order's text placeholders, all from our own data or validated facts.
    """

    rule_id: str
    topic: Topic
    heading: str
    text: str
    label: str = ""
    order: str | None = None
    recommended: bool = False
    already: tuple[SupportOrder, ...] = ()
    because: tuple[Signal, ...] = ()
    correction: Correction | None = None
    studies: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
