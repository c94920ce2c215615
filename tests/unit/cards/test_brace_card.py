"""The brace card: what it says of braces and bed rest, the corrected orders, and who is left alone (rule E14)."""

import pytest

from tests.chart_builders import ask as ask_cards
from tests.chart_builders import (
    augmented,
    bed_rest,
    brace,
    by_topic,
    cards_for,
    days_ago,
    kyphoplasty,
    labels,
    of_patient,
    order_sign,
    ordered,
    period,
    problem,
    site_service,
    strong_and_nourished,
    thin_and_weak,
)
from tests.codes import UCUM

LSO, JEWETT = "L0631", "L0472"
USUAL_END = "Set end 15 Jan 2027"


def brace_card(*drafts, record=(), service=None, base=None):
    whole = (*(strong_and_nourished() if base is None else base), *record)
    return cards_for(whole, kyphoplasty(), *drafts, service=service).get("braceLimit")


def worded(note, **members):
    return brace(note=[{"text": note}], **members)


def timed(**repeat):
    return brace(occurrenceTiming={"repeat": repeat})


def length(value, code):
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def worn(number, on, *, status="active", **members):
    """A brace of this day on record."""
    return brace(number, status=status, authoredOn=on, **members)


def supply(deliver_to):
    """A brace as a SupplyRequest, which has no subject."""
    said = {
        "quantity": {"value": 1},
        "itemCodeableConcept": {"text": "TLSO brace"},
        "authoredOn": "2026-11-17",
    }
    return of_patient(
        "SupplyRequest",
        "supply",
        subject=None,
        status="active",
        deliverTo={"reference": deliver_to},
        **said,
    )


def said(card):
    return f"{card['summary']} {card.get('detail', '')}"


# --- a length whose unit is a word


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        pytest.param({"value": 3, "unit": "Monate"}, "for 3 months", id="German"),
        pytest.param({"value": 12, "unit": "semaines"}, "for 12 weeks", id="French"),
        pytest.param({"value": 12, "unit": "周"}, "for 12 weeks", id="Chinese"),
        pytest.param({"value": 3, "unit": "Zyklen"}, "end date?", id="no time"),
        pytest.param({"value": 3}, "end date?", id="no unit"),
        pytest.param({"value": 99, "unit": "Monate"}, "end date?", id="lifetime"),
        pytest.param(
            {"value": 3, "code": "mo", "comparator": ">"}, "end date?", id="or longer"
        ),
        pytest.param(
            {"value": 3, "unit": "Monate", "code": "x"}, "end date?", id="two units"
        ),
    ],
)
def test_a_length_in_words_is_read_or_not_understood(bounds, words):
    summary = brace_card(timed(boundsDuration=bounds))["summary"]
    assert words in summary
    assert "no end date" not in summary


# --- one brace

NOTHING = [
    pytest.param((), id="no brace"),
    pytest.param([brace(occurrencePeriod=period(0, 7))], id="a week"),
    pytest.param(
        [brace(occurrencePeriod=period(0, 14))], id="a corset of two weeks (patient 2)"
    ),
    pytest.param([brace(occurrencePeriod=period(0, 56))], id="eight weeks"),
    pytest.param([worded("for 6 weeks")], id="six weeks in words"),
    pytest.param([worded("soft corset 2 weeks")], id="two weeks in words"),
    pytest.param([worded("佩戴6周")], id="six weeks in Chinese"),
    pytest.param([timed(boundsDuration=length(14, "d"))], id="14 days as bounds"),
    pytest.param(
        [timed(count=14, frequency=1, period=1, periodUnit="d")], id="14 times daily"
    ),
    pytest.param([timed(duration=2, durationUnit="wk")], id="a duration of two weeks"),
    pytest.param(
        [timed(duration=14, durationMax=21, durationUnit="d")],
        id="a duration of 14 to 21 days",
    ),
    pytest.param(
        [timed(count=28, frequency=2, period=1, periodUnit="d")],
        id="28 times, twice daily",
    ),
    pytest.param(
        [worded("for at least 6 weeks", occurrencePeriod=period(0, 49))],
        id="at least, beside a date",
    ),
    pytest.param(
        [worded("佩戴至少6周", occurrencePeriod=period(0, 49))],
        id="at least in Chinese, beside a date",
    ),
    pytest.param([brace(doNotPerform=True)], id="not to be done"),
]


