"""Measures how well the models fit a site's own patients, and recalibrates them.

The figures are those that the service would have given: the same findings, reduced
models and held values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from cds_service.core.months import months_after
from cds_service.core.observed_expected import ObservedExpected, Quarter
from cds_service.core.policy import Policy
from cds_service.core.recalibration import Recalibration, SetShift
from cds_service.errors import CdsError
from cds_service.population import performance
from cds_service.population.follow_up import Incidence, censoring_weights, incidence_of
from cds_service.population.hospitals import AcrossHospitals, across_hospitals
from cds_service.population.local_models import LocalFigure, LocalModel
from cds_service.population.outcomes_file import (
    GROUPING,
    LocalPatient,
    OutcomesFile,
    first_faults,
)
from cds_service.population.verdict import Sentences, judge

OLD = 75  # years; policy
REFRACTURE, HOSPITAL = "refracture", "hospital"
QUARTER = "quarter "  # begins the name of a group that is a quarter
SMALLEST_CELL = 5  # patients; smaller groups are left out, they could be recognised
# The widest range in which the share with the outcome may lie, from none to all of the
# patients whose outcome is unknown. If it were wider, a refit would learn who was
# followed up, not who fractures. Policy.
WIDEST_BOUNDS = 0.15
NO_MONTHS = "the file does not say within how many months"
NOT_EVERY_ROW = (
    "the file does not say of every row within how many months the outcome was counted"
)
FITTED_ON_THESE = (
    "the figures were recalibrated on this very file: this measures the fit, and"
    " validates nothing"
)
FITTED_ELSEWHERE = (
    "the figures are recalibrated; on the patients that they were fitted to they look"
    " too good"
)
PER_SCANNER = (
    "a measure that depends on the scanner is no input without the site's reference"
)
NO_SLOPE = "no slope can be fitted: its figures are all alike, or separate the outcomes"
NO_RANKING = (
    "its figures do not rank these patients: the slope's interval reaches 0 or below"
)
REFITTED = (
    "# Written by kyphoplasty-cds validate --refit."
    " Log odds here = intercept + slope x log odds of the study."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A local patient with an outcome and what the model says.

    Attributes:
        weight: how many patients this one represents; more than 1 after losses.
    """

    patient: LocalPatient
    figure: LocalFigure
    has_outcome: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelValidation:
    """One model on all patients with its outcome, and on groups of them.

    Attributes:
        verdict: three sentences for readers who read no further.
        incidence: share with the outcome, with death and loss accounted for; None for
            an outcome that is assessed at one point in time.
        another_time: why these outcomes are not those that the model predicts; empty if
            they are.
        months: over which the outcomes were counted; None if the file does not say, or
            names several periods.
        missing: share of the patients without this input, by finding.
        hospitals: how the model performs across hospitals; None for fewer than three.
        groups: by name, in the order of the report; groups that are too small are left
            out and named in `notes`.
    """

    model: LocalModel
    overall: performance.Performance
    verdict: Sentences
    incidence: Incidence | None
    another_time: str
    months: int | None
    missing: Mapping[str, float]
    hospitals: AcrossHospitals | None
    groups: Mapping[str, performance.Performance]
    notes: tuple[str, ...]

    @property
    def quarters(self) -> Mapping[str, performance.Performance]:
        """Return the groups by quarter that carry observed / expected."""
        return {
            name.removeprefix(QUARTER): group
            for name, group in self.groups.items()
            if name.startswith(QUARTER) and group.observed_expected
        }


def validate(
    file: OutcomesFile, models: Iterable[LocalModel], policy: Policy
) -> tuple[ModelValidation, ...]:
    """Validate every model whose outcome the file has, at the baseline in force."""
    return tuple(
        _validation(file, model, rows, policy)
        for model in models
        if (rows := assessed(file, model, policy))
    )


def assessed(
    file: OutcomesFile, model: LocalModel, policy: Policy
) -> tuple[Assessed, ...]:
    """List the patients whose outcome is known, each with the figure of this model."""
    weights = _weights(file, model)
    return tuple(
        Assessed(
            patient=patient,
            figure=model.figure_of(patient.findings, policy),
            has_outcome=patient.outcomes[model.outcome],
            weight=weights.get(patient.row, 1.0),
        )
        for patient in file.patients
        if model.outcome in patient.outcomes
    )


