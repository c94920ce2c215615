"""Knowing less never says more: what the cards say when a value is taken away, or grows old."""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from tests.chart_builders import ASSESSMENTS, augmented, by_topic, drug, kyphoplasty, patient, problem, quiet_lists
from tests.generated_patients import Signing
from tests.patients.charts import cards_of, measured
from tests.patients.rules import headline_of
from tests.patients.typical import typical_order

NUMBER = 70
# Inputs of the three models, and what they are derived from.
INPUTS = {
    *("bmd-t-score", "bmi", "grip-strength", "gait-speed", "appendicular-muscle-index", "pma-rate"),
    *("ct-attenuation", "multifidus-smi", "psoas-total-area"),
}
# By how many days a value grows older: BMI and muscle are used and no longer fresh; so the T-score; nothing is usable.
AGES = (300, 900, 4200)


@cache
def measured_patients():
    """Typical orders of thinner patients, in whom muscle and HU are measured often: there is something to lose."""
    return tuple(typical_order(random.Random(f"less/{number}"), muscle=25, bmi=20) for number in range(NUMBER))


def changes_of(signing):
    """Each input taken away, and grown older."""
    for value in signing.record:
        if value["resourceType"] == "Observation" and value["id"].removeprefix("o-") in INPUTS:
            rest = tuple(one for one in signing.record if one is not value)
            yield f"{value['id']} taken away", replace(signing, record=rest)
            for days in AGES:
                moment = date.fromisoformat(value["effectiveDateTime"]) - timedelta(days=days)
                older = {**value, "effectiveDateTime": moment.isoformat()}
                yield f"{value['id']} {days} days older", replace(signing, record=(*rest, older))


def studies_of(cards):
    """The study that speaks, and those beside it: one that falls silent no longer contradicts."""
    headline = headline_of(cards)
    if headline is None:
        return None
    models = by_topic(cards)["rehabilitation"]["extension"][ASSESSMENTS][0]["models"]
    return headline["model"], {one["model"] for one in models if "risk" in one}


def percentage_of(cards):
    card = by_topic(cards).get("rehabilitation")
    found = re.search(r"\d+ ?%", card["summary"]) if card else None
    return found[0] if found else None


@cache
def compared():
    """Every change beside what it was: within one study; another study speaking is counted and left out."""
    pairs, counts = [], Counter()
    for number, signing in enumerate(measured_patients()):
        before = cards_of(signing)
        for what, changed in changes_of(signing):
            after = cards_of(changed)
            spoke, speaks = studies_of(before), studies_of(after)
            other = None not in (spoke, speaks) and spoke != speaks
            counts["another study" if other else "compared"] += 1
            if not other:
                pairs.append((f"{number}: {what}", before, after))
    return pairs, counts


def test_enough_is_compared():
    """Most changes leave the same study speaking, or none; the others say nothing about this rule."""
    pairs, counts = compared()
    assert counts["compared"] > 300, counts
    assert counts["compared"] > 3 * counts["another study"], counts
    assert sum(percentage_of(before) is not None for _, before, _ in pairs) > 10
    assert sum(by_topic(before)["rehabilitation"]["indicator"] == "warning" for _, before, _ in pairs) > 5


@pytest.mark.parametrize("topic", ["rehabilitation", "braceLimit", "missingData"])
def test_no_indicator_rises(topic):
    raised = []
    for what, before, after in compared()[0]:
        was, now = (by_topic(cards).get(topic, {"indicator": "info", "summary": ""}) for cards in (before, after))
        if (was["indicator"], now["indicator"]) == ("info", "warning"):
            raised.append((what, was["summary"], now["summary"]))
    assert raised == [], f"{len(raised)} times"


def test_no_percentage_appears():
    appeared = [
        (what, by_topic(before)["rehabilitation"]["summary"], by_topic(after)["rehabilitation"]["summary"])
        for what, before, after in compared()[0]
        if percentage_of(after) and not percentage_of(before)
    ]
    assert appeared == [], f"{len(appeared)} times"


# --- what a study excluded: what is not decided about it reassures nobody

REASSURED = {"bmd-t-score": -1.9, "bmi": 21.5, "pma-rate": 47, "grip-strength": 24, "gait-speed": 1.2}
UNDATED = {name: value for name, value in augmented(400).items() if name != "performedDateTime"}


def card_with(*resources, failed=()):
    record = (patient(age=68), *quiet_lists(), measured("appendicular-muscle-index", 6.4))
    record += tuple(measured(name, value) for name, value in REASSURED.items())
    signing = Signing((*record, *resources), (kyphoplasty("T12", code="22513"),), frozenset(failed))
    return by_topic(cards_of(signing))["rehabilitation"]


def test_a_patient_of_the_study_is_reassured():
    assert "below average" in card_with()["summary"]


@pytest.mark.parametrize(
    ("resources", "failed", "named"),
    [
        ((drug("prednisolone", status="unknown"),), (), "systemic steroid"),
        ((drug("losartan", number="x", medicationCodeableConcept={"text": "Qwertzin"}),), (), "systemic steroid"),
        ((), ("medications",), "systemic steroid"),
        ((), ("procedures",), "earlier vertebral fracture"),
        ((UNDATED,), (), "earlier vertebral fracture"),
        ((problem("M80.08XA", recordedDate=None),), (), "earlier vertebral fracture"),
    ],
)
def test_an_exclusion_that_the_record_leaves_open_reassures_nobody(resources, failed, named):
    card = card_with(*resources, failed=failed)
    assert f"{named} not excluded" in card["summary"]
    assert "%" not in card["summary"]
    assert "this would be" not in str(card)  # the figure at another incidence
