"""`kyphoplasty-cds mappings check`: every fault of the data files and a site folder, one line each."""

import sys
from contextlib import suppress
from pathlib import Path

import click

from cds_service.callers.keys import find_key_faults
from cds_service.commands import options
from cds_service.errors import DataFileError
from cds_service.loading import find_faults, load_service
from cds_service.settings import read_settings
from cds_service.site.folder import load_site, what_was_read


@click.command("check")
@options.SITE
@options.say_errors
def check_mappings(site: Path | None) -> None:
    """Check studies, hooks, mappings and a site folder with its keys. Prints one line per fault: file, table, key."""
    folder = site or read_settings().site
    faults = find_faults(folder)
    with suppress(DataFileError):  # a folder that cannot be loaded is among the faults
        faults += find_key_faults(load_site(folder)) if folder else ()
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    if faults:
        sys.exit(2)
    read = load_site(folder) if folder else None
    service = load_service(read)
    for line in what_was_read(read):
        click.echo(line)
    counts = (
        f"{len(service.studies)} studies, {len(service.finding_specs)} findings, {len(service.hooks)} service"
        f" with {sum(len(hook.rules) for hook in service.hooks.values())} rules"
    )
    click.echo(f"all data files are valid: {counts}")