@pytest.mark.parametrize("drafts", NOTHING)
def test_without_anything_to_say_there_is_no_card(drafts):
    assert brace_card(*drafts) is None


LONG = "off by 15 Jan (8 weeks)? Review 4 Dec."

ONE_BRACE = [
    pytest.param(
        worded("when out of bed for 12 weeks"),
        f"TLSO for 12 weeks: {LONG}",
        id="when out of bed",
    ),
    pytest.param(
        worded("TLSO when OOB 12 wks"), f"TLSO for 12 weeks: {LONG}", id="OOB"
    ),
    pytest.param(
        worded("for 12 weeks"), f"TLSO for 12 weeks: {LONG}", id="for 12 weeks"
    ),
    pytest.param(
        worded("x 3 months when ambulating", code=LSO),
        f"lumbar brace for 3 months: {LONG}",
        id="patient 23",
    ),
    pytest.param(worded("佩戴12周"), f"TLSO for 12 weeks: {LONG}", id="Chinese"),
    pytest.param(
        worded("下床时佩戴支具3个月"),
        f"TLSO for 3 months: {LONG}",
        id="Chinese, out of bed",
    ),
    pytest.param(worded("3か月"), f"TLSO for 3 months: {LONG}", id="Japanese"),
    pytest.param(
        worded("離床時コルセット装着 12週間"),
        f"TLSO for 12 weeks: {LONG}",
        id="Japanese, out of bed",
    ),
    pytest.param(
        worded("für 12 Wochen beim Aufstehen"),
        f"TLSO for 12 weeks: {LONG}",
        id="German",
    ),
    pytest.param(
        worded("12 semaines au lever"), f"TLSO for 12 weeks: {LONG}", id="French"
    ),
    pytest.param(
        worded("busto per 3 mesi in piedi"), f"TLSO for 3 months: {LONG}", id="Italian"
    ),
    pytest.param(
        worded("durante 12 semanas al levantarse"),
        f"TLSO for 12 weeks: {LONG}",
        id="Spanish",
    ),
    pytest.param(
        brace(occurrencePeriod=period(0, 84)),
        f"TLSO until 12 Feb: {LONG}",
        id="a period",
    ),
    pytest.param(
        timed(boundsDuration=length(12, "wk")),
        f"TLSO for 12 weeks: {LONG}",
        id="bounds as a length",
    ),
    pytest.param(
        timed(boundsPeriod=period(0, 84)),
        f"TLSO until 12 Feb: {LONG}",
        id="bounds as a period",
    ),
    pytest.param(
        timed(duration=12, durationUnit="wk"),
        f"TLSO for 12 weeks: {LONG}",
        id="a duration",
    ),
    pytest.param(
        timed(count=84, frequency=1, period=1, periodUnit="d"),
        f"TLSO for 12 weeks: {LONG}",
        id="84 times",
    ),
    pytest.param(
        timed(count=12, period=1, periodUnit="wk"),
        f"TLSO for 12 weeks: {LONG}",
        id="12 times weekly",
    ),
    pytest.param(
        timed(duration=23, durationUnit="h", frequency=1, period=1, periodUnit="d"),
        "TLSO: no end date. Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="wear time of each day is no length",
    ),
    pytest.param(
        brace(),
        "TLSO: no end date. Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="no end",
    ),
    pytest.param(
        brace(code=JEWETT, codeCodeableConcept={"text": "Jewett brace"}),
        "Jewett brace: no end date. Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="Jewett without an end (patient 38)",
    ),
    pytest.param(
        brace(occurrencePeriod=period(56, 0)),
        "TLSO: end date? It ends before it begins.",
        id="reversed",
    ),
    pytest.param(
        worded("Length of need: 99 months"),
        "TLSO: end date? Its length of need is a billing entry, not wear time. Review 4 Dec.",
        id="patient 42",
    ),
    pytest.param(
        worded("LON 99"),
        "TLSO: end date? Its length of need is a billing entry, not wear time. Review 4 Dec.",
        id="a length of need, abbreviated",
    ),
    pytest.param(
        timed(boundsDuration=length(99, "mo")),
        "TLSO: end date? Its length of need is a billing entry, not wear time. Review 4 Dec.",
        id="a length of need as bounds",
    ),
    pytest.param(
        worded("TLSO until pain subsides"),
        "TLSO: end date? Its words name an event, not a day. Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="an event",
    ),
    pytest.param(
        worded("Elevate legs for 2 weeks"),
        "TLSO: end date? A time in its words was not understood.",
        id="doubtful",
    ),
    pytest.param(
        worded("for at least 6 weeks"),
        "TLSO for at least 6 weeks: end date? Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="at least",
    ),
    pytest.param(
        worded("mindestens 6 Wochen"),
        "TLSO for at least 6 weeks: end date? Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="at least in German",
    ),
    pytest.param(
        worded("for at least 12 weeks"),
        f"TLSO for at least 12 weeks: {LONG}",
        id="at least 12 weeks",
    ),
    pytest.param(
        worded("for 12 weeks", occurrencePeriod=period(0, 14)),
        "TLSO for 12 weeks in words, until 4 Dec in dates: which end is meant?",
        id="14 days by its dates are not extended",
    ),
    pytest.param(
        worded("for 12 weeks", occurrencePeriod=period(0, 94)),
        f"TLSO for 12 weeks in words, until 22 Feb in dates: {LONG}",
        id="words and dates differ",
    ),
    pytest.param(
        worded("for 12 weeks", occurrencePeriod=period(0, 90)),
        f"TLSO for 12 weeks: {LONG}",
        id="differ by less",
    ),
    pytest.param(
        brace(occurrencePeriod={"start": "2026-09-11"}),
        "TLSO worn 10 weeks: still needed?",
        id="ten weeks ago",
    ),
]


