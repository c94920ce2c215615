"""Signals of the chart from findings: levels, earlier fractures, muscle, age, DXA."""

from datetime import date

import pytest

from cds_service.core.derivations.derived import derive
from cds_service.core.facts.chart_signals import WORDS
from cds_service.core.orders import AugmentationOrder
from tests.builders import coded, condition, findings_of, procedure, specs, words
from tests.chart_builders import (
    open_service,
)
from tests.codes import CPT
from tests.fact_builders import facts, finding, signals_of


def said(name, found):
    signal = signals_of(found).get(name)
    return signal.because if signal else None


def treating_l1(*record):
    """The findings of a record while L1 is treated."""
    return findings_of(*record, treated=("L1",))


def fracture(day, code="M80.08XA", **members):
    return condition(code, onsetDateTime=day, **members)


SECOND, OLDER = "second-fracture-two-years", "older-fracture"


@pytest.mark.parametrize(
    ("name", "because", "record"),
    [
        pytest.param(
            SECOND,
            "second vertebral fracture in 2 years (L3, Nov 2024)",
            [procedure(coded("22514", CPT, text="Kyphoplasty L3"), on="2024-11-22")],
            id="augmented L3 two years ago",
        ),
        pytest.param(
            SECOND,
            "second vertebral fracture in 2 years (Mar 2025)",
            [fracture("2025-03-10"), fracture("2026-11-10")],
            id="M80 20 months ago and now",
        ),
        pytest.param(
            SECOND,
            "second vertebral fracture in 2 years (L3, Sep 2025)",
            [fracture("2025-09-10", "S32.030A")],
            id="14 months ago",
        ),
        pytest.param(
            SECOND,
            "third vertebral fracture in 2 years (L4, Jan 2026)",
            [fracture("2025-03-10", "S32.030A"), fracture("2026-01-10", "S32.040A")],
            id="two in two years and now",
        ),
        pytest.param(
            SECOND, None, [fracture("2020-03-10", "S32.030A")], id="six years ago"
        ),
        pytest.param(SECOND, None, [fracture("2026-11-10")], id="the present one"),
        pytest.param(
            OLDER,
            "earlier vertebral fracture (2020)",
            [fracture("2020-03-10", "S32.030A")],
            id="2020",
        ),
        pytest.param(
            OLDER,
            "earlier vertebral fracture",
            [words("Old compression fracture of L3")],
            id="undated",
        ),
        pytest.param(
            OLDER, None, [fracture("2025-09-10", "S32.030A")], id="14 months ago"
        ),
        pytest.param(OLDER, None, [words("No vertebral fracture")], id="denied"),
    ],
)
def test_an_earlier_fracture_is_said_with_its_day(name, because, record):
    assert said(name, treating_l1(*record)) == because


@pytest.mark.parametrize(
    ("level_count", "three", "two"),
    [
        pytest.param(1.0, None, None, id="one"),
        pytest.param(2.0, None, "two fractures at once", id="two"),
        pytest.param(3.0, "three fractures at once", None, id="three"),
        pytest.param(7.0, "7 fractures at once", None, id="seven"),
    ],
)
def test_fractures_at_once_are_counted_from_the_order(level_count, three, two):
    found = facts({"level-count": level_count})
    assert (said("three-levels", found), said("two-levels", found)) == (three, two)


@pytest.mark.parametrize(
    ("day", "record"),
    [
        pytest.param(
            date(2026, 10, 15), [fracture("2026-10-15", "S32.010A")], id="at the level"
        ),
        pytest.param(date(2026, 10, 15), [fracture("2026-10-15")], id="without level"),
        pytest.param(
            date(2026, 11, 1),
            [fracture("2026-07-15", "S32.030A"), fracture("2026-11-01", "S32.010A")],
            id="another level earlier",
        ),
        pytest.param(
            date(2026, 10, 15),
            [fracture("2026-10-15", "S32.010A"), fracture("2026-11-02", "S32.010A")],
            id="written down again",
        ),
        pytest.param(None, [fracture("2025-10-15")], id="a year ago"),
        pytest.param(None, [condition("M80.08XA")], id="no day"),
        pytest.param(
            None, [fracture("2026-10-15", "S32.010D")], id="a later encounter"
        ),
    ],
)
def test_the_day_of_the_present_fracture(day, record):
    found = treating_l1(*record).known.get("index-fracture")
    assert (found.observed if found else None) == day


