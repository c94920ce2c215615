"""`kyphoplasty-cds outcomes`: OUTCOMES.csv from a Bulk Data export."""

import sys
from collections import Counter
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from cds_service.commands import options
from cds_service.errors import CdsError
from cds_service.loading import load_service
from cds_service.population.bulk import (
    SHARED,
    by_patient,
    export_files,
    no_patient_in,
    replaced,
    type_of,
)
from cds_service.population.outcomes import Followed, follow, write_rows
from cds_service.population.scoring import Run
from cds_service.population.worklist import ALSO_READ

# days of contact, what was done afterwards, and what other resources refer to
ALSO = ALSO_READ | SHARED


@click.command("outcomes")
@click.argument(
    "paths", metavar="PATH…", nargs=-1, required=True, type=options.OLD_PATH
)
@click.option(
    "--out", type=options.NEW_FILE, metavar="F", help="default: standard output"
)
@click.option(
    "--months",
    default=12,
    show_default=True,
    type=click.IntRange(1, 240),
    help="within which a fracture counts",
)
@options.AS_OF
@options.check_text
def find_outcomes(
    *, paths: tuple[Path, ...], out: Path | None, months: int, as_of: date | None
) -> None:
    """Make OUTCOMES.csv from a FHIR Bulk Data export.

    It has the first augmentations, inputs of that day, and later fractures.
    """
    service = load_service(options.chosen_site()[0])
    hook = service.signing_hook
    types = {template.resource_type for template in hook.plan.needed.templates} | {
        *ALSO
    }
    files = export_files(paths, types)
    run = Run(
        service=service,
        hook=hook,
        as_of=options.today_at(service.calendar, as_of),
        exported=frozenset(filter(None, map(type_of, files))),
    )
    followed: list[Followed] = []
    why_not: Counter[str] = Counter()
    patients = 0
    with TemporaryDirectory() as folder:
        for patient, lines in by_patient(
            files, Path(folder), types, lambda bad: click.echo(str(bad), err=True)
        ):
            patients += 1
            result = follow(patient, lines, run)
            if isinstance(result, Followed):
                followed.append(result)
            elif result:
                why_not[result] += 1
    if not patients:
        raise CdsError(no_patient_in(paths))
    followed.sort(key=lambda patient: (patient.day, patient.patient))
    if out is None:
        write_rows(followed, months, run, sys.stdout)
    else:
        with (
            replaced(out) as raw,
            TextIOWrapper(raw, encoding="utf-8", newline="") as target,
        ):
            write_rows(followed, months, run, target)
    outcomes = Counter(patient.refracture(months) for patient in followed)
    pain = Counter(patient.residual_pain for patient in followed)
    died = sum(
        patient.is_dead for patient in followed if patient.refracture(months) is None
    )
    for line in (
        (
            f"{patients} patients, {len(followed)} with a kyphoplasty or vertebroplasty"
            f" up to {run.as_of}"
        ),
        (
            f"refracture within {months} months: {outcomes[True]} yes,"
            f" {outcomes[False]} no, {outcomes[None]} not known"
        ),
        f"not known: not seen for {months} months; {died} of them died",
        (
            f"pain at 12 months: {pain[True]} yes, {pain[False]} no, {pain[None]} not"
            " known"
        ),
        *(f"left out: {count} with {why}" for why, count in sorted(why_not.items())),
        (
            "Look at each row with an event, and write yes in the column confirmed:"
            " --refit needs it."
        ),
    ):
        click.echo(line, err=True)
