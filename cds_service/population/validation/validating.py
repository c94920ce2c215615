"""Measures how well the models fit a site's own patients.

The figures are those that the service would have given: the same findings, reduced
models and held values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.core.months import months_after
from cds_service.core.site_values.policy import Policy
from cds_service.population.outcomes.follow_up import Incidence, incidence_of
from cds_service.population.outcomes.outcomes_file import (
    GROUPING,
    REFRACTURE,
    OutcomesFile,
    first_faults,
)
from cds_service.population.validation import performance
from cds_service.population.validation.assessed import (
    Assessed,
    assessed,
    horizon_in_words,
    months_of,
    other_months,
    weights_of,
    why_another_time,
)
from cds_service.population.validation.hospitals import (
    AcrossHospitals,
    across_hospitals,
)
from cds_service.population.validation.local_models import LocalModel
from cds_service.population.validation.verdict import Sentences, judge

OLD = 75  # years; policy
HOSPITAL = "hospital"
QUARTER = "quarter "  # begins the name of a group that is a quarter
SMALLEST_CELL = 5  # patients; smaller groups are left out, they could be recognised
NO_MONTHS = "the file does not say within how many months"
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
    months = {months_of(row, model) for row in rows}
    return ModelValidation(
        model=model,
        overall=overall,
        verdict=judge(overall, len(file.patients) - len(rows)),
        incidence=_incidence(file, model),
        another_time=why_another_time(rows, model),
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
    months = {months_of(row, model) for row in rows}
    counted = horizon_in_words(model)
    notes = []
    if others := ", ".join(map(str, other_months(model, months))):
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
