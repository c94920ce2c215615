"""Findings that the augmentation order itself gives."""

from __future__ import annotations

from cds_service.core.facts import AugmentationOrder, Finding, Gap, Provenance, Value

LUMBAR = frozenset({"L1", "L2", "L3", "L4"})  # the levels that DXA of the spine measures


def from_order(name: str, order: AugmentationOrder | None, value: Value | None, why: str) -> Finding | Gap:
    """What the order says, or a gap with `why`; said to be from words where no code gave it."""
    if order is None:
        return Gap(name=name, reason="undetermined", detail="no augmentation is being ordered")
    if value is None or value == "":
        return Gap(name=name, reason="undetermined", detail=why, seen=_sources(order, ""))
    words = order.recognised_by if name == "procedure" else order.level_source
    concerns = ("Recognised by words of the order, not by a code.",) if words == "text" else ()
    printed = value if isinstance(value, str) else ",".join(order.levels)
    return Finding(
        name=name, value=value, unit="1", observed=None, provenance=_sources(order, printed), concerns=concerns
    )


def from_reason(name: str, order: AugmentationOrder | None) -> Finding | None:
    """A diagnosis among the reasons of the order: true, or nothing to say."""
    if order is None or name not in order.reasons:
        return None
    return Finding(name=name, value=True, unit="1", observed=None, provenance=_sources(order, "reason of the order"))


def doubt_lumbar_t_score(t_score: Finding | None, order: AugmentationOrder | None) -> Finding | None:
    """A lumbar T-score of a patient with a lumbar fracture: a collapsed body reads denser than it is."""
    if t_score is None or order is None or t_score.site != "lumbar spine" or not LUMBAR & set(order.levels):
        return None
    concern = "The lumbar T-score may include the fractured level, which raises it."
    return t_score._replace(concerns=(*t_score.concerns, concern))


def _sources(order: AugmentationOrder, printed: str) -> tuple[Provenance, ...]:
    return tuple(
        Provenance(
            resource=f"context.draftOrders: {reference}", origin="context", code=order.code, printed=printed, rule=""
        )
        for reference in order.references
    )
