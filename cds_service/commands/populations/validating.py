"""`kyphoplasty-cds validate`: the models in force on local outcomes.

It prints a table or JSON, or writes a page. It also recalibrates the models, plans a
validation before outcomes are counted, and pools results that hospitals share.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from rich.text import Text

from cds_service.call import Service
from cds_service.commands import options
from cds_service.commands.terminal import OpenConsole, table
from cds_service.errors import CdsError
from cds_service.loading import OBSERVED_EXPECTED, RECALIBRATION, load_service
from cds_service.population.outcomes.outcomes_file import (
    OutcomesFile,
    first_faults,
    read_outcomes,
)

if TYPE_CHECKING:
    from cds_service.population.validation.hospitals import AcrossHospitals
    from cds_service.population.validation.planning import Plan
    from cds_service.population.validation.sharing import Combined
    from cds_service.population.validation.validating import ModelValidation

HEADINGS = ("patients", "n", "events", "O/E", "intercept", "slope", "AUC", "Brier")
LACKING = "{name} is missing: in the checkout, .venv/bin/pip install -e '.[population]'"
USE = (
    "one OUTCOMES.csv; with --combine the files that hospitals shared; with --plan none"
)


@click.command("validate")
@click.argument("files", metavar="OUTCOMES.csv", type=options.OLD_FILE, nargs=-1)
@options.AS_JSON
@click.option(
    "--report", type=options.NEW_FILE, metavar="F.html", help="write a page with plots"
)
@click.option(
    "--refit",
    "refit_to",
    type=options.NEW_PATH,
    metavar="F",
    help="write a recalibration for the site folder",
)
@click.option(
    "--quarters",
    "quarters_to",
    type=options.NEW_PATH,
    metavar="F",
    help="write observed / expected by quarter for the site folder",
)
@click.option(
    "--share",
    "share_to",
    type=options.NEW_FILE,
    metavar="F.json",
    help="write what may leave the hospital: sums, no rows",
)
@click.option(
    "--combine",
    "job",
    flag_value="combine",
    help="pool the --share files of several hospitals",
)
@click.option(
    "--plan",
    "job",
    flag_value="plan",
    help="say how many patients a validation here needs",
)
@options.check_text
def validate_models(
    *,
    files: tuple[Path, ...],
    as_json: bool,
    job: str | None,
    **to: Path | None,
) -> None:
    """Measure the models in force on local outcomes.

    docs/validate.md has the columns.
    """
    is_right = len(files) == 1 if job is None else bool(files) == (job == "combine")
    if not is_right:
        raise click.UsageError(USE)
    # Each of these loads libraries of the extra `population`.
    try:
        if job == "plan":
            _plan(as_json=as_json)
        elif job == "combine":
            _combine(files, as_json=as_json)
        else:
            _validate(files[0], OutputFiles(**to), as_json=as_json)
    except ModuleNotFoundError as error:
        raise CdsError(LACKING.format(name=error.name)) from error


class OutputFiles(NamedTuple):
    """The files to write; None for those that are not asked for."""

    report: Path | None
    refit_to: Path | None
    quarters_to: Path | None
    share_to: Path | None


def _validate(outcomes: Path, to: OutputFiles, *, as_json: bool) -> None:
    from cds_service.population.validation.local_models import (  # noqa: PLC0415
        local_models,
    )
    from cds_service.population.validation.validating import (  # noqa: PLC0415
        validate,
        validation_json,
    )

    service = load_service(options.chosen_site()[0])
    now = datetime.now(UTC)
    file = read_outcomes(outcomes, service.finding_specs, service.calendar.day_of(now))
    for fault in first_faults(file.faults):
        click.echo(fault, err=True)
    validations = validate(file, local_models(service), service.policy)
    if as_json:
        options.print_json(validation_json(validations))
    else:
        _print_validation(validations)
    if to.report is not None:
        # Loads altair.
        from cds_service.population.validation.report import (  # noqa: PLC0415
            validation_page,
        )

        to.report.write_text(validation_page(validations, file, now), encoding="utf-8")
        click.echo(f"report: {to.report}", err=True)
    if to.share_to is not None:
        _share(validations, to.share_to)
    if to.quarters_to is not None:
        _write_quarters(validations, file, service.calendar.day_of(now), to.quarters_to)
    if to.refit_to is not None:
        _refit(file, service, to.refit_to, now)


def _write_quarters(
    validations: "Sequence[ModelValidation]", file: OutcomesFile, today: date, to: Path
) -> None:
    from cds_service.population.validation.quarters import (  # noqa: PLC0415
        observed_expected,
        observed_expected_toml,
    )

    path = to / OBSERVED_EXPECTED if to.is_dir() else to
    measured, why = observed_expected(validations, file, today)
    path.write_text(observed_expected_toml(measured), encoding="utf-8")
    for line in why:
        click.echo(f"no quarters: {line}", err=True)
    click.echo(
        f"quarters: {path}; the committee sees it as {OBSERVED_EXPECTED} of the site"
        " folder",
        err=True,
    )


def _refit(file: OutcomesFile, service: Service, refit_to: Path, now: datetime) -> None:
    from cds_service.population.validation.local_models import (  # noqa: PLC0415
        local_models,
    )
    from cds_service.population.validation.recalibrating import (  # noqa: PLC0415
        recalibration_toml,
        refit,
    )

    path = refit_to / RECALIBRATION if refit_to.is_dir() else refit_to
    today = service.calendar.day_of(now)
    recalibrations, why = refit(file, local_models(service), service.policy, today)
    path.write_text(recalibration_toml(recalibrations), encoding="utf-8")
    for name, recalibration in recalibrations.items():
        summary = (
            f"{name}: {recalibration.method} on {recalibration.n} patients,"
            f" {recalibration.events} with the outcome"
        )
        line = f"{recalibration.intercept:+.2f} + {recalibration.slope:.2f} x log odds"
        click.echo(f"{summary}: {line}", err=True)
    for line in why:
        click.echo(f"not recalibrated: {line}", err=True)
    click.echo(
        f"recalibration: {path}; it is in force as {RECALIBRATION} of the site folder",
        err=True,
    )


def _share(validations: "Sequence[ModelValidation]", path: Path) -> None:
    from cds_service.population.validation.sharing import shared_file  # noqa: PLC0415

    shared = shared_file(validations)
    path.write_text(
        shared.model_dump_json(by_alias=True, indent=2) + "\n", encoding="utf-8"
    )
    for name, why in shared.withheld.items():
        click.echo(f"not shared: {name}: {why}", err=True)
    click.echo(f"shared: {path}; read it before it leaves the house", err=True)


def _combine(files: Sequence[Path], *, as_json: bool) -> None:
    from cds_service.population.validation.sharing import (  # noqa: PLC0415
        combine,
        combined_json,
        read_shared,
    )

    combined = combine([read_shared(path) for path in files])
    if as_json:
        options.print_json(combined_json(combined))
    else:
        _print_combined(combined)


def _plan(*, as_json: bool) -> None:
    from cds_service.population.validation.planning import (  # noqa: PLC0415
        plan_validation,
    )

    service = load_service(options.chosen_site()[0])
    baseline = service.pooled.baseline_of(service.policy.baseline.refracture)
    plan = plan_validation(service.pooled, baseline.incidence)
    if as_json:
        document = {
            "incidence": plan.incidence,
            "auc": plan.auc,
            "needs": [need._asdict() for need in plan.needs],
            "rough": [need._asdict() for need in plan.rough],
        }
        options.print_json(document)
    else:
        _print_plan(plan, of_site=baseline.source == "site")


def _print_validation(validations: "Sequence[ModelValidation]") -> None:
    """Print the verdict, a table for each model, then what the data cannot carry."""
    console = OpenConsole(highlight=False)
    for validation in validations:
        model = validation.model
        console.print(Text(f"{model.id}: {validation.verdict}"))
        rows = []
        for name, group in {"all": validation.overall, **validation.groups}.items():
            estimates = (
                group.observed_expected,
                group.calibration_intercept,
                group.calibration_slope,
                group.auc,
            )
            brier = "" if group.brier is None else f"{group.brier:.3f}"
            rows.append(
                (
                    name,
                    str(group.n),
                    str(group.events),
                    *(str(estimate or "–") for estimate in estimates),
                    brier,
                )
            )
        console.print(
            table(f"{model.id} {model.version}: {model.event}", HEADINGS, rows)
        )
        if validation.hospitals:
            _print_hospitals(console, model.id, validation.hospitals)
        for note in validation.notes:
            console.print(Text(f"- {note}"))
        console.print()


def _print_combined(combined: "Mapping[str, Combined]") -> None:
    """Print the pooled results of each model."""
    console = OpenConsole(highlight=False)
    for name, model in combined.items():
        counts = (
            f"{model.hospitals} hospitals, {model.n} patients, {model.events} with the"
            " outcome"
        )
        console.print(Text(f"{name}: {counts}, {model.expected:.0f} expected"))
        if len(model.months) > 1:
            months = ", ".join(map(str, model.months))
            console.print(
                Text(
                    f"- hospitals counted outcomes within {months} months: they differ"
                    " for that alone"
                )
            )
        if model.across:
            _print_hospitals(console, name, model.across)
        else:
            console.print(Text("- fewer than three hospitals carry any measure"))


def _print_hospitals(
    console: OpenConsole, name: str, pooled: "AcrossHospitals"
) -> None:
    from cds_service.population.validation.hospitals import MEASURES  # noqa: PLC0415

    headings = ("measure", "hospitals", "mean", "the next hospital", "SD between them")
    rows = [
        (
            MEASURES[measure],
            str(result.hospitals),
            f"{result.mean:.2f} ({result.interval[0]:.2f} to {result.interval[1]:.2f})",
            f"{result.next_hospital[0]:.2f} to {result.next_hospital[1]:.2f}",
            f"{result.tau:.2f}",
        )
        for measure, result in pooled.pooled.items()
    ]
    console.print(table(f"{name} across hospitals", headings, rows))


def _print_plan(plan: "Plan", *, of_site: bool) -> None:
    """Print how many patients each measure needs."""
    console = OpenConsole(highlight=False)
    whose = "this site's" if of_site else "the pooled"
    share = f"{plan.incidence:.0%}".replace("%", " %")
    console.print(
        Text(
            f"At {whose} incidence of {share}, if the model is right (AUC"
            f" {plan.auc:.2f}):"
        )
    )
    rows = [
        (need.measure, str(need.patients), str(need.events), str(rough.patients))
        for need, rough in zip(plan.needs, plan.rough, strict=True)
    ]
    headings = (
        "measure",
        "patients",
        "with the outcome",
        "for intervals twice as wide",
    )
    console.print(table("patients with a known outcome", headings, rows))
    console.print(Text(f"{plan.patients} patients serve every measure (Riley 2021)."))
