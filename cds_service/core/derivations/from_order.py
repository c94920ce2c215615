"""Findings that the order states, leaves open or makes doubtful."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from cds_service.core.anatomy import SPINE
from cds_service.core.derivations.findings_so_far import FindingsSoFar, undetermined
from cds_service.core.findings import Finding, Gap, Origin, Provenance, Value
from cds_service.core.orders import REASON_NOT_UNDERSTOOD, AugmentationOrder
from cds_service.core.vocabulary import ConditionSpec, EventSpec, ListSpec

NO_LEVEL = "the order does not say which level"
# Findings for which only these concepts count as a mention; for others, all of their
# value sets do.
MENTIONED_ALONE = {
    "prior-vertebral-fracture": frozenset({"earlier-vertebral-fracture"})
}
# Findings that raise the risk and that an order may mention.
MENTIONABLE = (
    "prior-vertebral-fracture",
    "hip-fracture",
    "severe-kidney-disease",
    "repeated-falls",
    "dementia",
    "severe-frailty",
    "parkinson",
)
# Findings that the reason of an order may state.
GIVEN_AS_REASON = (
    "malignancy",
    "active-cancer",
    "recent-cancer",
    "bone-malignancy",
    "spinal-infection",
    "present-spinal-infection",
    "sepsis",
    "unstable-fracture",
    "stable-burst-fracture",
    "spinal-instability",
    "neurological-deficit",
    "new-deficit",
    "high-energy-cause",
    "end-of-life",
)
RAISED_BY_FRACTURE = (
    "The lumbar T-score may include the fractured level, which raises it."
)
# as reasons of an order and on problem lists
OSTEOPOROSIS = ("osteoporosis", "osteoporotic-vertebral-fracture")
# a T-score from here up does not fit osteoporosis: denser bone than in the young
DENSE = 1.0
# Words of an order that were not understood may name these.
MAY_BE_NAMED = frozenset({"malignancy", "spinal-infection"})
COUNT_UNSURE = "whether more levels are treated is not clear"
NOT_UNDERSTOOD = "a reason of the order was not understood"
MENTIONED = "the order's words mention it"
NO_LEVEL_MEASURED = "Which vertebra was measured is not recorded."
# the levels that DXA of the spine measures
LUMBAR = frozenset({"L1", "L2", "L3", "L4"})
# What the order says, and the reason for the gap if it does not say it. Levels are
# listed from head to foot, `T12,L1`. Codes for additional levels add to the number. The
# junction is any treated level from T10 to L2.
OF_ORDER: Mapping[str, tuple[Callable[[AugmentationOrder], Value | None], str]] = {
    "procedure": (
        lambda order: order.procedure,
        "the order does not say which procedure",
    ),
    "treated-levels": (lambda order: ",".join(order.levels.names), NO_LEVEL),
    "level-count": (
        lambda order: float(order.levels.count) if order.levels.count else None,
        "the order does not say how many",
    ),
    "tl-junction": (lambda order: order.levels.is_at_junction, NO_LEVEL),
}


def by_order(name: str, so_far: FindingsSoFar) -> Finding | Gap:
    """Take what the order says; an unsure count of levels reassures nobody."""
    read_value, why = OF_ORDER[name]
    order = so_far.order
    value = read_value(order) if order else None
    finding = from_order(name, order, value, why)
    if name != "level-count" or order is None or order.levels.is_count_sure:
        return finding
    if not isinstance(finding, Finding):
        return finding
    if float(finding.value) > 1:
        concerns = (*finding.concerns, COUNT_UNSURE)
        return finding._replace(concerns=concerns, may_reassure=False)
    return undetermined(name, COUNT_UNSURE, finding.provenance)


def by_reason(name: str, so_far: FindingsSoFar) -> Finding | Gap | None:
    """Take a diagnosis given as a reason of the order, even if the list denies it.

    Words of the order that were not understood, or only speak of it, say less than an
    entry that names it.
    """
    spec = so_far.specs[name]
    if _is_stated(name, so_far) or not isinstance(spec, ListSpec):
        return None
    taken = _from_reason(spec, so_far.order)
    on_record = so_far.gaps.get(name)
    if isinstance(taken, Gap) and on_record and on_record.is_mentioned:
        return None if taken.is_unnamed or taken.is_spoken_of else taken
    return taken


def by_mention(name: str, so_far: FindingsSoFar) -> Gap | None:
    """Leave open what the order's words mention and no list states."""
    spec, order = so_far.specs.get(name), so_far.order
    if order is None or _is_stated(name, so_far) or not isinstance(spec, ListSpec):
        return None
    # The treated fracture is in the same value sets as an earlier one.
    concepts = MENTIONED_ALONE.get(name, frozenset(spec.value_sets))
    named = order.doubts & frozenset(concepts)
    if not named:
        return None
    mentioned = undetermined(name, MENTIONED, _sources(order, "words of the order"))
    return mentioned._replace(is_spoken_of=named <= order.spoken_of)


def _is_stated(name: str, so_far: FindingsSoFar) -> bool:
    """Tell if the record says yes to this finding."""
    return name in so_far.known and so_far.known[name].value is True


