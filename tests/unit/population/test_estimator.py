"""Our predictor as a scikit-learn classifier: its own checks, its tools, and the figures of the evidence page."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance
from sklearn.model_selection import cross_val_predict
from sklearn.utils.estimator_checks import check_estimator

from cds_service.population.validation.estimator import StudyClassifier
from cds_service.studies.cohort import rake, rebuild_cohort
from tests.chart_builders import open_service

S = "sarcopenia-pvm-2022"
MODELS = open_service().models
# 10 columns without names: nobody knows which inputs they are
TOO_WIDE = {"check_dtype_object"}
# 4, 5
NARROW = {
    "check_n_features_in_after_fitting",
    "check_positive_only_tag_during_fit",
    "check_estimators_dtypes",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("study", "exceptions"), [(S, TOO_WIDE), ("nvcf-nomogram-2024", TOO_WIDE | NARROW)]
)
def test_scikit_learns_checks_pass_but_for_widths_that_no_study_has(study, exceptions):
    results = check_estimator(StudyClassifier(study), on_fail=None)
    failed = {
        one["check_name"]: str(one["exception"])
        for one in results
        if one["status"] == "failed"
    }
    assert set(failed) == exceptions
    assert len(results) > 50


def patients(n=400, seed=5):
    """Rebuilt patients of the study, with outcomes drawn at the printed model's risk."""
    study, random = MODELS[S].study, np.random.default_rng(seed)
    cohort = rake(rebuild_cohort(study, draws=8192), study)
    at = random.choice(len(cohort.weights), n, p=cohort.weights)
    frame = pd.DataFrame(
        cohort.inputs[at], columns=[term.name for term in cohort.terms]
    )[list(study.input_names)]
    return frame, (random.random(n) < cohort.risk[at]).astype(int)


@pytest.mark.parametrize("name", list(MODELS))
def test_figures_are_those_of_the_evidence_page(name):
    study = MODELS[name].study
    place = {
        one.finding: one.words or (False, True)
        for one in study.inputs
        if one.kind != "number"
    }
    for example in study.examples:
        row = [
            np.nan if one not in example.inputs
            else place[one].index(example.inputs[one]) if one in place else example.inputs[one]
            for one in study.input_names
        ]  # fmt: skip
        model = StudyClassifier(name).fit([row, row], [0, 1])
        assert model.predict_proba([row])[0, 1] == pytest.approx(example.risk, abs=0.01)


def test_the_pooled_model_is_a_classifier_too():
    """Woman 76, BMI 26, T -2.6, one level, no steroid: 0.1329; the same with HU 75: 0.1268."""
    woman = {"age": 76, "female": 1, "levels": 0, "steroids": 0, "bmi": 26}
    frame = pd.DataFrame(
        [woman | {"t": -2.6, "hu": np.nan}, woman | {"t": np.nan, "hu": 75}]
    )
    model = StudyClassifier("pooled-2026").fit(frame, [0, 1])
    assert model.predict_proba(frame)[:, 1] == pytest.approx(
        [0.1329, 0.1268], abs=0.002
    )


def test_its_tools_work_on_it():
    frame, outcome = patients()
    model = StudyClassifier(S).fit(frame, outcome)
    share, figure = calibration_curve(
        outcome, model.predict_proba(frame)[:, 1], n_bins=4, strategy="quantile"
    )
    assert np.abs(share - figure).max() < 0.12
    crossed = cross_val_predict(
        StudyClassifier(S, recalibrate="intercept-and-slope"),
        frame,
        outcome,
        method="predict_proba",
        cv=4,
    )[:, 1]
    assert crossed.mean() == pytest.approx(outcome.mean(), abs=0.02)
    importance = permutation_importance(
        model, frame, outcome, scoring="roc_auc", n_repeats=3, random_state=1
    )
    order = [frame.columns[at] for at in importance.importances_mean.argsort()[::-1]]
    # printed coefficient x SD: 1.0, and 0.5 for the last two
    assert order[0] == "bmd-t-score"
    assert order[-1] in {"tl-junction", "diabetes"}


def test_what_is_no_input_or_no_word_is_said():
    frame, outcome = patients(20)
    with pytest.raises(ValueError, match="has no input hospital"):
        StudyClassifier(S).fit(frame.assign(hospital=1.0), outcome)
    with pytest.raises(ValueError, match="no model"):
        StudyClassifier("other").fit(frame, outcome)
    missing = (
        StudyClassifier(S)
        .fit(frame, outcome)
        .predict_proba(frame.assign(diabetes=np.nan))
    )
    with pytest.warns(UserWarning, match="diabetes: 20 cells are no place of a word"):
        assert StudyClassifier(S).fit(frame, outcome).predict_proba(
            frame.assign(diabetes=2.0)
        ) == pytest.approx(missing)
