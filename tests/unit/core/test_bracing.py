"""Brace and bed-rest orders against the site's limits; today is 20 November 2026, eight weeks on 15 January 2027."""

from datetime import date, timedelta

import pytest

from cds_service.core.braces.bracing import judge_braces, length_text, times_of
from cds_service.core.findings import Findings, Gap, Provenance
from cds_service.core.orders import SupportOrders, WordedEnd, WrittenOn
from tests.chart_builders import TODAY
from tests.fact_builders import (
    brace,
    facts,
    finding,
    policy_with,
    signals_of,
    support_order,
)

LIMIT = date(2027, 1, 15)
FRACTURE = date(2026, 10, 8)


def weeks(number):
    return TODAY + timedelta(weeks=number)


def words(hours, length):
    return WordedEnd(kind="end", hours=hours, length=length)


def bed_rest(hours=None, **members):
    return support_order("bed-rest", hours=hours, **members)


def tlso(**members):
    return brace("TLSO (L0456)", **members)


def lso(**members):
    return brace("LSO (L0631)", reference="DeviceRequest/lso", **members)


def worn(on, title="TLSO (L0456)", **members):
    """A brace of this day on record."""
    return brace(
        title,
        reference=f"DeviceRequest/{on}",
        is_draft=False,
        written=WrittenOn(on),
        **members,
    )


def judged(*orders, fractured_on=None, policy=None, **support):
    found = SupportOrders(orders=orders, **support)
    return judge_braces(found, (policy or policy_with()).brace, TODAY, fractured_on)


# --- how long a brace runs, and what is said of it


@pytest.mark.parametrize(
    ("order", "issue"),
    [
        pytest.param(tlso(), "open", id="no end"),
        pytest.param(tlso(end=LIMIT), None, id="eight weeks"),
        pytest.param(tlso(end=date(2027, 1, 16)), "long", id="a day more"),
        pytest.param(tlso(end=weeks(2)), None, id="14 days are never extended"),
        pytest.param(
            tlso(hours=14 * 24.0), None, id="14 days as a length are never extended"
        ),
        pytest.param(
            tlso(worded=words(336.0, "2 weeks")),
            None,
            id="14 days in words are never extended",
        ),
        pytest.param(tlso(hours=56 * 24.0), None, id="a length of eight weeks"),
        pytest.param(tlso(hours=57 * 24.0), "long", id="a length of a day more"),
        pytest.param(
            tlso(start=weeks(2), end=date(2027, 1, 29)),
            None,
            id="eight weeks from its start",
        ),
        pytest.param(
            tlso(start=weeks(2), end=date(2027, 1, 30)),
            "long",
            id="a day more from its start",
        ),
        pytest.param(
            tlso(written=WrittenOn(date(2026, 11, 17)), end=date(2027, 1, 12)),
            None,
            id="from its writing",
        ),
        pytest.param(
            tlso(written=WrittenOn(date(2026, 11, 17)), end=date(2027, 1, 13)),
            "long",
            id="a day more from its writing",
        ),
        pytest.param(
            tlso(worded=words(2016.0, "12 weeks")), "long", id="twelve weeks in words"
        ),
        pytest.param(
            tlso(worded=words(2191.5, "3 months"), end=weeks(2)),
            "conflict",
            id="words beyond, dates within",
        ),
        pytest.param(
            tlso(worded=words(336.0, "2 weeks"), end=weeks(12)),
            "long",
            id="dates beyond, words within",
        ),
        pytest.param(tlso(worded=WordedEnd(kind="event")), "event", id="an event"),
        pytest.param(
            tlso(worded=WordedEnd(kind="payer")), "payer", id="a length of need"
        ),
        pytest.param(
            tlso(worded=WordedEnd(kind="payer"), end=weeks(6)),
            None,
            id="a length of need beside an end",
        ),
        pytest.param(
            tlso(worded=WordedEnd(kind="doubtful")), "doubtful", id="not understood"
        ),
        pytest.param(
            tlso(worded=WordedEnd(kind="reversed")),
            "reversed",
            id="ends before it begins",
        ),
        pytest.param(
            tlso(
                worded=WordedEnd(
                    kind="end", hours=1008.0, length="6 weeks", is_least=True
                )
            ),
            "least",
            id="at least",
        ),
        pytest.param(tlso(start=weeks(-9)), "passed", id="over since a week"),
        pytest.param(tlso(hours=1e9), "long", id="beyond the calendar"),
    ],
)
def test_what_is_to_be_said_of_one_brace(order, issue):
    (found,) = judged(order)
    assert found.issue == issue
    is_settable = issue in ("long", "open", "event", "payer", "least")
    assert bool(found.correction) is is_settable
    if found.correction and found.times.ends and issue == "long":
        assert found.correction.end < found.times.ends  # never longer than the order