@pytest.mark.parametrize(("draft", "summary"), ONE_BRACE)
def test_one_brace(draft, summary):
    card = brace_card(draft)
    assert card["summary"] == summary[:1].upper() + summary[1:]
    assert card["indicator"] == "info"
    assert "99" not in card["summary"]
    assert len(card["summary"]) <= 120


ENDS = [
    pytest.param(worded("for 12 weeks"), [(USUAL_END, True)], id="a length"),
    pytest.param(brace(), [(USUAL_END, True)], id="no end"),
    pytest.param(
        timed(count=84, period=1, periodUnit="d"),
        [],
        id="84 times would still state the old length",
    ),
    pytest.param(
        timed(boundsPeriod=period(0, None), count=12, period=1, periodUnit="wk"),
        [],
        id="12 times weekly in a period",
    ),
    pytest.param(timed(count=84), [(USUAL_END, False)], id="84 times, how often open"),
    pytest.param(
        timed(boundsPeriod=period(0, None), count=4, period=1, periodUnit="wk"),
        [(USUAL_END, False)],
        id="4 times weekly fit",
    ),
    pytest.param(worded("LON 99"), [(USUAL_END, False)], id="a billing entry"),
    pytest.param(worded("until pain subsides"), [(USUAL_END, False)], id="an event"),
    pytest.param(worded("for at least 6 weeks"), [(USUAL_END, False)], id="at least"),
    pytest.param(
        timed(duration=12, durationUnit="wk"),
        [],
        id="a duration would still state the old length",
    ),
    pytest.param(worded("3 month TLSO"), [], id="words that cannot be corrected"),
    pytest.param(worded("Elevate legs for 2 weeks"), [], id="not understood"),
    pytest.param(brace(occurrencePeriod=period(56, 0)), [], id="reversed"),
    pytest.param(
        worded("for 12 weeks", occurrencePeriod=period(0, 14)), [], id="never extended"
    ),
    pytest.param(
        brace(occurrencePeriod={"start": "2026-09-11"}), [], id="its end is past"
    ),
    pytest.param(
        brace(
            modifierExtension=[
                {
                    "url": "https://ehr.example.org/condition-of-order",
                    "valueString": "see notes",
                }
            ]
        ),
        [],
        id="modified by what we do not know",
    ),
]


