"""What an override closes, for how long and for whom: each line of the cards page, E7."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.earlier_cards.closures import (
    CardFeedback,
    CardGround,
    Circumstances,
    ClosureRule,
    Fracture,
    GroundOrder,
    find_closures,
)
from tests.chart_builders import HOOK, open_service

RULES = open_service().hooks[HOOK].closures.closures
DAY = date(2026, 11, 20)
FRACTURE = Fracture(date(2026, 11, 3), ("L1",))
TLSO = GroundOrder("brace", "TLSO", "DeviceRequest/1", "2026-11-20")
REST = GroundOrder("bed-rest", "bed rest", "ServiceRequest/2", "2026-11-20 72.0")
HIP = CardGround(
    topic="rehabilitation",
    fact="F12",
    key="hip fracture Aug 2026",
    is_warning=True,
    act="bone-treatment",
)
BRACE = CardGround(topic="braceLimit", orders=(TLSO, REST))
NOW = Circumstances(
    today=DAY,
    user="Practitioner/7",
    encounter="e1",
    hook_instance="another",
    fracture=FRACTURE,
)


def override(reason="", ground=HIP, **changes) -> CardFeedback:
    """An override of today, in the same encounter, by the same user, of one signing before."""
    told = CardFeedback(
        ground=ground,
        outcome="overridden",
        reason=reason,
        answered=datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC),
        user="Practitioner/7",
        encounter="e1",
        hook_instance="first",
        fracture=FRACTURE,
        entries=("answer", "feedback"),
    )
    return replace(told, **changes)


def closures(*given, now=NOW, days=0):
    return find_closures(given, RULES, replace(now, today=DAY + timedelta(days=days)))


def closed(*given, **circumstances) -> set[str]:
    """Everything that is closed of what the two cards could hold."""
    found = closures(*given, **circumstances)
    acts = ("bone-treatment", "rehabilitation", "biopsy")
    named = {
        **{f"act {act}": found.closes_act(act) for act in acts},
        **{f"button {act}": found.closes_button(act) for act in acts},
        "fact F12": found.closes_fact("F12", HIP.key),
        "risk": found.closes_risk(),
        "TLSO": found.closes_order(TLSO),
        "TLSO renewed": found.closes_order(TLSO._replace(reference="x", says="x")),
        "LSO": found.closes_order(GroundOrder("brace", "LSO", "DeviceRequest/9")),
        "bed rest": found.closes_order(REST),
    }
    return {name for name, is_closed in named.items() if is_closed}


# --- the table of the cards page

E7 = [
    pytest.param("alreadyArranged", {"act bone-treatment"}, 30, id="alreadyArranged"),
    pytest.param("patientDeclines", {"act bone-treatment"}, 180, id="patientDeclines"),
    pytest.param(
        "notAbleToTakePart", {"act rehabilitation"}, 90, id="notAbleToTakePart"
    ),
    pytest.param(
        "notOsteoporotic", {"act bone-treatment", "risk"}, None, id="notOsteoporotic"
    ),
    pytest.param(
        "serviceNotAvailable", {"button bone-treatment"}, 90, id="serviceNotAvailable"
    ),
    pytest.param("disagreeWithEvidence", {"risk"}, 90, id="disagreeWithEvidence"),
    pytest.param("considered", {"fact F12"}, None, id="considered"),
    pytest.param("instability", {"TLSO", "TLSO renewed"}, 84, id="instability"),
    pytest.param(
        "neurologicalDeficit", {"TLSO", "TLSO renewed"}, 84, id="neurologicalDeficit"
    ),
    pytest.param("otherFracture", {"TLSO", "TLSO renewed"}, 84, id="otherFracture"),
    pytest.param(
        "painWithoutBrace", {"TLSO", "TLSO renewed"}, 28, id="painWithoutBrace"
    ),
    pytest.param("payerForm", {"TLSO"}, None, id="payerForm"),
]
OF_BRACE = {
    "instability",
    "neurologicalDeficit",
    "otherFracture",
    "painWithoutBrace",
    "payerForm",
}


def told(reason, **changes):
    return override(reason, BRACE if reason in OF_BRACE else HIP, **changes)


@pytest.mark.parametrize(("reason", "parts", "days"), E7)
def test_an_override_closes_its_part_and_no_other(reason, parts, days):
    assert closed(told(reason)) == parts
    if days is None:
        assert closed(told(reason), days=300) == parts
    else:
        assert closed(told(reason), days=days) == parts
        assert closed(told(reason), days=days + 1) == set()


def test_considered_closes_the_orders_of_the_brace_card():
    assert closed(override("considered", BRACE)) == {"TLSO", "bed rest"}


@pytest.mark.parametrize(
    ("reason", "ground"),
    [
        pytest.param("", HIP, id="no reason"),
        pytest.param("notOneOfOurs", HIP, id="a reason of the EHR"),
        pytest.param("instability", HIP, id="a reason of the other card"),
        pytest.param(
            "disagreeWithEvidence", BRACE, id="the brace card has no line on risk"
        ),
        pytest.param(
            "wouldNotChangeCare", CardGround(topic="missingData"), id="a retired card"
        ),
    ],
)
def test_anything_else_closes_nothing(reason, ground):
    assert closed(override(reason, ground)) == set()


@pytest.mark.parametrize(
    "reason", ["", "alreadyArranged", "patientDeclines", "considered"]
)
def test_an_acceptance_closes_nothing(reason):
    assert closed(override(reason, outcome="accepted")) == set()


# --- facts


@pytest.mark.parametrize("reason", ["alreadyArranged", "patientDeclines"])
def test_a_fact_without_an_act_is_closed_by_considered_alone(reason):
    infection = CardGround(
        topic="rehabilitation", fact="F1", key="discitis", is_warning=True
    )
    assert closures(override(reason, infection)).in_force == ()
    assert closures(override("considered", infection)).closes_fact("F1", "discitis")


def test_a_newer_value_reopens_a_fact():
    found = closures(override("considered"))
    assert not found.closes_fact("F12", "hip fracture Nov 2026")
    assert not found.closes_fact("F11", HIP.key)


@pytest.mark.parametrize(
    ("key", "is_closed"),
    [
        ("discitis entry#1 entry#2 day#3", True),
        ("discitis entry#1 day#3", True),
        ("discitis entry#1 entry#9 day#3", False),
        ("discitis entry#1 day#4", False),
    ],
)
def test_a_new_entry_reopens_a_fact(key, is_closed):
    seen = CardGround(
        topic="rehabilitation",
        fact="F1",
        key="discitis entry#1 entry#2 day#3",
        is_warning=True,
    )
    assert closures(override("considered", seen)).closes_fact("F1", key) is is_closed


def test_a_key_of_an_earlier_version_closes_its_values():
    earlier = CardGround(
        topic="rehabilitation", fact="F1", key="discitis day#3", is_warning=True
    )
    found = closures(override("considered", earlier))
    assert found.closes_fact("F1", "discitis entry#1 day#3")
    assert not found.closes_fact("F1", "discitis entry#1 day#4")


def test_considered_closes_no_fact_that_only_informs():
    assert closed(override("considered", replace(HIP, is_warning=False))) == set()


# --- scopes


@pytest.mark.parametrize("earlier", ["e2", None])
@pytest.mark.parametrize("now", ["e1", None])
def test_considered_holds_in_its_encounter_alone(earlier, now):
    assert (
        closed(
            override("considered", encounter=earlier), now=replace(NOW, encounter=now)
        )
        == set()
    )


def test_who_disagrees_closes_the_line_on_risk_for_nobody_else():
    assert closed(override("disagreeWithEvidence", user="Practitioner/8")) == set()


@pytest.mark.parametrize(
    ("earlier", "declined", "not_osteoporotic"),
    [
        pytest.param(FRACTURE, True, True, id="the same"),
        pytest.param(Fracture(date(2026, 11, 3)), True, True, id="the same day"),
        pytest.param(Fracture(None, ("L1", "T12")), True, True, id="one of its levels"),
        pytest.param(
            Fracture(date(2026, 8, 1), ("L1",)), False, False, id="another day"
        ),
        pytest.param(Fracture(None, ("L4",)), False, False, id="another level"),
        pytest.param(Fracture(), True, False, id="not known"),
    ],
)
def test_a_new_fracture_opens_again_what_was_declined(
    earlier, declined, not_osteoporotic
):
    found = closures(override("patientDeclines", fracture=earlier))
    assert found.closes_act("bone-treatment") is declined
    assert (
        closures(override("instability", BRACE, fracture=earlier)).closes_order(TLSO)
        is declined
    )
    assert (
        closures(override("notOsteoporotic", fracture=earlier)).closes_risk()
        is not_osteoporotic
    )


# --- braces


@pytest.mark.parametrize(
    "change", [{"reference": "DeviceRequest/2"}, {"says": "2026-12-04"}]
)
def test_a_billing_entry_is_of_one_order_that_says_the_same(change):
    found = closures(override("payerForm", BRACE))
    assert found.closes_order(TLSO)
    assert not found.closes_order(TLSO._replace(**change))


def test_a_brace_without_a_name_is_known_by_its_order():
    nameless = TLSO._replace(name="")
    found = closures(override("instability", replace(BRACE, orders=(nameless,))))
    assert found.closes_order(nameless)
    assert not found.closes_order(nameless._replace(reference="DeviceRequest/2"))


# --- one signing


@pytest.mark.parametrize("outcome", ["accepted", "overridden"])
def test_nothing_is_said_twice_in_one_signing(outcome):
    found = closures(override(outcome=outcome, hook_instance=NOW.hook_instance))
    assert found.closes_card(HIP)
    assert not found.closes_card(replace(HIP, fact="F1"))
    assert not found.closes_card(replace(HIP, key="newer"))
    assert not found.closes_card(BRACE)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"hook_instance": "first"}, id="another signing"),
        pytest.param(
            {"answered": datetime(2026, 11, 19, 9, tzinfo=UTC)},
            id="the same id on another day",
        ),
        pytest.param({"hook_instance": None}, id="no id"),
        pytest.param({"user": "Practitioner/8"}, id="another user"),
        pytest.param({"user": None}, id="no user"),
    ],
)
def test_another_signing_is_answered_whole(change):
    told_before = replace(override(hook_instance=NOW.hook_instance), **change)
    assert not closures(told_before).closes_card(HIP)


# --- the history


def test_a_history_that_could_not_be_read_closes_nothing():
    found = find_closures(None, RULES, NOW)
    assert (found.in_force, found.answered, found.is_known) == ((), (), False)


def test_what_was_said_ahead_of_today_closes_nothing_yet():
    assert closed(override("alreadyArranged"), days=-1) == set()


def test_each_closure_names_its_override_and_last_day():
    first = override("alreadyArranged", answered=datetime(2026, 11, 1, 9, tzinfo=UTC))
    second = override("patientDeclines")
    found = closures(first, second).in_force
    assert [one.feedback for one in found] == [second, first]
    assert [one.until for one in found] == [date(2027, 5, 19), date(2026, 12, 1)]


SPANS = {rule.reason: rule.days for rule in RULES}


@given(
    reason=st.sampled_from(sorted({*SPANS, "", "other"})),
    ground=st.sampled_from(
        [HIP, BRACE, replace(HIP, act=""), CardGround(topic="rehabilitation")]
    ),
    days=st.integers(-3, 400),
    encounter=st.sampled_from(["e1", "e2", None]),
    user=st.sampled_from(["Practitioner/7", "Practitioner/8", None]),
    fracture=st.sampled_from([FRACTURE, Fracture(), Fracture(date(2026, 8, 1))]),
)
@settings(max_examples=400)
def test_nothing_outlasts_its_reason(reason, ground, days, encounter, user, fracture):
    now = replace(NOW, encounter=encounter, user=user, fracture=fracture)
    found = closures(override(reason, ground), now=now, days=days)
    for one in found.in_force:
        assert days >= 0
        assert one.until is None or DAY + timedelta(days=days) <= one.until
        assert one.until is not None or reason in {
            "considered",
            "notOsteoporotic",
            "payerForm",
        }
        assert one.part != "fact" or (encounter == "e1" and ground.fact == "F12")
        assert reason != "disagreeWithEvidence" or user == "Practitioner/7"
        assert reason != "notOsteoporotic" or fracture == FRACTURE


# --- the file


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"days": None}, "needs days", id="no end"),
        pytest.param(
            {"days": None, "same": "user"}, "needs days", id="a user does not end"
        ),
        pytest.param(
            {"part": "risk", "act": "rehabilitation"},
            "only if part is act",
            id="an act of the risk",
        ),
    ],
)
def test_a_rule_that_could_not_end_is_refused(changes, says):
    whole = {
        "topic": "rehabilitation",
        "reason": "alreadyArranged",
        "part": "act",
        "days": 30,
    }
    with pytest.raises(ValueError, match=says):
        ClosureRule(**whole | changes)


def test_every_reason_of_a_card_closes_something_but_one():
    """On the brace card there is nothing of the evidence that a disagreement could leave out."""
    reasons = open_service().hooks[HOOK].texts.reasons
    offered = {
        (topic, one.code)
        for topic in ("rehabilitation", "braceLimit")
        for one in reasons[topic]
    }
    assert offered - {(rule.topic, rule.reason) for rule in RULES} == {
        ("braceLimit", "disagreeWithEvidence")
    }


def test_no_card_offers_more_than_seven_reasons():
    reasons = open_service().hooks[HOOK].texts.reasons
    assert all(
        len(codes) <= 7 and all(one.code.isalnum() for one in codes)
        for codes in reasons.values()
    )
