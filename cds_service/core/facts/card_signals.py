"""Signals that decide on the wording of a card: orders, age, T-score, unread lists."""

from math import inf

from cds_service.core.derivations.computed import MNA_MALNOURISHED
from cds_service.core.facts.open_signals import is_named_lately
from cds_service.core.facts.situation import (
    SIGNALS,
    Signal,
    Situation,
    register,
    signal,
)
from cds_service.core.findings import Finding
from cds_service.core.models.pooled_result import FRAGILITY_AGE
from cds_service.core.orders import SupportOrder
from cds_service.core.words.phrases import in_brackets, joined, say
from cds_service.core.words.wording import near_date_text

LOW_T, VERY_LOW_T = -2.5, -3.0
OLD = 65  # years; treatment without further tests from here on (ASBMR coalition 2020)
EARLIER_FRACTURES = ("prior-vertebral-fracture", "prior-augmentation", "hip-fracture")


def _register_ordered(kind: str) -> None:
    """Register the signal that an order of this kind was found."""

    def detect(situation: Situation) -> Signal | None:
        orders = situation.support.counted(kind)
        if not orders:
            return None
        return Signal(_ordered_text(orders[0], situation), orders[:1])

    name = "review" if kind == "bone-treatment" else kind
    register(f"{name}-ordered", detect)


def _ordered_text(order: SupportOrder, situation: Situation) -> str:
    """Write `ordered (19 Nov)`, `among these orders`."""
    if order.is_draft:
        return say("among these orders")
    day = order.written.day or order.start
    if day is None:
        return say("ordered")
    return in_brackets(say("ordered"), near_date_text(day, situation.today))


for _kind in ("bone-treatment", "rehabilitation", "biopsy"):
    _register_ordered(_kind)


def _t_score(situation: Situation, most: float = inf) -> Signal | None:
    value = situation.findings.number("bmd-t-score")
    if value is None or value > most:
        return None
    return Signal(evidence=(situation.findings.known["bmd-t-score"],))


register("t-score-known", _t_score)
register("low-t-score", lambda situation: _t_score(situation, LOW_T))
register("very-low-t-score", lambda situation: _t_score(situation, VERY_LOW_T))


@signal("young")
def _young(situation: Situation) -> Signal | None:
    """Find a patient so young that weak bone is not the likely cause."""
    age = situation.findings.number("age")
    if age is None or age >= FRAGILITY_AGE:
        return None
    return Signal(
        say("age {age}", age=f"{age:.0f}"), (situation.findings.known["age"],)
    )


@signal("age-unknown")
def _age_unknown(situation: Situation) -> Signal | None:
    """Find a patient who may be young: no button is pre-selected for them."""
    if situation.findings.number("age") is not None:
        return None
    return Signal(say("age not known"))


@signal("weak-bone-likely")
def _weak_bone_likely(situation: Situation) -> Signal | None:
    """Find a sign of weak bone (E10).

    It is a low T-score, an earlier fracture, a code M80 for this fracture, or an age
    from 65.
    """
    findings = situation.findings
    if t_score := _t_score(situation, LOW_T):
        return t_score
    for name in EARLIER_FRACTURES:
        if findings.is_true(name):
            return Signal(evidence=(findings.known[name],))
    index = findings.known.get("index-fracture")
    if index and any("|M80" in source.code for source in index.provenance):
        return Signal(evidence=(index,))
    age = findings.number("age")
    if age is None or age < OLD:
        return None
    return Signal(say("age {age}", age=f"{age:.0f}"), (findings.known["age"],))


@signal("lists-not-read")
def _lists_not_read(situation: Situation) -> Signal | None:
    """Name lists of problems, drugs or orders not read whole, or not understood."""
    missing = situation.lists_not_read
    return Signal(", ".join(missing)) if missing else None


