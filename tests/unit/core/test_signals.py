"""Each signal fires where its fact holds, up to the printed cut-off and no further, and never on a gap."""

from datetime import date, timedelta

import pytest

from cds_service.core.facts import Findings, Gap, Provenance, SupportOrders, WordedEnd
from cds_service.core.signals import signal_names
from tests.chart_builders import TODAY, open_service
from tests.fact_builders import assessed, facts, finding, policy_with, signals_of, support_order
from tests.tables import cases

EXCLUSIONS = ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit")
WEAK_BONE = {"bmd-t-score": -3.0, "tl-junction": True}  # 67 %, band high (evidence page)
STRONG = {
    "bmi": 21.5,
    "diabetes": False,
    "sarcopenia": False,
    "pma-rate": 47.0,
    "bmd-t-score": -1.9,
    "tl-junction": True,
    "mna-category": "A",
    "procedure": "PKP",
}
PAINFUL = {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}  # 88 %, study uncertainty 66-97 % (evidence page)


def brace(**members):
    return support_order("brace", title="TLSO (L0456)", **members)


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
    "brace": lambda title, **members: support_order("brace", title=title, **members),
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
    assert CASES.keys() | {"bone-drug-unknown", "brace-card-always"} == signal_names(open_service().studies)


def test_a_gap_never_fires_a_signal_but_the_one_that_is_the_gap():
    for reason in ("absent", "not-read", "stale", "conflicting"):
        assert set(signals_of(facts({}, reason=reason))) == {"bone-drug-unknown"}


@pytest.mark.parametrize(("name", "words"), cases(__file__, "a_signal_of_a_measure_says_the_measure"))
def test_a_signal_of_a_measure_says_the_measure(name, words):
    values = {
        "psoas-total-area": 10.0,
        "es-mf-fat-fraction": 58.0,
        "pma-rate": 57.0,
        "mna-score": 15.0,
        "bmi": 17.9,
    }
    found = signals_of(values)[name]
    assert words in found.because
    assert [fact.name for fact in found.facts]


@pytest.mark.parametrize(("values", "fires"), cases(__file__, "without_a_score_the_category_counts"))
def test_without_a_score_the_category_counts(values, fires):
    assert ("low-mna" in signals_of(values)) is fires


def test_the_studies_behind_a_cut_off_are_named():
    found = signals_of({"plvi": 0.5, "psoas-total-area": 9.0, "es-mf-fat-fraction": 60.0, "pma-rate": 60.0})
    assert {
        name: found[name].studies for name in ("low-plvi", "low-psoas-area", "high-muscle-fat", "high-pma-rate")
    } == {
        "low-plvi": ("psoas-plvi-2024",),
        "low-psoas-area": ("residual-pain-2025",),
        "high-muscle-fat": ("residual-pain-2025",),
        "high-pma-rate": ("sarcopenia-pvm-2022",),
    }


def test_no_muscle_is_normal_while_any_measure_is_low():
    for low in ({"plvi": 0.79}, {"pma-rate": 51.7}, {"es-mf-fat-fraction": 49.782}, {"psoas-total-area": 11.937}):
        assert "muscle-normal" not in signals_of({"sarcopenia-site": False, **low})


def test_residual_pain_counts_only_with_an_interval_that_leaves_out_the_average():
    """Psoas 12, fat 52, VBQ 2.9 is 29 % (17-44 %; cards, section 1), where 13.6 % had pain."""
    clear = {"psoas-total-area": 12.0, "es-mf-fat-fraction": 52.0, "vbq": 2.9}
    wide = {"psoas-total-area": 12.0, "es-mf-fat-fraction": 50.0, "vbq": 2.8}
    assert "residual-pain-above-average" in signals_of(clear)
    found = assessed(wide).of("residual-pain").headline
    assert found.prediction.study_uncertainty[0] < found.baseline < found.prediction.risk
    assert "residual-pain-above-average" not in signals_of(wide)


# --- what leads a summary ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "signal", "because"),
    [
        *cases(__file__, "a_signal_says_what_exactly_it_is", WORDED),
        (
            [of_long_ago("bone-drug", label="alendronate")._replace(observed=date(2026, 11, 10))],
            "fracture-on-drug",
            "on alendronate (recorded 10 Nov 2026)",
        ),
    ],
)
def test_a_signal_says_what_exactly_it_is(known, signal, because):
    assert signals_of(facts({}, **{one.name: one for one in known}))[signal].because == because


def test_a_drug_with_older_records_is_not_one_that_was_just_started():
    recent = finding("bone-drug", True, observed=date(2026, 11, 10))
    renewed = recent._replace(label="alendronate", provenance=(*recent.provenance, *recent.provenance))
    assert signals_of(facts({}, drug=renewed))["fracture-on-drug"].because == "fracture on alendronate"


@pytest.mark.parametrize(
    ("values", "criteria", "said"), cases(__file__, "weak_grip_alone_is_said_by_the_sites_criteria")
)
def test_weak_grip_alone_is_said_by_the_sites_criteria(values, criteria, said):
    found = signals_of(values, policy=policy_with(sarcopenia_criteria=criteria)).get("weak-grip")
    assert (found and found.because) == said


def test_slow_gait_counts_only_where_the_sites_criteria_have_it():
    slow = {"gait-speed": 0.5}
    assert signals_of(slow)["slow-gait"].because == "slow gait (0.5 m/s)"
    assert "slow-gait" not in signals_of(slow, policy=policy_with(sarcopenia_criteria="awgs-2025"))


