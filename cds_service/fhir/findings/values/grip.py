"""Read grip strength: a hand's trials on the newest day.

The dominant hand counts, else the stronger one.
"""

import re
from collections.abc import Sequence

from cds_service.core.vocabulary import GripSpec, QuantitySpec
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.findings.chart import Chart, FindingOrGap, Reading
from cds_service.fhir.findings.values.measurements import Chosen, find_measurement
from cds_service.fhir.findings.values.quantities import Measured
from cds_service.fhir.raw_json import member, objects, text, texts_of

LATERALITY = re.compile(r"272741003\D*?=\s*(\d+)")  # |Laterality (attribute)|
DOMINANT = "dominant hand"
HAND_WORDS = ("dominant-hand", "left-side", "right-side")
HAND_SITES = frozenset({"left-hand", "right-hand"})
# The hand by concept: of words, of a body site, of the value's own code.
HANDS = {
    "dominant-hand": DOMINANT,
    "grip-strength-dominant": DOMINANT,
    "left-side": "left hand",
    "left-hand": "left hand",
    "grip-strength-left": "left hand",
    "right-side": "right hand",
    "right-hand": "right hand",
    "grip-strength-right": "right hand",
}
NOT_STATED = ""
# A rule of `methods.toml`: a palsy of one side, and the words for that side.
ONE_SIDED = ("one-sided-palsy",)
SIDES = {"left hand": "left-side", "right hand": "right-side"}
OF_PALSY = "it is of the hand that a palsy on the problem list weakens"
HAND_NOT_RECORDED = "Which hand was measured is not recorded."


def find_grip(spec: GripSpec, chart: Chart) -> FindingOrGap:
    """Find the grip strength of the dominant hand, else of the stronger one."""
    return find_measurement(spec, chart, choose=_choose_hand)


def _choose_hand(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Chosen:
    """Choose the grip strength of a hand, in kg: the mean of its trials of that day."""
    del spec  # part of the `Choose` signature
    # A value of the dominant hand counts even if the other hand was measured later.
    dominant = [one for one in usable if _hand(one.reading, chart) == DOMINANT]
    usable = dominant or usable
    day = max(one.moment.day for one in usable)
    hands: dict[str, list[Measured]] = {}
    for measured in usable:
        if measured.moment.day == day:
            hands.setdefault(_hand(measured.reading, chart), []).append(measured)
    means = {
        hand: sum(one.value for one in trials) / len(trials)
        for hand, trials in hands.items()
    }
    chosen = max(sorted(means), key=lambda hand: means[hand])
    concerns = (HAND_NOT_RECORDED,) if chosen == NOT_STATED else ()
    trials = sorted(
        [one._replace(site=chosen) for one in hands[chosen]],
        key=lambda trial: (trial.moment, trial.reading.entry.reference, trial.value),
    )
    conflict = OF_PALSY if _is_palsied(chosen, chart) else ""
    return Chosen(means[chosen], tuple(trials), concerns, conflict)


def _is_palsied(hand: str, chart: Chart) -> bool:
    """Tell if a diagnosis names a palsy of the side of this hand."""
    side, terminology = SIDES.get(hand), chart.terminology
    if side is None:
        return False
    titles = (
        title
        for entry in chart.of_kind("Condition")
        if certainty_of(entry.raw) != "denied"
        for title in texts_of(entry.raw.get("code"))
    )
    return any(
        terminology.methods.named(title, ONE_SIDED)
        and side in terminology.text_concepts(title, frozenset({side}))
        for title in titles
    )


def _hand(reading: Reading, chart: Chart) -> str:
    """Return the hand by code, body site or words; empty if none of them names it.

    `dominant` in words takes precedence over left and right.
    """
    site, terminology = reading.entry.raw.get("bodySite"), chart.terminology
    words = (*reading.site_words, *reading.words)
    named = {
        concept
        for word in words
        for concept in terminology.text_concepts(word, frozenset(HAND_WORDS))
    }
    codings = [(one, text(one.get("code"))) for one in objects(member(site, "coding"))]
    # A post-coordinated site, `85562004:272741003=7771000`, gives the side as
    # laterality.
    parts = []
    for coding, code in codings:
        side = LATERALITY.search(code)
        parts.append({**coding, "code": side[1] if side else code})
    sides = terminology.concepts(parts) & HAND_SITES
    concepts = [
        *(named & {"dominant-hand"}),
        reading.match.concept,
        *(sides if len(sides) == 1 else ()),
    ]
    concepts += [concept for concept in HAND_WORDS if concept in named]
    return next(
        (HANDS[concept] for concept in concepts if concept in HANDS), NOT_STATED
    )