@signal("orders-unread")
def _orders_unread(situation: Situation) -> Signal | None:
    """Find a list of orders that was not read whole: nothing is "not ordered" then."""
    return Signal() if "serviceRequests" in situation.lists_cut else None


@signal("order-unnamed")
def _order_unnamed(situation: Situation) -> Signal | None:
    """Find an order that does not name what it orders: a referral, or a biopsy."""
    return Signal() if situation.support.has_unnamed else None


@signal("rehabilitation-unclear")
def _rehabilitation_unclear(situation: Situation) -> Signal | None:
    """Find an order of rehabilitation that may be for something else than the spine.

    None is "not ordered" then, and none counts as ordered.
    """
    support, kind = situation.support, "rehabilitation"
    if support.counted(kind):
        return None
    unclear = [one for one in support.may_count(kind) if not one.standing.is_read_whole]
    return Signal() if unclear else None


@signal("rehabilitation-may-end")
def _rehabilitation_may_end(situation: Situation) -> Signal | None:
    """Find an order of rehabilitation that may be of the stay alone, at a discharge."""
    support, kind = situation.support, "rehabilitation"
    if support.counted(kind):
        return None
    unsure = [
        one for one in support.may_count(kind) if one.standing.not_now == "unsure"
    ]
    return Signal() if unsure else None


@signal("unstable-spine")
def _unstable_spine(situation: Situation) -> Signal | None:
    """Find an unstable fracture or spine, or a deficit: no training with either.

    One that was named lately and is not excluded weighs as much, unless it is a deficit
    that its entry calls old. Its word `bone` names the fracture or spine alone, and is
    missing if there is only a deficit.
    """
    findings, wording = situation.findings, situation.wording
    names = ("unstable-fracture", "spinal-instability", "neurological-deficit")
    unstable = [findings.known[name] for name in names if findings.is_true(name)]
    labels: dict[str, str] = {
        finding.name: finding.label or wording.name(finding.name)
        for finding in unstable
    }
    labels |= {
        name: say("{name} not excluded", name=wording.name(name))
        for name in names
        if name not in labels and is_named_lately(name, situation)
    }
    if names[2] not in labels and is_named_lately("new-deficit", situation):
        new = say("{name} not excluded", name=wording.name("new-deficit"))
        labels["new-deficit"] = new
    if not labels:
        return None
    of_bone = [text for name, text in labels.items() if name in names[:2]]
    words = {"bone": joined(of_bone)} if of_bone else {}
    return Signal(joined(labels.values()), tuple(unstable), words=words)


@signal("unstable-bone")
def _unstable_bone(situation: Situation) -> Signal | None:
    """Find an unstable fracture or spine; a deficit alone is not one."""
    unstable = SIGNALS["unstable-spine"](situation)
    if unstable is None or not unstable.words:
        return None
    evidence = [
        finding
        for finding in unstable.evidence
        if isinstance(finding, Finding) and finding.name != "neurological-deficit"
    ]
    return Signal(unstable.words["bone"], tuple(evidence))


@signal("malnourished")
def _malnourished(situation: Situation) -> Signal | None:
    """Find MNA under 17 points, or its category C without the points."""
    score = situation.findings.known.get("mna-score")
    category = situation.findings.known.get("mna-category")
    if score is not None and float(score.value) < MNA_MALNOURISHED:
        return Signal(situation.wording.phrase(score), (score,))
    if score is None and category is not None and category.value == "C":
        return Signal(situation.wording.phrase(category), (category,))
    return None


@signal("no-pooled-figure")
def _no_pooled_figure(situation: Situation) -> Signal | None:
    """Find a patient of whom the pooled model says nothing, whatever is measured."""
    return None if situation.assessment.pooled else Signal()


@signal("fls-in-order-set")
def _fls_in_order_set(situation: Situation) -> Signal | None:
    """Find fracture liaison in the site's order set."""
    return Signal() if situation.policy.suggestions.fls_in_order_set else None