def from_order(
    name: str, order: AugmentationOrder | None, value: Value | None, why: str
) -> Finding | Gap:
    """Make a finding from the order, or a gap with `why`.

    If no code gave it, a concern says that it is from words.
    """
    if order is None:
        return undetermined(name, "no augmentation is being ordered")
    if value is None or value == "":
        return undetermined(name, why, _sources(order, ""))
    words = order.recognised_by if name == "procedure" else order.levels.source
    concerns: tuple[str, ...] = ()
    if words == "text":
        concerns = ("Recognised by words of the order, not by a code.",)
    printed = value if isinstance(value, str) else ",".join(order.levels.names)
    return Finding(
        name,
        value,
        "1",
        observed=None,
        provenance=_sources(order, printed),
        concerns=concerns,
    )


def _from_reason(
    spec: ListSpec, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Find a diagnosis among the reasons of the order: true, a gap, or None.

    It is a gap if another reason leaves it open, if the order only mentions it, or if
    words that were not understood may name it.
    """
    if order is None:
        return None
    sources = _sources(order, "reason of the order")
    if order.reasons & set(spec.value_sets):
        return Finding(
            spec.name,
            True,
            "1",
            observed=None,
            provenance=sources,
            label=spec.label_of(order.reasons),
        )
    unclear = spec.unclear if isinstance(spec, ConditionSpec | EventSpec) else {}
    for concept, why in unclear.items():
        if concept in order.reasons:
            return undetermined(spec.name, why, sources)
    named = order.doubts & {*spec.value_sets, *unclear}
    if not named:
        why = _unread_in(spec, order)
        unread = undetermined(spec.name, why, sources)._replace(is_unnamed=True)
        return unread if why else None
    mentioned = undetermined(
        spec.name, MENTIONED, _sources(order, "words of the order")
    )
    return mentioned._replace(is_spoken_of=named <= order.spoken_of)


def _unread_in(spec: ListSpec, order: AugmentationOrder) -> str:
    """Return why words not understood may name this disease; empty if they do not."""
    if spec.name in MAY_BE_NAMED and order.unread:
        return f"the order's {', '.join(order.unread)} not understood"
    is_open = spec.name == "malignancy" and REASON_NOT_UNDERSTOOD in order.doubts
    return NOT_UNDERSTOOD if is_open else ""


def minus_missing_text(printed: str) -> str:
    """Write the concern about a T-score that does not fit the diagnosis."""
    return f"T-score {printed}: is a minus sign missing?"


def judge_ct_level(
    ct: Finding | None, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Doubt HU that are not measured next to the fracture or at L1.

    A collapsed body reads denser than its neighbours.
    """
    if ct is None or order is None:
        return None
    is_of_spine = ct.site == "" or ct.site[0] in "TL"
    if not is_of_spine:
        return None
    measured = frozenset(filter(None, ct.site.split(", ")))
    treated = frozenset(order.levels.names)
    place = ct.site.replace(", ", " and ")
    if measured and measured <= treated:
        printed = ct.provenance[0].printed
        detail = f"{printed} not used: measured at {place}, the fractured level"
        return Gap(
            ct.name, "other-method", detail, ct.provenance, ct.value, ct.observed
        )
    neighbours = {
        neighbour
        for level, neighbour in (*pairwise(SPINE), *pairwise(reversed(SPINE)))
        if level in treated
    }
    if measured and treated and measured <= (neighbours | {"L1"}) - treated:
        return None
    if not measured and ct.concerns:
        return ct._replace(may_reassure=False)
    concern = NO_LEVEL_MEASURED
    if measured:
        concern = f"Measured at {place}, not known to be next to the fracture."
    return ct._replace(concerns=(*ct.concerns, concern), may_reassure=False)


def doubt_t_score(
    t_score: Finding | None, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Doubt a T-score by the order: its sign, or the fracture in the bone measured.

    A collapsed body reads denser than it is.
    """
    if t_score is None or order is None:
        return None
    concerns = t_score.concerns
    is_dense = float(t_score.value) >= DENSE
    if is_dense:
        printed = t_score.provenance[0].printed.partition(" ")[0]
        doubt = minus_missing_text(printed or f"{float(t_score.value):g}")
        if order.reasons & set(OSTEOPOROSIS):
            return Gap(t_score.name, "out-of-range", doubt, t_score.provenance)
        concerns = (*concerns, doubt)
    if t_score.site == "lumbar spine" and LUMBAR & set(order.levels.names):
        concerns = (*concerns, RAISED_BY_FRACTURE)
    return t_score._replace(
        concerns=concerns, may_reassure=t_score.may_reassure and not is_dense
    )


def _sources(order: AugmentationOrder, printed: str) -> tuple[Provenance, ...]:
    references: tuple[str, ...] = order.references
    origin: Origin = "fhir"
    if not order.performed:
        references = tuple(
            f"context.draftOrders: {reference}" for reference in references
        )
        origin = "context"
    return tuple(
        Provenance(reference, origin, order.code, printed, rule="")
        for reference in references
    )
