"""`kyphoplasty-cds outcomes`: OUTCOMES.csv from a Bulk Data export."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

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
from cds_service.population.outcomes.from_export import Followed, follow, write_rows
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
    cohort = _follow_all(files, types, run)
    if not cohort.patients:
        raise CdsError(no_patient_in(paths))
    if out is None:
        write_rows(cohort.followed, months, run, sys.stdout)
    else:
        with (
            replaced(out) as raw,
            TextIOWrapper(raw, encoding="utf-8", newline="") as target,
        ):
            write_rows(cohort.followed, months, run, target)
    for line in _summary(cohort, months, run.as_of):
        click.echo(line, err=True)


class _Cohort(NamedTuple):
    """The patients of an export.

    Attributes:
        patients: how many there are.
        followed: those with an augmentation, by its day.
        why_not: how many were left out, by the reason.
    """

    patients: int
    followed: Sequence[Followed]
    why_not: Mapping[str, int]


def _follow_all(files: Sequence[Path], types: set[str], run: Run) -> _Cohort:
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
    followed.sort(key=lambda patient: (patient.day, patient.patient))
    return _Cohort(patients, followed, why_not)


def _summary(cohort: _Cohort, months: int, as_of: date) -> Iterator[str]:
    """Yield what the table holds, in a line each."""
    followed = cohort.followed
    outcomes = Counter(patient.refracture(months) for patient in followed)
    pain = Counter(patient.residual_pain for patient in followed)
    died = sum(
        patient.is_dead for patient in followed if patient.refracture(months) is None
    )
    yield (
        f"{cohort.patients} patients, {len(followed)} with a kyphoplasty or"
        f" vertebroplasty up to {as_of}"
    )
    yield (
        f"refracture within {months} months: {outcomes[True]} yes,"
        f" {outcomes[False]} no, {outcomes[None]} not known"
    )
    yield f"not known: not seen for {months} months; {died} of them died"
    yield (
        f"pain at 12 months: {pain[True]} yes, {pain[False]} no, {pain[None]} not known"
    )
    for why, count in sorted(cohort.why_not.items()):
        yield f"left out: {count} with {why}"
    yield (
        "Look at each row with an event, and write yes in the column confirmed:"
        " --refit needs it."
    )
