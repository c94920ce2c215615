"""Each signal fires where its fact holds, up to the printed cut-off and no further, and never on a gap."""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, get_args

import pytest

from cds_service.core.drugs.drug_states import DrugSignal
from cds_service.core.facts.chart_signals import WORDS
from cds_service.core.facts.open_signals import OPEN_SIGNALS
from cds_service.core.facts.signals import ORDERED, signal_names
from cds_service.core.facts.situation import SIGNALS, Signal, signal
from cds_service.core.findings import Value
from cds_service.core.orders import Purpose, SupportOrder, WordedEnd
from tests.chart_builders import TODAY, open_service
from tests.fact_builders import (
    brace,
    facts,
    finding,
    policy_with,
    signals_of,
    support_order,
)

# Of what a card says; the tests of cards have them.
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
    *("no-pooled-figure", "fls-in-order-set"),
    # in test_open_when_all_is_ordered.py.
    *("cause-in-doubt", "deficit-in-doubt"),
    # in test_causes_named_before_cement.py.
    *("cause-named", "deficit-named"),
    "training-despite-limit",  # in test_limits_when_leaving.py
    *("grave-lists-unread", "drug-lists-unread"),
    "unstable-bone",  # in test_feedback_and_closures.py
    # in test_unstable_since_when_leaving.py.
    *("unstable-since", "unstable-before"),
    "instability-told",  # in test_instability_told_when_leaving.py
    "order-unnamed",  # in test_orders_without_a_name.py
}


def weeks(number):
    return TODAY + timedelta(weeks=number)


def of_long_ago(name, **members):
    """A finding that is true since 24 Jun 2026."""
    return finding(name, True, observed=date(2026, 6, 24))._replace(**members)


def ends(kind, **members):
    return WordedEnd(kind=kind, **members)


@dataclass(frozen=True)
class Chart:
    """What signals look at: findings, and support orders of today."""

    values: dict[str, Value] = field(default_factory=dict)
    orders: tuple[SupportOrder, ...] = ()

    def signals(self) -> dict[str, Signal]:
        return signals_of(self.values, *self.orders)


def with_values(values):
    return Chart(values=values)


def with_orders(*orders):
    return Chart(orders=orders)


class Cutoff(NamedTuple):
    """A signal, a chart that makes it fire, and one that nearly does."""

    name: str
    fires: Chart
    stays_silent: Chart


