"""A recalibration by which inputs were known: found where it is true, shrunken, and never of the pooled model."""

import json

import numpy as np
import pytest

from cds_service.core.site_values.recalibration import Recalibration
from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import open_service
from tests.population_builders import validate, write_csv

S, P = "sarcopenia-pvm-2022", "pooled-2026"
MODEL = open_service().models[S]
BARE, FULLER = frozenset({"bmd-t-score"}), frozenset({"bmd-t-score", "tl-junction"})
COMMON = {"procedure": "PKP", "months-refracture": 12, "age": 78, "sex": "female"}


def patients(path, shifts, *, each, seed=11):
    """Patients whose true log odds are the study's, moved by their set of known inputs."""
    random, rows = np.random.default_rng(seed), []
    for known, shift in shifts.items():
        reduced = MODEL.reduced(known)
        for _ in range(each):
            values = {"bmd-t-score": round(random.normal(-2.5, 0.3), 2)}
            if "tl-junction" in known:
                values["tl-junction"] = int(random.random() < 0.6)
            own = reduced.intercept + reduced.coefficients @ [*values.values()]
            event = int(random.random() < 1 / (1 + np.exp(-(shift + own))))
            rows.append(
                {"id": len(rows), **COMMON, **values, "outcome-refracture": event}
            )
    return write_csv(path, rows)


@pytest.fixture
def refit(tmp_path):
    """The recalibrations in force after a refit to these patients."""

    def refitted(shifts, *, each=400):
        (tmp_path / "site.toml").write_text('[site]\nname = "T"\n', encoding="utf-8")
        result = validate(
            patients(tmp_path / "o.csv", shifts, each=each), "--refit", tmp_path
        )
        assert result.exit_code == 0, result.output
        return load_service(load_site(tmp_path)).policy.recalibration

    return refitted


def test_sets_that_differ_are_each_found_and_shrunken(refit):
    """Those with a level known fracture twice as often as said, the others half."""
    fitted = refit({BARE: -0.7, FULLER: 0.7})[S]
    found = {frozenset(one.inputs): one for one in fitted.sets}
    assert found.keys() == {BARE, FULLER}
    for known, truth in ((BARE, -0.7), (FULLER, 0.7)):
        own = fitted.for_inputs(known)
        middle = MODEL.reduced(known).intercept + float(
            MODEL.reduced(known).coefficients[0] * -2.5
        )
        error = own.variance_at(middle) ** 0.5
        assert abs(own.move(middle) - (middle + truth)) < 3 * error
        assert own.sets == (found[known],)


def test_sets_that_do_not_differ_are_moved_little(refit):
    """By chance alone a set of 400 is 0.12 or so off: of that little is left."""
    fitted = refit({BARE: -0.5, FULLER: -0.5})[S]
    assert all(abs(one.shift) < 0.1 for one in fitted.sets)


def test_a_set_of_few_events_keeps_the_line_of_all(refit):
    fitted = refit({BARE: -0.7, FULLER: 0.7}, each=60)[S]
    unseen = frozenset({"bmi", "bmd-t-score"})
    assert fitted.for_inputs(unseen).intercept == fitted.intercept
    assert fitted.for_inputs(unseen).sets == ()


def test_the_pooled_model_is_never_moved_by_what_is_known(refit):
    """A fact that raises its figure must not move a patient into a set that lowers it."""
    fitted = refit({BARE: -0.7, FULLER: 0.7})
    assert all(not one.sets for name, one in fitted.items() if name == P)


def test_a_figure_is_moved_by_its_set_and_says_so():
    table = {
        "method": "intercept",
        "intercept": 0.1,
        "slope": 1.0,
        "covariance": [[0.01, 0.0], [0.0, 0.0]],
        "n": 300,
        "events": 60,
        "study-version": "1",
        "table-digest": "-",
        "outcomes-digest": "-",
        "fitted": "2026-07-01",
        "sets": [
            {
                "inputs": ["bmd-t-score"],
                "shift": -0.4,
                "variance": 0.03,
                "n": 120,
                "events": 25,
            }
        ],
    }
    fitted = Recalibration.model_validate_json(json.dumps(table))
    bare = fitted.for_inputs(BARE)
    assert bare.move(0.0) == pytest.approx(-0.3)
    assert bare.variance_at(0.0) == pytest.approx(0.04)
    assert bare.sets[0].n == 120
    assert fitted.for_inputs(FULLER).move(0.0) == pytest.approx(0.1)