def _weights(file: OutcomesFile, model: LocalModel) -> Mapping[int, float]:
    """Return the weight of each row; none for an outcome without follow-up."""
    if model.outcome != REFRACTURE:
        return {}
    followed = [
        (patient.row, patient.follow_up)
        for patient in file.patients
        if patient.follow_up
    ]
    weights = censoring_weights([follow_up for _, follow_up in followed])
    return dict(zip((row for row, _ in followed), weights.tolist(), strict=True))


def _incidence(file: OutcomesFile, model: LocalModel) -> Incidence | None:
    if model.outcome != REFRACTURE:
        return None
    return incidence_of(
        [patient.follow_up for patient in file.patients if patient.follow_up]
    )


def _validation(
    file: OutcomesFile, model: LocalModel, rows: tuple[Assessed, ...], policy: Policy
) -> ModelValidation:
    overall = _measure(rows)
    groups = {}
    quarters, notes = _quarters(file, model, rows)
    for name, members in (*_groups(rows), *quarters):
        if 0 < len(members) < SMALLEST_CELL:
            notes.append(
                f"{name}: {len(members)} patients, fewer than {SMALLEST_CELL}; left out"
            )
        elif members and len(members) < len(rows):
            groups[name] = _measure(members)
    missing = {
        name: sum(name not in row.figure.inputs for row in rows) / len(rows)
        for name in model.input_names
    }
    hospitals = {
        name: _measure(members) for name, members in _of_column(rows, HOSPITAL)
    }
    months = {_months(row, model) for row in rows}
    return ModelValidation(
        model=model,
        overall=overall,
        verdict=judge(overall, len(file.patients) - len(rows)),
        incidence=_incidence(file, model),
        another_time=_another_time(rows, model),
        months=months.pop() if len(months) == 1 else None,
        missing=missing,
        hospitals=across_hospitals(hospitals),
        groups=groups,
        notes=(
            *overall.notes,
            *_horizon_notes(model, rows),
            *_follow_up_notes(file, model),
            *_unknown_notes(file, model, rows, overall, policy),
            *_row_notes(file, rows),
            *notes,
        ),
    )


def _groups(rows: Sequence[Assessed]) -> Iterator[tuple[str, Sequence[Assessed]]]:
    """Yield groups of patients by name: ours, then those of the file's columns."""
    for name, belongs in GROUPS.items():
        yield name, [row for row in rows if belongs(row)]
    for column in GROUPING:
        for value, members in _of_column(rows, column):
            yield f"{column} {value}", members


def _quarters(
    file: OutcomesFile, model: LocalModel, rows: Sequence[Assessed]
) -> tuple[list[tuple[str, Sequence[Assessed]]], list[str]]:
    """Group by the quarter of the procedure; say why quarters are left out.

    If the time of a quarter is not over, its events are known, but not who stays free
    of them: its rate would look far too high. The day of the newest procedure is
    taken as the day on which the file ends.
    """
    newest = max(
        (patient.day for patient in file.patients if patient.day), default=None
    )
    by_quarter: dict[date, list[Assessed]] = {}
    for row in rows:
        if day := row.patient.day:
            first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
            by_quarter.setdefault(first, []).append(row)
    if newest is None or len(by_quarter) < 2:
        return [], []
    quarters: list[tuple[str, Sequence[Assessed]]] = []
    notes: list[str] = []
    for first, members in sorted(by_quarter.items()):
        name = f"{QUARTER}{first.year} Q{(first.month + 2) // 3}"
        months = max(row.patient.months.get(model.outcome, 0) for row in members)
        needed = 3 + (months or model.horizon[1])
        if months_after(first, needed) <= newest:
            quarters.append((name, members))
        else:
            notes.append(f"{name}: its time may not be over; left out")
    return quarters, notes


def _of_column(
    rows: Sequence[Assessed], column: str
) -> Iterator[tuple[str, Sequence[Assessed]]]:
    values = sorted(
        {row.patient.groups[column] for row in rows if column in row.patient.groups}
    )
    for value in values:
        yield value, [row for row in rows if row.patient.groups.get(column) == value]


def _measure(rows: Sequence[Assessed]) -> performance.Performance:
    outcomes = [row.has_outcome for row in rows]
    return performance.measure(
        outcomes, [row.figure.risk for row in rows], weights_of(rows)
    )


def weights_of(rows: Sequence[Assessed]) -> performance.Vector | None:
    """Return the weights of these rows; None if each represents itself."""
    weights = np.array([row.weight for row in rows])
    return None if np.all(weights == 1) else weights


def _age(row: Assessed) -> float | None:
    return row.patient.findings.number("age")