CUTOFFS = [
    Cutoff("low-plvi", with_values({"plvi": 0.79}), with_values({"plvi": 0.7901})),
    Cutoff(
        "low-psoas-area",
        with_values({"psoas-total-area": 11.937}),
        with_values({"psoas-total-area": 11.938}),
    ),
    Cutoff(
        "high-muscle-fat",
        with_values({"es-mf-fat-fraction": 49.782}),
        with_values({"es-mf-fat-fraction": 49.781}),
    ),
    Cutoff(
        "high-pma-rate",
        with_values({"pma-rate": 51.7}),
        with_values({"pma-rate": 51.69}),
    ),
    Cutoff(
        "low-mna", with_values({"mna-score": 23.99}), with_values({"mna-score": 24.0})
    ),
    Cutoff("low-bmi", with_values({"bmi": 18.49}), with_values({"bmi": 18.5})),
    Cutoff(
        "sarcopenia-site",
        with_values({"sarcopenia-site": True}),
        with_values({"sarcopenia-site": False, "sarcopenia": True}),
    ),
    Cutoff(
        "muscle-normal",
        with_values({"sarcopenia-site": False}),
        with_values({"sarcopenia-site": False, "psoas-total-area": 11.9}),
    ),
    Cutoff(
        "denosumab-overdue",
        with_values({"denosumab-overdue": True}),
        with_values({"denosumab-overdue": False, "bone-drug": True}),
    ),
    Cutoff(
        "fracture-on-drug",
        with_values({"bone-drug": True}),
        with_values({"bone-drug": False}),
    ),
    Cutoff(
        "long-term-steroid",
        with_values({"long-term-steroid": True}),
        with_values({"steroid-use": True}),
    ),
    Cutoff(
        "steroid-three-months",
        with_values({"long-term-steroid": True}),
        with_values({"steroid-use": True}),
    ),
    Cutoff(
        "long-on-drug",
        with_values({"bone-drug": True}),
        with_values({"bone-drug": True, "denosumab-overdue": True}),
    ),
    Cutoff(
        "earlier-fracture",
        with_values({"prior-vertebral-fracture": True}),
        with_values({"prior-vertebral-fracture": False}),
    ),
    Cutoff(
        "several-levels",
        with_values({"level-count": 2.0}),
        with_values({"level-count": 1.0}),
    ),
    Cutoff(
        "weak-grip",
        with_values({"grip-strength": 17.9, "sex": "female"}),
        with_values({"grip-strength": 18.0, "sex": "female"}),
    ),
    Cutoff(
        "muscle-index-decides",
        with_values({"grip-strength": 17.9, "sex": "female"}),
        with_values(
            {"grip-strength": 17.9, "sex": "female", "appendicular-muscle-index": 5.0}
        ),
    ),
    Cutoff(
        "slow-gait", with_values({"gait-speed": 0.9}), with_values({"gait-speed": 1.0})
    ),
    Cutoff(
        "active-cancer",
        with_values({"active-cancer": True}),
        with_values({"active-cancer": False}),
    ),
    Cutoff(
        "maybe-not-fragility",
        with_values({"age": 49.0}),
        with_values({"age": 50.0, "high-energy-cause": False}),
    ),
    Cutoff(
        "dementia", with_values({"dementia": True}), with_values({"dementia": False})
    ),
    Cutoff(
        "repeated-falls",
        with_values({"repeated-falls": True}),
        with_values({"repeated-falls": False}),
    ),
    Cutoff(
        "severe-kidney-disease",
        with_values({"severe-kidney-disease": True}),
        with_values({"severe-kidney-disease": False}),
    ),
    Cutoff(
        "ct-on-record",
        with_values({"ct-on-record": True}),
        with_values({"mri-on-record": True}),
    ),
    Cutoff(
        "mri-on-record",
        with_values({"mri-on-record": True}),
        with_values({"ct-on-record": True}),
    ),
    Cutoff(
        "deceased", with_values({"deceased": True}), with_values({"deceased": False})
    ),
    Cutoff(
        "no-bone-drug",
        with_values({"bone-drug": False}),
        with_values({"bone-drug": True}),
    ),
    Cutoff(
        "malignancy",
        with_values({"malignancy": True}),
        with_values({"malignancy": False, "active-cancer": True}),
    ),
    Cutoff(
        "spinal-infection",
        with_values({"present-spinal-infection": True}),
        with_values({"spinal-infection": False}),
    ),
    Cutoff(
        "not-osteoporotic",
        with_values({"malignancy": True}),
        with_values(
            {
                "malignancy": False,
                "spinal-infection": False,
                "unstable-fracture": True,
                "neurological-deficit": False,
            }
        ),
    ),
    Cutoff(
        "no-brace-advice",
        with_values({"spinal-infection": True}),
        with_values({"unstable-fracture": True, "neurological-deficit": True}),
    ),
    Cutoff(
        "end-of-life",
        with_values({"end-of-life": True}),
        with_values({"end-of-life": False}),
    ),
    Cutoff(
        "brace-keep-reason",
        with_orders(
            brace("TLSO (L0456)", purpose=Purpose(frozenset({"unstable-fracture"})))
        ),
        with_orders(brace("TLSO (L0456)")),
    ),
    Cutoff(
        "brace-ordered",
        with_orders(brace("TLSO (L0456)", end=weeks(8))),
        with_orders(support_order("bed-rest")),
    ),
    Cutoff(
        "brace-limit-broken",
        with_orders(brace("TLSO (L0456)", end=date(2027, 1, 16))),
        with_orders(brace("TLSO (L0456)", end=weeks(8))),
    ),
    Cutoff(
        "bed-rest-long",
        with_orders(support_order("bed-rest", hours=24.5)),
        with_orders(support_order("bed-rest", hours=24.0)),
    ),
    Cutoff(
        "bed-rest-open",
        with_orders(support_order("bed-rest")),
        with_orders(support_order("bed-rest", worded=ends("event"))),
    ),
    Cutoff(
        "brace-undated",
        with_orders(brace("TLSO (L0456)", worded=ends("payer"))),
        with_orders(brace("TLSO (L0456)", end=weeks(9), worded=ends("payer"))),
    ),
    Cutoff(
        "no-figure",
        with_values({"unstable-fracture": True}),
        with_values(
            {
                "malignancy": False,
                "spinal-infection": False,
                "unstable-fracture": False,
                "neurological-deficit": False,
            }
        ),
    ),
    Cutoff(
        "no-exercise",
        with_values({"neurological-deficit": True}),
        with_values(
            {
                "malignancy": False,
                "spinal-infection": False,
                "unstable-fracture": False,
                "neurological-deficit": False,
            }
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "chart"),
    [pytest.param(one.name, one.fires, id=one.name) for one in CUTOFFS],
)
def test_the_signal_fires_where_its_fact_holds(name, chart):
    assert name in chart.signals()


@pytest.mark.parametrize(
    ("name", "chart"),
    [pytest.param(one.name, one.stays_silent, id=one.name) for one in CUTOFFS],
)
def test_the_signal_stays_silent_just_beyond(name, chart):
    assert name not in chart.signals()


def test_every_signal_is_tested_here():
    # Others have tests of their own: of the chart, bone drugs, braces, the card and
    # the discharge.
    elsewhere = {
        *("bone-treatment-settled", "leaving-without-dose", "review-undated"),
        "bone-drug-withheld",
        *("next-dose-undated", "fracture-untreated", "brace-stop-open"),
        *("biopsy-pending", "rehabilitation-not-placed", "biopsy-sent"),
        *("biopsy-grave", "biopsy-preliminary", "biopsy-unclear"),
        *("drug-lists-unread", "grave-lists-unread", "orders-unread"),
        *("deficit-in-doubt", "cause-in-doubt", "deficit-told"),
        *("infection-told", "tumour-told"),
        *("recent-entry-unread", "entries-broken", "report-awaited"),
        *(
            "recent-injury",
            "injury-treated",
            "complication-named",
            "septic-complication",
        ),
        *("rehabilitation-booked", "rehabilitation-unclear"),
        *("rehabilitation-may-end", "training-limited", "training-agreed"),
        "bone-drug-unknown",
        "brace-card-always",
        "brace-reasons-unread",
        "hip-fracture-fresh",
        "bed-rest-reason",
        "bed-rest-doubt",
    }
    elsewhere |= {*get_args(DrugSignal), *WORDS, *CARD_SIGNALS, *OPEN_SIGNALS}
    tested = {cutoff.name for cutoff in CUTOFFS}
    names = signal_names(open_service().studies)
    assert tested | elsewhere == names, (
        f"without a row in WORDS of chart_signals.py or in CUTOFFS:"
        f" {names - tested - elsewhere}; of no signal: {(tested | elsewhere) - names}"
    )


def test_a_gap_never_fires_a_signal_but_the_one_that_is_the_gap():
    for reason in ("absent", "not-read", "stale", "conflicting"):
        assert set(signals_of(facts({}, reason=reason))) == {
            "bone-drug-unknown",
            "age-unknown",
        }


@dataclass(frozen=True)
class Said:
    """What signals say.

    Attributes:
        fires: names of signals that hold.
        silent: of those that do not.
        because: what a signal says, by name.
        measures: a part of it, by name; the signal has evidence.
    """

    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    because: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)


