"""Reduced models and their tables."""

import json
import math
from itertools import combinations

import numpy as np
import pytest
from statsmodels.api import GLM, add_constant
from statsmodels.genmod.families import Binomial
from study_samples import LOGISTIC, MODELS, NOMOGRAM, PAIN, SARCOPENIA, TABLES_FOLDER

from cds_service.core.models.reduced_tables import (
    compare_tables,
    read_table,
    table_path,
)
from cds_service.errors import DataFileError
from cds_service.studies.reduced_models import (
    build_tables,
    fit_fractional,
    full_predictor,
    reduced_model,
)

REDUCED = [
    (name, check) for name, study in LOGISTIC.items() for check in study.reduced_checks
]
NOTHING = frozenset()


@pytest.mark.parametrize(
    ("name", "check"),
    REDUCED,
    ids=lambda one: ",".join(getattr(one, "known", [str(one)])),
)
def test_reduced_coefficients_are_those_of_an_independent_calculation(name, check):
    model = MODELS[name].reduced(frozenset(check.known))
    assert dict(
        zip(model.terms, model.coefficients.tolist(), strict=True)
    ) == pytest.approx(check.coefficients, rel=0.03)
    assert model.inputs_known == pytest.approx(check.inputs_known, abs=0.01)
    assert model.intercept == pytest.approx(check.intercept, rel=0.03)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (SARCOPENIA.id, ["bmd-t-score", "tl-junction"]),
        (SARCOPENIA.id, ["bmi", "diabetes", "pma-rate"]),
        (NOMOGRAM.id, ["ct-attenuation"]),
        (
            PAIN.id,
            [
                "vbq",
                "psoas-muscle-area",
                "psoas-total-area",
                "es-mf-fat-fraction",
                "fascia-injury",
            ],
        ),
    ],
)
def test_scikit_learn_and_statsmodels_find_the_same_model(cohorts, name, known):
    cohort, study = cohorts[name], LOGISTIC[name]
    columns = [at for at, term in enumerate(study.terms) if term.finding in known]
    centred = cohort.inputs[:, columns] - cohort.weights @ cohort.inputs[:, columns]
    level, coefficients = fit_fractional(centred, cohort.risk, cohort.weights)
    logistic = GLM(
        cohort.risk,
        add_constant(centred),
        family=Binomial(),
        freq_weights=cohort.weights,
    )
    assert [level, *coefficients] == pytest.approx(
        logistic.fit(tol=1e-13).params, rel=1e-7, abs=1e-9
    )


@pytest.mark.parametrize("name", LOGISTIC)
def test_all_inputs_known_is_the_printed_model_and_none_is_the_incidence(name):
    study, model = LOGISTIC[name], MODELS[name]
    full, none = model.reduced(frozenset(study.input_names)), model.reduced(NOTHING)
    if study is not SARCOPENIA:  # its figures do not use all of its printed inputs
        assert full.coefficients.tolist() == pytest.approx(
            [term.beta for term in study.terms], abs=1e-12
        )
        assert full.intercept == pytest.approx(model.table.intercept, abs=1e-8)
    assert full.inputs_known == 1
    assert full.distance == pytest.approx(0, abs=1e-12)
    assert full.distance_line == pytest.approx((0, 0), abs=1e-12)
    assert 1 / (1 + math.exp(-none.intercept)) == pytest.approx(
        study.incidence, abs=1e-9
    )
    assert none.inputs_known == 0
    assert none.distance_line == pytest.approx((none.distance, 0)), (
        "all patients stand at one place"
    )


@pytest.mark.parametrize("name", LOGISTIC)
def test_inputs_known_never_falls_when_one_is_added(name):
    names = LOGISTIC[name].input_names
    for size in range(len(names)):
        for known in map(frozenset, combinations(names, size)):
            for added in set(names) - known:
                more, less = (
                    MODELS[name].inputs_known(known | {added}),
                    MODELS[name].inputs_known(known),
                )
                assert more >= less - 1e-9, (known, added)


def test_printed_errors_are_reproduced_by_information_that_was_never_put_in():
    ratios = {
        (name, term): ratio
        for name, model in MODELS.items()
        for term, ratio in model.table.error_ratios.items()
    }
    assert len(ratios) == 18
    assert ratios.pop((SARCOPENIA.id, "bmi")) == pytest.approx(0.66, abs=0.02)
    assert all(0.8 <= ratio <= 1.3 for ratio in ratios.values())


def test_nutrition_enters_no_figure_and_the_cohort_is_raked_with_it(cohorts):
    assert "mna-category" not in SARCOPENIA.input_names
    assert "mna-category=B" in {term.name for term in cohorts[SARCOPENIA.id].terms}
    assert len(MODELS[SARCOPENIA.id].table.models) == 2**6
    with pytest.raises(ValueError, match="no input of this study: mna-category"):
        reduced_model(cohorts[SARCOPENIA.id], frozenset({"mna-category"}), 214)


def test_leaving_nutrition_out_loses_at_most_three_percent_of_the_information(cohorts):
    cohort = cohorts[SARCOPENIA.id]
    left = full_predictor(cohort)
    lost = cohort.weights @ (cohort.linear_predictor - left) ** 2
    whole = (
        cohort.weights
        @ (cohort.linear_predictor - cohort.weights @ cohort.linear_predictor) ** 2
    )
    assert 0 < lost / whole <= 0.03  # evidence page, section 1


