"""Each signal fires where its fact holds, up to the printed cut-off and no further, and never on a gap."""

from datetime import date, timedelta
from typing import get_args

import pytest

from cds_service.core.bone_drugs import DrugSignal
from cds_service.core.chart_signals import WORDS
from cds_service.core.findings import SupportOrders, WordedEnd
from cds_service.core.open_signals import OPEN_SIGNALS
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
    *("no-pooled-figure", "fls-in-order-set"),
    # In tests/patients/test_open_when_all_is_ordered.py.
    *("cause-in-doubt", "deficit-in-doubt"),
    *("grave-lists-unread", "drug-lists-unread"),
}


def weeks(number):
    return TODAY + timedelta(weeks=number)


def words(hours, length):
    return WordedEnd(kind="end", hours=hours, length=length)


def of_long_ago(name, **members):
    """A finding that is true since 24 Jun 2026."""
    return finding(name, True, observed=date(2026, 6, 24))._replace(**members)


def ends(kind, **members):
    return WordedEnd(kind=kind, **members)


# A row: why; values: findings; orders: support orders of today; procedure_on: the
# day of the procedure; policy: a site's values. fires, silent: signals that hold and
# that do not; `only`: all of those that begin with this word. because: what a signal
# says; measure: a part of it; correction: elements of its correction; corrected: the
# order that it corrects.

# signal -> what makes it fire, what nearly does. A value is findings, or an order.
CASES = {
    "low-plvi": [{"plvi": 0.79}, {"plvi": 0.7901}],
    "low-psoas-area": [{"psoas-total-area": 11.937}, {"psoas-total-area": 11.938}],
    "high-muscle-fat": [{"es-mf-fat-fraction": 49.782}, {"es-mf-fat-fraction": 49.781}],
    "high-pma-rate": [{"pma-rate": 51.7}, {"pma-rate": 51.69}],
    "low-mna": [{"mna-score": 23.99}, {"mna-score": 24.0}],
    "low-bmi": [{"bmi": 18.49}, {"bmi": 18.5}],
    "sarcopenia-site": [
        {"sarcopenia-site": True},
        {"sarcopenia-site": False, "sarcopenia": True},
    ],
    "muscle-normal": [
        {"sarcopenia-site": False},
        {"sarcopenia-site": False, "psoas-total-area": 11.9},
    ],
    "denosumab-overdue": [
        {"denosumab-overdue": True},
        {"denosumab-overdue": False, "bone-drug": True},
    ],
    "fracture-on-drug": [{"bone-drug": True}, {"bone-drug": False}],
    "long-term-steroid": [{"long-term-steroid": True}, {"steroid-use": True}],
    "steroid-three-months": [{"long-term-steroid": True}, {"steroid-use": True}],
    "long-on-drug": [
        {"bone-drug": True},
        {"bone-drug": True, "denosumab-overdue": True},
    ],
    "earlier-fracture": [
        {"prior-vertebral-fracture": True},
        {"prior-vertebral-fracture": False},
    ],
    "several-levels": [{"level-count": 2.0}, {"level-count": 1.0}],
    "weak-grip": [
        {"grip-strength": 17.9, "sex": "female"},
        {"grip-strength": 18.0, "sex": "female"},
    ],
    "muscle-index-decides": [
        {"grip-strength": 17.9, "sex": "female"},
        {"grip-strength": 17.9, "sex": "female", "appendicular-muscle-index": 5.0},
    ],
    "slow-gait": [{"gait-speed": 0.9}, {"gait-speed": 1.0}],
    "active-cancer": [{"active-cancer": True}, {"active-cancer": False}],
    "maybe-not-fragility": [{"age": 49.0}, {"age": 50.0, "high-energy-cause": False}],
    "dementia": [{"dementia": True}, {"dementia": False}],
    "repeated-falls": [{"repeated-falls": True}, {"repeated-falls": False}],
    "severe-kidney-disease": [
        {"severe-kidney-disease": True},
        {"severe-kidney-disease": False},
    ],
    "ct-on-record": [{"ct-on-record": True}, {"mri-on-record": True}],
    "mri-on-record": [{"mri-on-record": True}, {"ct-on-record": True}],
    "deceased": [{"deceased": True}, {"deceased": False}],
    "no-bone-drug": [{"bone-drug": False}, {"bone-drug": True}],
    "malignancy": [{"malignancy": True}, {"malignancy": False, "active-cancer": True}],
    "spinal-infection": [
        {"present-spinal-infection": True},
        {"spinal-infection": False},
    ],
    "not-osteoporotic": [
        {"malignancy": True},
        {
            "malignancy": False,
            "spinal-infection": False,
            "unstable-fracture": True,
            "neurological-deficit": False,
        },
    ],
    "no-brace-advice": [
        {"spinal-infection": True},
        {"unstable-fracture": True, "neurological-deficit": True},
    ],
    "end-of-life": [{"end-of-life": True}, {"end-of-life": False}],
    "brace-keep-reason": [
        brace("TLSO (L0456)", reasons=["unstable-fracture"]),
        brace("TLSO (L0456)"),
    ],
    "brace-ordered": [brace("TLSO (L0456)", end=weeks(8)), support_order("bed-rest")],
    "brace-limit-broken": [
        brace("TLSO (L0456)", end=date(2027, 1, 16)),
        brace("TLSO (L0456)", end=weeks(8)),
    ],
    "brace-limit-passed": [
        brace("TLSO (L0456)", start=weeks(-9)),
        brace("TLSO (L0456)", start=weeks(-8), end=weeks(1)),
    ],
    "bed-rest-long": [
        support_order("bed-rest", hours=24.5),
        support_order("bed-rest", hours=24.0),
    ],
    "bed-rest-open": [
        support_order("bed-rest"),
        support_order("bed-rest", worded=ends("event")),
    ],
    "brace-undated": [
        brace("TLSO (L0456)", worded=ends("payer")),
        brace("TLSO (L0456)", end=weeks(9), worded=ends("payer")),
    ],
    "no-figure": [
        {"unstable-fracture": True},
        {
            "malignancy": False,
            "spinal-infection": False,
            "unstable-fracture": False,
            "neurological-deficit": False,
        },
    ],
    "no-exercise": [
        {"neurological-deficit": True},
        {
            "malignancy": False,
            "spinal-infection": False,
            "unstable-fracture": False,
            "neurological-deficit": False,
        },
    ],
}


