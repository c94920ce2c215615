"""Drugs as the list of an admission has them: active, with the day of the list.

Converters write that day into the statement's `effectiveDateTime`. It is neither the
day of an injection nor the day on which tablets were begun.
"""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.inpatients import ALENDRONATE, cards_by_topic, chart, coded

DENOSUMAB = "M05BX04"
EVERY_SIX_MONTHS = [{"text": "alle 6 Monate s.c. beim Hausarzt"}]


def listed(code: str, *, days: int, **members: object) -> Resource:
    return of_patient(
        "MedicationStatement",
        f"listed-{days}",
        status="active",
        medicationCodeableConcept=codeable(ATC, code),
        effectiveDateTime=days_ago(days),
        **members,
    )


def card_of(*entries: Resource) -> Resource:
    fracture = coded("M80.08XA", days=8)
    return cards_by_topic(chart(fracture, *entries))["rehabilitation"]


def test_the_day_of_a_list_is_no_injection():
    card = card_of(listed(DENOSUMAB, days=4, dosage=EVERY_SIX_MONTHS))
    assert "last dose not found: ask" in card["summary"]
    assert "next due" not in card["summary"] + card["detail"]
    assert "for this fracture" not in card["summary"]


def test_a_list_taken_at_each_visit_proves_no_injection_either():
    lists = (
        listed(DENOSUMAB, days=days, dosage=EVERY_SIX_MONTHS)
        for days in (4, 110, 200, 290)
    )
    card = card_of(*lists)
    assert "next due" not in card["summary"] + card["detail"]


def test_an_old_list_shows_how_long_ago_the_last_injection_may_be():
    card = card_of(listed(DENOSUMAB, days=300, dosage=EVERY_SIX_MONTHS))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue")


def test_a_dated_report_without_directions_is_a_dose():
    card = card_of(listed(DENOSUMAB, days=60))
    assert "next due" in card["summary"]


@pytest.mark.parametrize("directions", [{}, {"dosage": [{"text": "1x wöchentlich"}]}])
def test_the_day_of_a_list_is_no_start_of_tablets(directions):
    card = card_of(listed(ALENDRONATE, days=4, **directions))
    assert "for this fracture" not in card["summary"]
    assert "ask" in card["summary"]