# --- braces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "authored", "first_day"),
    [
        (TODAY + timedelta(days=14), TODAY, TODAY + timedelta(days=14)),
        (None, TODAY - timedelta(days=3), TODAY - timedelta(days=3)),
        (None, None, TODAY),
    ],
)
def test_the_weeks_of_a_brace_count_from_its_start_else_from_its_writing_else_from_today(start, authored, first_day):
    limit = first_day + timedelta(weeks=8)
    assert "brace-limit-broken" not in signals_of({}, brace(start=start, authored=authored, end=limit))
    found = signals_of({}, brace(start=start, authored=authored, end=limit + timedelta(days=1)))["brace-limit-broken"]
    assert found.correction.end == limit
    assert found.correction.review == first_day + timedelta(weeks=2)
    assert found.correction.start == (None if start else first_day)


def test_a_brace_of_a_stated_length_ends_even_where_no_day_is_stated():
    eight_weeks = 8 * 7 * 24.0
    assert "brace-limit-broken" not in signals_of({}, brace(authored=None, hours=eight_weeks))
    assert "brace-limit-broken" in signals_of({}, brace(authored=None, hours=eight_weeks + 24))


def test_the_weeks_of_a_site_are_the_limit():
    six = policy_with(brace_max_weeks=6, brace_review_weeks=3)
    assert "brace-limit-broken" in signals_of({}, brace(end=weeks(8)), policy=six)
    found = signals_of({}, brace(), policy=six)["brace-limit-broken"].correction
    assert (found.end, found.review) == (weeks(6), weeks(3))


def test_a_draft_is_corrected_before_an_active_order():
    both = (brace(draft=False, reference="DeviceRequest/old"), brace(reference="DeviceRequest/new"))
    found = signals_of({}, *both)
    assert found["brace-limit-broken"].correction.order.reference == "DeviceRequest/new"
    assert found["brace-active-broken"].correction.order.reference == "DeviceRequest/old"


def test_one_brace_within_the_limit_does_not_hide_another_without_end():
    both = (brace(end=weeks(4), reference="DeviceRequest/1"), brace(reference="DeviceRequest/2"))
    assert signals_of({}, *both)["brace-limit-broken"].correction.order.reference == "DeviceRequest/2"


# --- bed rest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "worded", "signal", "because"),
    cases(__file__, "bed_rest_is_long_beyond_a_day_and_open_where_nothing_ends_it", WORDED)
)  # fmt: skip
def test_bed_rest_is_long_beyond_a_day_and_open_where_nothing_ends_it(hours, worded, signal, because):
    found = signals_of({}, support_order("bed-rest", hours=hours, worded=worded))
    assert {name for name in found if name.startswith("bed-rest")} == ({signal} if signal else set())
    assert not signal or found[signal].because == because


@pytest.mark.parametrize(
    ("members", "because"),
    cases(__file__, "a_brace_beyond_the_limit_is_said_as_it_stands", WORDED)
)  # fmt: skip
def test_a_brace_beyond_the_limit_is_said_as_it_stands(members, because):
    assert signals_of({}, brace(**members))["brace-limit-broken"].because == because


@pytest.mark.parametrize("worded", [words(1008.0, "6 weeks"), words(1344.0, "8 weeks"), words(8.0, "8 h")])
def test_a_brace_that_ends_by_its_words_within_the_limit_breaks_nothing(worded):
    found = signals_of({}, brace(worded=worded))
    assert not {"brace-limit-broken", "brace-undated"} & found.keys()


@pytest.mark.parametrize("says", ["event", "payer", "doubtful"])
def test_words_that_say_no_last_day_are_no_conflict(says):
    found = signals_of({}, brace(worded=WordedEnd(says=says)))
    assert "brace-limit-broken" not in found
    assert found["brace-undated"].correction.end == weeks(8)


def test_a_draft_counts_from_the_procedure_and_an_active_brace_from_its_writing():
    planned, earlier = weeks(3), weeks(-1)
    orders = (brace(authored=earlier), brace(authored=earlier, draft=False, reference="DeviceRequest/old"))
    found = signals_of({}, support=SupportOrders(orders=orders, procedure_on=planned))
    assert found["brace-draft-broken"].correction.end == weeks(11)
    assert found["brace-draft-broken"].correction.start == planned
    assert found["brace-active-broken"].correction.end == weeks(7)
    twelve = (brace(hours=12 * 168.0, authored=earlier),)  # 12 weeks from the procedure, not from the writing
    assert "brace-draft-broken" in signals_of({}, support=SupportOrders(orders=twelve, procedure_on=planned))


def test_a_site_may_want_the_limits_said_with_every_augmentation():
    assert "brace-card-always" in signals_of({}, policy=policy_with(brace_card="always"))
    assert "brace-card-always" not in signals_of({})


def test_a_stable_burst_fracture_is_a_posterior_wall_injury():
    because = signals_of({"stable-burst-fracture": True})["brace-keep-reason"].because
    assert because == "stable burst fracture (posterior wall injury)"


def test_what_the_record_leaves_open_keeps_a_brace_and_calls_for_none():
    open_gap = facts()
    seen = Provenance(resource="Condition/1", origin="fhir", code="", printed="", rule="")
    gap = Gap(name="stable-burst-fracture", reason="undetermined", detail="named in words", seen=(seen,))
    found = Findings(open_gap.known, {**open_gap.gaps, gap.name: gap})
    assert "brace-keep-reason" not in signals_of(found)
    assert signals_of(found, brace())["brace-keep-reason"].because == "stable burst fracture not excluded"


def test_a_site_may_allow_longer_bed_rest():
    longer = policy_with(bed_rest_max_hours=48)
    assert "bed-rest-long" not in signals_of({}, support_order("bed-rest", hours=48.0), policy=longer)
