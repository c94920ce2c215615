"""A model's figures as a scikit-learn classifier, so that its tools work on them.

`calibration_curve`, `cross_val_predict`, `permutation_importance` and the like take it
as they take any classifier. The coefficients are the model's; `fit` learns at most a
recalibration.
"""

import math
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from cds_service.core.findings import Value
from cds_service.core.models.pooled import PooledModel, load_pooled_model
from cds_service.core.models.pooled_study import NumberInput
from cds_service.core.models.prediction import LogisticModel, load_models, predict
from cds_service.core.models.study_files import load_pooled_study, load_studies
from cds_service.loading import REDUCED, STUDIES, load_vocabulary
from cds_service.population.validation.performance import fit_intercept, fit_logistic

Recalibrate = Literal["no", "intercept", "intercept-and-slope"]


class StudyClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The figure of one model for each row of X, by whichever inputs the row has.

    X has a column for each of `features`, in the model's units: yes/no as 1/0, a
    category by the place of its word in the study (PVP 0, PKP 1), missing as NaN. A
    yes/no or category cell that holds anything else is missing too, with a warning.
    Values beyond the model's range are held, as for a live order.

    Args:
        study: id of a logistic study, whose findings name the columns; or
            `pooled-2026`, whose inputs (`t`, `hu`, `bmi`, `age`, `female`, …) name
            them, at the pooled incidence.
        features: inputs in the order of the columns. By default they are the names of a
            DataFrame's columns; for an array without names, the study's inputs in the
            order of its file, of which the last may have no column.
        recalibrate: what `fit` learns: nothing, an intercept, or intercept and slope.
    """

    def __init__(
        self,
        study: str = "sarcopenia-pvm-2022",
        *,
        features: tuple[str, ...] | None = None,
        recalibrate: Recalibrate = "no",
    ) -> None:
        self.study = study
        self.features = features
        self.recalibrate = recalibrate

    # The names of the arguments are scikit-learn's.
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        """Learn the two classes, and the recalibration.

        The second class is the outcome.
        """
        rows, outcome = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        check_classification_targets(outcome)
        self.classes_, at = np.unique(outcome, return_inverse=True)
        if len(self.classes_) != 2:
            noun = "class" if len(self.classes_) == 1 else "classes"
            raise ValueError(
                "Only binary classification is supported; y has"
                f" {len(self.classes_)} {noun}: an outcome happened or it did not."
            )
        self.inputs_ = self._input_names()
        self.intercept_, self.slope_ = self._recalibration(at.astype(np.float64), rows)
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the log odds of the outcome."""
        check_is_fitted(self)
        rows = validate_data(
            self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return np.asarray(self.intercept_ + self.slope_ * self._study_log_odds(rows))

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the probabilities of no outcome and of the outcome, 0..1."""
        risk = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Predict the likelier class. No card says this: a figure is no verdict."""
        log_odds = self.decision_function(X)
        return np.asarray(self.classes_[(log_odds > 0).astype(int)])

    def __sklearn_tags__(self) -> Tags:
        """Declare two classes, missing values, and coefficients that stay fixed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True
        tags.input_tags.allow_nan = True
        return tags

    def _input_names(self) -> tuple[str, ...]:
        inputs = tuple(_input_values(self.study))
        named = (
            self.features
            or tuple(getattr(self, "feature_names_in_", ()))
            or inputs[: self.n_features_in_]
        )
        if unknown := [name for name in named if name not in inputs]:
            raise ValueError(
                f"{self.study} has no input {', '.join(unknown)}; it has"
                f" {', '.join(inputs)}"
            )
        if len(named) != self.n_features_in_:
            raise ValueError(
                f"X has {self.n_features_in_} columns, for {len(named)} inputs:"
                f" {', '.join(named)}"
            )
        return tuple(named)

    def _study_log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of the study."""
        words = {
            name: values for name, values in _input_values(self.study).items() if values
        }
        cells = rows.copy()
        for at, name in enumerate(self.inputs_):
            if name in words:
                foreign = ~np.isnan(cells[:, at]) & ~np.isin(
                    cells[:, at], range(len(words[name]))
                )
                cells[foreign, at] = np.nan
                if foreign.any():
                    warnings.warn(
                        f"{name}: {foreign.sum()} cells are no place of a word; taken"
                        " as missing",
                        stacklevel=3,
                    )
        model = _model(self.study)
        rows_known = (self._inputs(row, words) for row in cells)
        if isinstance(model, PooledModel):
            # the pooled model's inputs have no words
            numbers = (
                {name: float(value) for name, value in known.items()}
                for known in rows_known
            )
            return np.array([model.figure(values).log_odds for values in numbers])
        return np.array(
            [
                predict(model, known, site_incidence=None).log_odds
                for known in rows_known
            ]
        )

    def _inputs(
        self, row: NDArray[np.float64], words: Mapping[str, tuple[Value, ...]]
    ) -> Mapping[str, Value]:
        cells = zip(self.inputs_, row.tolist(), strict=True)
        known = {name: cell for name, cell in cells if not math.isnan(cell)}
        return {
            name: words[name][int(cell)] if name in words else cell
            for name, cell in known.items()
        }

    def _recalibration(
        self, outcome: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> tuple[float, float]:
        if self.recalibrate == "no":
            return 0.0, 1.0
        own = self._study_log_odds(rows)
        if self.recalibrate == "intercept":
            return fit_intercept(outcome, own)[0], 1.0
        fit = fit_logistic(outcome, own)
        if fit is None:
            raise ValueError(
                "the slope cannot be fitted: all figures are equal, or they separate"
                " the classes"
            )
        return fit.intercept, fit.slope


def _input_values(study: str) -> dict[str, tuple[Value, ...]]:
    """Return the inputs of a model in order, each with its closed list of values.

    A number has an empty one.
    """
    model = _model(study)
    if isinstance(model, PooledModel):
        return {
            predictor.id: () if isinstance(predictor, NumberInput) else (False, True)
            for predictor in model.study.inputs
        }
    return {
        predictor.finding: ()
        if predictor.kind == "number"
        else predictor.words or (False, True)
        for predictor in model.study.inputs
    }


@cache
def _model(study: str) -> LogisticModel | PooledModel:
    units = load_vocabulary()
    pooled = load_pooled_model(load_pooled_study(STUDIES, units), REDUCED)
    if study == pooled.study.id:
        return pooled
    models = load_models(load_studies(STUDIES, units), REDUCED)
    if study not in models:
        raise ValueError(
            f"no model {study!r}; there are {', '.join((pooled.study.id, *models))}"
        )
    return models[study]