def offers(card):
    return [(one["label"], one["isRecommended"]) for one in card.get("suggestions", ())]


@pytest.mark.parametrize(("draft", "expected"), ENDS)
def test_the_end_that_is_offered(draft, expected):
    assert offers(brace_card(draft)) == expected


def corrected(card):
    return {
        action["resource"]["id"]: action["resource"]["occurrencePeriod"]["end"]
        for one in card["suggestions"]
        for action in one["actions"]
    }


# --- renewals, and several braces


def of_week_six(*drafts, record=()):
    """Cards of a signing without an operation, six weeks after one."""
    whole = (*strong_and_nourished(), augmented(42), *record)
    return by_topic(ask_cards(order_sign(whole, *drafts)))["braceLimit"]


def test_a_renewed_and_an_added_brace_are_both_named_and_each_corrected():
    drafts = (brace("renewed"), brace("added", codeCodeableConcept={"text": "LSO"}))
    card = of_week_six(*drafts, record=[worn("first", "2026-10-09")])
    assert card["summary"] == (
        "TLSO renewed and LSO added: first brace 9 Oct, so off by 4 Dec (8 weeks). Which one stays?"
    )
    assert card["indicator"] == "info"
    assert sorted(offers(card)) == [
        ("LSO: set end 4 Dec 2026", True),
        ("TLSO: set end 4 Dec 2026", True),
    ]
    assert corrected(card) == {"renewed": "2026-12-04", "added": "2026-12-04"}
    assert "**One brace:** stop the TLSO or LSO" in card["detail"]


def test_braces_whose_weeks_end_on_different_days_share_no_end():
    """The first one was worn before this fracture, which is eight days old."""
    old = worn("old", "2026-10-09", codeCodeableConcept={"text": "LSO"})
    fracture = problem("M80.08XA", days=8)
    record = (*strong_and_nourished(), old, fracture)
    body = order_sign(record, kyphoplasty(), brace("new"))
    card = by_topic(ask_cards(body))["braceLimit"]
    assert card["summary"].endswith(
        "first brace 9 Oct. Which one stays, and until when?"
    )
    assert "4 Dec" not in card["summary"]
    assert [label for label, _ in offers(card)] == ["TLSO: set end 15 Jan 2027"]


@pytest.mark.parametrize("status", ["active", "completed"])
def test_a_renewal_counts_from_the_first_brace(status):
    card = of_week_six(
        brace("renewed"), record=[worn("first", "2026-10-09", status=status)]
    )
    assert (
        card["summary"] == "TLSO renewed: first brace 9 Oct, so off by 4 Dec (8 weeks)?"
    )
    assert corrected(card) == {"renewed": "2026-12-04"}


def test_a_review_whose_day_is_over_is_not_asked_for():
    card = of_week_six(brace("renewed"), record=[worn("first", "2026-10-09")])
    (action,) = card["suggestions"][0]["actions"]
    assert "review" not in action["description"]


def test_of_several_braces_each_doubt_is_named():
    card = brace_card(
        worded("LON 99", number="first"),
        brace("second", codeCodeableConcept={"text": "LSO"}),
    )
    assert (
        card["summary"]
        == "TLSO and LSO ordered: off by 15 Jan (8 weeks)? Which one stays?"
    )
    assert (
        "**TLSO (L0456):** End date? Its length of need is a billing entry, not wear time."
        in card["detail"]
    )
    assert dict(offers(card)) == {
        "TLSO: set end 15 Jan 2027": False,
        "LSO: set end 15 Jan 2027": True,
    }