@pytest.mark.parametrize(
    ("order", "length"),
    [
        pytest.param(
            tlso(worded=words(2016.0, "12 weeks")), "for 12 weeks", id="words"
        ),
        pytest.param(tlso(end=date(2027, 2, 12)), "until 12 Feb", id="a day"),
        pytest.param(tlso(hours=2016.0), "for 12 weeks", id="a length"),
        pytest.param(tlso(hours=2191.5), "for 3 months", id="months"),
        pytest.param(tlso(hours=14 * 24.0), "for 2 weeks", id="14 days"),
        pytest.param(tlso(hours=10 * 24.0), "for 10 days", id="ten days"),
        pytest.param(
            tlso(worded=words(2191.5, "3 months"), end=weeks(13)),
            "for 3 months",
            id="both say the same",
        ),
        pytest.param(
            tlso(worded=words(2191.5, "3 months"), end=LIMIT),
            "for 3 months in words, until 15 Jan in dates",
            id="differ",
        ),
        pytest.param(tlso(), "", id="nothing"),
    ],
)
def test_how_a_summary_says_its_length(order, length):
    assert times_of(order, None, TODAY).length(TODAY) == length


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (730.5, "1 month"),
        (8766.0, "12 months"),
        (168.0, "1 week"),
        (24.0, "1 day"),
        (240.0, "10 days"),
        (4.0, "4 h"),
    ],
)
def test_a_length_is_said_in_the_unit_that_fits(hours, said):
    assert length_text(hours) == said


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (tlso(), "TLSO ordered without an end date"),
        (tlso(end=weeks(10)), "TLSO ordered until 29 Jan 2027"),
        (tlso(worded=words(2191.5, "3 months")), "TLSO for 3 months ordered"),
        (
            tlso(end=weeks(12), worded=words(1008.0, "6 weeks")),
            "TLSO ordered until 12 Feb 2027 in dates, for 6 weeks in words",
        ),
        (
            tlso(worded=WordedEnd(kind="end", day=weeks(12))),
            "TLSO until 12 Feb 2027 ordered",
        ),
        (
            tlso(worded=WordedEnd(kind="payer")),
            "TLSO ordered without an end date (its length of need is a billing entry)",
        ),
    ],
)
def test_a_brace_beyond_the_limit_is_said_as_it_stands(order, said):
    found = signals_of({}, order)
    assert (found.get("brace-limit-broken") or found["brace-undated"]).because == said


# --- from which day its weeks count

ON_9_OCT = date(2026, 10, 9)


@pytest.mark.parametrize(
    ("orders", "support", "since"),
    [
        pytest.param([tlso()], {}, TODAY, id="the first brace counts from today"),
        pytest.param(
            [tlso()], {"procedure_on": weeks(3)}, weeks(3), id="else from the procedure"
        ),
        pytest.param(
            [tlso(), worn(ON_9_OCT)], {}, ON_9_OCT, id="a renewal from the first"
        ),
        pytest.param(
            [tlso()],
            {"earlier_braces": (worn(ON_9_OCT),)},
            ON_9_OCT,
            id="a first that is over",
        ),
        pytest.param(
            [lso()],
            {"earlier_braces": (worn(ON_9_OCT),)},
            ON_9_OCT,
            id="another kind counts from the first too",
        ),
        pytest.param(
            [tlso()],
            {"earlier_braces": (worn(ON_9_OCT), worn(date(2026, 11, 1)))},
            ON_9_OCT,
            id="a second renewal from the first",
        ),
        pytest.param(
            [tlso()],
            {"earlier_braces": (worn(date(2026, 8, 20)),)},
            TODAY,
            id="no brace of more than 90 days ago",
        ),
        pytest.param(
            [tlso()],
            {"earlier_braces": (worn(date(2026, 8, 23)),)},
            date(2026, 8, 23),
            id="one of 89 days ago",
        ),
        pytest.param(
            [tlso()],
            {
                "earlier_braces": (worn(ON_9_OCT), worn(date(2026, 11, 6))),
                "stages": (date(2026, 10, 10), date(2026, 11, 5)),
            },
            date(2026, 11, 6),
            id="after a second stage from the first since",
        ),
        pytest.param(
            [tlso()],
            {"earlier_braces": (worn(ON_9_OCT),), "stages": (date(2026, 10, 12),)},
            ON_9_OCT,
            id="one stage is no second",
        ),
        pytest.param(
            [tlso()],
            {
                "earlier_braces": (worn(ON_9_OCT),),
                "stages": (date(2026, 10, 10),),
                "is_augmented_now": True,
            },
            TODAY,
            id="the second stage is signed now",
        ),
        pytest.param(
            [tlso()],
            {
                "earlier_braces": (worn(ON_9_OCT),),
                "is_augmented_now": True,
                "procedure_on": weeks(1),
            },
            ON_9_OCT,
            id="a brace before the first procedure counts",
        ),
    ],
)
def test_weeks_count_from_the_first_brace_of_this_fracture(orders, support, since):
    found = judged(*orders, **support)[0]
    assert (found.since, found.last_day) == (since, since + timedelta(weeks=8))


