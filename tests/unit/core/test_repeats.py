"""Which cards are repeats: only those whose every ground is as it was when they were answered."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.repeats import SETTLING, CardFeedback, Footing, WholeCard, find_repeats, footing_of
from tests.fact_builders import facts, situation
from tests.fact_builders import finding as found_value

TODAY = date(2026, 11, 20)
FOOTING = Footing(
    inputs={"bmd-t-score": -3.2, "diabetes": False},
    gaps={"ct-attenuation": "absent"},
    bands={"refracture": "high"},
    signals=frozenset({"low-mna"}),
    conflicts=frozenset(),
    unreadable=0,
)
CARD = WholeCard(
    topic="rehabilitation",
    rules=frozenset({"rehabilitation", "bone-treatment"}),
    offered=frozenset({"rehabilitation", "bone-treatment"}),
    is_warning=True,
)


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 15, 0, tzinfo=UTC)


# The card was dismissed a week ago since the patient declines.
ANSWERED = CardFeedback(
    topic="rehabilitation",
    rules=CARD.rules,
    offered=CARD.offered,
    outcome="overridden",
    reason="patientDeclines",
    shown=on(TODAY - timedelta(days=7)),
    answered=on(TODAY - timedelta(days=7)),
    was_warning=True,
    footing=FOOTING,
    entries=("answer", "feedback"),
)
ACCEPTED = replace(ANSWERED, outcome="accepted", reason=None)


def repeats(*given, card=CARD, footing=FOOTING, today=TODAY, is_record_whole=True):
    return find_repeats([card], footing, given, today=today, is_record_whole=is_record_whole)


def is_short(*given, **changes):
    return "rehabilitation" in repeats(*given, **changes).shortened


@pytest.mark.parametrize("reason", ["alreadyArranged", "patientDeclines", "notAbleToTakePart", "wouldNotChangeCare"])
def test_a_card_dismissed_for_one_of_four_reasons_is_a_repeat(reason):
    found = repeats(replace(ANSWERED, reason=reason)).shortened["rehabilitation"]
    assert found.last.how == reason
    assert set(found.by_rule) == CARD.rules


def test_an_acceptance_shortens_nothing():
    assert not is_short(ACCEPTED)


def test_the_newest_answer_is_the_one_that_is_said():
    first = ANSWERED
    second = replace(ANSWERED, answered=on(TODAY - timedelta(days=2)), entries=("answer", "later"))
    for order in ((first, second), (second, first)):
        found = repeats(*order).shortened["rehabilitation"]
        assert found.last is second
        assert found.until == date(2026, 12, 18)


def test_what_changed_is_said():
    found = repeats(ANSWERED, footing=replace(FOOTING, inputs={**FOOTING.inputs, "bmd-t-score": -3.3}))
    assert found.shortened == {}
    assert len(found.whole["rehabilitation"]) == 1


def test_an_offer_that_was_none_then_is_shown_whole():
    """It was ordered when the card was dismissed, and is not any more."""
    assert not is_short(replace(ANSWERED, offered=frozenset({"rehabilitation"})))


def test_a_record_that_was_not_read_whole_shortens_nothing():
    assert not is_short(ANSWERED, is_record_whole=False)


def test_a_sum_in_another_order_is_the_same_input():
    values = facts(psoas_total_area=found_value("psoas-total-area", 0.1 + 0.2))
    others = facts(psoas_total_area=found_value("psoas-total-area", 0.3))
    found = [
        footing_of(one, situation(one).assessment, (), situation(one).support, 0).inputs["psoas-total-area"]
        for one in (values, others)
    ]
    assert found[0] == found[1] == 0.3


BASES = st.builds(
    Footing,
    inputs=st.dictionaries(st.sampled_from(["bmd-t-score", "bmi"]), st.sampled_from([-3.2, 17.0]), max_size=2),
    gaps=st.dictionaries(st.sampled_from(["vbq"]), st.sampled_from(["absent", "stale"]), max_size=1),
    bands=st.dictionaries(st.just("refracture"), st.sampled_from(["high", "above", "lower"]), max_size=1),
    signals=st.frozensets(st.sampled_from(["low-bmi", "brace-limit-broken"]), max_size=2),
    conflicts=st.frozensets(st.sampled_from(["brace 1", "brace 2"]), max_size=2),
    unreadable=st.integers(0, 1),
)
SHOWING = st.fixed_dictionaries(
    {
        "topic": st.sampled_from(["rehabilitation", "braceLimit", "missingData"]),
        "footing": BASES,
        "rules": st.frozensets(st.sampled_from(["rehabilitation", "dietitian", "bone-treatment"])),
        "warns": st.booleans(),
    }
)
GROUNDS = [one.name for one in fields(Footing)]


@st.composite
def two_showings(draw):
    """A card now, and as it was shown then: one thing differs, or none."""
    now, other = draw(SHOWING), draw(SHOWING)
    changed = draw(st.sampled_from(["nothing", "nothing", "topic", "rules", "warns", *GROUNDS]))
    if changed in GROUNDS:
        then = replace(now["footing"], **{changed: getattr(other["footing"], changed)})
        return now, now | {"footing": then}
    return now, now | {name: value for name, value in other.items() if name == changed}


@given(
    showings=two_showings(),
    reason=st.sampled_from([None, "disagreeWithEvidence", *sorted(SETTLING)]),
    days=st.integers(-2, 40),
)
@settings(max_examples=400)
def test_no_change_worth_a_warning_is_ever_hidden(showings, reason, days):
    now, then = showings
    card = WholeCard(topic=now["topic"], rules=now["rules"], offered=now["rules"], is_warning=now["warns"])
    given_then = replace(
        ANSWERED,
        topic=then["topic"],
        rules=then["rules"],
        offered=then["rules"],
        reason=reason,
        was_warning=then["warns"],
        footing=then["footing"],
        answered=on(TODAY - timedelta(days=days)),
    )
    found = repeats(given_then, card=card, footing=now["footing"]).shortened
    is_unchanged = all(now[name] == then[name] for name in ("topic", "footing")) and now["rules"] <= then["rules"]
    is_answered = reason in SETTLING and 0 <= days <= 30 and (then["warns"] or not now["warns"])
    is_in_conflict = now["topic"] == "braceLimit" and bool(now["footing"].conflicts)
    assert (now["topic"] in found) is (is_unchanged and is_answered and not is_in_conflict)
