"""`kyphoplasty-cds score`: a whole population from a Bulk Data export.

It also prints the address that asks a server for the export.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from cds_service.commands import options
from cds_service.errors import CdsError
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.population.bulk import export_files, no_patient_in
from cds_service.population.job import (
    Job,
    Report,
    WrongJob,
    export_address,
    load,
    types_read,
)
from cds_service.settings import read_settings

LACKING = "{name} is missing: pip install 'kyphoplasty-cds[spark]'"


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…", type=options.OLD_PATH)
@click.option("--out", type=options.NEW_FILE, help="default: standard output")
@options.AS_OF
@click.option(
    "--procedure",
    metavar="CODE",
    help="for all: CPT number or SYSTEM|CODE; default: each patient's own",
)
@options.levels("for all: vertebrae to be treated, T1 to L5")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
)
@click.option(
    "--worklist",
    type=options.NEW_FILE,
    help=(
        "augmented patients who wait for bone treatment or wear a brace too long: .csv,"
        " .ndjson or .json (FHIR)"
    ),
)
@click.option(
    "--fhir-server",
    type=options.BASE,
    help="the server that made the export: absolute references under it count",
)
@click.option(
    "--export-url",
    type=options.BASE,
    help="only print the address that asks this server for the export",
)
@options.check_text
def score(
    *,
    paths: Sequence[Path],
    out: Path | None,
    engine: str,
    worklist: Path | None,
    export_url: str | None,
    **choices: Any,
) -> None:
    """Assess every patient of a FHIR Bulk Data export, one line each.

    A killed run with --out goes on where it stopped if the same command is given again.
    """
    site = read_settings().site
    service = load(site)
    with_worklist = worklist is not None
    if export_url is not None:
        click.echo(export_address(export_url, service, with_worklist=with_worklist))
        return
    if not paths:
        raise click.UsageError("PATH: files or folders of an export")
    job = Job(
        files=export_files(paths, types_read(service, with_worklist=with_worklist)),
        as_of=options.today_at(service.calendar, choices["as_of"]),
        procedure=choices["procedure"],
        levels=in_order({*chain.from_iterable(choices["levels"])}),
        fhir_server=choices["fhir_server"],
        site=site,
        with_worklist=with_worklist,
    )
    try:
        if engine == "spark":
            report = _score_on_spark(job, out, worklist)
        else:
            from cds_service.population.local import score_locally  # noqa: PLC0415

            report = score_locally(job, out, worklist)
    except WrongJob as error:
        raise click.UsageError(str(error)) from None
    for line in report.lines():
        click.echo(line, err=True)
    if not report.patients:
        raise CdsError(no_patient_in(paths))


def _score_on_spark(job: Job, out: Path | None, worklist: Path | None) -> Report:
    """Score on Spark, which is an extra.

    Raises:
        CdsError: it is not installed.
    """
    try:
        from cds_service.population.spark import score_on_spark  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CdsError(LACKING.format(name=error.name)) from None
    return score_on_spark(job, out, worklist)
