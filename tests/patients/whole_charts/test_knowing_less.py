"""Knowing less never says more, and a worse fact never calms (E4 of the page on cards).

Typical patients, and what their cards say when a value or a list is taken away, or when
a fact is added. The expected order of colours and steps is written here.
"""

import random
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    by_topic,
    days_ago,
    kyphoplasty,
    problem,
    strong_and_nourished,
)
from tests.codes import ICD, codeable
from tests.generated_patients import Signing
from tests.patients.charts import cards_of
from tests.patients.reading import text_of
from tests.patients.rules import WARNS, refracture_of
from tests.patients.typical import typical_order

NUMBER = 60
DRUGS = ("medications", "administrations", "statements")
LISTS = (
    *DRUGS,
    "conditions",
    "serviceRequests",
    "procedures",
    "boneDensity",
    "body",
    "function",
)
COLOURS = ("info", "warning")
STEPS = (
    "1 in 20",
    "1 in 10",
    "1 in 8",
    "1 in 6",
    "1 in 5",
    "1 in 4",
    "1 in 3",
    "2 in 5",
    "1 in 2",
)


@cache
def typical() -> tuple[Signing, ...]:
    """Typical orders of patients in whom much is measured: there is something to lose."""
    strong = Signing(strong_and_nourished(), (kyphoplasty("T12", code="22513"),))
    drawn = (
        typical_order(random.Random(f"less/{number}"), muscle=25)
        for number in range(NUMBER)
    )
    return (strong, *drawn)


def first_card(signing: Signing) -> Resource | None:
    found: Resource | None = by_topic(cards_of(signing)).get("rehabilitation")
    return found


def text(card: Resource | None) -> str:
    return text_of(card) if card else ""


def selected(card: Resource | None) -> set[str]:
    offered = card.get("suggestions", ()) if card else ()
    return {one["label"] for one in offered if one["isRecommended"]}


def with_less(signing: Signing) -> list[tuple[str, Signing]]:
    """Each list unread, and each measured value not final."""
    unread = [
        (f"{key} unread", replace(signing, failed=signing.failed | {key}))
        for key in LISTS
    ]
    values = [one for one in signing.record if one["resourceType"] == "Observation"]
    open_values = [
        (
            f"{value['id']} preliminary",
            replace(
                signing,
                record=tuple(_preliminary(one, value) for one in signing.record),
            ),
        )
        for value in values
    ]
    return [*unread, *open_values]


def _preliminary(one: Resource, value: Resource) -> Resource:
    return {**one, "status": "preliminary"} if one is value else one


@cache
def less_known() -> tuple[tuple[str, Resource | None, Resource | None, str], ...]:
    """Every change: what was changed, the card before, the card after."""
    return tuple(
        (f"{number}: {what}", first_card(signing), first_card(changed), what)
        for number, signing in enumerate(typical())
        for what, changed in with_less(signing)
    )


def test_enough_is_compared() -> None:
    pairs = less_known()
    assert len(pairs) > 400
    assert sum("below the usual" in text(before) for _, before, _, _ in pairs) > 5
    assert sum(bool(selected(before)) for _, before, _, _ in pairs) > 100
    assert (
        sum(
            before is not None and before["indicator"] == "warning"
            for _, before, _, _ in pairs
        )
        > 30
    )


def test_knowing_less_calls_nothing_below() -> None:
    found = [
        what
        for what, before, after, _ in less_known()
        if "below the usual" in text(after) and "below the usual" not in text(before)
    ]
    assert found == []


def test_knowing_less_says_no_none() -> None:
    """A list of drugs that was not read never gives "no bone drug", "none in …"."""
    none = re.compile(r"no bone drug|none in \d", re.IGNORECASE)
    found = [
        (what, text(after))
        for what, _, after, change in less_known()
        if change.removesuffix(" unread") in DRUGS and none.search(text(after))
    ]
    assert found == []


def test_knowing_less_chooses_nothing_new() -> None:
    found = [
        (what, selected(after) - selected(before))
        for what, before, after, _ in less_known()
        if selected(after) - selected(before)
    ]
    assert found == []


def test_a_colour_falls_only_with_its_fact_and_the_list_is_named() -> None:
    """A warning that is gone had its fact on the list that is not read now."""
    for what, before, after, change in less_known():
        was = before["indicator"] if before else "info"
        now = after["indicator"] if after else "info"
        if COLOURS.index(now) >= COLOURS.index(was):
            continue
        assert after is not None, what
        if change.endswith("unread"):
            assert "Not known:" in text(after), (what, text(after))
            assert "could not be read" in text(after), (what, text(after))


def test_no_indicator_rises() -> None:
    raised = [
        (what, before["summary"], after["summary"])
        for what, before, after, _ in less_known()
        if before
        and after
        and (before["indicator"], after["indicator"]) == ("info", "warning")
    ]
    assert raised == []


# --- a worse fact


def condition(code: str, words: str, days: int) -> Resource:
    said: dict[str, Any] = {
        "code": codeable(ICD, code, words),
        "onsetDateTime": days_ago(days),
    }
    return problem(code, number=f"worse-{code}", recordedDate=days_ago(days), **said)


WORSE = [
    condition("S72.001A", "Fracture of neck of right femur", 60),
    condition("R29.6", "Two falls this year", 60),
    condition("F03.C0", "Severe dementia", 700),
    condition("Z99.2", "Dependence on renal dialysis", 700),
    condition("G20", "Parkinson's disease", 700),
    condition("C50.911", "Malignant neoplasm of right breast", 400),
    condition("A41.9", "Sepsis", 2),
    condition("M46.46", "Discitis, lumbar region", 8),
    condition("R29.898", "Weakness of both legs", 2),
    condition("M80.08XD", "Osteoporotic fracture of vertebra", 1500),
]


@cache
def worse() -> tuple[tuple[str, Signing, Signing], ...]:
    return tuple(
        (
            f"{number}: {fact['code']['text']}",
            signing,
            replace(signing, record=(*signing.record, fact)),
        )
        for number, signing in enumerate(typical()[:30])
        for fact in WORSE
    )


def test_a_worse_fact_lowers_no_colour() -> None:
    for what, before, after in worse():
        was, now = (
            card["indicator"] if (card := first_card(one)) else "info"
            for one in (before, after)
        )
        assert COLOURS.index(now) >= COLOURS.index(was), what


def step(signing: Signing) -> int | None:
    """The step of the ladder that is said, at least or not; None where none is given."""
    refracture = refracture_of(list(cards_of(signing)))
    said = (refracture or {}).get("said")
    if said is None:
        return None
    if said["words"].startswith("more"):
        return len(STEPS)
    return STEPS.index(re.search(r"\d in \d+", said["words"])[0])  # type: ignore[index]


def test_a_worse_fact_lowers_no_figure() -> None:
    """That none is given is not lower."""
    lowered = []
    for what, before, after in worse():
        was, now = step(before), step(after)
        if was is not None and now is not None and now < was:
            lowered.append((what, was, now))
    assert lowered == []


@pytest.mark.parametrize("fact", WORSE, ids=lambda one: one["code"]["text"])
def test_below_is_never_said_beside_a_raising_fact(fact: Resource) -> None:
    for signing in typical()[:30]:
        card = first_card(replace(signing, record=(*signing.record, fact)))
        assert "below the usual" not in text(card), text(card)


def test_only_facts_of_rows_w_warn() -> None:
    for _, _, after in worse():
        card = first_card(after)
        if card and card["indicator"] == "warning":
            assert WARNS.search(card["summary"]), card["summary"]
