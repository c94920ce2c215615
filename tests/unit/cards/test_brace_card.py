"""The second card: limits on bracing and bed rest, the corrected order, and who is left alone."""

import pytest

from tests.chart_builders import (
    bed_rest,
    brace,
    cards_for,
    days_ago,
    kyphoplasty,
    labels,
    of_patient,
    ordered,
    period,
    problem,
    site_service,
    strong_and_nourished,
    thin_and_weak,
)
from tests.tables import cases


def brace_card(*drafts, record=None, service=None):
    found = cards_for(strong_and_nourished() if record is None else record, kyphoplasty(), *drafts, service=service)
    return found.get("braceLimit")


def corrected(card):
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    return action["resource"]


def worded(note, **members):
    return brace(note=[{"text": note}], **members)


def rest(note):
    return bed_rest(None, note=[{"text": note}])


def words_of(card):
    """Words as a reader counts them: what has a letter or a digit, markdown aside."""
    text = f"{card['summary']} {card.get('detail', '')}"
    return [word for word in text.replace("*", "").split() if any(sign.isalnum() for sign in word)]


@pytest.mark.parametrize(
    "drafts",
    [(), (brace(occurrencePeriod=period(0, 7)),), (brace(occurrencePeriod=period(0, 56)),), (worded("for 6 weeks"),)],
)
def test_without_anything_to_say_there_is_no_brace_card(drafts):
    assert brace_card(*drafts) is None


@pytest.mark.parametrize("note", ["for at least 6 weeks", "6 weeks minimum", "mindestens 6 Wochen", "佩戴至少6周"])
def test_a_shortest_time_is_no_end(note):
    card = brace_card(worded(note))
    assert (card["indicator"], "a shortest time, no end" in card["summary"] + card["detail"]) == ("info", True)
    assert brace_card(worded(note, occurrencePeriod=period(0, 49))) is None
    assert brace_card(worded("for at least 12 weeks"))["indicator"] == "warning"


@pytest.mark.parametrize(("days", "both"), [(90, False), (94, True)])
def test_words_and_dates_that_differ_by_more_than_a_week_are_both_shown(days, both):
    card = brace_card(worded("for 12 weeks", occurrencePeriod=period(0, days)))
    assert ("in dates" in card["summary"] + card["detail"]) is both


def test_dates_that_end_before_they_begin_are_no_end():
    card = brace_card(brace(occurrencePeriod=period(56, 0)))
    assert "without an end date (its dates end before they begin)" in card["summary"]


def test_a_brace_that_an_extension_modifies_is_not_changed():
    not_to_do = {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-DeviceRequest.doNotPerform"}
    assert brace_card(brace(modifierExtension=[{**not_to_do, "valueBoolean": True}])) is None
    unknown = {"url": "https://ehr.example.org/condition-of-order", "valueString": "see notes"}
    assert labels(brace_card(brace(modifierExtension=[unknown]))) == []


def test_a_shortest_time_that_has_passed_ends_no_brace():
    worn = worded("for at least 6 weeks", status="active", authoredOn=days_ago(50))
    assert brace_card(record=(*strong_and_nourished(), worn))["indicator"] == "info"


def test_a_site_may_have_the_limits_said_with_every_augmentation(tmp_path):
    card = brace_card(service=site_service(tmp_path, '[policy]\nbrace-card = "always"\n'))
    assert card["summary"] == "If a brace is used: while pain needs it, review at 2 weeks, off by 8 weeks."
    assert (card["indicator"], card.get("detail"), labels(card)) == ("info", None, [])


# The patients 16 to 21 of the card page, in one line each.


def test_21_a_payers_length_of_need_is_no_conflict():
    bounds = {"repeat": {"boundsDuration": {"value": 99, "unit": "mo", "code": "mo"}}}
    for draft in (worded("Length of need: 99 months"), worded("LON 99"), brace(occurrenceTiming=bounds)):
        card = brace_card(draft)
        assert card["indicator"] == "info"
        assert "without an end date (its length of need is a billing entry)" in card["summary"]
        assert [one["isRecommended"] for one in card["suggestions"]] == [False]
    assert "payerForm" in {one["code"] for one in card["overrideReasons"]}


def test_a_burst_fracture_on_record_is_said_without_a_brace_too():
    card = brace_card(record=(*strong_and_nourished(), problem("S22.081A", days=3)))
    assert (card["indicator"], labels(card)) == ("info", [])
    assert card["summary"] == (
        "Stable burst fracture (posterior wall injury): a reason to keep a brace longer than 8 weeks."
    )


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (worded("TLSO until pain subsides"), "its words name an end without a day"),
        (worded("Elevate legs for 2 weeks"), "a time in its words was not understood"),
    ],
)
def test_words_that_name_no_last_day_are_said_and_no_conflict(draft, why):
    card = brace_card(draft)
    assert card["indicator"] == "info"
    assert why in card["summary"]


