"""`kyphoplasty-cds validate`: the models in force on local outcomes, as a table, JSON, a page, or a recalibration."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from cds_service.commands import options
from cds_service.commands.terminal import table
from cds_service.errors import CdsError
from cds_service.loading import RECALIBRATION, load_service
from cds_service.population.outcomes_file import read_outcomes, say_faults

if TYPE_CHECKING:
    from cds_service.population.validating import ModelValidation

HEADINGS = ("patients", "n", "events", "O/E", "intercept", "slope", "AUC", "Brier")


@click.command("validate")
@click.argument("outcomes", metavar="OUTCOMES.csv", type=options.OLD_FILE)
@options.AS_JSON
@click.option("--report", type=options.NEW_FILE, metavar="F.html", help="write a page with plots")
@click.option(
    "--refit",
    "refit_to",
    type=click.Path(path_type=Path),
    metavar="F",
    help="write a recalibration for the site folder",
)
@options.say_errors
def validate_models(*, outcomes: Path, as_json: bool, report: Path | None, refit_to: Path | None) -> None:
    """Measure the models in force on local outcomes (docs/validate.md has the columns)."""
    try:  # loads statsmodels
        from cds_service.population.local_models import local_models  # noqa: PLC0415
        from cds_service.population.validating import recalibration_toml, refit, validate, validation_json  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CdsError(f"{error.name} is missing: in the checkout, .venv/bin/pip install -e '.[population]'") from error
    service = load_service(options.chosen_site()[0])
    now = datetime.now(UTC)
    today = service.calendar.day_of(now)
    file = read_outcomes(outcomes, service.finding_specs, today)
    for fault in say_faults(file.faults):
        click.echo(fault, err=True)
    found = validate(file, local_models(service), service.policy)
    if as_json:
        options.print_json(validation_json(found))
    else:
        print_validation(found)
    if report is not None:
        from cds_service.population.report import validation_page  # noqa: PLC0415 - loads altair

        report.write_text(validation_page(found, file, now), encoding="utf-8")
        click.echo(f"report: {report}", err=True)
    if refit_to is not None:
        path = refit_to / RECALIBRATION if refit_to.is_dir() else refit_to
        recalibrations, why = refit(file, local_models(service), service.policy, today)
        path.write_text(recalibration_toml(recalibrations), encoding="utf-8")
        for name, one in recalibrations.items():
            said = f"{name}: {one.method} on {one.n} patients, {one.events} with the outcome"
            click.echo(f"{said}: {one.intercept:+.2f} + {one.slope:.2f} x log odds", err=True)
        for line in why:
            click.echo(f"not recalibrated: {line}", err=True)
        click.echo(f"recalibration: {path}; it is in force as {RECALIBRATION} of the site folder", err=True)


def print_validation(found: "tuple[ModelValidation, ...]") -> None:
    """A table for each model, then what the data cannot carry."""
    console = Console(highlight=False)
    for one in found:
        rows = []
        for name, group in {"all": one.overall, **one.groups}.items():
            estimates = (group.observed_expected, group.calibration_intercept, group.calibration_slope, group.auc)
            brier = "" if group.brier is None else f"{group.brier:.3f}"
            rows.append((name, str(group.n), str(group.events), *(str(one or "–") for one in estimates), brier))
        console.print(table(f"{one.model.id} {one.model.version}: {one.model.event}", HEADINGS, rows))
        for note in one.notes:
            console.print(Text(f"- {note}"))
        console.print()
