"""Which state of several bone drugs leads, and what each state says; records are in test_bone_drug_history.py."""

from datetime import date

import pytest

from cds_service.core.drugs.drug_states import state_of
from cds_service.core.findings import BoneDrugs, Dated, DrugEnd, DrugOrders, UnreadList
from tests.chart_builders import TODAY
from tests.fact_builders import day, drug_use

FRACTURED = date(2026, 10, 15)
CUT = UnreadList("medications", "medication list incomplete")


def state(*uses, fractured=FRACTURED, **lists):
    return state_of(BoneDrugs(uses=uses, **{"entries": 9, **lists}), TODAY, fractured)


def ended(name, until, how="stopped"):
    return drug_use(
        name, is_running=False, end=DrugEnd(day(until), how), last_dose=day(until)
    )


def ordered(name, on):
    return drug_use(
        name,
        is_taken=False,
        is_running=False,
        started=None,
        orders=DrugOrders(newest=day(on), is_standing=True),
    )


def since(name, start):
    return drug_use(name, started=day(start), last_dose=day(start))


LATE = drug_use(
    "denosumab", started=day(date(2024, 3, 9)), last_dose=day(date(2026, 3, 9))
)
IN_TIME = drug_use(
    "denosumab", started=day(date(2024, 6, 28)), last_dose=day(date(2026, 6, 28))
)
TERIPARATIDE = ended("teriparatide", date(2026, 3, 15), "ended")
ALENDRONATE = since("alendronate", date(2021, 4, 1))

# --- which of several leads


def assert_leads(signal, *uses):
    """Assert that this state leads, in whatever order the drugs are listed."""
    assert state(*uses).signal == signal
    assert state(*reversed(uses)).signal == signal


def test_denosumab_overdue_leads_before_an_anabolic_drug_that_ended_earlier():
    assert_leads("denosumab-overdue", LATE, ended("teriparatide", date(2024, 1, 1)))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            drug_use("denosumab", last_dose=day(date(2018, 3, 9)), is_running=False),
            id="denosumab long before it",
        ),
        pytest.param(ALENDRONATE, id="a drug begun before it"),
        pytest.param(ordered("zoledronate", date(2026, 4, 1)), id="an order since"),
    ],
)
def test_an_anabolic_drug_that_ended_leads_if_no_dose_followed(other):
    assert_leads("anabolic-ended", TERIPARATIDE, other)


@pytest.mark.parametrize(
    "follower",
    [
        pytest.param(since("zoledronate", date(2026, 4, 1)), id="a dose"),
        pytest.param(
            since("alendronate", date(2026, 3, 10)), id="a switch that overlaps"
        ),
    ],
)
def test_what_followed_an_anabolic_drug_leads(follower):
    assert_leads("early-on-drug", TERIPARATIDE, follower)


def test_a_drug_begun_after_denosumab_became_overdue_leads():
    assert_leads("early-on-drug", LATE, since("alendronate", date(2026, 9, 1)))


@pytest.mark.parametrize("drug", ["teriparatide", "romosozumab"])
def test_an_anabolic_drug_after_denosumab_is_to_be_reviewed(drug):
    assert_leads("long-on-drug", IN_TIME, since(drug, date(2026, 9, 1)))


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(since("teriparatide", date(2026, 9, 1)), id="teriparatide"),
        pytest.param(since("romosozumab", date(2026, 9, 1)), id="romosozumab"),
        pytest.param(since("calcitonin", date(2026, 9, 1)), id="calcitonin"),
        pytest.param(since("raloxifene", date(2026, 9, 1)), id="raloxifene"),
        pytest.param(since("bone drug", date(2026, 9, 1)), id="a drug without a name"),
        pytest.param(TERIPARATIDE, id="teriparatide that ended"),
    ],
)
def test_a_drug_that_does_not_keep_the_bone_leaves_denosumab_overdue(later):
    assert_leads("denosumab-overdue", LATE, later)


def test_the_card_says_that_a_weak_drug_alone_followed():
    said = state(TERIPARATIDE, since("raloxifene", date(2026, 4, 1)))
    assert said.signal == "anabolic-ended"
    assert said.words["followed"] == "only raloxifene since"


def test_an_anabolic_drug_before_denosumab_is_not_after_it():
    """Both are taken, and teriparatide was there first."""
    teriparatide = drug_use(
        "teriparatide", started=day(date(2025, 4, 1)), last_dose=day(date(2026, 11, 1))
    )
    said = state(teriparatide, since("denosumab", date(2026, 9, 1)))
    assert "after denosumab" not in said.because


def test_what_was_given_before_the_last_denosumab_does_not_follow_it():
    assert_leads("denosumab-overdue", LATE, since("zoledronate", date(2026, 1, 10)))


def test_of_two_that_are_taken_the_newer_leads():
    assert_leads("denosumab-in-time", ALENDRONATE, IN_TIME)


def test_what_is_taken_leads_before_what_was_stopped():
    stopped = ended("risedronate", date(2025, 1, 1))
    assert_leads("long-on-drug", ALENDRONATE, stopped)


def test_the_newest_order_leads_before_an_older_drug():
    newest = ordered("zoledronate", date(2026, 10, 1))
    assert_leads("drug-without-dose", ALENDRONATE, newest)


def test_of_two_that_were_stopped_the_last_leads():
    earlier = ended("alendronate", date(2019, 1, 1))
    last = ended("risedronate", date(2023, 1, 1))
    assert_leads("drug-stopped", earlier, last)


# --- the start and the day of the fracture