def test_a_renewal_after_the_weeks_are_over_gets_no_end():
    card = of_week_six(brace("renewed"), record=[worn("first", "2026-09-11")])
    assert (
        card["summary"]
        == "TLSO renewed: first brace 11 Sep, 10 weeks ago. Still needed?"
    )
    assert labels(card) == []


def test_after_a_second_stage_the_weeks_count_from_the_first_brace_since():
    record = [
        worn("first", "2026-10-09"),
        worn("second", "2026-11-07"),
        augmented(14, number="second-stage"),
    ]
    card = of_week_six(brace("renewed"), record=record)
    assert (
        card["summary"]
        == "TLSO renewed: first brace 7 Nov, so off by 2 Jan (8 weeks)? Review 21 Nov."
    )


def test_two_new_braces_are_named_and_each_corrected():
    card = brace_card(
        brace("first"),
        worded("for 12 weeks", number="second", codeCodeableConcept={"text": "LSO"}),
    )
    assert (
        card["summary"]
        == "TLSO and LSO ordered: off by 15 Jan (8 weeks)? Which one stays?"
    )
    assert corrected(card) == {"first": "2027-01-15", "second": "2027-01-15"}


def test_of_two_braces_only_the_one_beyond_the_limit_is_corrected():
    card = brace_card(
        brace("first", occurrencePeriod=period(0, 42)),
        brace("second", codeCodeableConcept={"text": "LSO"}),
    )
    assert (
        card["summary"]
        == "LSO: no end date. Off by 15 Jan (8 weeks)? Which stays, LSO or TLSO?"
    )
    assert offers(card) == [("Set end 15 Jan 2027", True)]
    assert corrected(card) == {"second": "2027-01-15"}


def test_of_two_braces_of_one_name_one_stays():
    card = brace_card(
        brace("first", occurrencePeriod=period(0, 42)),
        brace("second", occurrencePeriod=period(0, 84)),
    )
    assert "Which stays, TLSO or TLSO?" in card["summary"]


def test_two_orders_of_one_brace_are_told_apart():
    card = brace_card(brace("first"), brace("second"))
    assert (
        card["summary"]
        == "TLSO (2 orders) ordered: off by 15 Jan (8 weeks)? Which one stays?"
    )
    assert labels(card) == [
        "TLSO (L0456), order 1: set end 15 Jan 2027",
        "TLSO (L0456), order 2: set end 15 Jan 2027",
    ]


def test_an_active_brace_is_named_and_not_touched():
    card = brace_card(record=[brace(status="active")])
    assert (
        card["summary"]
        == "TLSO (active): no end date. Off by 15 Jan (8 weeks)? Review 4 Dec."
    )
    assert "**By hand:** TLSO (L0456), off by 15 Jan 2027" in card["detail"]
    assert labels(card) == []


def test_an_active_brace_whose_shortest_time_has_passed_is_still_worn():
    record = [worn("old", "2026-10-01", note=[{"text": "for at least 6 weeks"}])]
    assert brace_card(record=record)["summary"].startswith(
        "TLSO for at least 6 weeks (active): end date?"
    )


@pytest.mark.parametrize(
    ("deliver_to", "is_theirs"),
    [("Patient/pat-1", True), ("Patient/2", False), ("Location/4", False)],
)
def test_a_brace_ordered_as_a_supply(deliver_to, is_theirs):
    assert (brace_card(record=[supply(deliver_to)]) is not None) is is_theirs


# --- reasons to keep

KEPT = [
    pytest.param(
        "S32.011A",
        "TLSO for 12 weeks: keep while the burst fracture heals (posterior wall injury).",
        id="patient 12",
    ),
    pytest.param(
        "unstable-fracture",
        "TLSO for 12 weeks: keep while the fracture is unstable.",
        id="unstable",
    ),
    pytest.param(
        "neurological-deficit",
        "TLSO for 12 weeks: keep while the neurological deficit lasts.",
        id="neurological",
    ),
]