def given(case):
    return signals_of(case) if isinstance(case, dict) else signals_of({}, case)


@pytest.mark.parametrize("name", CASES)
def test_the_signal_fires_where_its_fact_holds(name):
    assert name in given(CASES[name][0])


@pytest.mark.parametrize("name", CASES)
def test_the_signal_stays_silent_just_beyond(name):
    assert name not in given(CASES[name][1])


def test_every_signal_is_tested_here():
    # Others have tests of their own: of the chart, bone drugs, braces, the card and
    # the discharge.
    elsewhere = {
        *("bone-treatment-settled", "leaving-without-dose", "review-undated"),
        *("next-dose-undated", "fracture-untreated", "brace-stop-open"),
        *("biopsy-pending", "rehabilitation-not-placed", "biopsy-sent"),
        *("biopsy-grave", "biopsy-unclear", "drug-lists-unread", "grave-lists-unread"),
        *("deficit-in-doubt", "cause-in-doubt"),
        "rehabilitation-booked",
        "bone-drug-unknown",
        "brace-card-always",
        "brace-reasons-unread",
        "bed-rest-reason",
    }
    elsewhere |= {*get_args(DrugSignal), *WORDS, *CARD_SIGNALS, *OPEN_SIGNALS}
    assert CASES.keys() | elsewhere == signal_names(open_service().studies)


def test_a_gap_never_fires_a_signal_but_the_one_that_is_the_gap():
    for reason in ("absent", "not-read", "stale", "conflicting"):
        assert set(signals_of(facts({}, reason=reason))) == {
            "bone-drug-unknown",
            "age-unknown",
        }