def _has(name: str, value: str) -> Callable[[Assessed], bool]:
    """Make a test: is this the value of the patient's finding?"""

    def is_so(row: Assessed) -> bool:
        finding = row.patient.findings.known.get(name)
        return finding is not None and finding.value == value

    return is_so


GROUPS: Mapping[str, Callable[[Assessed], bool]] = {
    "figure shown": lambda row: row.figure.is_shown,
    "no figure shown": lambda row: not row.figure.is_shown,
    "all inputs known": lambda row: row.figure.is_complete,
    "some inputs missing": lambda row: not row.figure.is_complete,
    "inside the study's criteria": lambda row: not row.figure.is_outside,
    "outside the study's criteria": lambda row: row.figure.is_outside,
    "women": _has("sex", "female"),
    "men": _has("sex", "male"),
    f"under {OLD}": lambda row: (age := _age(row)) is not None and age < OLD,
    f"{OLD} and older": lambda row: (age := _age(row)) is not None and age >= OLD,
    "kyphoplasty": _has("procedure", "PKP"),
    "vertebroplasty": _has("procedure", "PVP"),
}


def _horizon_notes(model: LocalModel, rows: Sequence[Assessed]) -> list[str]:
    """Note outcomes that were counted within another time than the model predicts."""
    months = {_months(row, model) for row in rows}
    counted = _counted(model)
    notes = []
    if others := ", ".join(map(str, _other_months(model, months))):
        notes.append(
            f"outcomes within {others} months, where {counted}: O/E and intercept mix"
            " both"
        )
    if None in months:
        notes.append(f"{NO_MONTHS} outcomes were counted; {counted}")
    return notes


def _follow_up_notes(file: OutcomesFile, model: LocalModel) -> list[str]:
    """Note how patients who died or were lost were counted."""
    if model.outcome != REFRACTURE:
        return []
    ends = [patient.follow_up.end for patient in file.patients if patient.follow_up]
    notes = []
    if died := ends.count("death"):
        notes.append(
            f"{died} patients died without the outcome and count as without it"
        )
    if lost := ends.count("loss"):
        notes.append(
            f"{lost} patients were lost before the time was over; those who were seen"
            " longer represent them (inverse probability of censoring weights)"
        )
    return notes


def _unknown_notes(
    file: OutcomesFile,
    model: LocalModel,
    rows: Iterable[Assessed],
    known: performance.Performance,
    policy: Policy,
) -> list[str]:
    """Bound observed / expected, whatever the unknown outcomes are.

    The patients with an unknown outcome are not a random sample: whoever died or was
    not seen for long enough has an outcome only if it came before.
    """
    unknown = [
        patient for patient in file.patients if model.outcome not in patient.outcomes
    ]
    if not unknown:
        return []
    risks = [row.figure.risk for row in rows]
    risks += (model.figure_of(patient.findings, policy).risk for patient in unknown)
    expected = sum(risks)
    low, high = known.events / expected, (known.events + len(unknown)) / expected
    left_out = f"{len(unknown)} of {len(file.patients)} patients have no known outcome"
    between = f"between {low:.2f} (none had it) and {high:.2f} (all did)"
    return [f"{left_out}; with them observed / expected lies {between}"]


def _months(row: Assessed, model: LocalModel) -> int | None:
    return row.patient.months.get(model.outcome)


def _counted(model: LocalModel) -> str:
    """Return the model's horizon in words."""
    shortest, longest = model.horizon
    if shortest == longest:
        return f"the study counts {shortest}"
    return f"the model takes {shortest} to {longest}"


def _other_months(model: LocalModel, months: Iterable[int | None]) -> list[int]:
    """List the months that lie outside the model's horizon, in order."""
    shortest, longest = model.horizon
    return sorted(
        number
        for number in months
        if number is not None and not shortest <= number <= longest
    )


def _row_notes(file: OutcomesFile, rows: Sequence[Assessed]) -> list[str]:
    notes = list(first_faults(file.faults))
    if hidden := sum(not row.figure.is_shown for row in rows):
        notes.append(
            f"{hidden} of {len(rows)} patients would be shown no figure of this model;"
            " they count in n"
        )
    if file.repeated:
        notes.append(
            f"{file.repeated} ids are in more than one row: their outcomes are not"
            " independent"
        )
    fitted = rows[0].figure.recalibration
    if fitted is not None and fitted.outcomes_digest == file.digest:
        notes.append(FITTED_ON_THESE)
    elif fitted is not None:
        notes.append(FITTED_ELSEWHERE)
    if any(row.figure.has_unusable for row in rows):
        notes.append(PER_SCANNER)
    return notes