def test_a_brace_before_the_present_fracture_is_none_of_it():
    earlier = (worn(date(2026, 10, 1)),)
    assert (
        judged(tlso(), earlier_braces=earlier, fractured_on=FRACTURE)[0].since == TODAY
    )
    assert judged(tlso(), earlier_braces=earlier)[0].since == date(2026, 10, 1)


def test_the_day_of_the_fracture_counts_braces_of_long_ago():
    earlier = (worn(date(2026, 6, 1)),)
    assert judged(tlso(), earlier_braces=earlier, fractured_on=date(2026, 5, 30))[
        0
    ].since == date(2026, 6, 1)


def test_the_signals_know_the_day_of_the_fracture():
    fracture = finding("prior-vertebral-fracture", True, observed=FRACTURE)._replace(
        name="index-fracture"
    )
    support = SupportOrders(orders=(tlso(),), earlier_braces=(worn(date(2026, 10, 1)),))
    found = signals_of(facts({}, fracture=fracture), support=support)
    assert found["brace-ordered"].braces[0].since == TODAY


def test_renewed_and_added_braces_are_each_judged_and_corrected():
    renewed, added = judged(tlso(), lso(), worn(ON_9_OCT))
    assert [(one.name, one.role) for one in (renewed, added)] == [
        ("LSO", "added"),
        ("TLSO", "renewed"),
    ]
    assert {one.correction.end for one in (renewed, added)} == {date(2026, 12, 4)}


def test_an_active_brace_that_is_not_renewed_is_named_too():
    assert [(one.name, one.role) for one in judged(lso(), worn(ON_9_OCT))] == [
        ("LSO", "added"),
        ("TLSO", "active"),
    ]


def test_a_limit_before_the_brace_begins_is_over():
    (found,) = judged(tlso(), procedure_on=weeks(3), earlier_braces=(worn(ON_9_OCT),))
    assert (found.issue, found.correction) == ("passed", None)


def test_the_weeks_of_a_site_are_the_limit():
    policy = policy_with(brace_max_weeks=6, brace_review_weeks=3)
    (found,) = judged(tlso(), policy=policy)
    assert (found.correction.end, found.correction.review) == (weeks(6), weeks(3))


@pytest.mark.parametrize("kind", ["event", "payer"])
def test_an_end_beside_other_words_is_not_pre_selected(kind):
    assert not judged(tlso(worded=WordedEnd(kind=kind)))[0].correction.is_certain


# --- reasons to keep it


@pytest.mark.parametrize(
    "reason",
    [
        "unstable-fracture",
        "spinal-instability",
        "stable-burst-fracture",
        "neurological-deficit",
    ],
)
def test_a_reason_is_one_only_beside_a_brace(reason):
    assert "brace-keep-reason" in signals_of({reason: True}, tlso())
    assert "brace-keep-reason" not in signals_of({reason: True})
    assert "brace-keep-reason" not in signals_of({reason: False}, tlso())


def test_a_high_energy_cause_alone_keeps_no_brace():
    assert "brace-keep-reason" not in signals_of({"high-energy-cause": True}, tlso())


