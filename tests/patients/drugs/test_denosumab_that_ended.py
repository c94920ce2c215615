"""The end of a statement is no dose: when denosumab was last given is asked."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.inpatients import chart, coded, given, statement


def summary(*drugs):
    body = order_sign(chart(coded("M80.08XA", days=20), *drugs), kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]["summary"]


@pytest.mark.parametrize("end", [20, 100, 200])
def test_without_a_dose_on_record_its_last_one_is_asked(end):
    ended = statement("denosumab", "M05BX04", 1500, end, status="completed")
    assert "last dose not found: ask; over 7 months means rebound" in summary(ended)


def test_with_a_dose_of_late_it_is_stopped():
    ended = statement("denosumab", "M05BX04", 1500, 100, status="completed")
    dose = given("denosumab", "M05BX04", 100)
    assert summary(dose, ended).startswith("Denosumab stopped Aug 2026: restart")


def test_another_drug_that_ended_keeps_its_words():
    ended = statement("alendronate", "M05BA04", 1500, 100, status="completed")
    assert summary(ended).startswith("Alendronate stopped Aug 2026: restart")