# --- recalibration


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
    recalibrations, why = {}, []
    for model in models:
        rows = [row for row in assessed(file, model, policy) if row.figure.is_shown]
        fitted = (
            _another_time(rows, model)
            or _too_many_unknown(file, model)
            or fit_recalibration(rows)
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
            months=_months(rows[0], model),
            first=min(days, default=None),
            last=max(days, default=None),
            study_version=model.version,
            table_digest=model.table_digest,
            outcomes_digest=file.digest,
            fitted=today,
            sets=fit_sets(rows, fitted) if model.has_sets else (),
        )
    if not recalibrations:
        raise CdsError("no model can be recalibrated: " + "; ".join(why))
    return recalibrations, tuple(why)


def _another_time(rows: Sequence[Assessed], model: LocalModel) -> str:
    """Return why these outcomes are not what the model predicts; empty if they are."""
    months = {_months(row, model) for row in rows}
    if other := _other_months(model, months):
        return f"outcomes within {other[0]} months, {_counted(model)}"
    if len(months - {None}) > 1:
        return "outcomes of several times in one file: their intercept would mix them"
    return NOT_EVERY_ROW if None in months else ""


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


def fit_recalibration(rows: Sequence[Assessed]) -> performance.LogisticFit | str:
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


def fit_sets(
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
        lines += _rows_of(table)
        for shift in sets:
            lines += ["", f"[[{name}.sets]]", *_rows_of(shift)]
    return "\n".join(lines) + "\n"


# --- observed / expected by quarter


def observed_expected(
    validations: Sequence[ModelValidation], file: OutcomesFile, today: date
) -> tuple[Mapping[str, ObservedExpected], tuple[str, ...]]:
    """Return the quarters of each model, and why others have none.

    Raises:
        CdsError: no model has a quarter.
    """
    measured, why = {}, []
    for validation in validations:
        quarters = tuple(
            Quarter(
                quarter=name,
                n=group.n,
                events=group.events,
                expected=group.expected,
                ratio=group.observed_expected.value,
                interval=group.observed_expected.interval,
            )
            for name, group in validation.quarters.items()
            if group.observed_expected
            and min(group.events, group.n - group.events) >= SMALLEST_CELL
        )
        if quarters:
            measured[validation.model.id] = ObservedExpected(
                version=validation.model.version,
                measured=today,
                outcomes_digest=file.digest,
                quarters=quarters,
            )
        else:
            why.append(
                f"{validation.model.id}: no quarter whose time is over has"
                f" {SMALLEST_CELL} patients with and without the outcome"
            )
    if not measured:
        raise CdsError("; ".join(why) or "the file has no outcomes")
    return measured, tuple(why)


def observed_expected_toml(measured: Mapping[str, ObservedExpected]) -> str:
    """Return the file for the site folder."""
    lines = ["# Written by kyphoplasty-cds validate --quarters."]
    for name, model in measured.items():
        table = model.model_dump(by_alias=True)
        quarters = table.pop("quarters")
        lines += ["", f"[{name}]", *_rows_of(table)]
        for quarter in quarters:
            lines += ["", f"[[{name}.quarters]]", *_rows_of(quarter)]
    return "\n".join(lines) + "\n"


def _rows_of(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in table.items()]


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


# --- JSON


def validation_json(validations: Sequence[ModelValidation]) -> dict[str, Any]:
    """Return the JSON of `validate --json`."""
    return {
        "models": {
            validation.model.id: _model_json(validation) for validation in validations
        }
    }


def _model_json(validation: ModelValidation) -> dict[str, Any]:
    curves = {"calibration_curve", "decision_curve"}
    return {
        "version": validation.model.version,
        "outcome": validation.model.outcome,
        "horizonMonths": validation.model.horizon_months,
        **validation.overall.model_dump(by_alias=True),
        "verdict": {
            "word": validation.verdict.verdict,
            "text": str(validation.verdict),
        },
        "incidence": validation.incidence._asdict() if validation.incidence else None,
        "hospitals": validation.hospitals.to_json() if validation.hospitals else None,
        "missing": dict(validation.missing),
        "groups": {
            name: group.model_dump(by_alias=True, exclude=curves)
            for name, group in validation.groups.items()
        },
        "notes": list(validation.notes),
    }
