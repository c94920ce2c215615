"""One patient's figure: the evidence page's figures and the properties it asks for."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_samples import LOGISTIC, MODELS, NOMOGRAM, PAIN, SARCOPENIA, WEAK

from cds_service.core.findings import Value
from cds_service.core.models.logistic_study import Example
from cds_service.core.models.prediction import LogisticModel, Prediction, predict

S, N, R = MODELS[SARCOPENIA.id], MODELS[NOMOGRAM.id], MODELS[PAIN.id]
L1 = {"tl-junction": True, "diabetes": False, "bmd-t-score": -2.8}
EXAMPLES = [
    (name, example) for name, study in LOGISTIC.items() for example in study.examples
]
# From an independent implementation: what one more measurement does to one patient.
MEASURED = [
    (
        S.study.id,
        Example(
            inputs={
                "tl-junction": True,
                "diabetes": False,
                "bmd-t-score": -2.8,
                "sarcopenia": False,
            },
            inputs_known=0.89,
            risk=0.16,
            study_uncertainty=[0.08, 0.32],
            if_measured=[0.04, 0.34],
        ),
    ),
    (
        S.study.id,
        Example(
            inputs={
                "tl-junction": True,
                "diabetes": False,
                "bmd-t-score": -2.8,
                "sarcopenia": True,
            },
            inputs_known=0.89,
            risk=0.68,
            study_uncertainty=[0.48, 0.83],
            if_measured=[0.39, 0.91],
        ),
    ),
    (
        S.study.id,
        Example(
            inputs={
                "tl-junction": True,
                "diabetes": False,
                "bmd-t-score": -2.8,
                "pma-rate": 55.0,
            },
            inputs_known=0.88,
            risk=0.48,
            study_uncertainty=[0.32, 0.64],
            if_measured=[0.16, 0.81],
        ),
    ),
    (
        S.study.id,
        Example(
            inputs=L1,
            inputs_known=0.78,
            risk=0.38,
            study_uncertainty=[0.25, 0.53],
            if_measured=[0.05, 0.82],
        ),
    ),
    (
        N.study.id,
        Example(
            inputs={"procedure": "PKP", "ct-attenuation": 40.0},
            inputs_known=0.89,
            risk=0.12,
            study_uncertainty=[0.07, 0.21],
            if_measured=[0.06, 0.19],
        ),
    ),
    (
        N.study.id,
        Example(
            inputs={
                "procedure": "PVP",
                "ct-attenuation": 45.0,
                "multifidus-smi": 105.0,
            },
            inputs_known=1.0,
            risk=0.35,
            study_uncertainty=[0.22, 0.52],
        ),
    ),
    (
        R.study.id,
        Example(
            inputs={"psoas-total-area": 12.0, "es-mf-fat-fraction": 52.0},
            inputs_known=0.53,
            risk=0.21,
            study_uncertainty=[0.14, 0.32],
            if_measured=[0.0, 0.78],
        ),
    ),
    (
        R.study.id,
        Example(
            inputs={
                "psoas-total-area": 15.0,
                "psoas-muscle-area": 12.0,
                "es-mf-fat-fraction": 45.0,
                "fascia-injury": False,
            },
            inputs_known=0.62,
            risk=0.03,
            study_uncertainty=[0.01, 0.08],
            if_measured=[0.0, 0.07],
        ),
    ),
]
CROSS_CHECKS = [
    (name, example)
    for name, study in LOGISTIC.items()
    for example in study.cross_checks
]


def _logit(share):
    return math.log(share / (1 - share))


def _expit(log_odds):
    return 1 / (1 + np.exp(-log_odds))


@pytest.mark.parametrize(
    ("name", "example"),
    EXAMPLES + MEASURED,
    ids=lambda one: getattr(one, "inputs", one),
)
def test_the_figures_of_the_evidence_page(name, example):
    found = predict(MODELS[name], example.inputs, site_incidence=None)
    assert found.risk == pytest.approx(example.risk, abs=0.01)
    assert found.inputs_known == pytest.approx(example.inputs_known, abs=0.01)
    assert found.study_uncertainty == pytest.approx(example.study_uncertainty, abs=0.02)
    if example.if_measured is None:
        assert found.if_measured is None
    else:
        assert found.if_measured == pytest.approx(example.if_measured, abs=0.02)
    assert {finding: one.used for finding, one in found.held.items()} == pytest.approx(
        example.held, abs=0.05
    )


@pytest.mark.parametrize(
    ("name", "example"), CROSS_CHECKS, ids=lambda one: getattr(one, "inputs", one)
)
def test_one_yes_no_input_or_category_alone_gives_the_printed_table_back(name, example):
    found = predict(MODELS[name], example.inputs, site_incidence=None)
    assert found.risk == pytest.approx(example.risk, abs=1e-4)
    assert found.inputs_known == pytest.approx(example.inputs_known, abs=0.01)


@pytest.mark.parametrize(
    ("inputs", "events", "patients"),
    [
        ({"sarcopenia": True}, 58, 69),
        ({"sarcopenia": False}, 16, 145),
        ({"diabetes": True}, 31, 45),
        ({"tl-junction": True}, 41, 127),
        ({"tl-junction": False}, 33, 87),
    ],
)
def test_rates_of_the_refracture_table_come_back_exactly(inputs, events, patients):
    assert predict(S, inputs, site_incidence=None).risk == pytest.approx(
        events / patients, abs=1e-6
    )


class Patient(NamedTuple):
    """What a study knows of a patient, and the incidence of the site."""

    model: LogisticModel
    inputs: dict[str, Value]
    site: float | None = None


@dataclass(frozen=True)
class Predicted:
    """A prediction; what is None is not looked at.

    Attributes:
        known_below: the share of known inputs is less, so measuring may change more.
        held: the side of each value that is held.
        held_in_order: the names of held values.
        prints: floor and ceiling of what is printed.
        uncertain_above, uncertain_below: the uncertainty of the study lies there.
    """

    risk: float | None = None
    risk_below: float | None = None
    reference: float | None = None
    known_below: float | None = None
    held: dict[str, str] | None = None
    held_in_order: list[str] | None = None
    used: dict[str, float] | None = None
    prints: tuple[float, float] | None = None
    clear: dict[str, bool] | None = None
    gains: list[str] | None = None
    unknown_until_after: list[str] | None = None
    uncertain_above: float | None = None
    uncertain_below: float | None = None

    def check(self, prediction: Prediction) -> None:
        self._check_figure(prediction)
        self._check_inputs(prediction)

    def _check_figure(self, prediction: Prediction) -> None:
        lowest, highest = prediction.study_uncertainty
        if self.risk is not None:
            assert prediction.risk == pytest.approx(self.risk, abs=0.01)
        if self.risk_below is not None:
            assert prediction.risk < self.risk_below
        if self.reference is not None:
            assert prediction.reference == pytest.approx(self.reference)
        if self.prints is not None:
            assert (prediction.floor, prediction.ceiling) == self.prints
        if self.uncertain_above is not None:
            assert lowest > self.uncertain_above
        if self.uncertain_below is not None:
            assert highest < self.uncertain_below

    def _check_inputs(self, prediction: Prediction) -> None:
        sides = {name: held.side for name, held in prediction.held.items()}
        if self.known_below is not None:
            assert prediction.inputs_known < self.known_below
            assert prediction.if_measured is not None
        if self.held is not None:
            assert sides == self.held
        if self.held_in_order is not None:
            assert list(sides) == self.held_in_order
        if self.used is not None:
            assert prediction.used == pytest.approx(self.used, abs=0.1)
        if self.clear is not None:
            assert prediction.has_clear_effect == self.clear
        if self.gains is not None:
            assert list(prediction.gains) == self.gains
        if self.unknown_until_after is not None:
            assert list(prediction.unknown_until_after) == self.unknown_until_after


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        pytest.param(
            Patient(
                S,
                WEAK,
                site=0.17,
            ),
            Predicted(risk=0.91),
            id="the fully measured thin patient is 91 % where 17 % refracture (cards,"
            " section 1)",
        ),
        pytest.param(
            Patient(
                S,
                {
                    "bmd-t-score": -2.8,
                    "tl-junction": True,
                    "diabetes": False,
                    "bmi": 28.5,
                },
            ),
            Predicted(risk=0.088, held={"bmi": "reassuring"}),
            id="BMI 28 would turn T -2.8 into 1 %; held it does not",
        ),
        pytest.param(
            Patient(S, L1, site=0.17), Predicted(risk=0.19), id="the typical one 19 %"
        ),
        pytest.param(
            Patient(S, {"bmi": 21.5}),
            Predicted(held={}),
            id="the alarming side reaches further than the reassuring one: BMI 21.5",
        ),
        pytest.param(
            Patient(S, {"bmi": 22.5}),
            Predicted(held={"bmi": "reassuring"}),
            id="the alarming side reaches further than the reassuring one: BMI 22.5",
        ),
        pytest.param(
            Patient(S, {"bmi": 17.0}),
            Predicted(held={}),
            id="the alarming side reaches further than the reassuring one: BMI 17.0",
        ),
        pytest.param(
            Patient(S, {"bmi": 16.4}),
            Predicted(held={}),
            id="the alarming side reaches further than the reassuring one: BMI 16.4",
        ),
        pytest.param(
            Patient(S, {"bmi": 15.0}),
            Predicted(held={"bmi": "alarming"}),
            id="the alarming side reaches further than the reassuring one: BMI 15.0",
        ),
        # 15 % fat; the average of the study is 29 of 213
        pytest.param(
            Patient(R, {"psoas-total-area": 28.0, "psoas-muscle-area": 23.8}),
            Predicted(
                used={"psoas-total-area": 22.0, "psoas-muscle-area": 18.7},
                risk_below=0.136,
                held={
                    "psoas-total-area": "reassuring",
                    "psoas-muscle-area": "reassuring",
                },
            ),
            id="28 cm2 of psoas once made 39 %: the total was held and the muscle"
            " was not",
        ),
        pytest.param(
            Patient(S, {}),
            Predicted(reference=0.34579439252336447),
            id="the reference of a study of kyphoplasty alone is the baseline: S",
        ),
        pytest.param(
            Patient(S, {}, site=0.2),
            Predicted(reference=0.2),
            id="or that of the site: S",
        ),
        pytest.param(
            Patient(R, {}),
            Predicted(reference=0.13615023474178403),
            id="the reference of a study of kyphoplasty alone is the baseline: R",
        ),
        pytest.param(
            Patient(R, {}, site=0.2),
            Predicted(reference=0.2),
            id="or that of the site: R",
        ),
        pytest.param(
            Patient(S, {}),
            Predicted(prints=(0.02, 0.96)),
            id="floor and ceiling of print are those of the rule of three: S",
        ),
        pytest.param(
            Patient(N, {}),
            Predicted(prints=(0.02, 0.89)),
            id="floor and ceiling of print are those of the rule of three: N",
        ),
        pytest.param(
            Patient(R, {}),
            Predicted(prints=(0.02, 0.9)),
            id="floor and ceiling of print are those of the rule of three: R",
        ),
        pytest.param(
            Patient(
                S,
                {
                    "bmi": 18.5,
                    "diabetes": True,
                    "sarcopenia": True,
                    "pma-rate": 57.0,
                    "bmd-t-score": -3.2,
                    "tl-junction": True,
                },
            ),
            Predicted(
                clear={
                    "bmi": True,
                    "diabetes": True,
                    "sarcopenia": True,
                    "pma-rate": True,
                    "bmd-t-score": True,
                    "tl-junction": True,
                }
            ),
            id="with all inputs known an effect is clear where the printed interval"
            " leaves out zero: refracture",
        ),
        pytest.param(
            Patient(
                N,
                {
                    "procedure": "PKP",
                    "ct-attenuation": 60.0,
                    "multifidus-smi": 140.0,
                },
            ),
            Predicted(
                clear={
                    "procedure": True,
                    "ct-attenuation": True,
                    "multifidus-smi": True,
                }
            ),
            id="and in the nomogram",
        ),
        pytest.param(
            Patient(
                R,
                {
                    "fascia-injury": True,
                    "vbq": 3.0,
                    "local-kyphosis-post": 12.0,
                    "cement-diffused": False,
                    "psoas-muscle-area": 9.0,
                    "psoas-total-area": 12.0,
                    "es-mf-fat-fraction": 52.0,
                },
            ),
            Predicted(
                clear={
                    "fascia-injury": False,
                    "vbq": True,
                    "local-kyphosis-post": True,
                    "cement-diffused": False,
                    "psoas-muscle-area": False,
                    "psoas-total-area": True,
                    "es-mf-fat-fraction": True,
                }
            ),
            id="fascia, cement and psoas muscle are not clear in the pain study: table"
            " 3, odds ratios 0.791-22.521, 0.014-1.015 and 0.881-3.031 contain 1,"
            " the other four do not",
        ),
        pytest.param(
            Patient(S, {"tl-junction": True}),
            Predicted(clear={"tl-junction": False}),
            id="clear follows the interval of the coefficient in use: level alone,"
            " -0.248 with an interval that contains 0",
        ),
        pytest.param(
            Patient(
                R,
                {
                    "psoas-total-area": 15.0,
                    "psoas-muscle-area": 12.0,
                    "es-mf-fat-fraction": 45.0,
                    "vbq": 2.6,
                    "fascia-injury": False,
                },
            ),
            Predicted(
                gains=[],
                unknown_until_after=["local-kyphosis-post", "cement-diffused"],
                known_below=0.9,
            ),
            id="what is known only after the procedure is never missing but stays"
            " unknown",
        ),
        pytest.param(
            Patient(S, {"bmd-t-score": -0.2, "diabetes": True, "bmi": 30.0}),
            Predicted(held_in_order=["bmi", "bmd-t-score"]),
            id="values are held in the order of the study: the card names the first,"
            " in every process the same",
        ),
        pytest.param(
            Patient(R, {"psoas-total-area": 14.41, "es-mf-fat-fraction": 33.24}),
            Predicted(uncertain_below=0.13615),
            id="the pictured patient without pain stands below the average, 29 of 213",
        ),
        pytest.param(
            Patient(R, {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}),
            Predicted(uncertain_above=0.13615),
            id="the pictured patient with pain above it",
        ),
    ],
)
def test_what_is_predicted(patient, expected):
    prediction = predict(patient.model, patient.inputs, site_incidence=patient.site)
    expected.check(prediction)


@pytest.mark.parametrize("name", LOGISTIC)
def test_no_input_gives_the_incidence(name):
    found = predict(MODELS[name], {}, site_incidence=None)
    assert found.risk == pytest.approx(LOGISTIC[name].incidence, abs=1e-8)
    assert found.inputs_known == 0
    assert found.effects == {}


@pytest.mark.parametrize("site", [0.05, 0.134, 0.6])
@pytest.mark.parametrize("name", LOGISTIC)
def test_a_site_incidence_moves_every_figure_by_the_same_log_odds(name, site):
    study = LOGISTIC[name]
    shift = _logit(site) - _logit(study.incidence)
    for example in study.examples:
        own = predict(MODELS[name], example.inputs, site_incidence=None)
        moved = predict(MODELS[name], example.inputs, site_incidence=site)
        assert _logit(moved.risk) - _logit(own.risk) == pytest.approx(shift, abs=1e-9)
        assert [_logit(end) for end in moved.study_uncertainty] == pytest.approx(
            [_logit(end) + shift for end in own.study_uncertainty]
        )
        assert moved.baseline.shift == pytest.approx(shift)
        assert (moved.baseline.source, moved.baseline.incidence) == ("site", site)
        assert (own.baseline.source, own.baseline.shift) == ("study", 0)
    assert predict(MODELS[name], {}, site_incidence=site).risk == pytest.approx(
        site, abs=1e-8
    )


NUMBERS = [
    (name, one.finding)
    for name, study in LOGISTIC.items()
    for one in study.inputs
    if one.kind == "number"
]


@pytest.mark.parametrize(("name", "finding"), NUMBERS)
def test_one_continuous_input_gives_a_monotone_figure(name, finding):
    lowest, _, _, highest = MODELS[name].table.ranges[finding]
    width = highest - lowest
    grid = np.linspace(lowest - width, highest + width, 301)
    risks = [
        predict(MODELS[name], {finding: float(value)}, site_incidence=None).risk
        for value in grid
    ]
    steps = np.diff(risks)
    assert (steps >= -1e-12).all() or (steps <= 1e-12).all()
    assert risks[0] != pytest.approx(risks[-1])


@pytest.mark.parametrize(
    ("inputs", "finding", "side", "bound"),
    [
        ({"bmi": 28.5}, "bmi", "reassuring", 95.0),
        ({"bmi": 12.0}, "bmi", "alarming", 0.5),
        ({"bmd-t-score": -1.0}, "bmd-t-score", "reassuring", 95.0),
        ({"bmd-t-score": -4.6}, "bmd-t-score", "alarming", 0.5),
        ({"pma-rate": 20.0}, "pma-rate", "reassuring", 5.0),
        ({"pma-rate": 80.0}, "pma-rate", "alarming", 99.5),
    ],
)
def test_a_value_beyond_the_study_is_held_and_named(inputs, finding, side, bound):
    held = predict(S, inputs, site_incidence=None).held[finding]
    lowest, low, high, highest = S.table.ranges[finding]
    assert (held.value, held.side) == (inputs[finding], side)
    assert held.used == {0.5: lowest, 5.0: low, 95.0: high, 99.5: highest}[bound]


def _psoas(total, fat, **more):
    """A patient with this psoas: area in cm2, fat share in %."""
    inputs = {
        "psoas-total-area": total,
        "psoas-muscle-area": total * (1 - fat / 100),
        **more,
    }
    return predict(R, inputs, site_incidence=None)


@pytest.mark.parametrize("total", [6.0, 11.0, 16.0, 21.0, 28.0])
def test_more_fat_in_the_psoas_lowers_no_figure_beyond_what_the_study_saw(total):
    """Its fat share is held at the 5th and 95th percentile of the cohort, 1.5 and 38.5 %."""
    least = _psoas(total, 38.5).risk
    for fat in (40.0, 55.0, 70.0, 95.0):
        found = _psoas(total, fat)
        assert found.risk == pytest.approx(least, rel=0.02)
        assert found.held["psoas-muscle-area"].side == "reassuring"
        assert found.has_reassuring_hold


@given(total=st.floats(1, 60), fat=st.floats(0, 100))
def test_psoas_muscle_never_exceeds_the_total_and_follows_it(total, fat):
    found = _psoas(total, fat).used
    share = 100 * (1 - found["psoas-muscle-area"] / found["psoas-total-area"])
    assert 1.49 <= share <= 38.6
    assert found["psoas-total-area"] <= 22.1


@pytest.mark.parametrize(
    ("inputs", "site", "reference"),
    [
        ({"procedure": "PKP"}, None, 0.096),
        ({"procedure": "PVP"}, None, 0.243),
        ({}, None, 0.14893617021276595),
        # 0.243 moved by logit(0.08) - logit(28 / 188)
        ({"procedure": "PVP"}, 0.08, 0.138),
        ({}, 0.08, 0.08),
    ],
)
def test_the_reference_is_the_average_of_the_same_procedure_at_the_baseline_in_force(
    inputs, site, reference
):
    assert predict(N, inputs, site_incidence=site).reference == pytest.approx(
        reference, abs=0.002
    )


@pytest.mark.parametrize(
    ("name", "example"), [one for one in EXAMPLES if one[1].if_measured]
)
def test_if_measured_are_percentiles_of_the_stated_mixture_and_measuring_does_not_change_the_mean(
    name, example
):
    found = predict(MODELS[name], example.inputs, site_incidence=None)
    reduced = MODELS[name].reduced(frozenset(example.inputs))
    level, slope = reduced.distance_line
    log_odds = _logit(found.risk)
    distance = max(reduced.distance, level + slope * 4 * found.risk * (1 - found.risk))
    spread = 2 * (math.sqrt(1 + distance) - 1)
    at = np.linspace(
        log_odds - spread - 12 * math.sqrt(spread),
        log_odds + spread + 12 * math.sqrt(spread),
        200_001,
    )
    density = found.risk * np.exp(-((at - log_odds - spread / 2) ** 2) / (2 * spread))
    density += (1 - found.risk) * np.exp(
        -((at - log_odds + spread / 2) ** 2) / (2 * spread)
    )
    density /= density.sum()
    percentiles = np.interp([0.1, 0.9], np.cumsum(density), at)
    assert [_logit(end) for end in found.if_measured] == pytest.approx(
        percentiles, abs=1e-3
    )
    assert density @ _expit(at) == pytest.approx(found.risk, abs=1e-6)


def test_effects_add_to_the_figure_from_the_cohort_mean():
    inputs = {"bmi": 18.5, "diabetes": True, "pma-rate": 57.0}
    found = predict(S, inputs, site_incidence=None)
    reduced = S.reduced(frozenset(inputs))
    at_means = reduced.intercept + sum(
        slope * S.table.means[term]
        for term, slope in zip(
            reduced.terms, reduced.coefficients.tolist(), strict=True
        )
    )
    assert at_means + sum(found.effects.values()) == pytest.approx(_logit(found.risk))
    assert set(found.effects) == set(inputs)


def test_the_interval_contains_the_figure_and_is_not_narrower_than_printed():
    """One patient one SD of BMI from another, all else alike: the intervals differ by the printed error at least."""
    full = S.reduced(frozenset(SARCOPENIA.input_names))
    assert math.sqrt(full.covariance[1, 1]) >= 0.55 / 3.92 - 1e-9
    for name, example in EXAMPLES:
        found = predict(MODELS[name], example.inputs, site_incidence=None)
        assert found.study_uncertainty[0] < found.risk < found.study_uncertainty[1]


VALUES = {"number": st.floats(-1e6, 1e6), "yes-no": st.booleans()}


@pytest.mark.parametrize("name", LOGISTIC)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_inputs_give_ordered_shares_and_the_same_figure_twice(name, data):
    study = LOGISTIC[name]
    known = data.draw(st.sets(st.sampled_from(study.input_names)))
    inputs = {
        one.finding: data.draw(
            st.sampled_from(one.words) if one.words else VALUES[one.kind]
        )
        for one in study.inputs
        if one.finding in known
    }
    found = predict(MODELS[name], inputs, site_incidence=None)
    assert found == predict(
        MODELS[name], dict(reversed(inputs.items())), site_incidence=None
    )
    ranges = [found.study_uncertainty, found.if_measured or (found.risk, found.risk)]
    for low, high in ranges:
        assert 0 <= low <= high <= 1
    assert 0 <= found.risk <= 1
    assert 0 <= found.inputs_known <= 1
    assert all(gain >= 0 for gain in found.gains.values())


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"age": 80.0}, "does not use age"),
        ({"bmi": True}, "bmi must be a number"),
        ({"bmi": "thin"}, "bmi must be a number"),
        ({"bmi": float("nan")}, "bmi must be a number"),
        ({"bmi": float("inf")}, "bmi must be a number"),
        ({"diabetes": 1.0}, "diabetes must be yes or no"),
        ({"diabetes": "yes"}, "diabetes must be yes or no"),
        ({"mna-category": "C"}, "does not use mna-category"),
    ],
)
def test_names_and_kinds_that_the_study_does_not_use_are_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        predict(S, inputs, site_incidence=None)