def test_the_averages_of_both_procedures_make_the_incidence():
    averages = MODELS[NOMOGRAM.id].table.references
    share = MODELS[NOMOGRAM.id].table.means["procedure"]
    assert share * averages["PKP"] + (1 - share) * averages["PVP"] == pytest.approx(
        28 / 188, abs=1e-6
    )


def test_the_distance_line_is_that_of_a_regression(cohorts):
    """Least squares by numpy's own solver, of the T-score alone."""
    cohort = cohorts[SARCOPENIA.id]
    model = reduced_model(cohort, frozenset({"bmd-t-score"}), 214)
    at = next(at for at, term in enumerate(cohort.terms) if term.name == "bmd-t-score")
    predictor = model.intercept + cohort.inputs[:, at] * model.coefficients[0]
    risk, root = 1 / (1 + np.exp(-predictor)), np.sqrt(cohort.weights)
    design = (
        np.column_stack([np.ones(len(risk)), 4 * risk * (1 - risk)]) * root[:, None]
    )
    squares = (full_predictor(cohort) - predictor) ** 2
    line = np.linalg.lstsq(design, squares * root, rcond=None)[0]
    assert model.distance_line == pytest.approx(line.tolist(), rel=1e-9)


def test_the_procedure_counts_as_kept_reproduce_its_printed_error(cohorts):
    """0.481 with 120 kyphoplasties of 188, as the evidence page says; printed 0.485."""
    full = reduced_model(cohorts[NOMOGRAM.id], frozenset(NOMOGRAM.input_names), 188)
    assert math.sqrt(full.covariance[1, 1]) == pytest.approx(0.481, abs=0.003)


@pytest.mark.parametrize("name", LOGISTIC)
def test_coefficients_are_never_surer_than_printed(name):
    study = LOGISTIC[name]
    full = MODELS[name].reduced(frozenset(study.input_names))
    # Fewer terms than printed are a little surer: the nutrition terms carry 3 % of the
    # information.
    share = 0.97 if study is SARCOPENIA else 1 - 1e-8
    terms = {term.name: term for term in study.terms}
    for at, name_of_term in enumerate(full.terms, start=1):
        assert (
            math.sqrt(full.covariance[at, at])
            >= share * terms[name_of_term].standard_error
        )


@pytest.mark.parametrize(
    ("name", "finding", "ends", "tolerance"),
    [
        # The outer two are the 200th of 40,000 draws; plain random draws leave them 0.1
        # to 0.2 kg/m2 of chance.
        (SARCOPENIA.id, "bmi", (16.4, 17.5, 22.0, 23.3), 0.16),
        (SARCOPENIA.id, "bmd-t-score", (-3.84, -3.45, -1.58, -1.18), 0.01),
        (PAIN.id, "psoas-total-area", (3.4, None, 22.0, None), 0.06),
        (PAIN.id, "psoas-fat-fraction", (None, 1.5, 38.5, None), 0.1),
    ],
)
def test_the_study_ranges_are_those_of_an_independent_calculation(
    name, finding, ends, tolerance
):
    for found, end in zip(MODELS[name].table.ranges[finding], ends, strict=True):
        assert end is None or found == pytest.approx(end, abs=tolerance)


def test_a_second_build_gives_the_same_bytes(tmp_path):
    studies = {NOMOGRAM.id: NOMOGRAM}
    for folder in ("one", "two"):
        build_tables(None, tmp_path / folder, studies=studies, draws=4_000)
    one, two = (
        table_path(NOMOGRAM.id, tmp_path / folder).read_bytes()
        for folder in ("one", "two")
    )
    assert one == two


def _shipped():
    return json.loads(
        table_path(NOMOGRAM.id, TABLES_FOLDER).read_text(encoding="utf-8")
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.update(format=0), "format"),
        (lambda table: table.update(study=PAIN.id), "is of residual-pain-2025"),
        (lambda table: table.update(studyDigest="0"), "has changed since"),
        (lambda table: table.pop("means"), "means"),
        (lambda table: table["sets"].pop(), "7 sets"),
        (lambda table: table["sets"][1]["covariance"].pop(), "does not fit"),
        (lambda table: table["ranges"].update(bmi=[1, 2]), "no table"),
    ],
)
def test_a_broken_table_stops_the_start(tmp_path, change, message):
    table = _shipped()
    change(table)
    table_path(NOMOGRAM.id, tmp_path).write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        read_table(NOMOGRAM, tmp_path)


@pytest.mark.parametrize(
    ("factor", "differing"), [(1.0, ()), (1 + 1e-9, ()), (1.001, (NOMOGRAM.id,))]
)  # fmt: skip
def test_tables_are_compared_up_to_rounding(tmp_path, factor, differing):
    for folder, times in (("one", 1.0), ("two", factor)):
        table = _shipped()
        table["sets"][2]["coefficients"]["ct-attenuation"] *= times
        (tmp_path / folder).mkdir()
        table_path(NOMOGRAM.id, tmp_path / folder).write_text(
            json.dumps(table), encoding="utf-8"
        )
    assert compare_tables(tmp_path / "one", tmp_path / "two") == differing