@pytest.mark.parametrize(("reason", "summary"), KEPT)
def test_a_reason_to_keep_a_brace_leaves_the_end_unselected(reason, summary):
    card = brace_card(worded("for 12 weeks"), record=[problem(reason, days=3)])
    assert (card["summary"], card["indicator"]) == (summary, "info")
    assert offers(card) == [(USUAL_END, False)]
    assert "**Reason to keep:**" in card["detail"]


def test_another_fracture_keeps_a_brace():
    card = brace_card(worded("for 12 weeks"), record=[problem("S32.030A", days=20)])
    assert card["summary"] == "TLSO for 12 weeks: keep while the fracture of L3 heals."


def test_what_is_not_excluded_is_named_and_leaves_the_end_unselected():
    doubt = problem("unknown", code={"text": "? burst fracture L1"}, days=3)
    card = brace_card(worded("for 12 weeks"), record=[doubt])
    assert card["summary"] == f"TLSO for 12 weeks: {LONG}"
    assert offers(card) == [(USUAL_END, False)]
    assert "**Reason to keep not excluded:** " in card["detail"]


@pytest.mark.parametrize("reason", ["V43.52XA", "hypertension"])
def test_else_no_reason_to_keep_is_shown(reason):
    card = brace_card(
        worded("for 12 weeks"), record=[problem(reason, number="more", days=20)]
    )
    assert card["summary"] == f"TLSO for 12 weeks: {LONG}"
    asserted = said(card).lower().replace("reason to keep not excluded", "")
    assert "keep" not in asserted


@pytest.mark.parametrize(
    "reason", ["S22.081A", "unstable-fracture", "neurological-deficit"]
)
def test_a_reason_to_keep_is_said_only_of_a_brace(reason):
    assert brace_card(record=[problem(reason, days=3)]) is None


def test_a_record_without_a_problem_list_pre_selects_no_end():
    quiet = [
        one for one in strong_and_nourished() if one["resourceType"] != "Condition"
    ]
    assert offers(brace_card(brace(), base=quiet)) == [(USUAL_END, False)]


# --- bed rest

BED_REST = [
    pytest.param(
        [bed_rest(72)],
        "warning",
        "Bed rest 72 h ordered; up to 24 h is usual.",
        id="patient 60",
    ),
    pytest.param(
        [bed_rest(None)],
        "info",
        "Bed rest without an end time is ordered; up to 24 h is usual.",
        id="without an end",
    ),
    pytest.param(
        [bed_rest(None, note=[{"text": "strict bed rest for 2 days"}])],
        "warning",
        "Bed rest 2 days ordered; up to 24 h is usual.",
        id="in words",
    ),
    pytest.param(
        [
            bed_rest(
                None, occurrenceTiming={"repeat": {"duration": 72, "durationUnit": "h"}}
            )
        ],
        "warning",
        "Bed rest 72 h ordered; up to 24 h is usual.",
        id="a duration",
    ),
    pytest.param(
        [bed_rest(72), brace()],
        "warning",
        "Bed rest 72 h ordered; up to 24 h is usual. TLSO: no end date. Off by 15 Jan (8 weeks)? Review 4 Dec.",
        id="with a brace",
    ),
]


@pytest.mark.parametrize(("drafts", "indicator", "summary"), BED_REST)
def test_bed_rest(drafts, indicator, summary):
    card = brace_card(*drafts)
    assert (card["indicator"], card["summary"]) == (indicator, summary)
    assert "up and walking by the next day" in card["detail"]


@pytest.mark.parametrize("hours", [4, 24])
def test_routine_bed_rest_is_silent(hours):
    assert brace_card(bed_rest(hours)) is None


@pytest.mark.parametrize(
    "reason",
    ["unstable-fracture", "spinal-infection", "neurological-deficit", "malignancy"],
)
def test_bed_rest_is_no_warning_where_a_fact_may_call_for_it(reason):
    card = brace_card(bed_rest(72), record=[problem(reason, days=3)])
    assert (card["indicator"], card["summary"]) == (
        "info",
        "Bed rest 72 h ordered; up to 24 h is usual.",
    )
    assert "walking" not in card["detail"]


