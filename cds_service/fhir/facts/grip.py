"""Reads grip strength: the mean of a hand's trials on the newest day, for the dominant hand, else the stronger one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.facts.chart import Chart, Outcome
from cds_service.fhir.facts.measurements import Picked, find_quantity
from cds_service.fhir.facts.observations import Reading
from cds_service.fhir.facts.quantities import Measured
from cds_service.fhir.raw_json import member, objects, text, texts_of

LATERALITY = re.compile(r"272741003\D*?=\s*(\d+)")  # |Laterality (attribute)|
SIDES = {
    "7771000": "left-side",  # Left
    "24028007": "right-side",  # Right
    "85151006": "left-side",  # Structure of left hand
    "78791008": "right-side",  # Structure of right hand
}


def side_of(body_site: Any) -> str:
    """`left-side`, `right-side`, or empty if the codes say neither or both."""
    codes = [text(coding.get("code")).strip() for coding in objects(member(body_site, "coding"))]
    named = {found[1] if (found := LATERALITY.search(code)) else code for code in codes}
    sides = {SIDES[code] for code in named if code in SIDES}
    return sides.pop() if len(sides) == 1 else ""


HAND_OF_CONCEPT = {
    "grip-strength-left": "left hand",
    "grip-strength-right": "right hand",
    "grip-strength-dominant": "dominant hand",
}
HAND_OF_WORD = {"dominant-hand": "dominant hand", "left-side": "left hand", "right-side": "right hand"}
HANDS = frozenset(HAND_OF_WORD)
NOT_STATED = ""


def find_grip(spec: FindingSpec, chart: Chart) -> Outcome:
    """Find the grip strength in kg (kilogram-force), with the hand as its site."""
    return find_quantity(spec, chart, _pick)


def _pick(usable: Sequence[Measured], spec: FindingSpec, chart: Chart) -> Picked:
    del spec  # part of the `Pick` signature
    day = max(one.moment.day for one in usable)
    hands: dict[str, list[Measured]] = {}
    for one in usable:
        if one.moment.day == day:
            hands.setdefault(_hand(one.reading, chart), []).append(one)
    means = {hand: sum(one.value for one in trials) / len(trials) for hand, trials in hands.items()}
    chosen = "dominant hand" if "dominant hand" in means else max(sorted(means), key=lambda hand: means[hand])
    concerns = () if chosen != NOT_STATED else ("Which hand was measured is not recorded.",)
    trials = tuple(sorted(hands[chosen], key=lambda one: (one.moment, one.reading.resource, one.value)))
    return Picked(value=means[chosen], used=trials, concerns=concerns, site=chosen)


def _hand(reading: Reading, chart: Chart) -> str:
    """The hand by body site or words; `dominant` as body site takes precedence over left and right."""
    named = {
        concept
        for word in (*texts_of(reading.observation.get("bodySite")), *reading.words)
        for concept in chart.terminology.text_concepts(word, HANDS)
    }
    if "dominant-hand" in named:
        return "dominant hand"
    if reading.match.concept in HAND_OF_CONCEPT:
        return HAND_OF_CONCEPT[reading.match.concept]
    if (side := side_of(reading.observation.get("bodySite"))) in HAND_OF_WORD:
        return HAND_OF_WORD[side]
    return next((hand for concept, hand in HAND_OF_WORD.items() if concept in named), NOT_STATED)
