"""`kyphoplasty-cds mappings check`: every fault, one line each.

It reads the data files and a site folder.

A site is asked for its own events and patients, since no other number of it moves
figures more.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from cds_service.call import Service
from cds_service.callers.keys import find_key_faults
from cds_service.commands import options
from cds_service.commands.connecting.ehr_fit import (
    Fit,
    buttons,
    differences,
    fits,
    questions,
)
from cds_service.errors import DataFileError
from cds_service.launch.authorizing import find_launchers
from cds_service.loading import calendar_of, find_faults, load_languages, load_service
from cds_service.outgoing import Connections
from cds_service.settings import read_settings
from cds_service.site.folder import SiteFolder, load_site, what_was_read

ASK = (
    "count them first: [baseline] refracture = { events = 24, patients = 300, months ="
    " 24 }; at a hospital where 8 % refracture the pooled figure is twice what it"
    " should be"
)


@click.command("check")
@options.SITE
@options.check_text
def check_mappings(site: Path | None) -> None:
    """Check studies, hooks, mappings and a site folder with its keys and secrets.

    Prints one line per fault: file, table, key.
    """
    folder = site or read_settings().site
    faults = find_faults(folder)
    with suppress(DataFileError):  # a folder that cannot be loaded is among the faults
        faults += _find_caller_faults(load_site(folder)) if folder else ()
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    if faults:
        sys.exit(2)
    read = load_site(folder) if folder else None
    service = load_service(read)
    for line in (
        *what_was_read(read),
        *service.terminology.outdated_expansions(),
        *service.terminology.lacking_tables,
    ):
        click.echo(line)
    if read is not None:
        for in_force in (service, *service.of_clients.values()):
            click.echo(_baseline_line(in_force))
        for line in _language_lines(service):
            click.echo(line)
        today = options.today_at(calendar_of(read))
        for fit in fits(read, service, read_settings().deadline_seconds):
            for line in _ehr_lines(fit, today):
                click.echo(line)
    counts = (
        f"{len(service.studies)} studies, {len(service.finding_specs)} findings,"
        f" {len(service.hooks)} services with"
        f" {sum(len(hook.rules) for hook in service.hooks.values())} rules"
    )
    click.echo(f"all data files are valid: {counts}")


def _find_caller_faults(site: SiteFolder) -> tuple[DataFileError, ...]:
    """List what else would stop the start: the EHRs' keys, and how they launch."""
    faults = [*find_key_faults(site)]
    try:
        find_launchers(site, Connections())
    except DataFileError as fault:
        faults.append(fault)
    return tuple(faults)


def _language_lines(service: Service) -> Iterator[str]:
    """Yield what the languages that are on lack of the texts that our own have."""
    texts = {
        text for language in load_languages().values() for text in language.sentences
    }
    for code, language in service.languages.items():
        if lacking := sum(not language.has(text) for text in texts):
            yield (
                f"  [languages.{code}]: its file lacks {lacking} of our {len(texts)}"
                " texts; cards that need one of them are in English (explain"
                f" --language {code} lists those of one request)"
            )


def _ehr_lines(fit: Fit, today: date) -> Iterator[str]:
    """Yield what an EHR's profile says here.

    It names each button, how the table differs, and what to ask.
    """
    profile, client = fit.profile, fit.client
    yield f"  client {client.issuer}: {profile.title}, profile {client.profile}"
    yield "    orders that a card may offer, and the code that each button sends:"
    for button in buttons(fit):
        yield f"      {button.order}: {button.code or button.words}"
    for line in differences(fit, today):
        yield f"    warning: {line}"
    open_questions = [] if fit.is_generic else list(questions(profile))
    if open_questions:
        yield "    not known; ask, and write the answers under [clients.facts]:"
    for line in open_questions:
        yield f"      {line}"


def _baseline_line(service: Service) -> str:
    """Return what the site says of its own refractures, and what becomes of it.

    If it says too little, a question is asked.
    """
    observed, place = service.policy.baseline.refracture, "  [baseline] refracture"
    recalibration = service.policy.recalibration.get(service.pooled.study.id)
    baseline = service.pooled.baseline_of(observed, recalibration)
    if recalibration is not None:
        return (
            f"{place}: the pooled model is recalibrated; {recalibration.events} of"
            f" {recalibration.n} patients here"
        )
    if observed is None:
        return f"{place}: this site's events and patients are not given; {ASK}"
    if observed.patients is None:
        return f"{place}: a share without its patients moves the studies alone; {ASK}"
    counted = (
        f"{observed.events} of {observed.patients} patients within {observed.months}"
        " months"
    )
    if baseline.source == "pooled":
        shortest, longest = service.pooled.study.site_months
        return (
            f"{place}: {counted}; the pooled model takes what was counted over"
            f" {shortest} to {longest} months"
        )
    return (
        f"{place}: {counted}; weighted with the pooled incidence"
        f" {100 * baseline.incidence:.1f} %"
    )
