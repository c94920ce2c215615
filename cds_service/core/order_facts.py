"""Findings from the augmentation order itself."""

from __future__ import annotations

from itertools import pairwise

from cds_service.core.facts import AugmentationOrder, Finding, Gap, Provenance, Value
from cds_service.core.vocabulary import FindingSpec

RAISED_BY_FRACTURE = "The lumbar T-score may include the fractured level, which raises it."
SPINE = (*(f"T{number}" for number in range(1, 13)), *(f"L{number}" for number in range(1, 6)))  # head to foot
OSTEOPOROSIS = ("osteoporosis", "osteoporotic-vertebral-fracture")  # as reasons of an order and on problem lists
DENSE = 1.0  # a T-score from here up does not fit osteoporosis: bone denser than the young mean
NO_LEVEL_MEASURED = "Which vertebra was measured is not recorded."
LUMBAR = frozenset({"L1", "L2", "L3", "L4"})  # the levels that DXA of the spine measures


def from_order(name: str, order: AugmentationOrder | None, value: Value | None, why: str) -> Finding | Gap:
    """A finding from the order, or a gap with `why`. If no code gave it, a concern says that it is from words."""
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


def from_reason(spec: FindingSpec, order: AugmentationOrder | None) -> Finding | Gap | None:
    """A diagnosis among the reasons of the order: true, doubtful because another reason leaves it open, or None."""
    reasons = order.reasons if order else frozenset()
    if order is None or not reasons & {*spec.value_sets, *spec.unclear}:
        return None
    sources = _sources(order, "reason of the order")
    if not reasons & set(spec.value_sets):
        why = next(why for concept, why in spec.unclear.items() if concept in reasons)
        return Gap(name=spec.name, reason="undetermined", detail=why, seen=sources)
    label = spec.label_of(reasons)
    return Finding(name=spec.name, value=True, unit="1", observed=None, provenance=sources, label=label)


def say_minus_missing(printed: str) -> str:
    """The concern about a T-score that does not fit the diagnosis."""
    return f"T-score {printed}: is a minus sign missing?"


def judge_ct_level(ct: Finding | None, order: AugmentationOrder | None) -> Finding | Gap | None:
    """HU count beside the fracture or at L1; at the fractured level they are another quantity.

    A collapsed body reads denser than its neighbours.
    """
    if ct is None or order is None or not (ct.site == "" or ct.site[0] in "TL"):
        return None
    measured, treated = frozenset(filter(None, ct.site.split(", "))), frozenset(order.levels)
    where = ct.site.replace(", ", " and ")
    if measured and measured <= treated:
        detail = f"{ct.provenance[0].printed} not used: measured at {where}, the fractured level"
        return Gap(ct.name, "other-method", detail, ct.provenance, ct.value, ct.observed)
    if measured and treated and measured <= (_neighbours(treated) | {"L1"}) - treated:
        return None
    if not measured and ct.concerns:
        return ct._replace(may_reassure=False)
    concern = f"Measured at {where}, not known to be beside the fracture." if measured else NO_LEVEL_MEASURED
    return ct._replace(concerns=(*ct.concerns, concern), may_reassure=False)


def _neighbours(levels: frozenset[str]) -> frozenset[str]:
    """The vertebrae above and below these."""
    pairs = [*pairwise(SPINE), *pairwise(reversed(SPINE))]
    return frozenset(other for one, other in pairs if one in levels)


def doubt_t_score(t_score: Finding | None, order: AugmentationOrder | None) -> Finding | Gap | None:
    """A T-score that the order makes doubtful: its sign, or the fracture in the bone that was measured.

    A collapsed body reads denser than it is.
    """
    is_dense = t_score is not None and float(t_score.value) >= DENSE
    if t_score is not None and is_dense and order is not None and order.reasons & set(OSTEOPOROSIS):
        detail = say_minus_missing(t_score.provenance[0].printed.split()[0])
        return Gap(t_score.name, "out-of-range", detail, t_score.provenance)
    if t_score is None or order is None or t_score.site != "lumbar spine" or not LUMBAR & set(order.levels):
        return None
    return t_score._replace(concerns=(*t_score.concerns, RAISED_BY_FRACTURE))


def _sources(order: AugmentationOrder, printed: str) -> tuple[Provenance, ...]:
    return tuple(
        Provenance(
            resource=f"context.draftOrders: {reference}", origin="context", code=order.code, printed=printed, rule=""
        )
        for reference in order.references
    )
