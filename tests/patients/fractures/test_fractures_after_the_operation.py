"""A fracture that began after the operation was not treated by it.

Levels are often missing on one side: US codes of osteoporotic fractures have none, and
exported procedures have no body site.
"""

import pytest

from tests.chart_builders import (
    LEVELS,
    ask,
    augmented,
    brace,
    by_topic,
    days_ago,
    of_patient,
    order_sign,
)
from tests.codes import CPT, ICD, ORDERS, SCT, codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import kyphoplasty_done, leaving
from tests.patients.reassuring import dated, end_is_selected, quiet_record

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
L1, L3, T12 = "S32.010A", "S32.030A", "S22.080A"
UNNAMED = "M80.08XA"


def operated(level=None, *, code="22514"):
    """Return an augmentation of a month ago."""
    site = {"bodySite": [codeable(SCT, LEVELS[level])]} if level else {}
    return augmented(30) | {"code": codeable(CPT, code)} | site


def broken(code, days, *, system=ICD, has_onset=True, **members):
    """Return a fracture of so many days ago; without onset, recorded on that day."""
    number = f"{code.replace('.', '')}-{days}"
    entry = dated(codeable(system, code), days=days, number=number, **members)
    return entry if has_onset else {k: entry[k] for k in entry if k != "onsetDateTime"}


def cards_of_brace(*entries):
    """Return the cards if a brace is signed alone, weeks after the operation."""
    return by_topic(ask(order_sign(quiet_record(*entries), brace())))


# --- the end of a brace


@pytest.mark.parametrize(
    ("operation", "code", "place"),
    [
        (operated("L1"), UNNAMED, "an unnamed vertebra"),
        (operated("L1"), "M48.56XA", "lumbar spine"),
        (operated("L1"), L1, "L1"),
        (operated(), UNNAMED, "an unnamed vertebra"),
        (operated(), T12, "T11-T12"),
        (operated(code="22513"), L3, "L3"),
        (operated(code="22513"), "S22.060A", "T7-T8"),
    ],
)
def test_a_later_fracture_keeps_the_brace(operation, code, place):
    cards = cards_of_brace(operation, broken(code, 5))
    assert f"the fracture of {place} heals" in cards["braceLimit"]["summary"]
    assert not end_is_selected(cards)


def test_a_later_fracture_keeps_the_brace_next_to_the_treated_one():
    cards = cards_of_brace(operated("L1"), broken(UNNAMED, 40), broken(UNNAMED, 5))
    assert "another fracture on record" in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("days", [30, 31, 40])
@pytest.mark.parametrize("code", [UNNAMED, L1, "M48.56XA"])
@pytest.mark.parametrize("level", ["L1", None])
def test_a_fracture_of_that_day_or_before_is_the_treated_one(level, code, days):
    cards = cards_of_brace(operated(level), broken(code, days))
    assert "fracture" not in cards["braceLimit"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(broken("M80.88", 5, system=GM), id="a code of several sites"),
        pytest.param(broken(UNNAMED, 5, has_onset=False), id="no first day"),
        pytest.param(
            broken(
                UNNAMED, 5, verificationStatus={"coding": [{"code": "provisional"}]}
            ),
            id="not certain",
        ),
    ],
)
def test_what_may_be_a_later_fracture_leaves_the_end_to_the_clinician(entry):
    cards = cards_of_brace(operated("L1"), entry)
    assert "another fresh fracture (an unnamed vertebra)" in str(cards["braceLimit"])
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(broken("M80.08XD", 5), id="code of a later visit"),
        pytest.param(broken(L1, 5, has_onset=False), id="the treated level"),
        pytest.param(broken(UNNAMED, 24, has_onset=False), id="within a week"),
    ],
)
def test_a_visit_that_records_the_treated_fracture_again_is_no_other(entry):
    cards = cards_of_brace(operated("L1"), entry)
    assert "fresh fracture (" not in cards["braceLimit"]["detail"]
    assert "another fracture on record" not in cards["braceLimit"]["detail"]


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_second_operation_that_is_planned_may_be_for_the_later_fracture(is_planned):
    """One that was ordered and has no day leaves it open."""
    order = of_patient(
        "ServiceRequest",
        "second",
        status="active",
        intent="order",
        code=codeable(CPT, "22513"),
        authoredOn=days_ago(3),
        occurrenceDateTime=days_ago(-5) if is_planned else None,
    )
    cards = cards_of_brace(operated("L1"), order, broken(UNNAMED, 5))
    assert ("fracture" in cards["braceLimit"]["detail"]) is not is_planned


# --- leaving


@pytest.mark.parametrize("days", [2, 25])
@pytest.mark.parametrize("level", ["L1", None])
@pytest.mark.parametrize(
    ("code", "place"), [(UNNAMED, "an unnamed vertebra"), (T12, "T11-T12")]
)
def test_a_later_fracture_is_said_at_discharge(code, place, level, days):
    operation = kyphoplasty_done(level, days=days)
    (card,) = leaving(coded(UNNAMED, days=40), operation, coded(code, days=1))
    assert f"recent fracture of {place} not treated. Who follows" in card["summary"]


@pytest.mark.parametrize("level", ["L1", None])
@pytest.mark.parametrize("days", [2, 20])
def test_the_treated_fracture_brings_no_card(days, level):
    assert leaving(coded(UNNAMED, days=days), kyphoplasty_done(level)) == []


def test_a_fracture_of_another_region_than_the_operations_is_said():
    (card,) = leaving(coded(L3), coded(T12), kyphoplasty_done(None))
    assert "recent fracture of T11-T12 not treated" in card["summary"]


@pytest.mark.parametrize(
    "operation",
    [
        kyphoplasty_done(None),
        kyphoplasty_done(None, code=codeable(ORDERS, "kyphoplasty")),
    ],
)
def test_of_two_fractures_one_operation_treats_one(operation):
    (card,) = leaving(coded(L1), coded(L3), operation)
    assert "fracture of L1 or L3 perhaps not treated. Who follows" in card["summary"]


def test_of_two_fractures_an_operation_of_two_levels_treats_both():
    additional = kyphoplasty_done(None, code=codeable(CPT, "22515"), number="more")
    assert leaving(coded(L3), coded(T12), kyphoplasty_done(None), additional) == []


def test_two_entries_of_one_fracture_are_one():
    regional = coded("M48.56XA", days=19)
    assert leaving(coded(L3), regional, kyphoplasty_done(None)) == []
