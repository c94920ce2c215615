"""Which cards are repeats: only those whose every ground is as it was when they were answered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.core.policy import RepeatsPolicy
from cds_service.core.repeats import SETTLING, CardFeedback, Footing, WholeCard, find_repeats, footing_of
from tests.fact_builders import facts, situation
from tests.fact_builders import finding as found_value

TODAY = date(2026, 11, 20)
POLICY = RepeatsPolicy(enabled=True, days=30)
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


def answered(**members) -> CardFeedback:
    """The card was dismissed a week ago since the patient declines."""
    found = {
        "topic": "rehabilitation",
        "rules": CARD.rules,
        "offered": CARD.offered,
        "accepted": frozenset(),
        "outcome": "overridden",
        "reason": "patientDeclines",
        "shown": on(TODAY - timedelta(days=7)),
        "answered": on(TODAY - timedelta(days=7)),
        "was_warning": True,
        "footing": FOOTING,
        "entries": ("answer", "feedback"),
        **members,
    }
    return CardFeedback(**found)


def repeats(*given, card=CARD, footing=FOOTING, today=TODAY, policy=POLICY, is_record_whole=True):
    return find_repeats([card], footing, given, today=today, policy=policy, is_record_whole=is_record_whole)


def is_short(*given, **changes):
    return "rehabilitation" in repeats(*given, **changes).shortened


@pytest.mark.parametrize("reason", ["alreadyArranged", "patientDeclines", "notAbleToTakePart", "wouldNotChangeCare"])
def test_a_card_dismissed_for_one_of_four_reasons_is_a_repeat(reason):
    found = repeats(answered(reason=reason)).shortened["rehabilitation"]
    assert found.last.how == reason
    assert set(found.by_rule) == CARD.rules


def test_an_accepted_card_is_a_repeat_of_what_was_accepted():
    found = repeats(answered(outcome="accepted", reason=None, accepted=frozenset({"rehabilitation"})))
    assert set(found.shortened["rehabilitation"].by_rule) == {"rehabilitation"}


def test_a_site_sets_the_days():
    week_ago = answered()
    assert is_short(week_ago, policy=RepeatsPolicy(enabled=True, days=7))
    assert not is_short(week_ago, policy=RepeatsPolicy(enabled=True, days=6))


def test_the_newest_answer_is_the_one_that_is_said():
    first = answered(outcome="accepted", reason=None, accepted=frozenset({"rehabilitation"}))
    second = answered(answered=on(TODAY - timedelta(days=2)), entries=("answer", "later"))
    for order in ((first, second), (second, first)):
        found = repeats(*order).shortened["rehabilitation"]
        assert found.last is second
        assert found.until == date(2026, 12, 18)


def test_what_was_accepted_before_counts_beside_a_later_answer():
    first = answered(outcome="accepted", reason=None, accepted=frozenset({"rehabilitation"}))
    second = replace(first, accepted=frozenset({"bone-treatment"}), answered=on(TODAY))
    found = repeats(first, second).shortened["rehabilitation"]
    assert found.by_rule == {"rehabilitation": first, "bone-treatment": second}


CHANGES = {
    "a changed input": replace(FOOTING, inputs={**FOOTING.inputs, "bmd-t-score": -3.3}),
    "a new input": replace(FOOTING, inputs={**FOOTING.inputs, "bmi": 17.0}),
    "an input that is gone": replace(FOOTING, inputs={"diabetes": False}),
    "a no that became yes": replace(FOOTING, inputs={**FOOTING.inputs, "diabetes": True}),
    "another reason of a gap": replace(FOOTING, gaps={"ct-attenuation": "conflicting"}),
    "a changed band": replace(FOOTING, bands={"refracture": "above"}),
    "a new band": replace(FOOTING, bands={**FOOTING.bands, "residual-pain": "above"}),
    "a new signal": replace(FOOTING, signals=frozenset({"low-mna", "low-bmi"})),
    "a signal that is gone": replace(FOOTING, signals=frozenset()),
    "a new conflict": replace(FOOTING, conflicts=frozenset({"brace draft DeviceRequest/1 None None None None"})),
    "a broken entry": replace(FOOTING, unreadable=1),
}


@pytest.mark.parametrize("now", CHANGES.values(), ids=CHANGES)
def test_any_change_is_shown_whole_and_said_why(now):
    found = repeats(answered(), footing=now)
    assert found.shortened == {}
    assert len(found.whole["rehabilitation"]) == 1


def test_an_offer_that_was_none_then_is_shown_whole():
    """It was ordered when the card was dismissed, and is not any more."""
    assert not is_short(answered(offered=frozenset({"rehabilitation"})))


def test_a_record_that_was_not_read_whole_shortens_nothing():
    assert not is_short(answered(), is_record_whole=False)


def test_the_answer_to_one_card_says_nothing_of_another():
    card = replace(CARD, topic="missingData")
    assert repeats(answered(), card=card).shortened == {}


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
RULES = st.frozensets(st.sampled_from(["rehabilitation", "dietitian", "bone-treatment"]))


@st.composite
def two_showings(draw):
    """What a card rested on then and rests on now; the same in half of the cases."""
    now, rules, warns = draw(BASES), draw(RULES), draw(st.booleans())
    then = draw(st.one_of(st.just((now, rules, warns)), st.tuples(BASES, RULES, st.booleans())))
    return (now, rules, warns), then


@given(
    showings=two_showings(),
    topic=st.sampled_from(["rehabilitation", "braceLimit", "missingData"]),
    reason=st.sampled_from([None, "disagreeWithEvidence", *sorted(SETTLING)]),
    days=st.integers(-2, 60),
)
def test_no_change_worth_a_warning_is_ever_hidden(showings, topic, reason, days):
    (now, rules, warns), (then, rules_then, warned) = showings
    card = WholeCard(topic=topic, rules=rules, offered=rules, is_warning=warns)
    given_then = answered(
        topic=topic,
        rules=rules_then,
        offered=rules_then,
        reason=reason,
        was_warning=warned,
        footing=then,
        answered=on(TODAY - timedelta(days=days)),
    )
    is_repeat = topic in repeats(given_then, card=card, footing=now).shortened
    is_unchanged = now == then and rules <= rules_then and (warned or not warns)
    is_answered = reason in SETTLING and 0 <= days <= 30
    assert is_repeat is (is_unchanged and is_answered and not (topic == "braceLimit" and bool(now.conflicts)))
