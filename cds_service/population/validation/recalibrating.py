"""Recalibrates the models on a site's own patients, as far as these suffice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from cds_service.core.site_values.policy import Policy
from cds_service.core.site_values.recalibration import Recalibration, SetShift
from cds_service.errors import CdsError
from cds_service.population.outcomes.outcomes_file import OutcomesFile
from cds_service.population.validation import performance
from cds_service.population.validation.assessed import (
    Assessed,
    assessed,
    months_of,
    weights_of,
    why_another_time,
)
from cds_service.population.validation.local_models import LocalModel
from cds_service.population.validation.site_file import rows_of

# The widest range in which the share with the outcome may lie, from none to all of the
# patients whose outcome is unknown. If it were wider, a refit would learn who was
# followed up, not who fractures. Policy.
WIDEST_BOUNDS = 0.15
NO_SLOPE = "no slope can be fitted: its figures are all alike, or separate the outcomes"
NO_RANKING = (
    "its figures do not rank these patients: the slope's interval reaches 0 or below"
)
REFITTED = (
    "# Written by kyphoplasty-cds validate --refit."
    " Log odds here = intercept + slope x log odds of the study."
)


def refit(
    file: OutcomesFile, models: Iterable[LocalModel], policy: Policy, today: date
) -> tuple[Mapping[str, Recalibration], tuple[str, ...]]:
    """Fit a recalibration of each model that these patients suffice for.

    Return them by model, and why the others have none.

    The patients are those whose figure would be shown. The intercept is fitted with at
    least 20 patients with and 20 without the outcome. The slope is fitted too with at
    least 100 of each (Collins 2016, doi 10.1002/sim.6787), or if its interval excludes
    1: the intercept alone would then leave figures that are wrong at both ends. That is
    policy; Vergouwe 2017, doi 10.1002/sim.7179, chooses by a likelihood ratio test.

    Raises:
        CdsError: no model can be refitted, a row with an outcome is not confirmed, or
            an id is in several rows.
    """
    _refuse_unready(file)
    recalibrations, why = {}, []
    for model in models:
        rows = [row for row in assessed(file, model, policy) if row.figure.is_shown]
        fitted = (
            why_another_time(rows, model)
            or _too_many_unknown(file, model)
            or _fit_recalibration(rows)
        )
        if isinstance(fitted, str):
            why.append(f"{model.id}: {fitted}")
            continue
        days = [row.patient.day for row in rows if row.patient.day]
        recalibrations[model.id] = Recalibration(
            method="intercept" if fitted.slope == 1 else "intercept-and-slope",
            intercept=fitted.intercept,
            slope=fitted.slope,
            covariance=fitted.covariance,
            n=len(rows),
            events=sum(row.has_outcome for row in rows),
            months=months_of(rows[0], model),
            first=min(days, default=None),
            last=max(days, default=None),
            study_version=model.version,
            table_digest=model.table_digest,
            outcomes_digest=file.digest,
            fitted=today,
            sets=_fit_sets(rows, fitted) if model.has_sets else (),
        )
    if not recalibrations:
        raise CdsError("no model can be recalibrated: " + "; ".join(why))
    return recalibrations, tuple(why)


def _refuse_unready(file: OutcomesFile) -> None:
    """Refuse a file in which a person has something to answer or to confirm.

    Raises:
        CdsError: there is a question, an id in several rows, or an outcome that is not
            confirmed.
    """
    if file.question:
        raise CdsError(f"no recalibration before this is answered: {file.question}")
    if file.repeated:
        raise CdsError(
            f"{file.repeated} ids are in more than one row, and a recalibration"
            " counts each patient once: keep one"
        )
    open_rows = [
        patient.row
        for patient in file.patients
        if patient.outcomes and patient.confirmed is False
    ]
    if open_rows:
        raise CdsError(
            f"{len(open_rows)} rows with an outcome are not confirmed (the first is row"
            f" {open_rows[0]}): a person looks at each and writes yes in the column"
            " confirmed"
        )


def _too_many_unknown(file: OutcomesFile, model: LocalModel) -> str:
    """Return why the unknown outcomes hold a refit back; empty if they do not."""
    known = [
        patient.outcomes[model.outcome]
        for patient in file.patients
        if model.outcome in patient.outcomes
    ]
    unknown = len(file.patients) - len(known)
    low, width = sum(known) / len(file.patients), unknown / len(file.patients)
    if width <= WIDEST_BOUNDS:
        return ""
    between = f"{low:.0%} and {low + width:.0%}".replace("%", " %")
    return (
        f"{unknown} of {len(file.patients)} outcomes are not known: the share with the"
        f" outcome lies anywhere between {between}"
    )


def _fit_recalibration(rows: Sequence[Assessed]) -> performance.LogisticFit | str:
    """Fit the intercept, or intercept and slope, to the study's log odds.

    Return the reason if neither can be fitted.
    """
    outcome = np.array([row.has_outcome for row in rows], dtype=np.float64)
    own, weight = np.array([row.figure.own for row in rows]), weights_of(rows)
    events = int(outcome.sum())
    scarce = min(events, len(rows) - events)
    if scarce < performance.FEWEST:
        return (
            f"{performance.TOO_FEW} among those whose figure would be shown"
            f" ({events} of {len(rows)})"
        )
    both = performance.fit_logistic(outcome, own, weight)
    if both is None:
        return NO_SLOPE
    low, high = both.slope_estimate.interval
    if low <= 0:
        return NO_RANKING
    if scarce >= performance.ENOUGH or not low <= 1 <= high:
        return both
    intercept, error = performance.fit_intercept(outcome, own, weight)
    return performance.LogisticFit(intercept, 1.0, ((error**2, 0.0), (0.0, 0.0)))


class _SetFit(NamedTuple):
    """The shift of one set of known inputs, before it is shrunk."""

    inputs: tuple[str, ...]
    shift: float
    variance: float
    n: int
    events: int


def _fit_sets(
    rows: Sequence[Assessed], fitted: performance.LogisticFit
) -> tuple[SetShift, ...]:
    """Estimate by how much each set of known inputs differs from the common line.

    Patients who were measured differ from those who were not, so figures from T-score
    and BMI may be right although those from the T-score alone are not. Sets with 20
    patients with and 20 without the outcome count. Each shift is shrunk by tau² / (tau²
    + its variance), where tau² says how much sets differ (moments of DerSimonian and
    Laird around the line). There are no shifts if sets differ by chance alone, or if
    only one set counts.
    """
    fits = []
    for inputs in sorted({tuple(sorted(row.figure.inputs)) for row in rows}):
        members = [row for row in rows if row.figure.inputs == {*inputs}]
        outcome = np.array([row.has_outcome for row in members], dtype=np.float64)
        events = int(outcome.sum())
        if min(events, len(members) - events) < performance.FEWEST:
            continue
        own = np.array([row.figure.own for row in members])
        line = fitted.intercept + fitted.slope * own
        shift, error = performance.fit_intercept(outcome, line, weights_of(members))
        fits.append(_SetFit(inputs, shift, error**2, len(members), events))
    if len(fits) < 2:
        return ()
    shifts = np.array([fit.shift for fit in fits])
    precision = 1 / np.array([fit.variance for fit in fits])
    excess = float(precision @ shifts**2) - len(fits)
    between = max(0.0, excess / float(precision.sum()))
    if not between:
        return ()
    return tuple(
        SetShift(
            inputs=fit.inputs,
            shift=fit.shift * between / (between + fit.variance),
            variance=between * fit.variance / (between + fit.variance),
            n=fit.n,
            events=fit.events,
        )
        for fit in fits
    )


def recalibration_toml(recalibrations: Mapping[str, Recalibration]) -> str:
    """Write the site folder's file: numbers, dates, and words without quotes."""
    lines = [REFITTED]
    for name, recalibration in recalibrations.items():
        lines += ["", f"[{name}]"]
        table = recalibration.model_dump(by_alias=True, exclude_none=True)
        sets = table.pop("sets")
        lines += rows_of(table)
        for shift in sets:
            lines += ["", f"[[{name}.sets]]", *rows_of(shift)]
    return "\n".join(lines) + "\n"