@pytest.mark.parametrize(
    "case",
    [
        {
            "why": "a signal of a measure says the measure: low-psoas-area",
            "values": {
                "psoas-total-area": 10.0,
                "es-mf-fat-fraction": 58.0,
                "pma-rate": 57.0,
                "mna-score": 15.0,
                "bmi": 17.9,
            },
            "measure": {"low-psoas-area": "10.0 cm²"},
        },
        {
            "why": "a signal of a measure says the measure: high-muscle-fat",
            "values": {
                "psoas-total-area": 10.0,
                "es-mf-fat-fraction": 58.0,
                "pma-rate": 57.0,
                "mna-score": 15.0,
                "bmi": 17.9,
            },
            "measure": {"high-muscle-fat": "58 %"},
        },
        {
            "why": "a signal of a measure says the measure: high-pma-rate",
            "values": {
                "psoas-total-area": 10.0,
                "es-mf-fat-fraction": 58.0,
                "pma-rate": 57.0,
                "mna-score": 15.0,
                "bmi": 17.9,
            },
            "measure": {"high-pma-rate": "57 %"},
        },
        {
            "why": "a signal of a measure says the measure: low-mna",
            "values": {
                "psoas-total-area": 10.0,
                "es-mf-fat-fraction": 58.0,
                "pma-rate": 57.0,
                "mna-score": 15.0,
                "bmi": 17.9,
            },
            "measure": {"low-mna": "15"},
        },
        {
            "why": "a signal of a measure says the measure: low-bmi",
            "values": {
                "psoas-total-area": 10.0,
                "es-mf-fat-fraction": 58.0,
                "pma-rate": 57.0,
                "mna-score": 15.0,
                "bmi": 17.9,
            },
            "measure": {"low-bmi": "BMI 17.9"},
        },
        {
            "why": "without a score the category counts: {'mna-category': 'B'}",
            "values": {"mna-category": "B"},
            "fires": ["low-mna"],
        },
        {
            "why": "without a score the category counts: {'mna-category': 'A'}",
            "values": {"mna-category": "A"},
            "silent": ["low-mna"],
        },
        {
            "why": (
                "without a score the category counts: {'mna-category': 'B',"
                " 'mna-score': 24.0}"
            ),
            "values": {"mna-category": "B", "mna-score": 24.0},
            "silent": ["low-mna"],
        },
        {
            "why": "no muscle is normal while one measure is low: plvi",
            "values": {"sarcopenia-site": False, "plvi": 0.79},
            "silent": ["muscle-normal"],
        },
        {
            "why": "no muscle is normal while one measure is low: pma-rate",
            "values": {"sarcopenia-site": False, "pma-rate": 51.7},
            "silent": ["muscle-normal"],
        },
        {
            "why": "no muscle is normal while one measure is low: es-mf-fat-fraction",
            "values": {"sarcopenia-site": False, "es-mf-fat-fraction": 49.782},
            "silent": ["muscle-normal"],
        },
        {
            "why": "no muscle is normal while one measure is low: psoas-total-area",
            "values": {"sarcopenia-site": False, "psoas-total-area": 11.937},
            "silent": ["muscle-normal"],
        },
        {
            "why": (
                "weak grip alone by awgs-2019: {'grip-strength': 14.0, 'sex': 'female'}"
            ),
            "values": {"grip-strength": 14.0, "sex": "female"},
            "policy": {"sarcopenia_criteria": "awgs-2019"},
            "because": {"weak-grip": "weak grip (14 kg)"},
        },
        {
            "why": (
                "weak grip alone by ewgsop2: {'grip-strength': 17.0, 'sex': 'female'}"
            ),
            "values": {"grip-strength": 17.0, "sex": "female"},
            "policy": {"sarcopenia_criteria": "ewgsop2"},
            "silent": ["weak-grip"],
        },
        {
            "why": (
                "weak grip alone by ewgsop2: {'grip-strength': 15.9, 'sex': 'female'}"
            ),
            "values": {"grip-strength": 15.9, "sex": "female"},
            "policy": {"sarcopenia_criteria": "ewgsop2"},
            "because": {"weak-grip": "weak grip (15.9 kg)"},
        },
        {
            "why": "weak grip alone by ewgsop2: {'grip-strength': 26.0, 'sex': 'male'}",
            "values": {"grip-strength": 26.0, "sex": "male"},
            "policy": {"sarcopenia_criteria": "ewgsop2"},
            "because": {"weak-grip": "weak grip (26 kg)"},
        },
        {
            "why": "weak grip alone by awgs-2019: {'grip-strength': 17.0}",
            "values": {"grip-strength": 17.0},
            "policy": {"sarcopenia_criteria": "awgs-2019"},
            "because": {"weak-grip": "weak grip (17 kg)"},
        },
        {
            "why": "weak grip alone by awgs-2019: {'grip-strength': 20.0}",
            "values": {"grip-strength": 20.0},
            "policy": {"sarcopenia_criteria": "awgs-2019"},
            "silent": ["weak-grip"],
        },
        {
            "why": (
                "weak grip alone by awgs-2019: {'grip-strength': 14.0, 'sex': 'female',"
                " 'sarcopenia-site': False}"
            ),
            "values": {
                "grip-strength": 14.0,
                "sex": "female",
                "sarcopenia-site": False,
            },
            "policy": {"sarcopenia_criteria": "awgs-2019"},
            "silent": ["weak-grip"],
        },
        {
            "why": "slow gait is said",
            "values": {"gait-speed": 0.5},
            "because": {"slow-gait": "slow gait (0.5 m/s)"},
        },
        {
            "why": "only where the criteria of the site have it",
            "values": {"gait-speed": 0.5},
            "policy": {"sarcopenia_criteria": "awgs-2025"},
            "silent": ["slow-gait"],
        },
        {
            "why": "a site may want the limits said with every augmentation",
            "policy": {"brace_card": "always"},
            "fires": ["brace-card-always"],
        },
        {"why": "else they are not", "silent": ["brace-card-always"]},
    ],
    ids=lambda case: case["why"],
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
        assert found[name].evidence


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