@pytest.mark.parametrize(
    ("start", "because"),
    [
        pytest.param(
            date(2025, 10, 15),
            "fracture on risedronate (since Oct 2025)",
            id="twelve months before",
        ),
        pytest.param(
            date(2025, 10, 16),
            "fracture 11 months into risedronate",
            id="a day less",
        ),
        pytest.param(
            date(2026, 10, 14), "fracture 1 day into risedronate", id="the day before"
        ),
        pytest.param(
            date(2026, 10, 15),
            "risedronate started 15 Oct",
            id="the day itself says neither",
        ),
        pytest.param(
            date(2026, 10, 16),
            "risedronate started 16 Oct for this fracture",
            id="the day after",
        ),
    ],
)
def test_a_start_is_weighed_against_the_day_of_the_fracture(start, because):
    found = state(since("risedronate", start), fractured=FRACTURED)
    assert found.because == because


# 90 days before 20 November 2026 is 22 August.
@pytest.mark.parametrize(
    ("start", "because"),
    [
        pytest.param(
            date(2026, 8, 21), "fracture 2 months into risedronate", id="91 days"
        ),
        pytest.param(date(2026, 8, 22), "risedronate started 22 Aug", id="90 days"),
    ],
)
def test_a_fracture_without_a_day_is_taken_as_of_the_last_90_days(start, because):
    assert state(since("risedronate", start), fractured=None).because == because


def test_a_start_that_may_be_older_claims_no_early_fracture():
    asserted = drug_use(started=day(date(2026, 8, 1)), is_start_known=False)
    assert state(asserted).because == "alendronate on the list, start not recorded"


def test_a_bare_year_of_the_start_is_before_the_fracture_only_if_the_whole_year_is():
    of_2026 = drug_use(started=Dated(date(2026, 1, 1), TODAY))
    assert state(of_2026).because == "alendronate started 2026"


# --- the words of a state


@pytest.mark.parametrize(
    ("last", "because", "due"),
    [
        pytest.param(
            date(2026, 6, 28), "fracture on denosumab (28 Jun)", "28 Dec", id="in time"
        ),
        pytest.param(
            date(2026, 5, 20),
            "fracture on denosumab (20 May)",
            "20 Nov",
            id="due today",
        ),
        pytest.param(
            date(2026, 5, 8), "denosumab was due 8 Nov (last 8 May)", "8 Nov", id="due"
        ),
    ],
)
def test_denosumab_names_the_next_dose(last, because, due):
    found = state(drug_use("denosumab", last_dose=day(last)))
    assert (found.because, found.words["due"]) == (because, due)


@pytest.mark.parametrize(
    ("lists", "because"),
    [
        pytest.param(
            {"unread": [UnreadList("medications", "403", is_failed=True)]},
            "medication list not readable",
            id="403",
        ),
        pytest.param(
            {"unread": [CUT]},
            "medication list not wholly readable",
            id="cut",
        ),
        pytest.param(
            {"unclear": "medication list empty"}, "medication list empty", id="empty"
        ),
    ],
)
def test_none_is_not_said_of_a_list_that_was_not_read_or_is_empty(lists, because):
    found = state(**lists)
    assert (found.signal, found.because, found.clause) == (
        "bone-drug-unknown",
        because,
        "bone drugs unknown",
    )


def test_what_was_once_taken_is_named_even_if_the_list_was_read_in_part():
    found = state(
        ended("alendronate", date(2010, 1, 1)),
        unread=[CUT],
    )
    assert found.because == "alendronate stopped 2010"


@pytest.mark.parametrize(
    ("other", "unread", "because"),
    [
        pytest.param(
            ALENDRONATE,
            [],
            "teriparatide ended Mar 2026, nothing since",
            id="what was begun before",
        ),
        pytest.param(
            ordered("alendronate", date(2026, 4, 1)),
            [],
            "teriparatide ended Mar 2026, alendronate only ordered since",
            id="ordered",
        ),
        pytest.param(
            drug_use(
                is_taken=False, is_running=False, orders=DrugOrders(is_standing=True)
            ),
            [],
            "teriparatide ended Mar 2026, alendronate only listed",
            id="listed",
        ),
        pytest.param(
            ALENDRONATE,
            [CUT],
            "teriparatide ended Mar 2026, nothing found since",
            id="not read",
        ),
    ],
)
def test_what_followed_an_anabolic_drug_is_said(other, unread, because):
    assert state(TERIPARATIDE, other, unread=unread).because == because


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        pytest.param(1, "1 medication entry", id="one"),
        pytest.param(9, "9 medication entries", id="several"),
    ],
)
def test_of_none_all_entries_are_counted(entries, count):
    assert state(entries=entries).words["entries"] == count


@pytest.mark.parametrize(
    ("uses", "clause"),
    [
        pytest.param([], "no bone drug", id="none"),
        pytest.param([ALENDRONATE], "on alendronate", id="taken"),
        pytest.param([IN_TIME], "on denosumab", id="in time"),
        pytest.param([LATE], "denosumab overdue", id="overdue"),
        pytest.param([TERIPARATIDE], "teriparatide ended Mar 2026", id="ended"),
        pytest.param(
            [ended("alendronate", date(2023, 5, 1))],
            "alendronate stopped 2023",
            id="stopped",
        ),
        pytest.param(
            [ordered("zoledronate", date(2026, 9, 1))],
            "zoledronate ordered",
            id="ordered",
        ),
        pytest.param(
            [ordered("alendronate", date(2021, 9, 1))],
            "alendronate prescribed",
            id="prescribed",
        ),
    ],
)
def test_after_another_fact_the_drugs_are_a_clause(uses, clause):
    assert state(*uses).clause == clause
