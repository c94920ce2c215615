"""A dose dated by its month or year takes no warning away that it may not concern.

The worst day that such a date allows is compared (F8, E4).
"""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.inpatients import cards_by_topic, chart, given, medication
from tests.patients.leaving import leave, leaving_chart

DENOSUMAB, ZOLEDRONATE, ALENDRONATE = "M05BX04", "M05BA08", "M05BA04"
# Today is 20 Nov 2026: a dose before 20 Apr is more than seven months ago.
OVERDUE = given("denosumab", DENOSUMAB, 260)
DAYS = {
    "MedicationAdministration": "effectiveDateTime",
    "MedicationDispense": "whenHandedOver",
    "MedicationStatement": "effectiveDateTime",
}
KINDS = pytest.mark.parametrize("kind", DAYS)


def dosed(kind, day, code=DENOSUMAB):
    said = {"status": "completed", DAYS[kind]: day}
    return of_patient(kind, "v", medicationCodeableConcept=codeable(ATC, code), **said)


def card_of(*record):
    return cards_by_topic(chart(*record))["rehabilitation"]


@KINDS
@pytest.mark.parametrize(("day", "said"), [("2026", "2026"), ("2026-04", "Apr 2026")])
def test_a_dose_that_may_be_as_old_keeps_the_warning(kind, day, said):
    card = card_of(OVERDUE, dosed(kind, day))
    assert card["indicator"] == "warning"
    open_ = f"Denosumab may be overdue (last dose {said}, day not recorded)"
    assert card["summary"].startswith(open_)


@KINDS
@pytest.mark.parametrize("day", ["2025", "2026-01", "2026-03"])
def test_a_dose_that_is_no_later_changes_nothing(kind, day):
    with_it, without = card_of(OVERDUE, dosed(kind, day)), card_of(OVERDUE)
    assert with_it["indicator"] == without["indicator"] == "warning"
    assert with_it["summary"].startswith("Denosumab overdue (last")


@KINDS
@pytest.mark.parametrize("day", ["2026-05", "2026-10"])
def test_a_dose_that_is_later_on_each_day_of_its_month_ends_the_warning(kind, day):
    assert card_of(OVERDUE, dosed(kind, day))["indicator"] == "info"


@KINDS
@pytest.mark.parametrize("day", ["2025", "2026", "2026-03"])
@pytest.mark.parametrize("code", [ZOLEDRONATE, ALENDRONATE])
def test_another_drug_dated_by_its_month_or_year_ends_no_gap(kind, day, code):
    card = card_of(OVERDUE, dosed(kind, day, code))
    assert card["indicator"] == "warning"
    is_older = day == "2025"
    assert ("nothing found since" in card["detail"]) is is_older


def test_a_dose_of_the_year_is_no_later_than_one_in_time():
    """Worst: it is an import of the same dose, and the next is due as before."""
    in_time = given("denosumab", DENOSUMAB, 60)
    vague = dosed("MedicationAdministration", "2026")
    assert card_of(in_time, vague)["summary"] == card_of(in_time)["summary"]


def test_a_year_alone_is_asked_about():
    card = card_of(dosed("MedicationAdministration", "2026"))
    assert card["summary"].startswith("Denosumab last dose 2026, day not recorded: ask")
    assert card["indicator"] == "info"


def test_who_leaves_is_warned_of_it_too():
    (card,) = leave(leaving_chart(OVERDUE, dosed("MedicationStatement", "2026")))
    assert card["indicator"] == "warning"
    assert "denosumab may be overdue" in card["summary"]


def romosozumab(last, doses):
    return [
        given("romosozumab", "M05BX06", last + 30 * place) for place in range(doses)
    ]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(romosozumab(100, 3), id="two doses late"),
        pytest.param(romosozumab(70, 12), id="whole course"),
        pytest.param(romosozumab(10, 12), id="last of the course"),
        pytest.param(romosozumab(400, 12), id="a year ago"),
        pytest.param(
            [*romosozumab(100, 3), medication("alendronate", ALENDRONATE, 1)],
            id="a prescription since",
        ),
        pytest.param([given("teriparatide", "H05AA02", 200)], id="teriparatide"),
        pytest.param([OVERDUE], id="denosumab"),
    ],
)
def test_who_leaves_is_warned_of_what_a_signing_warns_of(record):
    assert card_of(*record)["indicator"] == "warning"
    (card,) = leave(leaving_chart(*record))
    assert card["indicator"] == "warning"


def handed_over(days, supply):
    said = {"daysSupply": {"value": supply, "unit": "d", "code": "d"}}
    entry = dosed("MedicationDispense", days_ago(days), ALENDRONATE)
    return entry | {"id": "pack"} | said


def taken(first, last, status):
    period = {"start": days_ago(first), "end": days_ago(last)}
    said = {"medicationCodeableConcept": codeable(ATC, ALENDRONATE)}
    said |= {"status": status, "effectivePeriod": period}
    return of_patient("MedicationStatement", "course", **said)


# Given 2 Apr 2026: overdue, and by its interval not yet at an end.
LATELY_OVERDUE = given("denosumab", DENOSUMAB, 232)


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(given("alendronate", ALENDRONATE, 225), id="a tablet"),
        pytest.param(handed_over(225, 28), id="a pack"),
    ],
)
def test_a_tablet_or_a_pack_after_an_exact_dose_follows_nothing(course):
    """Four weeks of a tablet do not keep the bone after denosumab."""
    card = card_of(LATELY_OVERDUE, course)
    assert card["summary"].startswith("Denosumab overdue (last 2 Apr 2026)")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize("tablets", [5_000_000, 200_000_000])
def test_an_amount_that_nobody_hands_over_is_no_fault(tablets):
    pack = handed_over(225, 28) | {"quantity": {"value": tablets, "unit": "tablet"}}
    del pack["daysSupply"]
    assert card_of(LATELY_OVERDUE, pack)["summary"]


def test_a_period_without_end_in_practice_is_no_fault():
    course = taken(220, 190, "active")
    course["effectivePeriod"]["end"] = "9999-12-31"
    assert "overdue" not in card_of(LATELY_OVERDUE, course)["summary"]


def test_a_pack_that_may_have_been_renewed_follows():
    card = card_of(LATELY_OVERDUE, handed_over(40, 28))
    assert "overdue" not in card["summary"]


def test_a_month_after_an_exact_dose_is_what_leads():
    """It closes the gap (E8), and then it is the drug that stopped (F19)."""
    card = card_of(LATELY_OVERDUE, taken(220, 190, "completed"))
    assert card["summary"].startswith("Alendronate ")
    assert "restart or change" in card["summary"]
    assert "day not recorded" not in card["summary"] + card["detail"]


def test_a_new_order_after_an_exact_dose_says_no_false_word():
    order = medication("denosumab", DENOSUMAB, 5)
    tablet = given("alendronate", ALENDRONATE, 225)
    card = card_of(LATELY_OVERDUE, tablet, order)
    assert card["summary"].startswith("Denosumab overdue (last 2 Apr 2026)")
    assert "day not recorded" not in card["detail"]
