"""An operation whose entry is not understood leads to a card that asks to read it.

An extension may reverse its meaning, or an element is broken: it was perhaps done.
"""

import pytest

from tests.chart_builders import days_ago
from tests.codes import CPT, codeable
from tests.patients.inpatients import chart, coded, given
from tests.patients.leaving import (
    act_noting,
    kyphoplasty_done,
    leave,
    summaries_after,
    summaries_beside,
)

MODIFIER = {"modifierExtension": [{"url": "http://x.org/n", "valueBoolean": True}]}
PERHAPS = "Leaving, perhaps after kyphoplasty L1 (18 Nov): "
READ = "1 recent entry not understood. Read before leaving."
BROKEN = [
    pytest.param(MODIFIER, id="extension"),
    pytest.param({"modifierExtension": [{}]}, id="empty extension"),
    pytest.param({"code": codeable(CPT, "22514") | MODIFIER}, id="of its code"),
    pytest.param({"implicitRules": "http://x.org/rules"}, id="rules"),
    pytest.param({"status": 7}, id="status a number"),
    pytest.param({"status": ["completed"]}, id="status a list"),
    pytest.param({"status": {"coding": []}}, id="status a code"),
    pytest.param({"note": "done"}, id="broken note"),
    pytest.param(MODIFIER | {"code": {"text": "Kyphoplasty L1"}}, id="in words"),
]
NOT_OURS = [
    pytest.param(MODIFIER | {"status": "not-done"}, id="not done"),
    pytest.param(MODIFIER | {"status": "entered-in-error"}, id="in error"),
    pytest.param(MODIFIER | {"status": "preparation"}, id="in preparation"),
    pytest.param(MODIFIER | {"status": "cancelled"}, id="cancelled"),
    pytest.param(MODIFIER | {"code": codeable(CPT, "45378")}, id="colonoscopy"),
    pytest.param(
        MODIFIER | {"performedDateTime": days_ago(60), "encounter": None}, id="old"
    ),
    pytest.param(MODIFIER | {"performedDateTime": "2027-11-18"}, id="to come"),
    pytest.param(
        MODIFIER | {"subject": {"reference": "Patient/other"}}, id="of another"
    ),
]


@pytest.mark.parametrize("members", BROKEN)
def test_its_entry_is_asked_about(members):
    assert summaries_after(**members) == [PERHAPS + READ]


@pytest.mark.parametrize("members", BROKEN)
def test_harm_since_its_day_leads(members):
    (summary,) = summaries_after(act_noting("New foot drop left"), **members)
    assert summary.startswith(f"{PERHAPS}new neurological deficit not excluded")


@pytest.mark.parametrize("members", NOT_OURS)
def test_what_was_not_done_now_makes_no_card(members):
    assert summaries_after(**members) == []


def test_a_warning_is_said():
    overdue = given("denosumab", "M05BX04", 256)
    done = kyphoplasty_done(**MODIFIER)
    (card,) = leave(chart(coded("M80.08XA", days=20), done, overdue))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(f"{PERHAPS}denosumab overdue")


def test_next_to_one_that_is_certain_it_adds_no_card():
    assert summaries_beside(kyphoplasty_done("L3", number="second", **MODIFIER)) == []
