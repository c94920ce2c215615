"""When a bone drug began: not before its first dose on record, if nothing older is there.

A ward gives on what a patient takes at home, and prescriptions run out: a dose after
the fracture says "started for this fracture" only if no entry may be older.
"""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    dispensed,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
)
from tests.codes import ATC, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    FAILED,
    ZOLEDRONATE,
    chart,
    coded,
    worded,
)
from tests.patients.reassuring import imaging

DRUG = codeable(ATC, ALENDRONATE)


def prescribed(days, status="completed", **members):
    return of_patient(
        "MedicationRequest",
        f"r{days}",
        status=status,
        intent="order",
        medicationCodeableConcept=DRUG,
        authoredOn=days_ago(days),
        **members,
    )


def given(days, code=ALENDRONATE):
    return of_patient(
        "MedicationAdministration",
        f"g{days}-{code}",
        status="completed",
        medicationCodeableConcept=codeable(ATC, code),
        effectiveDateTime=days_ago(days),
    )


def stated(status="active", **members):
    return of_patient(
        "MedicationStatement",
        "s",
        status=status,
        medicationCodeableConcept=DRUG,
        **members,
    )


def summary(*entries):
    """The summary for a fracture of 20 days ago with these entries."""
    stays = [one for one in entries if one["resourceType"] == "Encounter"]
    usual = chart(coded("M80.08XA"))
    if stays:
        usual = [one for one in usual if one["resourceType"] != "Encounter"]
    record = (*usual, *entries)
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]["summary"]


BEGAN_IN_2021 = {"timing": {"repeat": {"boundsPeriod": {"start": "2021-03-01"}}}}


OLDER = {
    "a prescription of five years ago that ran out": [prescribed(1900)],
    "one that nobody knows the state of": [prescribed(1900, "unknown")],
    "one of last year, renewed since the fracture": [
        prescribed(300),
        prescribed(5, "active"),
    ],
    "a list without a day": [stated()],
    "long-term use on the problem list": [coded("Z79.83", days=1500)],
    "what was told on admission": [prescribed(2, reportedBoolean=True)],
    "an order whose dosage began years ago": [
        prescribed(2, "active", dosageInstruction=[BEGAN_IN_2021])
    ],
    "an order that renews another": [
        prescribed(2, "active", priorPrescription={"reference": "MedicationRequest/o"})
    ],
    "an order based on another": [
        prescribed(2, "active", basedOn=[{"reference": "MedicationRequest/o"}])
    ],
    "an order with a note that was not understood": [
        prescribed(2, "active", note=[{"text": "Continue home medication"}])
    ],
    "a diagnosis of years ago that names it": [
        worded("Osteoporosis, on Fosamax since 2019", days=1500)
    ],
    "a diagnosis of this week that names it": [
        worded("Osteoporosis, on Fosamax since 2019", days=2)
    ],
    "a diagnosis that names its group": [
        worded("History of bisphosphonate therapy", days=900)
    ],
    "a report of last year that names it": [
        imaging("Osteopenia. On alendronate since 2019.", days=400)
    ],
    "the reason of this stay": [
        inpatient() | {"reasonCode": [{"text": "Fracture on alendronate since 2019"}]}
    ],
    "a drug that nobody knows": [
        prescribed(1900) | {"medicationCodeableConcept": {"text": "Zzyx 70 mg"}}
    ],
}


@pytest.mark.parametrize("older", OLDER.values(), ids=OLDER)
def test_a_dose_of_the_ward_is_no_start_if_the_drug_may_be_older(older):
    words = summary(*older, given(2))
    assert "for this fracture" not in words
    assert "ask, then review" in words


@pytest.mark.parametrize("older", OLDER.values(), ids=OLDER)
def test_a_dispense_before_the_fracture_is_no_start_if_the_drug_may_be_older(older):
    words = summary(*older, dispensed(DRUG, days=60))
    assert "too early" not in words
    assert "review" in words


def test_what_may_be_older_gets_a_card_though_rehabilitation_is_ordered():
    assert "review" in summary(prescribed(1900), given(2), ordered("rehabilitation"))


@pytest.mark.parametrize(
    "key", ["medications", "statements", "dispenses", "administrations"]
)
def test_no_start_is_known_if_a_list_was_not_read(key):
    body = order_sign(
        chart(coded("M80.08XA"), given(2), dispensed(DRUG, days=5)), kyphoplasty()
    )
    assert "for this fracture" in by_topic(ask(body))["rehabilitation"]["summary"]
    body["prefetch"][key] = FAILED
    words = by_topic(ask(body))["rehabilitation"]["summary"]
    assert "for this fracture" not in words
    assert "too early" not in words


def test_a_start_known_by_its_year_is_not_too_early_to_judge():
    words = summary(stated(effectivePeriod={"start": "2025"}))
    assert "too early" not in words
    assert "ask, then review" in words


@pytest.mark.parametrize("status", ["stopped", "on-hold"])
def test_a_dose_years_after_an_order_was_not_stopped_with_it(status):
    words = summary(prescribed(3900, status), given(2))
    assert words.startswith("Alendronate on the list, start not recorded: ask")


def test_a_dose_of_an_order_that_was_stopped_was_stopped_with_it():
    words = summary(prescribed(100, "stopped"), dispensed(DRUG, days=90))
    assert words.startswith("Alendronate stopped")


@pytest.mark.parametrize(
    "sig",
    [
        "Take 1 tablet (70 mg total) by mouth once a week.",
        "One tablet weekly, 30 minutes before breakfast. Do not lie down for 30 minutes.",
        "1x wöchentlich 1 Tablette nüchtern mind. 30 min vor dem Frühstück",
    ],
)
def test_the_usual_words_of_a_dosage_leave_a_start_known(sig):
    order = prescribed(4, "active", dosageInstruction=[{"text": sig}])
    assert summary(order, given(2)).startswith("Alendronate started 18 Nov for this")


@pytest.mark.parametrize("apart", [90, 180, 330])
def test_dispenses_over_years_are_one_course(apart):
    words = summary(*(dispensed(DRUG, days=60 + apart * number) for number in range(5)))
    assert words.startswith("Fracture on alendronate")


def test_an_infusion_long_after_an_order_is_no_start():
    old = prescribed(1100) | {"medicationCodeableConcept": codeable(ATC, ZOLEDRONATE)}
    assert "too early" not in summary(old, given(30, ZOLEDRONATE))


@pytest.mark.parametrize(
    "recent",
    [
        pytest.param([], id="no prescription"),
        pytest.param([prescribed(4, "active")], id="prescribed for it"),
        pytest.param(
            [prescribed(80, "active")], id="prescribed before it, never taken"
        ),
    ],
)
def test_a_first_dose_after_the_fracture_is_a_start(recent):
    assert summary(*recent, given(2)).startswith("Alendronate started 18 Nov for this")


def test_a_course_that_was_ended_on_record_makes_no_start_older():
    over = stated(
        "completed",
        effectivePeriod={"start": days_ago(2500), "end": days_ago(1400)},
    )
    words = summary(prescribed(2500), over, given(2))
    assert words.startswith("Alendronate started 18 Nov for this fracture")
