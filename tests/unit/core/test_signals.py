"""Each signal fires where its fact holds, up to the printed cut-off and no further, and never on a gap."""

from datetime import date, timedelta
from typing import get_args

import pytest

from cds_service.core.bone_drugs import DrugSignal
from cds_service.core.chart_signals import WORDS
from cds_service.core.facts import SupportOrders, WordedEnd
from cds_service.core.signals import signal_names
from tests.chart_builders import TODAY, open_service
from tests.fact_builders import (
    brace,
    facts,
    finding,
    policy_with,
    signals_of,
    support_order,
)
from tests.tables import cases

# In test_card_signals.py.
CARD_SIGNALS = {
    *(
        "review-ordered",
        "rehabilitation-ordered",
        "biopsy-ordered",
        "t-score-known",
        "low-t-score",
    ),
    *(
        "very-low-t-score",
        "young",
        "age-unknown",
        "weak-bone-likely",
        "lists-not-read",
        "unstable-spine",
        "malnourished",
    ),
    *("no-pooled-figure", "fls-in-order-set", "cause-open"),
}


def weeks(number):
    return TODAY + timedelta(weeks=number)


def words(hours, said):
    return WordedEnd(says="end", hours=hours, said=said)


def of_long_ago(name, **members):
    """A finding that is true since 24 Jun 2026."""
    return finding(name, True, observed=date(2026, 6, 24))._replace(**members)


# What rows of the tables may name.
WORDED = {
    "weeks": weeks,
    "words": words,
    "of_long_ago": of_long_ago,
    "finding": finding,
    "support_order": support_order,
    "brace": brace,
    "ends": lambda says, **members: WordedEnd(says=says, **members),
}
# signal -> what makes it fire, what nearly does. A value is findings, or an order.
CASES = cases(__file__, "signals", WORDED)


def given(case):
    return signals_of(case) if isinstance(case, dict) else signals_of({}, case)


@pytest.mark.parametrize("name", CASES)
def test_the_signal_fires_where_its_fact_holds(name):
    assert name in given(CASES[name][0])


@pytest.mark.parametrize("name", CASES)
def test_the_signal_stays_silent_just_beyond(name):
    assert name not in given(CASES[name][1])


def test_every_signal_is_tested_here():
    # Others have tests of their own: of the chart, bone drugs, braces and the card.
    elsewhere = {
        "bone-drug-unknown",
        "brace-card-always",
        "brace-reasons-unread",
        "bed-rest-reason",
    }
    elsewhere |= {*get_args(DrugSignal), *WORDS, *CARD_SIGNALS}
    assert CASES.keys() | elsewhere == signal_names(open_service().studies)


def test_a_gap_never_fires_a_signal_but_the_one_that_is_the_gap():
    for reason in ("absent", "not-read", "stale", "conflicting"):
        assert set(signals_of(facts({}, reason=reason))) == {
            "bone-drug-unknown",
            "age-unknown",
        }


@pytest.mark.parametrize(
    "case", cases(__file__, "said", WORDED), ids=lambda case: case["why"]
)
def test_what_signals_say(case):
    orders = SupportOrders(
        orders=tuple(case.get("orders", ())), procedure_on=case.get("procedure_on")
    )
    found = signals_of(
        case.get("values", {}),
        support=orders,
        policy=policy_with(**case.get("policy", {})),
    )
    assert set(case.get("fires", ())) <= found.keys()
    assert not set(case.get("silent", ())) & found.keys()
    for word, names in case.get("only", {}).items():
        assert [name for name in found if name.startswith(word)] == names
    for name, words in case.get("because", {}).items():
        assert found[name].because == words
    for name, words in case.get("measure", {}).items():
        assert words in found[name].because
        assert found[name].facts


def test_the_studies_behind_a_cut_off_are_named():
    found = signals_of(
        {
            "plvi": 0.5,
            "psoas-total-area": 9.0,
            "es-mf-fat-fraction": 60.0,
            "pma-rate": 60.0,
        }
    )
    assert {
        name: found[name].studies
        for name in ("low-plvi", "low-psoas-area", "high-muscle-fat", "high-pma-rate")
    } == {
        "low-plvi": ("psoas-plvi-2024",),
        "low-psoas-area": ("residual-pain-2025",),
        "high-muscle-fat": ("residual-pain-2025",),
        "high-pma-rate": ("sarcopenia-pvm-2022",),
    }


# --- what leads a summary


@pytest.mark.parametrize(
    ("known", "signal", "because"),
    cases(__file__, "a_signal_says_what_exactly_it_is", WORDED),
)
def test_a_signal_says_what_exactly_it_is(known, signal, because):
    assert (
        signals_of(facts({}, **{one.name: one for one in known}))[signal].because
        == because
    )