@pytest.mark.parametrize("code", ["C50.911", "C85.90", "C80.1"])
def test_a_cancer_of_long_ago_is_no_reason_for_bed_rest(code):
    """E4 names F6 and F7; what E9 gives one line of the detail lowers no colour."""
    old = problem(code, days=4000)
    assert brace_card(bed_rest(72), record=[old])["indicator"] == "warning"


# --- the site


def test_a_site_may_have_braces_warned_of(tmp_path):
    service = site_service(tmp_path, '[policy]\nbrace-indicator = "warning"\n')
    assert brace_card(brace(), service=service)["indicator"] == "warning"
    assert brace_card(worded("LON 99"), service=service)["indicator"] == "info"
    kept = brace_card(
        brace(), record=[problem("unstable-fracture", days=3)], service=service
    )
    assert kept["indicator"] == "info"


def test_a_site_may_have_the_limits_said_with_every_augmentation(tmp_path):
    card = brace_card(
        service=site_service(tmp_path, '[policy]\nbrace-card = "always"\n')
    )
    assert (
        card["summary"]
        == "If a brace is used: while pain requires it, review at 2 weeks, off by 8 weeks."
    )
    assert (card["indicator"], card.get("detail"), labels(card)) == ("info", None, [])


def test_the_weeks_of_a_site_change_texts_and_dates(tmp_path):
    service = site_service(
        tmp_path, "[policy]\nbrace-max-weeks = 6\nbrace-review-weeks = 3\n"
    )
    card = brace_card(brace(), service=service)
    assert (
        card["summary"] == "TLSO: no end date. Off by 1 Jan (6 weeks)? Review 11 Dec."
    )
    assert "the limit is site policy" in card["detail"]
    assert labels(card) == ["Set end 1 Jan 2027"]
    assert corrected(card) == {"brace": "2027-01-01"}
    cards = cards_for(thin_and_weak(), kyphoplasty(), service=service)
    (therapy,) = [
        one
        for one in cards["rehabilitation"]["suggestions"]
        if one["label"] == "Refer to rehabilitation"
    ]
    (action,) = therapy["actions"]
    notes = " ".join(note["text"] for note in action["resource"]["note"])
    assert "3-week" in notes
    assert "{" not in notes


# --- the card is short

SHORT = [
    pytest.param([brace()], (), id="no end"),
    pytest.param([worded("x 3 months", code=LSO)], (), id="three months"),
    pytest.param([brace(), bed_rest(72)], (), id="with bed rest"),
    pytest.param(
        [worded("for 3 months", occurrencePeriod=period(0, 56))],
        (),
        id="words and dates",
    ),
    pytest.param([], [brace(status="active")], id="active"),
    pytest.param([brace()], [problem("S32.011A", days=3)], id="kept"),
    pytest.param([worded("LON 99")], (), id="billing"),
    pytest.param([bed_rest(72)], (), id="bed rest"),
]


@pytest.mark.parametrize(("drafts", "record"), SHORT)
def test_the_card_has_at_most_seventy_words(drafts, record):
    card = brace_card(*drafts, record=record)
    words = [
        word
        for word in said(card).replace("*", "").split()
        if any(sign.isalnum() for sign in word)
    ]
    assert len(words) <= 70
    assert len(card["summary"]) <= 120


def test_the_card_stands_where_every_referral_is_ordered():
    done = tuple(
        ordered(kind) for kind in ("rehabilitation", "dietitian", "bone-treatment")
    )
    assert brace_card(brace(), base=(*thin_and_weak(), *done)) is not None


def test_a_brace_of_long_ago_is_none_of_this_fracture():
    card = brace_card(brace(), record=[worn("old", days_ago(100), status="completed")])
    assert card["summary"] == f"TLSO: no end date. {LONG[:1].upper()}{LONG[1:]}"
