"""`kyphoplasty-cds score`: a whole population from a Bulk Data export, and the address that asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from cds_service.commands.assessing import WrongWish, read_levels
from cds_service.outgoing.address import parse_base
from cds_service.population.bulk import export_files
from cds_service.population.export_address import export_address
from cds_service.population.job import Job, WrongJob, load, types_read


def run_score(
    *,
    paths: Sequence[Path],
    out: Path | None,
    as_of: datetime | None,
    procedure: str | None,
    levels: Sequence[str],
    engine: str,
    worklist: Path | None,
    fhir_server: str | None,
    export_url: str | None,
    site: Path | None,
) -> None:
    """Check the command line, score, and say on standard error what was skipped.

    Raises:
        click.UsageError: the command line describes no run.
        CdsError: there is nothing to read, or a process ended.
    """
    if export_url is not None:
        click.echo(export_address(_base("--export-url", export_url), load(site), with_worklist=worklist is not None))
        return
    if not paths:
        raise click.UsageError("PATH: files or folders of an export")
    job = Job(
        files=export_files(paths, types_read(load(site), with_worklist=worklist is not None)),
        as_of=(as_of or datetime.now(UTC)).date(),
        procedure=procedure,
        levels=_levels(levels),
        fhir_server=_base("--fhir-server", fhir_server) if fhir_server else None,
        site=site,
        with_worklist=worklist is not None,
    )
    try:
        if engine == "spark":
            from cds_service.population.spark import score_on_spark  # noqa: PLC0415 - an extra

            report = score_on_spark(job, out, worklist)
        else:
            from cds_service.population.local import score_locally  # noqa: PLC0415

            report = score_locally(job, out, worklist)
    except WrongJob as error:
        raise click.UsageError(str(error)) from None
    for line in report.lines():
        click.echo(line, err=True)


def _levels(words: Sequence[str]) -> tuple[str, ...]:
    try:
        return read_levels(words)
    except WrongWish as error:
        raise click.UsageError(str(error)) from None


def _base(option: str, url: str) -> str:
    try:
        return parse_base(url).url
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None