@pytest.mark.parametrize(
    ("because", "values"),
    [
        pytest.param(
            "weak grip (14 kg)", {"grip-strength": 14.0, "sex": "female"}, id="grip"
        ),
        pytest.param("slow gait (0.5 m/s)", {"gait-speed": 0.5}, id="gait"),
        pytest.param("MNA 15", {"mna-score": 15.0}, id="MNA"),
        pytest.param("BMI 18.1", {"bmi": 18.1}, id="BMI"),
        pytest.param(
            "weak grip (12 kg), MNA 15, BMI 18.1",
            {"grip-strength": 12.0, "sex": "female", "mna-score": 15.0, "bmi": 18.1},
            id="all",
        ),
        pytest.param(
            "weak grip (14 kg)",
            {"grip-strength": 14.0, "sex": "female", "sarcopenia-site": False},
            id="grip with normal muscle mass",
        ),
        pytest.param("sarcopenia", {"sarcopenia-site": True}, id="by diagnosis"),
        pytest.param(None, {"mna-score": 17.0, "bmi": 18.5}, id="just enough"),
        pytest.param(None, {"grip-strength": 18.0, "sex": "female"}, id="grip enough"),
    ],
)
def test_weak_muscle_and_want_of_food_are_one_fact(because, values):
    assert said("weak-muscle", facts(values)) == because


def test_says_a_limit_as_it_was_printed():
    # A site's own rule of grip may count `<10`; its number was never measured.
    grip = finding("grip-strength", 9.999)._replace(label="<10")
    found = facts({"sex": "female"}, **{"grip-strength": grip})
    assert said("weak-muscle", found) == "weak grip (<10 kg)"


@pytest.mark.parametrize(
    ("name", "because", "found"),
    [
        pytest.param("aged-80", "age 86", finding("age", 86.0), id="86"),
        pytest.param("aged-80", None, finding("age", 79.0), id="79"),
        pytest.param(
            "dxa-within-year",
            "DXA report of 21 Oct",
            finding("dxa-report", value=True, observed=date(2026, 10, 21)),
            id="report",
        ),
        pytest.param(
            "dxa-within-year",
            None,
            finding("dxa-report", value=True, observed=date(2025, 10, 21)),
            id="report, 13 months",
        ),
        pytest.param(
            "dxa-within-year",
            "T-score of 21 Oct",
            finding("bmd-t-score", -2.8, observed=date(2026, 10, 21)),
            id="T-score",
        ),
        pytest.param(
            "dxa-within-year",
            None,
            finding("bmd-t-score", -2.8, observed=date(2017, 10, 21)),
            id="T-score, nine years",
        ),
    ],
)
def test_age_and_dxa(name, because, found):
    assert said(name, facts({}, found=found)) == because


def test_a_day_known_to_the_year_is_said_as_a_year():
    found = finding("hip-fracture", value=True, observed=date(2025, 1, 1))
    exact = found._replace(observed=date(2025, 5, 4))
    year = found._replace(dated_to="year")
    assert (
        said("hip-fracture-two-years", facts({}, found=exact))
        == "hip fracture May 2025"
    )
    assert said("hip-fracture-two-years", facts({}, found=year)) == "hip fracture 2025"


def test_an_old_cancer_is_not_said_beside_a_recent_one_of_the_same_organ():
    old = finding("old-cancer", value=True)._replace(label="breast cancer")
    recent = finding("recent-cancer", value=True)._replace(label="breast cancer")
    melanoma = recent._replace(label="melanoma")
    assert said("old-cancer", facts({}, old=old, recent=recent)) is None
    assert said("old-cancer", facts({}, old=old, recent=melanoma)) is not None


def test_every_signal_has_the_words_that_it_promises():
    true = {
        name: True
        for name, spec in open_service().finding_specs.items()
        if spec.kind in ("event", "condition", "exam")
    }
    for count in (2.0, 3.0):
        found = signals_of(
            facts({**true, "age": 86.0, "bmi": 17.0, "level-count": count})
        )
        for name, (_, promised) in WORDS.items():
            if name in found:
                assert set(promised) | {"fact", "Fact"} == found[name].words.keys()


@pytest.mark.parametrize(
    ("name", "because", "reasons"),
    [
        pytest.param(
            "bone-malignancy",
            "bone metastasis",
            {"bone-metastasis", "bone-malignancy-ever"},
            id="metastasis",
        ),
        pytest.param(
            "recent-cancer",
            "breast cancer",
            {"cancer-ever", "breast-cancer-ever"},
            id="breast cancer",
        ),
        pytest.param("sepsis", "sepsis", {"sepsis"}, id="sepsis"),
        pytest.param(
            "spinal-infection",
            "spinal infection (discitis)",
            {"discitis", "spinal-infection"},
            id="discitis",
        ),
        pytest.param("sepsis", None, {"osteoporosis"}, id="another reason"),
    ],
)
def test_a_reason_of_the_order_counts_as_much_as_the_problem_list(
    name, because, reasons
):
    order = AugmentationOrder(
        references=("ServiceRequest/1",), procedure="PKP", reasons=frozenset(reasons)
    )
    found = derive(findings_of(), specs(), order, sarcopenia_criteria="awgs-2019")
    assert said(name, found) == because