@pytest.mark.parametrize("reason", ["undetermined", "not-read"])
def test_what_the_record_leaves_open_keeps_a_brace_beyond_the_limit(reason):
    open_gap = facts()
    seen = Provenance(
        resource="Condition/1", origin="fhir", code="", printed="", rule=""
    )
    gap = Gap(
        name="stable-burst-fracture",
        reason=reason,
        detail="named in words",
        provenance=(seen,),
    )
    found = Findings(open_gap.known, {**open_gap.gaps, gap.name: gap})
    assert "brace-keep-reason" not in signals_of(found)
    assert "brace-keep-reason" not in signals_of(found, tlso(end=weeks(6)))
    assert (
        signals_of(found, tlso())["brace-keep-reason"].because
        == "stable burst fracture (posterior wall injury) not excluded"
    )


@pytest.mark.parametrize(
    ("reason", "unchecked", "is_unread"),
    [
        pytest.param("not-read", (), True, id="problem list not read"),
        pytest.param("absent", (), True, id="problem list empty"),
        pytest.param(None, ("DeviceRequest",), True, id="orders not read"),
        pytest.param(None, (), False, id="all read"),
    ],
)
def test_lists_that_could_hold_a_reason_are_read_before_an_end_is_pre_selected(
    reason, unchecked, is_unread
):
    names = (
        "unstable-fracture",
        "spinal-instability",
        "stable-burst-fracture",
        "neurological-deficit",
    )
    found = facts(
        {} if reason else dict.fromkeys(names, False), reason=reason or "absent"
    )
    support = SupportOrders(orders=(tlso(),), unchecked=unchecked)
    assert ("brace-reasons-unread" in signals_of(found, support=support)) is is_unread


# --- bed rest


@pytest.mark.parametrize(
    ("order", "signal", "because"),
    [
        pytest.param(bed_rest(4.0), None, "", id="routine"),
        pytest.param(bed_rest(24.0), None, "", id="a day"),
        pytest.param(
            bed_rest(24.5),
            "bed-rest-long",
            "Bed rest 24.5 h ordered",
            id="half an hour more",
        ),
        pytest.param(
            bed_rest(72.0), "bed-rest-long", "Bed rest 72 h ordered", id="three days"
        ),
        pytest.param(
            bed_rest(), "bed-rest-open", "bed rest without an end time", id="no end"
        ),
        pytest.param(
            bed_rest(worded=WordedEnd(kind="doubtful")),
            "bed-rest-open",
            "bed rest without an end time",
            id="not understood",
        ),
        pytest.param(
            bed_rest(worded=WordedEnd(kind="event")), None, "", id="an event is an end"
        ),
        pytest.param(
            bed_rest(worded=words(4.0, "4 h")), None, "", id="routine in words"
        ),
        pytest.param(
            bed_rest(worded=words(48.0, "48 h")),
            "bed-rest-long",
            "Bed rest 48 h ordered",
            id="in words",
        ),
        pytest.param(
            bed_rest(48.0, worded=words(48.0, "2 days")),
            "bed-rest-long",
            "Bed rest 2 days ordered",
            id="both the same",
        ),
        pytest.param(
            bed_rest(4.0, worded=words(48.0, "48 h")),
            "bed-rest-long",
            "Bed rest 48 h ordered in words, 4 h in dates",
            id="words longer",
        ),
        pytest.param(
            bed_rest(72.0, worded=words(4.0, "4 h")),
            "bed-rest-long",
            "Bed rest 72 h ordered in dates, 4 h in words",
            id="dates longer",
        ),
        pytest.param(
            bed_rest(worded=WordedEnd(kind="end", day=date(2026, 11, 23))),
            "bed-rest-long",
            "Bed rest until 23 Nov ordered",
            id="until a day",
        ),
        pytest.param(
            bed_rest(worded=WordedEnd(kind="end", day=date(2026, 11, 21))),
            None,
            "",
            id="until tomorrow",
        ),
    ],
)
def test_bed_rest(order, signal, because):
    found = {
        name: one
        for name, one in signals_of({}, order).items()
        if name.startswith("bed-rest")
    }
    assert list(found) == ([signal] if signal else [])
    assert not signal or found[signal].because == because


def test_a_site_may_allow_longer_bed_rest():
    assert "bed-rest-long" not in signals_of(
        {}, bed_rest(48.0), policy=policy_with(bed_rest_max_hours=48)
    )


@pytest.mark.parametrize(
    "reason",
    ["unstable-fracture", "spinal-infection", "neurological-deficit", "malignancy"],
)
def test_a_reason_for_bed_rest_is_named(reason):
    assert "bed-rest-reason" in signals_of({reason: True}, bed_rest(72.0))
    assert "bed-rest-reason" not in signals_of({reason: True})