LOW_MEASURES = {
    "psoas-total-area": 10.0,
    "es-mf-fat-fraction": 58.0,
    "pma-rate": 57.0,
    "mna-score": 15.0,
    "bmi": 17.9,
}


@pytest.mark.parametrize(
    ("values", "policy", "expected"),
    [
        pytest.param(
            LOW_MEASURES,
            {},
            Said(measures={"low-psoas-area": "10.0 cm²"}),
            id="a signal of a measure says the measure: low-psoas-area",
        ),
        pytest.param(
            LOW_MEASURES,
            {},
            Said(measures={"high-muscle-fat": "58 %"}),
            id="a signal of a measure says the measure: high-muscle-fat",
        ),
        pytest.param(
            LOW_MEASURES,
            {},
            Said(measures={"high-pma-rate": "57 %"}),
            id="a signal of a measure says the measure: high-pma-rate",
        ),
        pytest.param(
            LOW_MEASURES,
            {},
            Said(measures={"low-mna": "15"}),
            id="a signal of a measure says the measure: low-mna",
        ),
        pytest.param(
            LOW_MEASURES,
            {},
            Said(measures={"low-bmi": "BMI 17.9"}),
            id="a signal of a measure says the measure: low-bmi",
        ),
        pytest.param(
            {"mna-category": "B"},
            {},
            Said(fires=("low-mna",)),
            id="without a score the category counts: {'mna-category': 'B'}",
        ),
        pytest.param(
            {"mna-category": "A"},
            {},
            Said(silent=("low-mna",)),
            id="without a score the category counts: {'mna-category': 'A'}",
        ),
        pytest.param(
            {"mna-category": "B", "mna-score": 24.0},
            {},
            Said(silent=("low-mna",)),
            id="without a score the category counts: {'mna-category': 'B',"
            " 'mna-score': 24.0}",
        ),
        pytest.param(
            {"sarcopenia-site": False, "plvi": 0.79},
            {},
            Said(silent=("muscle-normal",)),
            id="no muscle is normal while one measure is low: plvi",
        ),
        pytest.param(
            {"sarcopenia-site": False, "pma-rate": 51.7},
            {},
            Said(silent=("muscle-normal",)),
            id="no muscle is normal while one measure is low: pma-rate",
        ),
        pytest.param(
            {"sarcopenia-site": False, "es-mf-fat-fraction": 49.782},
            {},
            Said(silent=("muscle-normal",)),
            id="no muscle is normal while one measure is low: es-mf-fat-fraction",
        ),
        pytest.param(
            {"sarcopenia-site": False, "psoas-total-area": 11.937},
            {},
            Said(silent=("muscle-normal",)),
            id="no muscle is normal while one measure is low: psoas-total-area",
        ),
        pytest.param(
            {"grip-strength": 14.0, "sex": "female"},
            {"sarcopenia_criteria": "awgs-2019"},
            Said(because={"weak-grip": "weak grip (14 kg)"}),
            id="weak grip alone by awgs-2019: {'grip-strength': 14.0, 'sex': 'female'}",
        ),
        pytest.param(
            {"grip-strength": 17.0, "sex": "female"},
            {"sarcopenia_criteria": "ewgsop2"},
            Said(silent=("weak-grip",)),
            id="weak grip alone by ewgsop2: {'grip-strength': 17.0, 'sex': 'female'}",
        ),
        pytest.param(
            {"grip-strength": 15.9, "sex": "female"},
            {"sarcopenia_criteria": "ewgsop2"},
            Said(because={"weak-grip": "weak grip (15.9 kg)"}),
            id="weak grip alone by ewgsop2: {'grip-strength': 15.9, 'sex': 'female'}",
        ),
        pytest.param(
            {"grip-strength": 26.0, "sex": "male"},
            {"sarcopenia_criteria": "ewgsop2"},
            Said(because={"weak-grip": "weak grip (26 kg)"}),
            id="weak grip alone by ewgsop2: {'grip-strength': 26.0, 'sex': 'male'}",
        ),
        pytest.param(
            {"grip-strength": 17.0},
            {"sarcopenia_criteria": "awgs-2019"},
            Said(because={"weak-grip": "weak grip (17 kg)"}),
            id="weak grip alone by awgs-2019: {'grip-strength': 17.0}",
        ),
        pytest.param(
            {"grip-strength": 20.0},
            {"sarcopenia_criteria": "awgs-2019"},
            Said(silent=("weak-grip",)),
            id="weak grip alone by awgs-2019: {'grip-strength': 20.0}",
        ),
        pytest.param(
            {
                "grip-strength": 14.0,
                "sex": "female",
                "sarcopenia-site": False,
            },
            {"sarcopenia_criteria": "awgs-2019"},
            Said(silent=("weak-grip",)),
            id="weak grip alone by awgs-2019: {'grip-strength': 14.0, 'sex': 'female',"
            " 'sarcopenia-site': False}",
        ),
        pytest.param(
            {"gait-speed": 0.5},
            {},
            Said(because={"slow-gait": "slow gait (0.5 m/s)"}),
            id="slow gait is said",
        ),
        pytest.param(
            {"gait-speed": 0.5},
            {"sarcopenia_criteria": "awgs-2025"},
            Said(silent=("slow-gait",)),
            id="only where the criteria of the site have it",
        ),
        pytest.param(
            {},
            {"brace_card": "always"},
            Said(fires=("brace-card-always",)),
            id="a site may want the limits said with every augmentation",
        ),
        pytest.param(
            {}, {}, Said(silent=("brace-card-always",)), id="else they are not"
        ),
    ],
)
def test_what_signals_say(values, policy, expected):
    signals = signals_of(values, policy=policy_with(**policy))
    assert set(expected.fires) <= signals.keys()
    assert not set(expected.silent) & signals.keys()
    for name, words in expected.because.items():
        assert signals[name].because == words
    for name, words in expected.measures.items():
        assert words in signals[name].because
        assert signals[name].evidence


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
    [
        (
            [of_long_ago("long-term-steroid", label="prednisone")],
            "long-term-steroid",
            "long-term prednisone",
        ),
        ([of_long_ago("long-term-steroid")], "long-term-steroid", "long-term steroid"),
        (
            [
                of_long_ago(
                    "prior-vertebral-fracture",
                    label="second vertebral fracture in 14 months",
                )
            ],
            "earlier-fracture",
            "second vertebral fracture in 14 months",
        ),
        (
            [of_long_ago("prior-vertebral-fracture")],
            "earlier-fracture",
            "an earlier vertebral fracture",
        ),
        (
            [
                of_long_ago(
                    "prior-augmentation", label="kyphoplasty", observed=date(2025, 5, 3)
                )
            ],
            "earlier-fracture",
            "earlier kyphoplasty 3 May 2025",
        ),
        (
            [finding("level-count", value=3.0)],
            "several-levels",
            "three fractures at once",
        ),
        (
            [of_long_ago("active-cancer", label="lung cancer")],
            "active-cancer",
            "lung cancer",
        ),
        ([of_long_ago("active-cancer")], "active-cancer", "cancer"),
        ([of_long_ago("malignancy", label="myeloma")], "no-figure", "myeloma"),
        (
            [of_long_ago("spinal-infection", label="discitis")],
            "not-osteoporotic",
            "discitis",
        ),
        (
            [of_long_ago("severe-kidney-disease", label="dialysis")],
            "severe-kidney-disease",
            "dialysis",
        ),
        (
            [finding("ct-on-record", value=True, observed=date(2026, 9, 21))],
            "ct-on-record",
            "CT of 21 Sep 2026",
        ),
        (
            [of_long_ago("severe-kidney-disease")],
            "severe-kidney-disease",
            "severe kidney disease",
        ),
        (
            [
                finding("age", value=45.0),
                of_long_ago("high-energy-cause", label="fall from a height"),
            ],
            "maybe-not-fragility",
            "age 45, fall from a height",
        ),
        (
            [
                finding("age", value=78.0),
                of_long_ago("high-energy-cause", label="traffic accident"),
            ],
            "maybe-not-fragility",
            "traffic accident",
        ),
    ],
)
def test_a_signal_says_what_exactly_it_is(known, signal, because):
    assert (
        signals_of(facts({}, **{one.name: one for one in known}))[signal].because
        == because
    )


def test_a_second_detector_of_a_signal_is_refused():
    with pytest.raises(ValueError, match="young"):
        signal("young")(lambda _: None)


@pytest.mark.parametrize("first", ["leaving_signals", "open_signals", "rule_signals"])
def test_the_order_of_signals_is_that_of_their_kinds(first):
    source = f"""
import cds_service.core.facts.{first}
from cds_service.core.facts.signals import ORDERED
print(*ORDERED)
"""
    run = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, check=True, text=True
    )
    assert run.stdout.split() == [*ORDERED]
    assert {*ORDERED} == {*SIGNALS}