def test_words_that_cannot_be_corrected_leave_words_instead_of_a_button():
    card = brace_card(worded("3 month TLSO"))
    assert card["indicator"] == "warning"
    assert labels(card) == []
    assert "**By hand:** TLSO (L0456), review 4 Dec 2026" in card["detail"]


@pytest.mark.parametrize(
    ("drafts", "record", "most"),
    [
        ((brace(),), (), 75),
        ((worded("x 3 months", code="L0631"),), (), 75),
        ((brace(), bed_rest(72)), (), 75),
        ((worded("for 3 months", occurrencePeriod=period(0, 56)),), (), 75),
        ((), (brace(status="active"),), 75),
        ((brace(),), (problem("S32.011A", days=3),), 75),
        ((worded("LON 99"),), (), 40),
        ((bed_rest(None),), (), 40),
        ((bed_rest(72),), (), 40),
        ((), (problem("S32.011A", days=3),), 40),
    ],
)
def test_the_card_is_short(drafts, record, most):
    card = brace_card(*drafts, record=(*strong_and_nourished(), *record))
    assert len(words_of(card)) <= most, card
    assert len(card["summary"]) < 140


def test_of_several_braces_the_one_that_never_ends_is_corrected_and_the_others_are_counted():
    card = brace_card(brace(number="first", occurrencePeriod=period(0, 58)), brace(number="second"))
    assert card["summary"].startswith("TLSO ordered without an end date, 1 more over the limit")
    assert corrected(card)["id"] == "second"


def test_a_warning_stands_where_every_referral_is_ordered():
    done = tuple(ordered(kind) for kind in ("rehabilitation", "dietitian", "bone-treatment"))
    assert brace_card(brace(), record=(*thin_and_weak(), *done))["indicator"] == "warning"


def test_an_active_brace_is_warned_of_and_not_touched():
    card = brace_card(record=(*strong_and_nourished(), brace(status="active")))
    assert card["indicator"] == "warning"
    assert labels(card) == []
    assert "(active)" in card["summary"]


@pytest.mark.parametrize("reason", ["unstable-fracture", "neurological-deficit"])
def test_a_reason_to_keep_the_brace_makes_an_info_with_an_unselected_correction(reason):
    card = brace_card(brace(), record=(*strong_and_nourished(), problem(reason, days=20)))
    assert card["indicator"] == "info"
    assert "reason to keep" in card["summary"]
    assert [one["isRecommended"] for one in card["suggestions"]] == [False]


def test_bed_rest_is_no_warning_where_no_exercise_is_advised():
    cards = cards_for((*strong_and_nourished(), problem("neurological-deficit")), kyphoplasty(), bed_rest(None))
    assert "braceLimit" not in cards or cards["braceLimit"]["indicator"] == "info"


def test_the_weeks_of_a_site_change_texts_and_dates(tmp_path):
    service = site_service(tmp_path, "[policy]\nbrace-max-weeks = 6\nbrace-review-weeks = 3\n")
    card = brace_card(brace(), service=service)
    assert "Site policy: review at 3 weeks, off by 6 (1 Jan 2027)" in card["summary"]
    assert labels(card) == ["Set end date 1 Jan 2027"]
    assert "11 Dec 2026" in card["detail"]
    assert corrected(card)["occurrencePeriod"]["end"] == "2027-01-01"
    cards = cards_for(thin_and_weak(), kyphoplasty(), service=service)
    assert "from week 3" in cards["rehabilitation"]["detail"]
    (therapy,) = (
        action["resource"]
        for one in cards["rehabilitation"]["suggestions"]
        if one["label"] == "Refer to rehabilitation"
        for action in one["actions"]
    )
    assert "3-week" in " ".join(note["text"] for note in therapy["note"])
    assert "{" not in " ".join(note["text"] for note in therapy["note"])


@pytest.mark.parametrize(("whose", "is_seen"), cases(__file__, "a_brace_ordered_as_a_supply_is_on_record"))
def test_a_brace_ordered_as_a_supply_is_on_record(whose, is_seen):
    """R4 SupplyRequest has no subject: `deliverTo` names the patient, or a place."""
    supply = of_patient(
        "SupplyRequest",
        "supply",
        subject=None,
        status="active",
        deliverTo=whose,
        quantity={"value": 1},
        itemCodeableConcept={"text": "TLSO brace"},
        authoredOn=days_ago(3),
    )
    card = brace_card(record=(*strong_and_nourished(), supply))
    assert (card is not None and "TLSO ordered without an end date (active)" in card["summary"]) is is_seen
