"""The drug on which a fracture happened, beside a tablet that a ward gave since.

A ward gives the tablet that it has in place of the one taken at home. That is no change
of treatment: whoever fractured on a drug gets its review.
"""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    dispensed,
    kyphoplasty,
    order_sign,
    ordered,
)
from tests.codes import ATC, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    RISEDRONATE,
    TERIPARATIDE,
    ZOLEDRONATE,
    chart,
    coded,
    given,
    medication,
    statement,
)
from tests.patients.leaving import leave, leaving_chart

DENOSUMAB = "M05BX04"
WARD = given("alendronate", ALENDRONATE, 2)


def supplies(code, *days):
    """A supply of this drug so many days ago each."""
    drug = codeable(ATC, code)
    return [dispensed(drug, days=day, number=f"d-{code}-{day}") for day in days]


def summary(*entries):
    """The summary for a fracture of 20 days ago; rehabilitation is ordered."""
    record = chart(coded("M80.08XA"), ordered("rehabilitation"), *entries)
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    ("home", "leads"),
    [
        pytest.param(
            supplies(RISEDRONATE, 30, 120, 210, 300, 390, 480),
            "Fracture on risedronate (since ",
            id="supplies of another",
        ),
        pytest.param(
            [statement("teriparatide", TERIPARATIDE, 600)],
            "Fracture on teriparatide (since ",
            id="an anabolic drug of the list",
        ),
        pytest.param(
            [statement("risedronate", RISEDRONATE, 600, 5, "completed")],
            "Fracture on risedronate (since ",
            id="one that ended after the fracture",
        ),
        pytest.param(
            [statement("risedronate", RISEDRONATE, 150)],
            "Fracture 4 months into risedronate",
            id="one of some months",
        ),
        pytest.param(
            [medication("risedronate", RISEDRONATE, 1900)],
            "Risedronate prescribed 2021, intake not recorded",
            id="one that is only ordered",
        ),
        pytest.param(
            [given("denosumab", DENOSUMAB, 150)],
            "Fracture on denosumab (23 Jun)",
            id="denosumab in time",
        ),
        pytest.param(
            [given("denosumab", DENOSUMAB, 205)],
            "Denosumab was due 29 Oct (last 29 Apr)",
            id="denosumab due",
        ),
    ],
)
def test_a_tablet_of_the_ward_does_not_hide_the_drug_of_the_fracture(home, leads):
    words = summary(*home, WARD)
    assert words.startswith(leads)
    assert "alendronate since 18 Nov" in words


def test_a_tablet_begun_before_the_fracture_does_not_hide_denosumab_in_time():
    words = summary(given("denosumab", DENOSUMAB, 120), *supplies(ALENDRONATE, 60, 30))
    assert words.startswith("Fracture on denosumab")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(given("zoledronate", ZOLEDRONATE, 3), id="an infusion"),
        pytest.param(given("denosumab", DENOSUMAB, 3), id="denosumab"),
        pytest.param(statement("teriparatide", TERIPARATIDE, 3), id="an anabolic drug"),
    ],
)
def test_a_change_of_treatment_since_the_fracture_leads(change):
    record = chart(
        coded("M80.08XA"), statement("alendronate", ALENDRONATE, 2500), change
    )
    cards = by_topic(ask(order_sign(record, kyphoplasty())))
    assert "started 1" in cards["rehabilitation"]["summary"]


def test_another_tablet_of_the_same_kind_is_no_new_course():
    words = summary(
        *supplies(RISEDRONATE, 540, 450, 360, 270, 180),
        *supplies(ALENDRONATE, 90, 40),
    )
    assert words.startswith("Fracture on alendronate (after risedronate, since ")


def test_a_tablet_after_one_of_unknown_start_is_not_too_early_to_judge():
    old = medication("risedronate", RISEDRONATE, 1900)
    words = summary(old, *supplies(ALENDRONATE, 90, 40))
    assert "too early" not in words
    assert "ask, then review" in words


def test_a_drug_that_ended_before_the_fracture_does_not_lead():
    over = statement("risedronate", RISEDRONATE, 2500, 1400, "completed")
    record = chart(coded("M80.08XA"), over, WARD)
    words = by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]
    assert words["summary"].startswith("Alendronate started 18 Nov for this fracture")


def test_the_discharge_says_the_drug_of_the_fracture():
    home = supplies(RISEDRONATE, 30, 120, 210, 300, 390, 480)
    record = leaving_chart(*home, WARD, ordered("rehabilitation"))
    (card,) = leave(record)
    assert "fracture on risedronate" in card["summary"]
